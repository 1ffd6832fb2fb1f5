"""Data-quality problems per unit: what senders should put right (`domain.md`, Fold rules)."""

from collections.abc import Mapping
from typing import Final

from projections.groups import Group
from projections.report_columns import NAME, TOTAL, UNIT
from projections.tables import Cell, Column, Sort, Table, Text

NAME_OF_REPORT: Final = "data-quality"
TITLE: Final = Text(
    "Data quality: contradictions in what was sent", "Chất lượng dữ liệu: mâu thuẫn trong hồ sơ gửi đến"
)
MEANINGS: Final = {
    "closed_after_end": Text("closed though it had ended", "dừng sau khi đã kết thúc"),
    "due_before_received": Text("due before it was received", "ngày hẹn trả trước ngày tiếp nhận"),
    "due_missing": Text("no due date", "thiếu ngày hẹn trả"),
    "ended_before_received": Text("ended before it was received", "kết thúc trước ngày tiếp nhận"),
    "never_received": Text("never received", "không có sự kiện tiếp nhận"),
    "overdue_from_sender": Text("overdue told by a sender", "quá hạn do bên gửi báo"),
    "processed_twice": Text("decided twice", "giải quyết hai lần"),
    "received_twice": Text("received twice", "tiếp nhận hai lần"),
    "reopened_while_open": Text("reopened though it was open", "mở lại khi đang mở"),
    "resumed_without_pause": Text("resumed without a pause", "tiếp tục khi không tạm dừng"),
    "returned_before_processed": Text("handed over before the decision", "trả kết quả trước khi giải quyết"),
    "returned_without_processed": Text("handed over without a decision", "trả kết quả không có quyết định"),
    "transfer_out_of_place": Text("transferred before reception or after the end", "chuyển ngoài thời gian xử lý"),
    "unit_not_valid": Text("unit not valid on the day", "đơn vị không còn hiệu lực"),
}
COLUMNS: Final = (
    UNIT,
    NAME,
    Column("problem", Text("Problem", "Mã lỗi"), Sort.TEXT),
    Column("meaning", Text("Meaning", "Ý nghĩa"), Sort.TEXT),
    Column("cases", Text("Cases", "Số hồ sơ")),
)
NO_UNIT: Final = Text("never received by any unit", "chưa đơn vị nào tiếp nhận")


def data_quality(problems: Mapping[tuple[str, str], int], groups: list[Group], *, unreceived: bool) -> Table:
    """A row per row of the report and problem, where there are cases; a case may have several problems.

    `unreceived`: cases that were never received are shown too; they belong to no unit.
    """
    rows: list[tuple[Cell, ...]] = []
    for group in groups:
        own = _summed(problems, set(group.units))
        rows += [(group.unit or "", group.name, word, MEANINGS[word], n) for word, n in sorted(own.items())]
    if unreceived:
        rows += [("", NO_UNIT, word, MEANINGS[word], n) for word, n in sorted(_summed(problems, {""}).items())]
    total = sum(row[4] for row in rows if isinstance(row[4], int))
    return Table(NAME_OF_REPORT, TITLE, COLUMNS, tuple(rows), ("", TOTAL, "", "", total))


def _summed(problems: Mapping[tuple[str, str], int], units: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (unit, word), n in problems.items():
        if unit in units and n:
            found[word] = found.get(word, 0) + n
    return found
