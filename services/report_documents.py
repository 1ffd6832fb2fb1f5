"""Every report by its name: what it reads, how it is laid out, and its JSON."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from msgspec import Struct, structs

from events.facts import Kind
from projections.attribution import ANSWERED_REPORTS, Attribution
from projections.data_quality import data_quality
from projections.definitions import BY_REPORT, Definition, content_hash
from projections.durations import DURATIONS, durations_table
from projections.form_ii06a import form_ii06a
from projections.groups import Grouping, groups, scope_of
from projections.pending_cases import ages_table, due_days_table
from projections.periods import Period, previous
from projections.ranking import MINIMUM_CASES, TARGET, ranking
from projections.rate_table import rate_table
from projections.rebasing import UnitsShown, rebased_problems
from projections.report_columns import without_codes
from projections.reports import Question
from projections.scorecard import VERSION as SCORECARD_VERSION
from projections.scorecard import scorecard
from projections.tables import Table, Text
from services.answers import Answered, answer_from, shown_tree
from services.figures_source import FiguresView
from services.pledges import pledged
from services.procedure_groups import answer_by_any
from services.report_cases import backlog_bands, lengths_by_unit
from services.report_foot import foot, what_if_note
from services.report_json import rows_of

ON_TIME: Final = BY_REPORT["on-time"]


class ReportUnknown(KeyError):
    """There is no report of this name."""


class ReportRefused(ValueError):
    """The report cannot be asked for so."""


class Asked(Struct, frozen=True):
    """A report by its name. `question.definition` is what `ranking` ranks by; other names ignore it."""

    name: str
    question: Question
    kind: Kind = "procedure"
    minimum_cases: int = MINIMUM_CASES


class Document(Struct, frozen=True):
    """A report laid out. `json` has the shape of `interface.md`; `is_rate`: it is one of the definitions.

    `what_if`: its figures are those of another calendar than promises were made by, and no official ones.
    """

    table: Table
    json: Mapping[str, Any]
    answered: Answered
    is_rate: bool = False
    what_if: bool = False

    @property
    def period(self) -> Period:
        return self.answered.report.question.period


async def draw_up(view: FiguresView, asked: Asked) -> Document:
    """A report over the state of a view. Raises `ReportUnknown`, `ReportRefused` and what `answer_from` raises."""
    if asked.name not in REPORT_NAMES:
        raise ReportUnknown(asked.name)
    _expect_answerable(asked)
    if asked.name in BY_REPORT:
        found = await _rate(view, asked, BY_REPORT[asked.name])
    else:
        found = await _SPECIAL[asked.name](view, asked)
    return found if view.other_calendar is None else _unofficial(found, view.other_calendar)


def _unofficial(found: Document, calendar: str) -> Document:
    """Marked in its title, its foot and its JSON as what would have been with another calendar."""
    note = what_if_note(calendar)
    title = Text(f"{note.label.en}: {found.table.title.en}", f"{note.label.vi}: {found.table.title.vi}")
    table = structs.replace(found.table, title=title, notes=(note, *found.table.notes))
    told = {**found.json, "what_if": {"calendar": f"sha256:{calendar}"}}
    return structs.replace(found, table=table, json=told, what_if=True)


def _expect_answerable(asked: Asked) -> None:
    """Raises `ReportRefused` for rows or an attribution that the report has not."""
    by, attribution = asked.question.by, asked.question.attribution
    if by in (Grouping.MONTH, Grouping.GROUP) and asked.name != "ii06a" and asked.name not in BY_REPORT:
        raise ReportRefused(f"report {asked.name} has no rows by {by.value}: use unit, child or level")
    if attribution is Attribution.LAST:
        return
    if by is Grouping.GROUP:
        raise ReportRefused("rows by group are not of units: attribution says nothing of them")
    if not _is_answered(asked):
        names = ", ".join(ANSWERED_REPORTS)
        raise ReportRefused(f"attribution is of cases that are settled or fall due: {names}, and a ranking by these")


def _is_answered(asked: Asked) -> bool:
    """Whether the report is of units, and of cases that one can be asked to answer for."""
    name = asked.question.definition.report if asked.name == "ranking" else asked.name
    return name in ANSWERED_REPORTS and asked.question.by is not Grouping.GROUP


async def _rate(view: FiguresView, asked: Asked, definition: Definition) -> Document:
    answered = await answer_by_any(view, structs.replace(asked.question, definition=definition), asked.kind)
    table = _shown(rate_table(answered.report), answered)
    notes = foot(answered, definition.meaning, definition.version, attributed=_is_answered(asked))
    return Document(structs.replace(table, notes=notes), answered.as_json(), answered, is_rate=True)


async def _ii06a(view: FiguresView, asked: Asked) -> Document:
    answered = await answer_by_any(view, structs.replace(asked.question, definition=ON_TIME), asked.kind)
    table = _shown(form_ii06a(answered.report), answered)
    whole = form_ii06a(answered.report, every_column=True)
    meaning = Text(
        "received + transferred in = settled + closed + transferred out + pending",
        "tiếp nhận + chuyển đến = đã giải quyết + dừng, rút + chuyển đi + đang giải quyết",
    )
    found = _document(table, answered, meaning, whole=whole)
    rows = [told | shown.dates() for told, shown in zip(found.json["rows"], answered.report.rows, strict=True)]
    return structs.replace(found, json={**found.json, "rows": rows})


def _shown(table: Table, answered: Answered) -> Table:
    """The table as it is printed; rows that are no units have no codes."""
    return without_codes(table) if answered.report.question.by is Grouping.GROUP else table


async def _ranking(view: FiguresView, asked: Asked) -> Document:
    definition = asked.question.definition
    answered = await answer_from(view, asked.question, asked.kind)
    earlier = structs.replace(asked.question, period=previous(asked.question.period))
    before = await answer_from(view, earlier, asked.kind)
    targets = await pledged(view, answered.report.question)
    table = ranking(answered.report, before.report, asked.minimum_cases, targets.of_rows)
    if TARGET in table.columns:
        answered = structs.replace(answered, other_versions={"targets": targets.version})
    meaning = Text(
        f"{definition.text.en}; units with fewer than {asked.minimum_cases} cases are not ranked",
        f"{definition.text.vi}; không xếp hạng đơn vị có dưới {asked.minimum_cases} hồ sơ",
    )
    attributed = _is_answered(asked)
    found = _document(table, answered, meaning, version=definition.version, definition=definition.name)
    notes = foot(answered, meaning, definition.version, attributed=attributed)
    return structs.replace(found, table=structs.replace(table, notes=notes))


async def _data_quality(view: FiguresView, asked: Asked) -> Document:
    question = asked.question
    answered = await answer_from(view, structs.replace(question, definition=ON_TIME), asked.kind)
    problems, tree = await view.problems(asked.kind), shown_tree(view, question.units)
    if question.units is UnitsShown.TODAY:
        problems = rebased_problems(problems, view.units_today, view.rules.days.day_of(view.recorded_at))
    rows = groups(question.by, tree, answered.report.question.unit)
    table = data_quality(problems, rows, unreceived=question.unit is None)
    meaning = Text(
        "cases with a problem, of all days; a case may have several",
        "số hồ sơ có lỗi, của mọi kỳ; một hồ sơ có thể có nhiều lỗi",
    )
    found = _document(table, answered, meaning)
    notes = foot(answered, meaning, found.json["versions"]["definition"].removeprefix("sha256:"), of_all_days=True)
    told = {**found.json, "from": None, "to": None}
    return structs.replace(found, table=structs.replace(table, notes=notes), json=told)


async def _scorecard(view: FiguresView, asked: Asked) -> Document:
    answered = await answer_from(view, structs.replace(asked.question, definition=ON_TIME), asked.kind)
    meaning = Text("points are the rate's share of the greatest number", "điểm tính theo tỷ lệ trên điểm tối đa")
    return _document(scorecard(answered.report), answered, meaning, version=SCORECARD_VERSION)


async def _backlog_by(view: FiguresView, asked: Asked) -> Document:
    answered = await answer_from(view, structs.replace(asked.question, definition=ON_TIME), asked.kind)
    question = answered.report.question
    bands = await backlog_bands(view, question, asked.kind)
    tree = shown_tree(view, question.units)
    rows, scope = groups(question.by, tree, question.unit), scope_of(tree, question.unit)
    if asked.name == "backlog-age":
        table = ages_table(bands.ages, rows, scope)
        meaning = Text("pending cases by whole days since the reception", "số ngày kể từ ngày tiếp nhận")
    else:
        table = due_days_table(bands.due_days, rows, scope)
        meaning = Text("pending cases by days left to the due day", "số ngày còn lại đến ngày hẹn trả")
    return _document(table, answered, meaning)


async def _duration(view: FiguresView, asked: Asked) -> Document:
    duration = DURATIONS[asked.name]
    answered = await answer_from(view, structs.replace(asked.question, definition=ON_TIME), asked.kind)
    question = answered.report.question
    lengths = await lengths_by_unit(view, duration, question, asked.kind)
    tree = shown_tree(view, question.units)
    table = durations_table(duration, lengths, groups(question.by, tree, question.unit), scope_of(tree, question.unit))
    return _document(table, answered, duration.text, version=duration.version, definition=duration.name)


def _document(
    table: Table,
    answered: Answered,
    meaning: Text,
    *,
    whole: Table | None = None,
    version: str | None = None,
    definition: str | None = None,
) -> Document:
    """`whole` has columns that the table leaves out; without a version, the columns are the definition."""
    every = whole or table
    version = version or content_hash({"name": every.name, "columns": every.columns})
    head = answered.head(table.name, definition or table.name.replace("-", "_"), version)
    return Document(structs.replace(table, notes=foot(answered, meaning, version)), head | rows_of(every), answered)


_SPECIAL: Final[Mapping[str, Callable[[FiguresView, Asked], Awaitable[Document]]]] = {
    "ii06a": _ii06a,
    "ranking": _ranking,
    "data-quality": _data_quality,
    "scorecard": _scorecard,
    "backlog-age": _backlog_by,
    "backlog-due": _backlog_by,
    **dict.fromkeys(DURATIONS, _duration),
}
REPORT_NAMES: Final = (*BY_REPORT, *_SPECIAL)
"""Every report that there is, the rates first."""
