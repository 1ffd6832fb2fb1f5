"""Form II.06a: cases received, settled and pending, one row per unit (`domain.md`, Report form II.06a)."""

from typing import Final

from projections.figures import Counts
from projections.report_columns import UNIT, name_column, names_of
from projections.reports import Report, Row
from projections.tables import Cell, Column, Table, Text

NAME_OF_FORM: Final = "ii06a"
TITLE: Final = Text(
    "Form II.06a: cases received, settled and pending",
    "Biểu II.06a: Tình hình, kết quả giải quyết thủ tục hành chính",
)
COLUMNS: Final = (
    Column("received", Text("Received, total", "Số hồ sơ tiếp nhận: tổng số")),
    Column("online", Text("Filed online", "Tiếp nhận trực tuyến")),
    Column("direct", Text("Direct or by post", "Trực tiếp, bưu chính")),
    Column("carried_over", Text("Carried over", "Từ kỳ trước chuyển sang")),
    Column("settled", Text("Settled, total", "Số hồ sơ đã giải quyết: tổng số")),
    Column("settled_early", Text("Early", "Trước hạn")),
    Column("settled_on_time", Text("On time", "Đúng hạn")),
    Column("settled_late", Text("Late", "Quá hạn")),
    Column("pending", Text("Pending, total", "Số hồ sơ đang giải quyết: tổng số")),
    Column("pending_in_time", Text("In time", "Trong hạn")),
    Column("pending_overdue", Text("Overdue", "Quá hạn")),
)
EXTRA_COLUMNS: Final = (
    Column("transferred_in", Text("Transferred in", "Chuyển đến")),
    Column("transferred_out", Text("Transferred out", "Chuyển đi")),
    Column("closed", Text("Closed without a decision", "Dừng, rút, từ chối")),
    Column("paused", Text("Paused, among those in time", "Tạm dừng (trong số trong hạn)")),
)


def form_values(counts: Counts) -> dict[str, int]:
    """The columns of one row. received + transferred_in = settled + closed + transferred_out + pending."""
    return {
        "received": counts.new + counts.carried_over,
        "online": counts.online,
        "direct": counts.new - counts.online,
        "carried_over": counts.carried_over,
        "settled": counts.settled,
        "settled_early": counts.settled_early,
        "settled_on_time": counts.settled_on_time,
        "settled_late": counts.settled_late,
        "pending": counts.pending,
        "pending_in_time": counts.pending_in_time + counts.pending_paused,
        "pending_overdue": counts.pending_overdue,
        "transferred_in": counts.transferred_in,
        "transferred_out": counts.transferred_out,
        "closed": counts.closed,
        "paused": counts.pending_paused,
    }


def form_ii06a(report: Report, *, every_column: bool = False) -> Table:
    """The form over any report's rows; the extra columns where they are not all zero, or where all are asked for."""
    counted = [form_values(row.counts) for row in (*report.rows, report.total)]
    extra = [column for column in EXTRA_COLUMNS if every_column or any(values[column.key] for values in counted)]
    columns = (*COLUMNS, *extra)

    def cells(row: Row, *, is_total: bool) -> tuple[Cell, ...]:
        values = form_values(row.counts)
        return (*names_of(row, is_total=is_total), *(values[column.key] for column in columns))

    rows = tuple(cells(row, is_total=False) for row in report.rows)
    return Table(NAME_OF_FORM, TITLE, (UNIT, name_column(report), *columns), rows, cells(report.total, is_total=True))
