"""One small history, read once, for the tests that look at it from different sides."""

from collections.abc import Callable

import pytest

from services.sample.history import OpenCase, history, open_at_end

from .reading import CASES, SEED, UNTIL, Event, read


@pytest.fixture(scope="session")
def events() -> list[Event]:
    """The history of 2,000 cases with every repeat, in the order of delivery."""
    return [read(raw) for raw in history(seed=SEED, cases=CASES, until=UNTIL)]


@pytest.fixture(scope="session")
def facts(events: list[Event]) -> list[Event]:
    """The same without repeats."""
    return list({(event.source, event.id): event for event in events}.values())


@pytest.fixture(scope="session")
def of_name(facts: list[Event]) -> Callable[[str], list[Event]]:
    """The facts of one event type."""
    return lambda name: [fact for fact in facts if fact.name == name]


@pytest.fixture(scope="session")
def left_open() -> list[OpenCase]:
    """The cases without an end in the same history."""
    return list(open_at_end(seed=SEED, cases=CASES, until=UNTIL))
