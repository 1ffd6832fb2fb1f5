"""`diff` between publications and points: what was published beyond what is computed now is told by its cause."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import parse_period
from projections.reports import Grouping, Question, UnitUnknown
from services.composition import Database
from services.evidence.manifest import Publication
from services.history.when import WhenRefused, parse_when
from services.publishing import publishing
from services.publishing.comparing import diff
from services.publishing.freezing import Asked
from services.publishing.log_keeping import EvidencePlace
from services.publishing.publishing import publish_reports
from services.units_loading import load_units
from tests.fixtures.databases import UNITS, opened
from tests.fixtures.saying import event, processed, received, records, retracted

pytestmark = pytest.mark.database

MONTH = parse_period("2024-01")
FACTS = (
    received("c1", "2024-01-02", due="2024-01-10T17:00"),
    processed("c1", "2024-01-05", id="decided"),
    received("c2", "2024-01-03", unit="B", due="2024-01-10T17:00"),
    processed("c2", "2024-01-12"),
)
LATER = (
    retracted("c1", "2024-03-01", "decided"),
    received("c3", "2024-01-04", unit="C"),
    event("rescheduled", "c2", "2024-01-09", due="2024-01-15T17:00", reason="calendar"),
)


class Recorder:
    """A database with a folder for its publications."""

    def __init__(self, found: Database, folder: Path) -> None:
        self.found = found
        self.place = EvidencePlace(folder / "evidence", "duecourse.test", folder / "key")

    async def record(self, *events: bytes) -> None:
        await self.found.projector().project(read(records(*events)))

    async def publish(self, by: Grouping = Grouping.UNIT) -> Publication:
        asked = Asked(Question(BY_REPORT["on-time"], MONTH, Policy.DATE, by))
        return await publish_reports(self.found.store, self.place, [asked], self.found.clock)

    async def diff(self, a: str, b: str) -> list[dict[str, Any]]:
        first, second = (parse_when(one, "UTC") for one in (a, b))
        rows = await diff(self.found.store, self.place, first, second, self.found.clock, MONTH)
        assert all(row["difference"] == sum(row["classes"].values()) for row in rows)
        return rows


def told(rows: Sequence[dict[str, Any]], unit: str | None) -> dict[str, dict[str, int]]:
    """Of a unit, by measure, the classes that are not 0."""
    return {row["measure"]: {name: n for name, n in row["classes"].items() if n} for row in rows if row["unit"] == unit}


async def test_each_difference_between_two_publications_is_told_by_what_came_between(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url) as found:
        recorder = Recorder(found, tmp_path)
        await recorder.record(*FACTS)
        first = await recorder.publish()
        await recorder.record(*LATER)
        second = await recorder.publish()
        rows = await recorder.diff(first.id, second.id)
        assert told(rows, "A") == {
            "numerator": {"correction": -1},
            "denominator": {"correction": -1},
            "settled_early": {"correction": -1},
            "pending_overdue": {"correction": 1},
            "fell_due_on_time": {"correction": -1},
        }
        assert told(rows, "B")["settled_late"] == {"calendar_change": -1}
        assert told(rows, "C") == {"new": {"late_arrival": 1}, "pending_in_time": {"late_arrival": 1}}
        assert told(rows, None)["denominator"] == {"correction": -1}
        back = await recorder.diff(second.id, first.id)
        assert {(row["unit"], row["measure"]): -row["difference"] for row in back} == {
            (row["unit"], row["measure"]): row["difference"] for row in rows
        }
        assert await recorder.diff(second.id, "now") == []


async def test_another_tree_of_units_is_a_unit_change(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        recorder = Recorder(found, tmp_path)
        await recorder.record(*FACTS)
        first = await recorder.publish()
        ended = [structs.replace(one, valid_to=MONTH.begin, successor="C") if one.code == "B" else one for one in UNITS]
        await load_units(found.store, ended)
        rows = await recorder.diff(first.id, "now")
        assert told(rows, "B")["new"] == {"unit_change": -1}
        assert told(rows, "C")["new"] == {"unit_change": 1}
        assert told(rows, None) == {name: {} for name in told(rows, None)}


@pytest.mark.parametrize("by", [Grouping.UNIT, Grouping.LEVEL])
async def test_figures_that_another_definition_or_other_code_gave_are_told_as_that(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: Grouping
) -> None:
    async with opened(database_url) as found:
        recorder = Recorder(found, tmp_path)
        await recorder.record(*FACTS)
        with monkeypatch.context() as patched:
            other = structs.replace(BY_REPORT["on-time"], above=("settled_late", "settled_early"))
            patched.setitem(BY_REPORT, "on-time", other)
            first = await recorder.publish(by)
        rows = await recorder.diff(first.id, "now")
        assert told(rows, None) == {"numerator": {"definition_change": -1}}
        with monkeypatch.context() as patched:
            patched.setattr(publishing, "code_hash", lambda: "0" * 64)
            second = await recorder.publish(by)
        assert told(await recorder.diff(first.id, second.id), None) == {"numerator": {"definition_change": -1}}


async def test_what_cannot_be_compared_is_refused(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        recorder = Recorder(found, tmp_path)
        await recorder.record(*FACTS)
        first = await recorder.publish()
        second = await recorder.publish(Grouping.MONTH)
        with pytest.raises(WhenRefused, match="in common"):
            await recorder.diff(first.id, second.id)
        asked = Asked(Question(BY_REPORT["on-time"], MONTH, Policy.DATE, unit="nowhere"))
        with pytest.raises(UnitUnknown):
            await publish_reports(found.store, recorder.place, [asked], found.clock)
