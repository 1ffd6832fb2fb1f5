"""What the runs on a real broker share."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.kafka.broker import LocalBroker
from tests.fixtures.processes import Place

pytest.register_assert_rewrite("tests.fixtures.kafka_facts", "tests.fixtures.kafka_stack", "tests.runtimes")

from tests.fixtures.kafka_facts import PROVINCE  # noqa: E402 - the line above must come first
from tests.fixtures.kafka_stack import Stack, kept_place, new_stack  # noqa: E402


@pytest.fixture(scope="session")
def stack_place() -> Iterator[Place]:
    """A PostgreSQL that these tests may kill."""
    with kept_place() as place:
        yield place


@pytest.fixture
async def stack(broker: LocalBroker, stack_place: Place) -> AsyncIterator[Stack]:
    """A topic of three partitions, a database with the units of the sample province, nothing running."""
    async with new_stack(broker, stack_place, units=PROVINCE) as made:
        yield made
