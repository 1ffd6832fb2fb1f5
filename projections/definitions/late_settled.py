"""Of the cases settled in a period, how many were settled late."""

from projections.definitions.definition import Definition
from projections.definitions.terms import SETTLED
from projections.tables import Text

DEFINITION = Definition(
    name="late_settled",
    report="late-settled",
    above=("settled_late",),
    below=SETTLED,
    title=Text("Settled late", "Tỷ lệ giải quyết trễ hạn"),
    text=Text(
        "settled late, of all settled",
        "số hồ sơ giải quyết trễ hạn trên tổng số hồ sơ đã giải quyết",
    ),
    source="domain.md, Periods",
)
