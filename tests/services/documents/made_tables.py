"""Tables to draw: a monthly form of 150 communes, a ranking, one without rows."""

from fractions import Fraction

from projections.definitions import BY_REPORT
from projections.figures import Counts, total
from projections.tables import Cell, Column, Note, Sort, Table, Text

NAMES = ("Phường Đống Đa", "Xã Nghĩa Hưng", "Thị trấn Quỳnh Ổi", "Xã Ẩm Thượng", "Phường Lê Lợi", "Xã Kỳ Thượng")
ON_TIME = BY_REPORT["on-time"]

NOTES = (
    Note(
        Text("Definition", "Định nghĩa"),
        Text(
            "on_time_settled: settled early or on time, of all settled; total weighted",
            "on_time_settled: hồ sơ giải quyết trước hạn hoặc đúng hạn trên tổng số đã giải quyết; tổng có trọng số",
        ),
    ),
    Note(
        Text("Policy", "Cách so hạn"),
        Text("date: calendar days are compared, Asia/Ho_Chi_Minh", "date: so theo ngày, Asia/Ho_Chi_Minh"),
    ),
    Note(Text("Period", "Kỳ báo cáo"), Text("15/6/2024 to 14/7/2024", "15/6/2024 đến 14/7/2024")),
    Note(
        Text("As of", "Tính đến"),
        Text("2024-07-15T08:00:00+07:00, positions 0:1200, 1:1187", "2024-07-15T08:00:00+07:00, vị trí 0:1200, 1:1187"),
    ),
    Note(
        Text("Versions", "Phiên bản"),
        Text(
            f"definition sha256:{'5f' * 32}, units sha256:{'a1' * 32}, code 1.0.0",
            f"định nghĩa sha256:{'5f' * 32}, đơn vị sha256:{'a1' * 32}, mã nguồn 1.0.0",
        ),
    ),
)

FORM_COLUMNS = (
    Column("unit", Text("Code", "Mã"), Sort.TEXT),
    Column("name", Text("Unit", "Đơn vị"), Sort.TEXT),
    Column("received", Text("Received, in all", "Tiếp nhận: tổng số")),
    Column("online", Text("filed online", "trực tuyến")),
    Column("direct", Text("direct or by post", "trực tiếp, bưu chính")),
    Column("carried_over", Text("carried over", "từ kỳ trước")),
    Column("settled", Text("Settled, in all", "Đã giải quyết: tổng số")),
    Column("settled_early", Text("early", "trước hạn")),
    Column("settled_on_time", Text("on time", "đúng hạn")),
    Column("settled_late", Text("late", "quá hạn")),
    Column("pending", Text("Pending, in all", "Đang giải quyết: tổng số")),
    Column("pending_in_time", Text("in time", "trong hạn")),
    Column("pending_overdue", Text("overdue", "quá hạn")),
    Column("percent", Text("Settled on time", "Tỷ lệ đúng hạn"), Sort.PERCENT),
)


def commune(place: int) -> Counts:
    """Counts of one of the communes; every ninth has settled nothing."""
    early, on_time, late = (0, 0, 0) if place % 9 == 8 else (place * 37 % 1900, place * 11 % 90, place * 7 % 23)
    return Counts(
        new=early + on_time + late + place % 5,
        carried_over=place % 13 + 4,
        settled_early=early,
        settled_on_time=on_time,
        settled_late=late,
        pending_in_time=place % 13,
        pending_overdue=place % 5 + 4,
        online=(early + on_time) // 2,
    )


def form(rows: int = 150) -> Table:
    """Like form II.06a, a row a commune, names with diacritics."""
    counts = [commune(place) for place in range(rows)]
    lines = [
        (f"H99.{place:03d}", f"{NAMES[place % len(NAMES)]} {place}", *_cells(one)) for place, one in enumerate(counts)
    ]
    return Table(
        "ii06a",
        Text("Cases received and settled, July 2024", "Tình hình tiếp nhận, giải quyết hồ sơ tháng 7 năm 2024"),
        FORM_COLUMNS,
        tuple(lines),
        ("", Text("Total", "Tổng số"), *_cells(total(counts))),
        NOTES,
    )


def _cells(one: Counts) -> tuple[Cell, ...]:
    return (
        one.new + one.carried_over,
        one.online,
        one.new - one.online,
        one.carried_over,
        one.settled,
        one.settled_early,
        one.settled_on_time,
        one.settled_late,
        one.pending,
        one.pending_in_time,
        one.pending_overdue,
        ON_TIME.rate(one),
    )


RANKING = Table(
    "ranking",
    Text("Ranking by on-time rate", "Xếp hạng theo tỷ lệ đúng hạn"),
    (
        Column("rank", Text("Rank", "Hạng")),
        Column("name", Text("Unit", "Đơn vị"), Sort.TEXT),
        Column("settled", Text("Settled", "Đã giải quyết")),
        Column("percent", Text("On time", "Đúng hạn"), Sort.PERCENT),
        Column("change", Text("Change in percentage points", "Tăng giảm (điểm phần trăm)"), Sort.POINTS),
        Column("days", Text("Mean working time in days", "Thời gian giải quyết trung bình (ngày)"), Sort.DAYS),
    ),
    (
        (1, "Sở Nội vụ", 53_172, Fraction(53_106, 53_172), Fraction(348, 10_000), Fraction(7, 3)),
        (2, "Sở Tư pháp", 1_329, Fraction(1_007, 1_329), Fraction(-1, 3), Fraction(12_345, 2)),
        (2, "Sở Y tế", 5_695, Fraction(5_659, 5_695), Fraction(0), None),
        (None, "Sở Công Thương", 0, None, None, None),
    ),
    None,
    NOTES[:3],
)


def one_text(text: str) -> Table:
    """A single cell of text."""
    return Table(
        "cell", Text("A cell", "Một ô"), (Column("text", Text("Text", "Văn bản"), Sort.TEXT),), ((text,),), None, ()
    )
