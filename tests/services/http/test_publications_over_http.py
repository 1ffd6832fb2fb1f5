"""Publications and past points over HTTP."""

from pathlib import Path

import pytest

from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import parse_period
from projections.reports import Question
from services.publishing.freezing import Asked
from services.publishing.log_keeping import evidence_place
from services.publishing.publishing import publish_reports
from tests.fixtures.saying import processed, received, retracted
from tests.fixtures.serving import serving

pytestmark = pytest.mark.database


async def test_publications_and_the_past_are_to_be_had(database_url: str, tmp_path: Path) -> None:
    async with serving(database_url, data=tmp_path) as service:
        await service.post_batch(
            received("c1", "2024-01-02", due="2024-01-10T17:00"), processed("c1", "2024-01-05", id="decided")
        )
        assert await service.get("/publications") == []
        database = service.parts.database
        asked = Asked(Question(BY_REPORT["on-time"], parse_period("2024-01"), Policy.DATE))
        published = await publish_reports(database.store, evidence_place(database.settings), [asked], database.clock)
        await service.post_batch(retracted("c1", "2024-01-06", "decided"))
        [row] = await service.get("/publications")
        assert (row["id"], row["state"]) == (published.id, "restated")
        assert "state" not in (await service.get("/publications", state="false"))[0]
        one = await service.get(f"/publications/{published.id}")
        assert one["manifest"]["reports"][0]["total"]["numerator"]["count"] == 1
        assert one["restated_because"] == {"correction": 1}

        for when in (published.id, "0:2"):
            case = await service.get("/cases/c1", as_of=when)
            assert (case["state"], len(case["timeline"])) == ("settled", 2)
            why = await service.get("/cases/c1/explanation", as_of=when, language="vi")
            assert (why["label"], why["not_used"]) == ("early", [])
        assert (await service.get("/cases/c1/explanation"))["label"] == "overdue"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/publications/unknown", 404),
        (f"/publications/{'0' * 64}", 404),
        ("/cases/c1?as_of=soon", 422),
        ("/cases/c1?as_of=7:1", 422),
        ("/cases/c1/explanation?as_of=9000-01-01", 422),
        ("/cases/c2/explanation", 404),
    ],
)
async def test_what_there_is_not_is_told_as_a_problem(
    database_url: str, tmp_path: Path, path: str, status: int
) -> None:
    async with serving(database_url, data=tmp_path) as service:
        await service.post(received("c1", "2024-01-02"))
        response = await service.http.get(path)
        assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
