"""Of the cases that a unit had to deal with in a period, how many it settled."""

from projections.definitions.definition import Definition
from projections.definitions.terms import ENTERED, SETTLED
from projections.tables import Text

DEFINITION = Definition(
    name="settlement_rate",
    report="settlement-rate",
    above=SETTLED,
    below=ENTERED,
    title=Text("Settlement rate", "Tỷ lệ giải quyết"),
    text=Text(
        "settled, of all received, carried over and transferred in",
        "số hồ sơ đã giải quyết trên tổng số hồ sơ tiếp nhận, tồn kỳ trước và chuyển đến",
    ),
    source="domain.md, Periods",
)
