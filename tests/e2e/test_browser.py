"""The board as a person sees it, in a real browser."""

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from services.sample.units import province_units
from tests.fixtures.debian import debian_program
from tests.fixtures.processes import Place, Serving
from tests.fixtures.sample_events import sample_events, write_events, write_units

pytestmark = pytest.mark.slow

EVENTS = 3_000
BROWSER_SECONDS = 120
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    return debian_program("chromium", package="chromium")


def page_text(chromium: str, profile: Path, address: str) -> str:
    """The page's document after its scripts have run."""
    command = [chromium, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BROWSER_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_board_shows_every_unit_and_the_figures_of_the_service(
    place: Place, chromium: str, tmp_path: Path
) -> None:
    place.done("units", "load", write_units(place.root))
    place.done("import", write_events(place.root, sample_events()[:EVENTS]))
    serving = Serving(place)
    address = await serving.ready()
    page = page_text(chromium, tmp_path / "profile", f"{address}/")
    async with httpx.AsyncClient() as http:
        units = json.loads((await http.get(f"{address}/units")).content)["units"]
    assert serving.stop() == 0, serving.words()

    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page)]
    shown = {row[0]: row for row in cells if row}
    assert set(shown) == {unit.code for unit in province_units()}
    open_cases = {unit["unit"]: sum(unit["open"].values()) for unit in units}
    assert sum(open_cases.values()) > 0
    assert {code: int(row[3].replace(",", "")) for code, row in shown.items()} == open_cases
    totals = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert totals["Open"] == f"{sum(open_cases.values()):,}"
    assert totals["Overdue"] == f"{sum(unit['open']['overdue'] for unit in units):,}"
    assert "166 units" in page
