"""The metrics: name, type, labels and the HELP line that the page serves."""

from collections.abc import Sequence

from services.exporter.families import PIPELINE_FAMILIES, PROCESS_FAMILIES, UNIT_FAMILIES
from services.exporter.text import Family
from services.reference.markdown import code, table


def metrics_page() -> str:
    """Unit figures, the pipeline, and what the process itself exposes."""
    return (
        "Integers; shares are made of them where they are read, by recording rules and dashboards.\n\n"
        f"## Units\n\n{_table(UNIT_FAMILIES)}\n## Pipeline\n\n{_table(PIPELINE_FAMILIES)}\n"
        f"## Process\n\nBeside those of `prometheus_client` about memory, processor time and garbage collection:\n\n"
        f"{_table(PROCESS_FAMILIES)}"
    )


def _table(families: Sequence[Family]) -> str:
    return table(
        ("metric", "type", "labels", "meaning"),
        [(code(one.name), one.type, ", ".join(map(code, one.labels)), one.help) for one in families],
    )
