"""Columns that several reports share, and the first cells of their rows."""

from operator import attrgetter
from typing import Final

from msgspec import structs

from projections.definitions import Definition
from projections.figures import Counts
from projections.periods import Period
from projections.reports import Grouping, Report, Row
from projections.tables import Cell, Column, Sort, Table, Text

UNIT: Final = Column("unit", Text("Code", "Mã"), Sort.TEXT)
NAME: Final = Column("name", Text("Unit", "Cơ quan, đơn vị"), Sort.TEXT)
_NAMES: Final = {
    Grouping.MONTH: Column("name", Text("Period", "Kỳ"), Sort.TEXT),
    Grouping.GROUP: Column("name", Text("Procedure group", "Lĩnh vực, nhóm thủ tục"), Sort.TEXT),
}
TOTAL: Final = Text("Total", "Tổng cộng")
NUMERATOR: Final = Column("numerator", Text("Numerator", "Tử số"))
DENOMINATOR: Final = Column("denominator", Text("Denominator", "Mẫu số"))
COUNTS: Final = (
    Column("carried_over", Text("Carried over", "Tồn kỳ trước")),
    Column("new", Text("Received", "Tiếp nhận")),
    Column("transferred_in", Text("Transferred in", "Chuyển đến")),
    Column("settled_early", Text("Early", "Trước hạn")),
    Column("settled_on_time", Text("On time", "Đúng hạn")),
    Column("settled_late", Text("Late", "Trễ hạn")),
    Column("closed", Text("Closed", "Dừng, rút")),
    Column("transferred_out", Text("Transferred out", "Chuyển đi")),
    Column("pending_in_time", Text("Pending in time", "Đang xử lý trong hạn")),
    Column("pending_paused", Text("Paused", "Tạm dừng")),
    Column("pending_overdue", Text("Overdue", "Quá hạn")),
)


def name_column(report: Report) -> Column:
    """What the names of a report's rows are names of."""
    return _NAMES.get(report.question.by, NAME)


def rate_column(definition: Definition) -> Column:
    return Column("percent", definition.title, Sort.PERCENT)


def names_of(row: Row, *, is_total: bool) -> tuple[Cell, ...]:
    """Cells of `UNIT` and `NAME`."""
    if is_total and (row.unit is None and row.name in ("", "Total")):
        return "", TOTAL
    words = row.words if row.month is None else Text(row.name, _vietnamese(row.month))
    return row.unit or "", words or row.name


def _vietnamese(month: Period) -> str:
    """First day and day after the last, as Vietnamese writes dates."""
    return f"{month.from_date:%d/%m/%Y} – {month.to_date:%d/%m/%Y}"


def without_codes(table: Table) -> Table:
    """The table without the column of units' codes, for rows that are no units."""
    place = table.columns.index(UNIT)

    def rest(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return cells[:place] + cells[place + 1 :]

    columns = table.columns[:place] + table.columns[place + 1 :]
    total = None if table.total is None else rest(table.total)
    return structs.replace(table, columns=columns, rows=tuple(map(rest, table.rows)), total=total)


_count_cells: Final = attrgetter(*(column.key for column in COUNTS))


def count_cells(counts: Counts) -> tuple[Cell, ...]:
    """Cells of `COUNTS`."""
    return _count_cells(counts)
