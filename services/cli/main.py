"""`duecourse`: every verb, and what its errors mean for the caller.

Exit status: 0 done, 1 a check found a difference or an input was refused, 2 wrong usage, 3 a needed service is not
reachable. Errors are one line each on stderr; a traceback only with `--debug`.
"""

import sys
import traceback
from typing import Annotated, Final

import typer

from projections.periods import PeriodNotBegun, PeriodRefused
from projections.reports import UnitUnknown
from services.cli import (
    backfilling,
    cases,
    checks,
    demo,
    digest,
    exports,
    history,
    importing,
    operations,
    pauses,
    rebuilding,
    reference,
    reports,
    roles,
    sample,
    serve,
    targets,
    topics,
    unit_verbs,
)
from services.evidence.errors import EvidenceError
from services.exports.errors import ExportRefused
from services.history.archive import ArchiveUnreadable
from services.history.when import WhenRefused
from services.importing import ImportRefused
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.logging import configure_logging
from services.postgres.embedded import DataFolderInUse, EmbeddedUnavailable
from services.reference_files import ReferenceRefused
from services.report_documents import ReportRefused
from services.settings import SettingsRefused
from services.store import Conflict, StoreRefused, StoreUnavailable
from services.units_loading import UnitsRefused
from services.version import VERSION

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3

STATUS_OF: Final[dict[type[Exception], int]] = {
    PeriodNotBegun: REFUSED,
    PeriodRefused: USAGE,
    SettingsRefused: USAGE,
    ReportRefused: USAGE,
    WhenRefused: USAGE,
    ArchiveUnreadable: REFUSED,
    EvidenceError: REFUSED,
    ExportRefused: REFUSED,
    ImportRefused: REFUSED,
    UnitsRefused: REFUSED,
    ReferenceRefused: REFUSED,
    UnitUnknown: REFUSED,
    DataFolderInUse: REFUSED,
    EmbeddedUnavailable: UNREACHABLE,
    StoreUnavailable: UNREACHABLE,
    StoreRefused: UNREACHABLE,
    Conflict: UNREACHABLE,
    KafkaUnavailable: UNREACHABLE,
    KafkaRefused: UNREACHABLE,
    OSError: REFUSED,
}

app = typer.Typer(
    name="duecourse",
    help="Case lifecycles from events: on-time rates and backlog per unit, exact and explainable.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"duecourse {VERSION}")
        raise typer.Exit(DONE)


@app.callback()
def main(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    log_level: Annotated[str, typer.Option(envvar="DUECOURSE_LOG_LEVEL", help="debug, info, warning, error")] = "info",
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Case lifecycles from events: on-time rates and backlog per unit, exact and explainable."""
    del debug, version
    configure_logging(log_level)


for group in (
    serve,
    demo,
    roles,
    reference,
    importing,
    reports,
    digest,
    cases,
    history,
    exports,
    backfilling,
    checks,
    rebuilding,
    topics,
    operations,
    sample,
    unit_verbs,
    targets,
    pauses,
):
    group.register(app)


def run() -> None:
    """Entry point of the `duecourse` script."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
    except tuple(STATUS_OF) as error:
        sys.exit(report_error(error))
    except ExceptionGroup as group:
        sys.exit(report_error(_alone(group)))


def _alone(group: ExceptionGroup) -> Exception:
    """The error that ended a service whose parts run beside each other; the group itself where it is not known."""
    known, unknown = group.split(tuple(STATUS_OF))
    if known is None or unknown is not None:
        raise group
    error: Exception = known
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def report_error(error: Exception) -> int:
    """Prints the error and returns the exit status that belongs to it."""
    if "--debug" in sys.argv:
        traceback.print_exc()
    for text in _lines(error):
        print(f"duecourse: {text}", file=sys.stderr)
    return next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))


def _lines(error: Exception) -> list[str]:
    if isinstance(error, ImportRefused | UnitsRefused | ReferenceRefused):
        return list(error.lines)
    if isinstance(error, UnitUnknown):
        return [f"unit {error.args[0]!r} is not registered: `duecourse units list` shows those that are"]
    return [" ".join(str(error).split()) or type(error).__name__]
