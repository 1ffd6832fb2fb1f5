"""What a rule file is made of."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from services.monitoring.links import Dashboard
from services.monitoring.wording import Said, Words


class Recording(Struct, frozen=True):
    """A series computed and kept."""

    name: str
    expression: str


class Severity(StrEnum):
    """What the reader does: critical now, warning within the day, info when planning the week; none is a heartbeat."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"


class Scope(StrEnum):
    """Whose matter it is: an office's, or (pipeline) that of the people who run the service."""

    UNIT = "unit"
    PARENT = "parent"
    PROVINCE = "province"
    PIPELINE = "pipeline"


OFFICES = (Scope.UNIT, Scope.PARENT, Scope.PROVINCE)


class Alert(Struct, frozen=True, kw_only=True):
    """One alert: `hold` before it fires, `keep` after it no longer holds, both as Prometheus writes durations.

    `figure` is what it is about: an alert silences those below it about the same. `said` fills the words' placeholders.
    """

    name: str
    severity: Severity
    scope: Scope
    figure: str
    expression: str
    summary: Words
    description: Words
    said: Mapping[str, Said]
    dashboard: Dashboard
    hold: str = ""
    keep: str = ""
    labels: Mapping[str, str] = MappingProxyType({})


class Group(Struct, frozen=True):
    """Rules computed one after the other; without an interval at that of the server."""

    name: str
    rules: tuple[Recording | Alert, ...]
    interval: str = ""
