"""How a partition of the archive differs from the entries that were kept outside it, named by position.

Both are entries (`projections.archive_entry`) in the order of their positions. An event is told by its content, so that
what was edited in place, inserted, removed, swapped or renumbered is each called by its name.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain
from typing import Final

from msgspec import Struct

from projections.archive_entry import ArchiveEntry, read_entry

WAITING_MAX: Final = 100_000
"""Events without a counterpart that are held in memory; with more, comparing stops and says so."""


class Difference(StrEnum):
    """What happened to events since they were kept."""

    EDITED = "edited"
    RETIMED = "retimed"
    INSERTED = "inserted"
    REMOVED = "removed"
    SWAPPED = "swapped"
    MOVED = "moved"
    TRUNCATED = "truncated"
    ROLLED_BACK = "rolled_back"
    NOT_COMPARED = "not_compared"


class Finding(Struct, frozen=True):
    """What happened to how many events at positions `first` to `last`, inclusive; `text` says it to a person.

    Positions are those at which events were kept, but for `inserted`, where they are the archive's.
    """

    kind: Difference
    first: int
    last: int
    events: int
    text: str


class _Placed(Struct, frozen=True):
    """An entry and its place in its stream."""

    index: int
    raw: bytes
    entry: ArchiveEntry

    @property
    def position(self) -> int:
        return self.entry.position


class _Run(Struct):
    """Neighbours in a stream to which the same thing happened; `index` is the place of the last."""

    first: int
    last: int
    index: int
    events: int = 1


class _Waiting:
    """Entries of one stream without a counterpart in the other, by content."""

    def __init__(self) -> None:
        self._by_content: dict[bytes, list[_Placed]] = {}
        self.count = 0

    def add(self, placed: _Placed) -> None:
        self._by_content.setdefault(placed.entry.content, []).append(placed)
        self.count += 1

    def take(self, content: bytes) -> _Placed | None:
        """The first that waits with this content, which then waits no more."""
        found = self._by_content.get(content)
        if found is None:
            return None
        first = found.pop(0)
        if not found:
            del self._by_content[content]
        self.count -= 1
        return first

    def in_order(self) -> list[_Placed]:
        return sorted((one for same in self._by_content.values() for one in same), key=lambda one: one.index)


class _Comparison:
    """Two streams side by side, and what was found about them so far."""

    def __init__(self, kept: Iterable[bytes], found: Iterable[bytes]) -> None:
        self._kept, self._found = _after_common_beginning(iter(kept), iter(found))
        self.lost, self.extra = _Waiting(), _Waiting()
        self.retimed: list[_Run] = []
        self.missing_at_end: list[_Run] = []
        self.moved: dict[int, list[_Run]] = {}
        self.stopped_at: int | None = None

    def run(self) -> None:
        """Walks both streams by position, to the end of what was kept."""
        one, other = next(self._kept, None), next(self._found, None)
        while one is not None and other is not None:
            if self.lost.count + self.extra.count > WAITING_MAX:
                self.stopped_at = one.position
                return
            in_kept, in_found = one.position <= other.position, other.position <= one.position
            if one.raw != other.raw:
                self._weigh(one if in_kept else None, other if in_found else None)
            one = next(self._kept, None) if in_kept else one
            other = next(self._found, None) if in_found else other
        while one is not None:
            self._lose(one, at_end=True)
            one = next(self._kept, None)
        while other is not None and self.lost.count:
            self._claim(other)
            other = next(self._found, None)

    def _weigh(self, one: _Placed | None, other: _Placed | None) -> None:
        """Entries at one position that are not the same."""
        if one is not None and other is not None and one.entry.content == other.entry.content:
            _prolong(self.retimed, one)
            return
        if one is not None:
            self._lose(one)
        if other is not None and not self._claim(other):
            self.extra.add(other)

    def _lose(self, kept: _Placed, *, at_end: bool = False) -> None:
        """A kept entry is not at its position."""
        found = self.extra.take(kept.entry.content)
        if found is not None:
            self._move(kept, found)
        elif at_end:
            _prolong(self.missing_at_end, kept)
        else:
            self.lost.add(kept)

    def _claim(self, found: _Placed) -> bool:
        """Whether an entry of the archive is one that was kept at another position."""
        kept = self.lost.take(found.entry.content)
        if kept is not None:
            self._move(kept, found)
        return kept is not None

    def _move(self, kept: _Placed, found: _Placed) -> None:
        _prolong(self.moved.setdefault(found.position - kept.position, []), kept)
        if kept.entry.recorded_at != found.entry.recorded_at:
            _prolong(self.retimed, kept)


def differences(kept: Iterable[bytes], found: Iterable[bytes], read_to: int | None = None) -> list[Finding]:
    """Every difference in the order of positions; none where the archive begins with what was kept.

    `read_to` is the position up to which the database says that it has read: where even that lies before all that is
    missing at the end, the whole database was rolled back. Raises `EntryUnreadable` for bytes that are no entry.
    """
    comparison = _Comparison(kept, found)
    comparison.run()
    findings = [*_in_place(comparison), *_moves(comparison.moved), *_at_end(comparison, read_to)]
    return sorted(findings, key=lambda finding: (finding.first, finding.kind is Difference.MOVED))


def _after_common_beginning(
    kept: Iterator[bytes], found: Iterator[bytes]
) -> tuple[Iterator[_Placed], Iterator[_Placed]]:
    """Both streams from the first entry on in which they differ; what is equal, mostly all, is not even read."""
    equal = 0
    for one in kept:
        other = next(found, None)
        if one != other:
            rest = found if other is None else chain([other], found)
            return _placed(chain([one], kept), equal), _placed(rest, equal)
        equal += 1
    return iter(()), _placed(found, equal)


def _placed(entries: Iterable[bytes], begin: int) -> Iterator[_Placed]:
    return (_Placed(index, raw, read_entry(raw)) for index, raw in enumerate(entries, begin))


def _prolong(runs: list[_Run], placed: _Placed) -> None:
    """Adds an entry to the last run if it is its neighbour, or begins another."""
    if runs and runs[-1].index + 1 == placed.index:
        run = runs[-1]
        run.last, run.index, run.events = placed.position, placed.index, run.events + 1
    else:
        runs.append(_Run(placed.position, placed.position, placed.index))


def _runs(placed: Iterable[_Placed]) -> list[_Run]:
    runs: list[_Run] = []
    for one in placed:
        _prolong(runs, one)
    return runs


def _in_place(comparison: _Comparison) -> Iterator[Finding]:
    """What was edited, removed, inserted, or given another time."""
    lost, extra = comparison.lost.in_order(), comparison.extra.in_order()
    at_both = {one.position for one in lost} & {one.position for one in extra}
    removed = _runs(one for one in lost if one.position not in at_both)
    inserted = _runs(one for one in extra if one.position not in at_both)
    edited = _runs(one for one in lost if one.position in at_both)
    yield from _named(Difference.EDITED, edited, "not the case or the bytes that were recorded")
    yield from _named(Difference.REMOVED, removed, "recorded, and no longer in the archive")
    yield from _named(Difference.INSERTED, inserted, "in the archive, and never recorded")
    yield from _named(Difference.RETIMED, comparison.retimed, "not the recording time that was kept")


def _moves(moved: dict[int, list[_Run]]) -> Iterator[Finding]:
    """What stands at another position: swapped, where two changed places, else moved."""
    places = {(shift, run.first, run.last, run.events) for shift, runs in moved.items() for run in runs}
    for shift, runs in moved.items():
        for run in runs:
            if (-shift, run.first + shift, run.last + shift, run.events) not in places:
                text = f"{_span(run)}: now at {_span(run, shift)}"
                yield Finding(Difference.MOVED, run.first, run.last, run.events, text)
            elif shift > 0:
                text = f"{_span(run)} and {_span(run, shift)} changed places"
                yield Finding(Difference.SWAPPED, run.first, run.last + shift, 2 * run.events, text)


def _at_end(comparison: _Comparison, read_to: int | None) -> Iterator[Finding]:
    """What is missing behind the last event of the archive, and what was not looked at."""
    if comparison.stopped_at is not None:
        text = f"more than {WAITING_MAX} events differ; nothing from position {comparison.stopped_at} on was compared"
        yield Finding(Difference.NOT_COMPARED, comparison.stopped_at, comparison.stopped_at, 0, text)
    runs = comparison.missing_at_end
    if runs and read_to is not None and read_to <= runs[-1].first:
        text = f"recorded, but the database says that it has read up to {read_to} only"
        yield from _named(Difference.ROLLED_BACK, runs, text)
    else:
        yield from _named(Difference.TRUNCATED, runs, "recorded, and missing at the end of the archive")


def _named(kind: Difference, runs: Sequence[_Run], text: str) -> Iterator[Finding]:
    return (Finding(kind, run.first, run.last, run.events, f"{_span(run)}: {text}") for run in runs)


def _span(run: _Run, shift: int = 0) -> str:
    if run.events == 1:
        return f"position {run.first + shift}"
    return f"positions {run.first + shift} to {run.last + shift} ({run.events} events)"
