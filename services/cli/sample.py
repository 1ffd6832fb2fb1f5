"""`sample`: files of invented cases, to try an import and to see published figures come out."""

import csv
import io
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from services.cli.output import say
from services.sample.published_counts import PUBLISHED_DUE, PUBLISHED_YEAR, Volume, VolumeImpossible
from services.sample.published_year import published_events
from services.sample.units import province_units

sample = typer.Typer(help="Files of invented cases whose figures are known beforehand.", no_args_is_help=True)
BUFFER_BYTES: Final = 1 << 20
UNITS_HEADER: Final = ("code", "name", "level", "parent")


class Figures(StrEnum):
    """Which published figures the cases give."""

    ON_TIME = "on-time"
    ON_TIME_DUE = "on-time-due"


VOLUMES: Final = {Figures.ON_TIME: PUBLISHED_YEAR, Figures.ON_TIME_DUE: PUBLISHED_DUE}


def register(app: typer.Typer) -> None:
    app.add_typer(sample, name="sample")


@sample.command("published-year")
def published_year(
    output: Annotated[Path, typer.Option(help="NDJSON file to write: one CloudEvent a line.")],
    units: Annotated[Path | None, typer.Option(help="CSV file to write: the units that the cases name.")] = None,
    figures: Annotated[Figures, typer.Option(help="Which published figures come out.")] = Figures.ON_TIME,
    seed: Annotated[int, typer.Option(help="Another seed gives other cases with the same counts.")] = 1,
    one_in: Annotated[int, typer.Option("--scale", min=1, help="A smaller year: every count divided by this.")] = 1,
) -> None:
    """Write the events of a reporting year whose counts are those published for 2024, exactly.

    The cases are invented: spread over year and units, with pauses, transfers, repeats and late entries.

    Example: `duecourse sample published-year --output year.ndjson --units units.csv --scale 10`
    """
    volumes = tuple(volume.one_in(one_in) for volume in VOLUMES[figures])
    if units is not None:
        units.write_text(_units_csv(), encoding="utf-8")
    try:
        written = _write(output, published_events(volumes, seed=seed))
    except VolumeImpossible as error:
        raise typer.BadParameter(f"{error}: choose a smaller --scale") from None
    say(f"{_cases(volumes):,} cases received in the year, {written:,} events: {output}")


def _write(output: Path, events: Iterator[bytes]) -> int:
    written = 0
    with output.open("wb", buffering=BUFFER_BYTES) as file:
        for event in events:
            file.write(event + b"\n")
            written += 1
    return written


def _cases(volumes: Sequence[Volume]) -> int:
    return sum(volume.received for volume in volumes)


def _units_csv() -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(UNITS_HEADER)
    rows.writerows((unit.code, unit.name, unit.level, unit.parent) for unit in province_units())
    return text.getvalue()
