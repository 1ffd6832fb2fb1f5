"""The samples of one group over ticks: those of the exporter, and what the recording rules make of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from projections.buckets import Vector
from projections.figures import pending
from projections.measures import INDEX, Policy, under
from projections.past_sums import DUE_SOON_OR_OVERDUE, Group
from services.backfill.groups import labels_of, level_of
from services.backfill.ticks import Tick
from services.exporter.unit_samples import DEADLINES, FLOW_WINDOWS, FLOWS, SETTLED_WINDOWS, TIMELINESS
from services.monitoring.figures import LATE, OVERDUE
from services.monitoring.levels import OVERDUE_HOURLY, ROLLED_UP, TREE_LEVEL, UNIT, Level
from services.monitoring.shares import rise_score, share, wilson_lower_bound

Labels = tuple[tuple[str, str], ...]
Series = tuple[str, Labels, Sequence[float]]
"""Name, labels, a value for each tick."""
SETTLED: Final = "duecourse_cases_settled"
OPEN: Final = "duecourse_cases_open"


class PastSamples:
    """Sums of a group (`PastSums.before`) read at ticks; `places`: where each instant is among the sums."""

    def __init__(
        self, rows: Sequence[Vector], places: Mapping[int, int], ticks: Sequence[Tick], policy: Policy
    ) -> None:
        self._rows = rows
        self._places = places
        self._ticks = ticks
        self._policy = policy

    def all(self) -> dict[tuple[str, Labels], list[int]]:
        """Every sample that the exporter has of a unit, without the unit's label."""
        found: dict[tuple[str, Labels], list[int]] = dict(self._open())
        for window in SETTLED_WINDOWS:
            for label in TIMELINESS:
                labels = (("window", window), ("timeliness", label))
                found[SETTLED, labels] = self._flow(INDEX[under(f"settled_{label}", self._policy)], window)
        for family, measure in FLOWS.items():
            for window in FLOW_WINDOWS:
                found[family, (("window", window),)] = self._flow(INDEX[measure], window)
        return found

    def _flow(self, measure: int, window: str) -> list[int]:
        rows, places = self._rows, self._places
        spans = (tick.spans[window] for tick in self._ticks)
        return [rows[places[end]][measure] - rows[places[begin]][measure] for begin, end in spans]

    def _open(self) -> Iterator[tuple[tuple[str, Labels], list[int]]]:
        states = [self._states(self._rows[self._places[tick.instant]]) for tick in self._ticks]
        for place, deadline in enumerate(DEADLINES):
            yield (OPEN, (("deadline", deadline),)), [state[place] for state in states]

    def _states(self, before: Vector) -> tuple[int, int, int, int]:
        """In the order of `DEADLINES`."""
        overdue = before[INDEX[under("overdue", self._policy)]]
        paused = before[INDEX[under("paused", self._policy)]]
        due_soon = before[DUE_SOON_OR_OVERDUE] - overdue
        return pending(before) - overdue - paused - due_soon, due_soon, overdue, paused


def series_of(group: Group, samples: Mapping[tuple[str, Labels], list[int]]) -> Iterator[Series]:
    """The series of a group under the names that they have live: a unit's as scraped, others as recorded."""
    level, own = level_of(group), tuple(labels_of(group).items())
    for (metric, labels), values in samples.items():
        if level == UNIT or metric in ROLLED_UP:
            yield level.source(metric), (*own, *labels), values
    for name, recorded in _recorded(level, samples):
        yield name, own, recorded


def _recorded(level: Level, samples: Mapping[tuple[str, Labels], list[int]]) -> Iterator[tuple[str, Sequence[float]]]:
    """Sums, shares and tests as `services.monitoring.recording_rules` has them."""
    late, settled = _late_and_settled(level, samples)
    for window in level.windows:
        yield level.part(LATE, window), late[window]
        yield level.whole(LATE, window), settled[window]
        if level.has_ratio(window):
            yield level.recorded(LATE, "ratio", window), list(map(share, late[window], settled[window]))
    if level != TREE_LEVEL:
        bounds = map(wilson_lower_bound, late["30d"], settled["30d"])
        yield level.recorded(LATE, "wilson_lb", "30d"), list(bounds)
        scores = map(rise_score, late["7d"], settled["7d"], late["prev_7d"], settled["prev_7d"])
        yield level.recorded(LATE, "z", "7d"), list(scores)
    overdue = samples[OPEN, (("deadline", "overdue"),)]
    if level == UNIT:
        yield OVERDUE_HOURLY, overdue
        return
    backlog = _total(samples[OPEN, (("deadline", deadline),)] for deadline in DEADLINES)
    yield level.part(OVERDUE), overdue
    yield level.whole(OVERDUE), backlog
    yield level.recorded(OVERDUE, "ratio"), list(map(share, overdue, backlog))


def _late_and_settled(
    level: Level, samples: Mapping[tuple[str, Labels], list[int]]
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """By window."""
    late, settled = {}, {}
    for window in level.windows:
        columns = {label: samples[SETTLED, (("window", window), ("timeliness", label))] for label in TIMELINESS}
        late[window], settled[window] = columns["late"], _total(columns.values())
    return late, settled


def _total(columns: Iterable[list[int]]) -> list[int]:
    return [sum(values) for values in zip(*columns, strict=True)]
