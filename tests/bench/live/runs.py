"""What one run was measured to be, and a table of several."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MILLION = 1e6


@dataclass(frozen=True)
class Run:
    """Facts a second: from the first one read to the last one durable (`whole`), of the second half of them (`late`),
    and from the start of the processes on (`from_start`).

    `processors`: processor seconds by process, from its start or from that of the run.
    """

    whole: float
    late: float
    from_start: float
    processors: Mapping[str, float]


def print_table(runs: Mapping[str, Sequence[Run]], *, facts: int, base: str) -> None:
    """Medians; ratios are to `base`."""
    wide = max(map(len, runs))
    standard = _rates(runs[base])
    print(
        f"{'':{wide}}" + "".join(f"  {title:>17}" for title in ("events/s", "second half", "from start")) + "  spread"
    )
    for name, found in runs.items():
        each = "".join(f"  {rate:>9,.0f} ({rate / of:5.2f})" for rate, of in zip(_rates(found), standard, strict=True))
        print(f"{name:{wide}}{each}  {min(run.whole for run in found):,.0f}–{max(run.whole for run in found):,.0f}")
    print("\nprocessor seconds per million facts")
    for name, found in runs.items():
        used = _processors(found, facts)
        spent = ", ".join(f"{process} {seconds:.1f}" for process, seconds in used.items())
        print(f"{name:{wide}}  {sum(used.values()):6.1f}  ({spent})")


def _rates(found: Sequence[Run]) -> tuple[float, float, float]:
    return (
        statistics.median(run.whole for run in found),
        statistics.median(run.late for run in found),
        statistics.median(run.from_start for run in found),
    )


def _processors(found: Sequence[Run], facts: int) -> dict[str, float]:
    return {
        process: statistics.median(run.processors[process] for run in found) * MILLION / facts
        for process in found[0].processors
    }
