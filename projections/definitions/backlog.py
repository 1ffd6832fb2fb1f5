"""Of the cases pending at the end of a period, how many are overdue."""

from projections.definitions.definition import Definition
from projections.definitions.terms import PENDING
from projections.tables import Text

DEFINITION = Definition(
    name="backlog",
    report="backlog",
    above=("pending_overdue",),
    below=PENDING,
    title=Text("Overdue backlog", "Tỷ lệ tồn đọng quá hạn"),
    text=Text(
        "overdue, of all pending",
        "số hồ sơ quá hạn trên tổng số hồ sơ đang giải quyết",
    ),
    source="domain.md, Periods",
)
