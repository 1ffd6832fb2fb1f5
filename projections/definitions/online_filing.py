"""Of the cases received in a period, how many were filed online."""

from projections.definitions.definition import Definition
from projections.tables import Text

DEFINITION = Definition(
    name="online_filing",
    report="online-filing",
    above=("online",),
    below=("new",),
    title=Text("Filed online", "Tỷ lệ nộp hồ sơ trực tuyến"),
    text=Text(
        "filed online, of all received",
        "số hồ sơ nộp trực tuyến trên tổng số hồ sơ tiếp nhận",
    ),
    source="domain.md, Periods",
)
