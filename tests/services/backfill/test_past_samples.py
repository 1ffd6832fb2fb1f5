"""A back-filled sample is what the exporter would have shown, had all facts been known by then."""

from datetime import datetime

import pytest

from events.instants import instant_of
from projections.batches import read
from projections.measures import Policy
from projections.past_sums import PastSums, past_entries
from projections.periods import Period
from projections.standing import standing
from projections.units import Unit
from services.backfill.groups import groups_of
from services.backfill.samples import PastSamples
from services.backfill.ticks import months_of_ticks
from services.composition import assemble
from services.exporter.unit_samples import SAMPLES
from services.history.archive import cases_at
from services.history.folding import fold_case
from services.history.points import point_at, rules_at
from services.history.when import Now
from services.postgres.queries import snapshot
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.saying import records

pytestmark = pytest.mark.database

UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
UNTIL = instant_of(datetime.fromisoformat("2025-06-18T11:00:00+07:00"))
DUE_SOON_DAYS = 3


@pytest.mark.parametrize("policy", list(Policy))
async def test_every_sample_of_every_unit_is_that_of_the_exporter_at_the_tick(
    database_url: str, policy: Policy
) -> None:
    clock = FixedClock(UNTIL)
    async with opened(database_url, units=UNITS, clock=clock, policy=policy) as found:
        events = list(history(seed=9, cases=300, until=datetime.fromisoformat("2025-06-18T10:59:00+07:00")))
        await Projector(found.store).project(read(records(*events)))
        live = assemble(found).live
        await live.refresh()
        today = found.store.days.day_of(UNTIL)
        [month] = months_of_ticks(Period(today, today + 1), found.store.days, UNTIL)
        tick = month.hourly[-1]
        assert tick.instant == UNTIL
        sums = PastSums(tick.instants())
        async with snapshot(found.pool) as connection:
            point = await point_at(connection, Now(), clock)
            rules = await rules_at(connection, found.store, point)
            groups = groups_of(rules.units)
            async for recorded in cases_at(connection, point):
                stands = standing(fold_case(recorded, rules).case, rules)
                if stands is not None and stands.received.kind == "procedure":
                    sums.add(past_entries(stands, rules, DUE_SOON_DAYS), groups.daily)
        places = {instant: place for place, instant in enumerate(sums.instants)}
        seen = 0
        for unit in rules.units.codes():
            samples = PastSamples(sums.before(("unit", unit)), places, [tick], policy).all()
            past = {
                (family, ",".join(f'{name}="{text}"' for name, text in labels)): values[0]
                for (family, labels), values in samples.items()
            }
            assert past == dict(zip(SAMPLES, live.values(unit), strict=True))
            seen += sum(past.values())
        assert seen > 300
