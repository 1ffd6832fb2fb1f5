"""`make mining`: exports of a sample province are read by pm4py, and their on-time rates are those of our reports.

pm4py brings half a gigabyte, so it lives in an environment of its own and `make test` does without: there the files
are held to the standards by hand (`tests.services.exports`). Exit status 1 where a rate differs.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from events.instants import instant_of
from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import parse_period
from projections.reports import Grouping, Question
from projections.units import Unit
from services.composition import Database
from services.exports.exporting import Format, export
from services.history.when import Now
from services.postgres.embedded import embedded_postgres
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.saying import records

OF_PM4PY = Path(__file__).parents[2] / ".venv" / "mining" / "bin" / "python"
RATES = Path(__file__).with_name("pm4py_rates.py")
UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
YEAR = parse_period("2025")
CASES = 1_000
FILES = {"cases.xes": Format.XES, "cases.jsonocel": Format.OCEL, "cases.sqlite": Format.OCEL}


async def reported(found: Database) -> dict[str, list[int]]:
    """Numerator and denominator of the year by policy."""
    rates = {}
    for policy in Policy:
        question = Question(BY_REPORT["on-time"], YEAR, policy, Grouping.UNIT)
        total = (await found.reporting().answer(question)).report.total
        rates[policy.value] = [total.numerator, total.denominator]
    return rates


async def exported(url: str, folder: Path) -> dict[str, list[int]]:
    """Writes the files; the rates of the report."""
    async with opened(url, units=UNITS, clock=FixedClock(instant_of(UNTIL))) as found:
        events = history(seed=11, cases=CASES, until=UNTIL)
        await Projector(found.store).project(read(records(*events)))
        for name, form in FILES.items():
            await export(found.store, form, folder / name, Now(), found.clock, lambda _read, _total: None)
        return await reported(found)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="duecourse-mining-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # as root, the server runs under another account
        (folder / "files").mkdir()
        with embedded_postgres(folder / "data") as url:
            expected = asyncio.run(exported(url, folder / "files"))
        span = [day.isoformat() + "T00:00:00+07:00" for day in (YEAR.from_date, YEAR.to_date)]
        words = [OF_PM4PY, "-W", "ignore", RATES, folder / "files", *span]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
            return 1
        found = json.loads((folder / "files" / "rates.json").read_text())
    for name, rates in found.items():
        print(f"{name:16} {'equal' if rates == expected else 'DIFFERS'}  pm4py {rates}  report {expected}")
    return int(any(rates != expected for rates in found.values()))


if __name__ == "__main__":
    sys.exit(main())
