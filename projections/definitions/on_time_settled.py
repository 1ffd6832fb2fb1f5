"""Of the cases settled in a period, how many were settled early or on time."""

from projections.definitions.definition import Definition
from projections.definitions.terms import SETTLED, SETTLED_IN_TIME
from projections.tables import Text

DEFINITION = Definition(
    name="on_time_settled",
    report="on-time",
    above=SETTLED_IN_TIME,
    below=SETTLED,
    title=Text("Settled on time", "Tỷ lệ giải quyết đúng hạn"),
    text=Text(
        "settled early or on time, of all settled",
        "số hồ sơ giải quyết trước hạn và đúng hạn trên tổng số hồ sơ đã giải quyết",
    ),
    source="domain.md, Periods",
)
