"""The two text formats of a metrics page. Their samples are the same; headers of counters and the end differ."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics import exposition

from services.exporter.text import Family


class Format(Struct, frozen=True):
    """`end` stands behind the last family; `total_in_name`: whether a counter's header says `_total`.

    `drawn` is the page of a registry of the client library, its end included.
    """

    content_type: str
    end: bytes
    total_in_name: bool
    drawn: Callable[[CollectorRegistry], bytes]

    def header(self, family: Family) -> bytes:
        """What stands above the samples of a family."""
        name = family.name if self.total_in_name or family.type != "counter" else family.name.removesuffix("_total")
        return f"# HELP {name} {family.help}\n# TYPE {name} {family.type}\n".encode()


TEXT: Final = Format("text/plain; version=0.0.4; charset=utf-8", b"", total_in_name=True, drawn=generate_latest)
OPEN_METRICS: Final = Format(
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    b"# EOF\n",
    total_in_name=False,
    drawn=exposition.generate_latest,
)
