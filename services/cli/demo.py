"""`demo`: a province to look at, with events that keep coming."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Annotated, Final

import structlog
import typer
from msgspec import Struct, structs

from events.instants import MINUTE, moment_of
from projections.definitions import BY_REPORT
from projections.effect import Record
from projections.reports import Grouping, Rollup
from projections.units import Unit
from services.cli.checks import print_verification, verified
from services.cli.options import Data, DatabaseUrl, settings_from, with_database
from services.cli.output import progress_bar, say
from services.cli.reports import print_report
from services.cli.serve import Port, run_serve
from services.clock import system_clock
from services.composition import Database, Service
from services.importing.reader_process import sample_apart
from services.importing.run import import_steps
from services.intake import Overloaded
from services.pipeline import IN_FLIGHT
from services.postgres.founding import recall, remember
from services.reporting import asked_period, question_of
from services.sample.history import OpenCase, open_at_end
from services.sample.incidents import Incident, LateRise, Teller
from services.sample.live import LiveOffice
from services.sample.units import province_units
from services.store import StoreUnavailable
from services.units_loading import load_units

log = structlog.get_logger()

CASES: Final = 60_000
SEED: Final = 1
EVENTS_PER_CASE: Final = 3.66
TICK_SECONDS: Final = 1.0
INCIDENT_MINUTES: Final = 60
"""An alert that waits for 15 minutes fires well within the first half."""
SAMPLE: Final = "sample"
SAMPLE_LOADED: Final = "sample_loaded"


class Sample(Struct, frozen=True):
    """Which sample province a data folder holds; `until` as RFC 3339."""

    seed: int
    cases: int
    until: str

    @property
    def end(self) -> datetime:
        return datetime.fromisoformat(self.until)

    def open_cases(self) -> list[OpenCase]:
        return list(open_at_end(seed=self.seed, cases=self.cases, until=self.end))


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Load, print the on-time table, verify, and end.")] = False,
    cases: Annotated[int, typer.Option(min=1, help="Cases of the sample province.")] = CASES,
    seed: Annotated[int, typer.Option(help="Another seed gives another province.")] = SEED,
    data: Data = None,
    database: DatabaseUrl = None,
    port: Port = None,
    incident: Annotated[
        Incident | None,
        typer.Option(help="Something that goes wrong and is put right: one district's late rate rises for a while."),
    ] = None,
    incident_minutes: Annotated[
        int, typer.Option(min=1, help="How long it lasts; alerts wait for 15 minutes before they fire.")
    ] = INCIDENT_MINUTES,
) -> None:
    """Load the sample province and keep it moving with simulated live events.

    Example: `duecourse demo --once --cases 5000`, or `duecourse demo --incident late-rise` beside a Prometheus
    """
    if once and incident is not None:
        raise typer.BadParameter("an incident takes its time: leave --once out", param_hint="--incident")
    settings = settings_from(data, database, port=port)
    now = moment_of(system_clock() // MINUTE * MINUTE)
    wanted = Sample(seed, cases, now.isoformat())

    async def load(found: Database) -> Sample:
        sample = await _load_once(found, wanted)
        if once:
            await _print_figures(found)
            print_verification(await verified(found))
        return sample

    sample = with_database(settings, load)
    if not once:
        run_serve(settings, lambda parts: _keep_moving(parts, sample, incident, timedelta(minutes=incident_minutes)))


async def _load_once(found: Database, wanted: Sample) -> Sample:
    """Loads the province unless it is in; a load cut short goes on with the same province, for repeats are harmless."""
    remembered = await recall(found.pool, SAMPLE)
    sample = wanted if remembered is None else Sample(**json.loads(remembered))
    if await recall(found.pool, SAMPLE_LOADED) is not None:
        say(f"sample province: already loaded, {sample.cases:,} cases until {sample.until}")
        return sample
    await remember(found.pool, SAMPLE, json.dumps(structs.asdict(sample)))
    await _load(found, sample)
    await remember(found.pool, SAMPLE_LOADED, "yes")
    return sample


async def _load(found: Database, sample: Sample) -> None:
    units = [Unit(unit.code, unit.name, unit.level, unit.parent) for unit in province_units()]
    await load_units(found.store, units)
    expected = round(sample.cases * EVENTS_PER_CASE)
    bar, task = progress_bar(f"loading {sample.cases:,} cases", expected)
    steps = sample_apart(seed=sample.seed, cases=sample.cases, until=sample.until)
    progress = None
    with bar:
        async for progress, _ in import_steps(steps, found.pipeline().project, in_flight=IN_FLIGHT):
            bar.update(task, completed=progress.events, note=f"{progress.accepted:,} accepted")
    if progress is not None:
        say(
            f"sample province: {sample.cases:,} cases until {sample.until}, {progress.events:,} events: "
            f"{progress.accepted:,} accepted, {progress.duplicates:,} duplicates, "
            f"{progress.dead_letters:,} dead letters"
        )


async def _print_figures(found: Database) -> None:
    reporting = found.reporting()
    asked = asked_period(reporting.today(), period=None, begin=None, end=None)
    question = question_of(BY_REPORT["on-time"], asked, found.founding.policy, Grouping.UNIT, Rollup.WEIGHTED, None)
    print_report(await reporting.answer(question))


async def _keep_moving(parts: Service, sample: Sample, incident: Incident | None, length: timedelta) -> None:
    """Simulated offices go on working: their events come in through the same door as anybody's."""
    clock = parts.database.clock
    now = moment_of(clock())
    open_cases = await asyncio.to_thread(sample.open_cases)  # some seconds, in which the board must answer
    offices: list[Teller] = [LiveOffice(seed=sample.seed, start=now, open_cases=open_cases)]
    if incident is not None:
        rise = LateRise(seed=sample.seed, start=now, length=length)
        say(rise.announcement)
        offices.append(rise)
    waiting: list[bytes] = []
    while True:
        await asyncio.sleep(TICK_SECONDS)
        now = moment_of(clock())
        waiting += [event for office in offices for event in office.events_until(now)]
        try:
            if waiting:
                await parts.intake.submit([Record(event) for event in waiting])
            waiting = []
        except (StoreUnavailable, Overloaded) as error:
            log.warning("demo.waiting", events=len(waiting), error=str(error))
