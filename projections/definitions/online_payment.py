"""Of the cases settled in a period for which a fee was paid, how many were paid online."""

from projections.definitions.definition import Definition
from projections.tables import Text

DEFINITION = Definition(
    name="online_payment",
    report="online-payment",
    above=("paid_online",),
    below=("paid_online", "paid_counter"),
    title=Text("Paid online", "Tỷ lệ thanh toán trực tuyến"),
    text=Text(
        "paid online, of all settled that were paid online or at the counter",
        "số hồ sơ thanh toán trực tuyến trên tổng số hồ sơ đã giải quyết có nộp phí, lệ phí",
    ),
    source="domain.md, Periods",
)
