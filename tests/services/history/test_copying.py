"""`replay --to`: a database that holds a point of the history, which checks by itself and answers as the past did."""

from datetime import datetime

import pytest

from projections.batches import read
from projections.units import Unit
from services.history.digest import digest_of_live
from services.history.replaying import replay
from services.history.when import parse_when
from services.postgres.queries import snapshot
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from services.store import StoreRefused
from services.verifying import verify
from tests.fixtures.databases import opened
from tests.fixtures.saying import records

pytestmark = [pytest.mark.database, pytest.mark.slow]

UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]


async def test_a_replayed_database_holds_the_point_alone_and_verifies(
    database_url: str, another_database_url: str
) -> None:
    events = list(history(seed=8, cases=150, until=datetime.fromisoformat("2025-06-18T10:30:00+07:00")))
    async with (
        opened(database_url, units=UNITS) as found,
        opened(another_database_url, units=()) as target,
    ):
        for place, begin in enumerate(range(0, len(events), 200)):
            await Projector(found.store, place % 2).project(read(records(*events[begin : begin + 200])))
        past = parse_when("0:350,1:200", "UTC")
        alone = await replay(found.store, past, found.clock)
        copied = await replay(found.store, past, found.clock, to=target.pool)
        assert (copied.digest, copied.events) == (alone.digest, alone.events)
        async with snapshot(target.pool) as connection:
            assert await digest_of_live(connection) == alone.digest
        checked = await verify(target.store, lambda events: None)
        assert (checked.differences, checked.events) == (0, alone.events)
        again = await replay(target.store, parse_when("now", "UTC"), target.clock)
        assert (again.digest, again.point.positions) == (alone.digest, {0: 350, 1: 200})
        with pytest.raises(StoreRefused, match="not empty"):
            await replay(found.store, past, found.clock, to=target.pool)
