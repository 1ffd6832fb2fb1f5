"""Of the cases settled in a period, how many have an electronic result."""

from projections.definitions.definition import Definition
from projections.tables import Text

DEFINITION = Definition(
    name="electronic_result",
    report="electronic-result",
    above=("electronic_result_yes",),
    below=("electronic_result_yes", "electronic_result_no"),
    title=Text("Electronic result", "Tỷ lệ trả kết quả điện tử"),
    text=Text(
        "settled with an electronic result, of all settled that say whether they have one",
        "số hồ sơ có kết quả điện tử trên tổng số hồ sơ đã giải quyết có ghi nhận",
    ),
    source="domain.md, Periods",
)
