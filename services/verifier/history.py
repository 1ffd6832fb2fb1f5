"""The facts of one case: cleared of repeats and of what was retracted, in walk order."""

from collections.abc import Iterable
from operator import attrgetter

from services.verifier.reading import RETRACTED, ArchivedEvent, Record, read

_by_place = attrgetter("partition", "position")


def clear(events: Iterable[ArchivedEvent]) -> list[Record]:
    """The walk of a case, from its events in any order; retractions are not in it.

    Source: `domain.md`, Fold rules. Of a repeated (source, id) the one archived first is the fact.
    """
    facts: dict[tuple[str, str], Record] = {}
    for event in sorted(events, key=_by_place):
        record = read(event)
        facts.setdefault((record.source, record.id), record)
    retractions = [record for record in facts.values() if record.name == RETRACTED]
    if not retractions:
        return sorted(facts.values())
    gone = {_target(retraction) for retraction in retractions}
    return sorted(fact for key, fact in facts.items() if key not in gone and fact.name != RETRACTED)


def _target(retraction: Record) -> tuple[str, str] | None:
    target = retraction.data.get("id")
    return None if target is None else (retraction.data.get("source") or retraction.source, target)
