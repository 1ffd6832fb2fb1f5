"""Where two countings differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Difference(Generic[K]):
    """One count that is not the same on both sides."""

    key: K
    measure: str
    expected: int
    actual: int


def differences(
    expected: Mapping[K, Mapping[str, int]], actual: Mapping[K, Mapping[str, int]]
) -> Iterator[Difference[K]]:
    """Every difference in order of key, then measure. A missing count and a zero are the same."""
    for key in sorted(expected.keys() | actual.keys()):
        wanted, found = expected.get(key, {}), actual.get(key, {})
        for measure in sorted(wanted.keys() | found.keys()):
            pair = wanted.get(measure, 0), found.get(measure, 0)
            if pair[0] != pair[1]:
                yield Difference(key, measure, *pair)
