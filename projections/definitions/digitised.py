"""Of the cases received in a period that had papers to digitise, how many were digitised."""

from projections.definitions.definition import Definition
from projections.tables import Text

DEFINITION = Definition(
    name="digitised",
    report="digitised",
    above=("digitised_yes",),
    below=("digitised_yes", "digitised_no"),
    title=Text("Digitised", "Tỷ lệ số hóa hồ sơ"),
    text=Text(
        "digitised, of all received that say whether they were; exempt ones left out",
        "số hồ sơ được số hóa trên tổng số hồ sơ tiếp nhận thuộc diện số hóa",
    ),
    source="domain.md, Periods",
)
