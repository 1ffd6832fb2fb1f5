"""Of the cases settled or pending, how many are not late: as some official tables count."""

from projections.definitions.definition import Definition
from projections.definitions.terms import PENDING, SETTLED, SETTLED_IN_TIME
from projections.tables import Text

DEFINITION = Definition(
    name="on_time_handled",
    report="on-time-handled",
    above=(*SETTLED_IN_TIME, "pending_in_time", "pending_paused"),
    below=(*SETTLED, *PENDING),
    title=Text("On time of those handled", "Tỷ lệ đúng hạn trên hồ sơ xử lý"),
    text=Text(
        "settled early or on time and pending within the deadline, of all settled and pending",
        "số hồ sơ giải quyết trước hạn, đúng hạn và đang giải quyết trong hạn trên tổng số hồ sơ đã và đang giải quyết",
    ),
    source="domain.md, Periods",
)
