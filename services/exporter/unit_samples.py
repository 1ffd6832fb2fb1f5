"""The samples of one unit: which there are, and their integers from the unit's bucketed tallies."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from projections.buckets import Buckets, Vector
from projections.figures import pending
from projections.measures import INDEX, Policy, under
from projections.units import UnitTree
from services.exporter.windows import Windows

DEADLINES: Final = ("in_time", "due_soon", "overdue", "paused")
TIMELINESS: Final = ("early", "on_time", "late")
FLOW_WINDOWS: Final = ("1d", "30d", "year")
SETTLED_WINDOWS: Final = ("1d", "7d", "prev_7d", "30d", "month", "year")
FLOWS: Final = {
    "duecourse_cases_received": "new",
    "duecourse_cases_returned": "returned",
    "duecourse_cases_became_overdue": "became_overdue",
}

SAMPLES: Final[tuple[tuple[str, str], ...]] = (
    *(("duecourse_cases_open", f'deadline="{deadline}"') for deadline in DEADLINES),
    *(
        ("duecourse_cases_settled", f'window="{window}",timeliness="{label}"')
        for window in SETTLED_WINDOWS
        for label in TIMELINESS
    ),
    *((family, f'window="{window}"') for family in FLOWS for window in FLOW_WINDOWS),
)
"""Family and further labels of every sample that each unit has, in the order of `values`."""


def unit_labels(tree: UnitTree) -> dict[str, dict[str, str]]:
    """The labels of `duecourse_unit_info` by code, by which rules and dashboards join."""
    root_of = {code: root for root in tree.roots() for code in tree.subtree(root)}
    found = {}
    for code in tree.codes():
        unit = tree.latest(code)
        named = {"unit": code, "name": unit.name, "level": unit.level, "parent": unit.parent}
        found[code] = {**named, "province": root_of.get(code, "")}
    return found


class UnitSamples:
    """Computes the integers of any unit as of one local day."""

    def __init__(self, windows: Windows, buckets: Buckets, policy: Policy) -> None:
        self._buckets = buckets
        place = {bound: index + 1 for index, bound in enumerate(buckets.bounds)}
        spans = {name: (place[begin], place[end]) for name, (begin, end) in windows.ranges.items()}
        self._settled_spans = [spans[name] for name in SETTLED_WINDOWS]
        self._flow_spans = [spans[name] for name in FLOW_WINDOWS]
        self._flows = [INDEX[measure] for measure in FLOWS.values()]
        self._so_far = place[windows.today + 1]
        self._today = place[windows.today]
        self._due_soon = place[windows.due_soon[0]], place[windows.due_soon[1]]
        self._settled = [INDEX[under(f"settled_{label}", policy)] for label in TIMELINESS]
        self._overdue = INDEX[under("overdue", policy)]
        self._paused = INDEX[under("paused", policy)]
        self._open_due = INDEX[under("open_due", policy)]
        self._empty: list[Vector] = [[0] * len(INDEX) for _ in range(len(buckets.bounds) + 1)]

    def values(self, unit: str, due_later_today: int | None = None) -> list[int]:
        """The integers of `SAMPLES`. `due_later_today`: open cases due later today, where the policy looks at instants.

        Under `date` that is every open case due today: none of them is overdue yet.
        """
        vectors = self._buckets.units.get(unit, self._empty)
        values = self._open(vectors, due_later_today)
        # Prefix sums: a window is one difference instead of a sum over its vectors, at the nation's size a second.
        settled = [_prefix_sums(vectors, index) for index in self._settled]
        for begin, end in self._settled_spans:
            values += [sums[end] - sums[begin] for sums in settled]
        for index in self._flows:
            sums = _prefix_sums(vectors, index)
            values += [sums[end] - sums[begin] for begin, end in self._flow_spans]
        return values

    def _open(self, vectors: Sequence[Vector], due_later_today: int | None) -> list[int]:
        so_far = list(map(sum, zip(*vectors[: self._so_far], strict=True)))
        due_today = vectors[self._today][self._open_due]
        not_yet = due_today if due_later_today is None else due_later_today
        overdue = so_far[self._overdue] - not_yet
        begin, end = self._due_soon
        due_soon = sum([vector[self._open_due] for vector in vectors[begin:end]]) - (due_today - not_yet)
        paused = so_far[self._paused]
        return [pending(so_far) - overdue - paused - due_soon, due_soon, overdue, paused]


def _prefix_sums(vectors: Sequence[Vector], index: int) -> list[int]:
    """Of one measure: the sum of the vectors before each place."""
    return [0, *accumulate([vector[index] for vector in vectors])]
