"""The stretches of a case between its re-openings, and what ends each (`domain.md`: processed … reopened)."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.verifier.reading import CLOSED, PROCESSED, REOPENED, RETURNED, Record

_ENDING: Final = frozenset({PROCESSED, CLOSED, RETURNED})


class Stretch(NamedTuple):
    """Facts from the start, or from a counting re-opening, up to the next one or the last fact.

    `live` runs up to and including the end; the facts in `dead` found the case ended.
    Each is (place in the walk, fact). `end` is None only in a last stretch that
    nothing ends: all its facts are live.
    """

    live: list[tuple[int, Record]]
    dead: list[tuple[int, Record]]
    end: Record | None


def divide(walk: Sequence[Record]) -> tuple[list[Stretch], set[str]]:
    """All stretches in order, at least one, and the problems found: `reopened_while_open`, `processed_twice`,
    `closed_after_end`, `returned_before_processed`, `returned_without_processed`.
    """
    stretches: list[Stretch] = []
    problems: set[str] = set()
    facts: list[tuple[int, Record]] = []
    endable = False
    for numbered in enumerate(walk):
        name = numbered[1].name
        if name != REOPENED:
            endable = endable or name in _ENDING
        elif endable:
            stretches.append(_stretch(facts, problems))
            facts, endable = [], False
        else:
            problems.add("reopened_while_open")
        facts.append(numbered)
    stretches.append(_stretch(facts, problems))
    return stretches, problems


def _stretch(facts: list[tuple[int, Record]], problems: set[str]) -> Stretch:
    place = _place_of(facts, {PROCESSED, CLOSED})
    returned = _place_of(facts, {RETURNED})
    if place is None and returned is None:
        return Stretch(facts, [], None)
    if place is None:
        problems.add("returned_without_processed")
        place = returned
    elif returned is not None and returned < place:
        problems.add("returned_before_processed")
    assert place is not None  # noqa: S101 - one of the two was found
    dead = facts[place + 1 :]
    problems.update(_afterthoughts(dead))
    return Stretch(facts[: place + 1], dead, facts[place][1])


def _place_of(facts: list[tuple[int, Record]], names: set[str]) -> int | None:
    return next((place for place, (_, fact) in enumerate(facts) if fact.name in names), None)


def _afterthoughts(dead: list[tuple[int, Record]]) -> set[str]:
    says = {PROCESSED: "processed_twice", CLOSED: "closed_after_end"}
    return {says[fact.name] for _, fact in dead if fact.name in says}
