"""AC-19 to AC-21: a case received without due date is due on the day that the shipped calendar of Việt Nam gives."""

from pathlib import Path

import pytest

from projections.batches import read
from services.cases import show_case
from services.projector import Projector
from services.verifying import verify
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.promising import (
    LATER,
    registry_in,
    rules_loaded,
    shipped,
    store_in_memory,
    through_the_log,
)
from tests.fixtures.saying import received, records
from tests.fixtures.times import local

CASES = {
    "AC-19": ("2026-02-12T08:00", "five", "2026-02-26"),
    "AC-20": ("2026-08-20T08:00", "two", "2026-08-22"),
    "AC-21a": ("2025-04-29T08:00", "one", "2025-05-05"),
    "AC-21b": ("2025-04-25T08:00", "one", "2025-04-26"),
}
EVENTS = [received(case, at, procedure=code) for case, (at, code, _) in CASES.items()]
LAST = "T23:59:59.999999"


async def test_ac_19_ac_20_and_ac_21_come_out_of_a_projector_in_memory(tmp_path: Path) -> None:
    store = store_in_memory(registry_in(tmp_path), shipped().calendar)
    verdicts = await Projector(store).project(read(records(*EVENTS)))
    assert [one.status for one in verdicts] == ["accepted"] * len(CASES)
    for case, (_, _, day) in CASES.items():
        assert store.changed[case].row.due_date_at == local(day + LAST)


@pytest.mark.database
@pytest.mark.parametrize("case", CASES)
async def test_ac_19_ac_20_and_ac_21_come_out_of_the_database(database_url: str, tmp_path: Path, case: str) -> None:
    async with opened(database_url, clock=FixedClock(LATER)) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await through_the_log(found.store, *EVENTS)
        view = await show_case(found.store, case, found.clock)
        assert view is not None
        day = CASES[case][2]
        assert view["promised"] == view["policies"]["date"]["due"] == f"{day}T16:59:59.999999Z"
        assert view["promise"]["calendar"] == shipped().calendar.version
        assert view["problems"] == []
        assert (await verify(found.store, lambda _: None)).differences == 0
