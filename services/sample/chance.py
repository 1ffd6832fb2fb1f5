"""Streams of chance that are the same on every host.

Only `random()`, `getrandbits` and what is made of them by exact arithmetic: a logarithm or a power may differ
in its last bit between C libraries, so tables and products shape the distributions instead.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(*names: object) -> Random:
    """An own stream for these names; seeding by text does not depend on the hash of the process."""
    return Random(":".join(str(name) for name in names))  # noqa: S311 - a sample, not a secret


def pick(rng: Random, choices: Sequence[T]) -> T:
    """One of `choices` (not empty), each as likely."""
    return choices[int(rng.random() * len(choices))]


def taken(rng: Random, pool: list[T]) -> T:
    """One of `pool` (not empty), which loses it and its order."""
    place = int(rng.random() * len(pool))
    pool[place], pool[-1] = pool[-1], pool[place]
    return pool.pop()


def skewed(rng: Random, limit: int) -> int:
    """0 to limit - 1; small numbers are the commonest (cube of a uniform number)."""
    share = rng.random()
    return int(share * share * share * limit)


def event_id(rng: Random) -> str:
    """Shaped like a UUID."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
