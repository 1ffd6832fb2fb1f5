"""AC-05 to AC-08: three published shares of on time and late, and their roll-up, from events to the printed page."""

from functools import cache

import pytest

from projections.units import Unit
from services.documents import Language, draw_text
from services.memory.store import MemoryStore
from tests.fixtures.figures_in_memory import decided, document
from tests.fixtures.reporting_in_memory import memory_store, tell

pytestmark = pytest.mark.slow
UNITS = [Unit("P", "Province", "province"), *(Unit(code, f"Unit {code}", "department", "P") for code in "ABC")]
PUBLISHED = {"A": (26_814, 25_628), "B": (5_695, 5_659), "C": (53_172, 53_106)}


@cache
def _empty() -> MemoryStore:
    return memory_store(UNITS)


async def _told() -> MemoryStore:
    store = _empty()
    if not store.rows:
        for unit, (settled, on_time) in PUBLISHED.items():
            events = decided(unit, settled, on_time, received="2024-03-01", due="2024-03-08", late="2024-03-12")
            assert (await tell(store, events)) == {"accepted": 2 * settled}
    return store


@pytest.mark.parametrize(
    ("unit", "on_time", "late"),
    [
        pytest.param("A", "95.58", "4.42", id="AC-05"),
        pytest.param("B", "99.37", "0.63", id="AC-06"),
        pytest.param("C", "99.88", "0.12", id="AC-07"),
    ],
)
async def test_published_shares_come_out_of_the_events(unit: str, on_time: str, late: str) -> None:
    """AC-06: the newspaper printed 99.38 and 0.62; the product prints what the integers say."""
    store = await _told()
    settled, in_time = PUBLISHED[unit]
    for name, percent, above in (("on-time", on_time, in_time), ("late-settled", late, settled - in_time)):
        found = await document(store, name, "2024", unit=unit)
        total = found.json["total"]
        assert (total["numerator"], total["denominator"], total["percent"]) == (above, settled, percent)
        assert f"{percent}%" in draw_text(found.table, Language.EN)
        assert f"{percent.replace('.', ',')}%" in draw_text(found.table, Language.VI)


async def test_ac_08_the_three_rolled_up_give_98_50_weighted() -> None:
    total = (await document(await _told(), "on-time", "2024")).json["total"]
    assert (total["denominator"], total["percent"]) == (85_681, "98.50")
