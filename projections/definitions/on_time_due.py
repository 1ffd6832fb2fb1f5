"""Of the cases that fell due in a period, how many were settled in time, whenever that was."""

from projections.definitions.definition import Definition
from projections.tables import Text

DEFINITION = Definition(
    name="on_time_due",
    report="on-time-due",
    above=("fell_due_on_time",),
    below=("fell_due",),
    title=Text("On time of those due", "Tỷ lệ đúng hạn trên hồ sơ đến hạn"),
    text=Text(
        "settled early or on time, whenever, of all that fell due",
        "số hồ sơ giải quyết trước hạn và đúng hạn trên tổng số hồ sơ đến hạn trong kỳ",
    ),
    source="domain.md, Periods",
)
