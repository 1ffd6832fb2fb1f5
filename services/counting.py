"""The counters that a batch moves: applied facts by type, dead letters by reason."""

from collections import Counter

from projections.effect import Effect


def counted(effect: Effect) -> list[tuple[str, str, int]]:
    """`(name, label, count)`, sorted: the order in which counter rows are locked."""
    applied = Counter(one.type for one in effect.archived)
    dead = Counter(one.reason for one in effect.dead)
    rows = [("applied", label, n) for label, n in applied.items()] + [("dead", label, n) for label, n in dead.items()]
    return sorted(rows)
