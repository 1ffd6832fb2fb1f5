"""The foot of a report: definition, policy, period, as-of and hashes, so that a printed page says what it is."""

from typing import Final
from zoneinfo import ZoneInfo

from events.instants import moment_of
from projections.attribution import Attribution
from projections.measures import Policy
from projections.reports import Grouping, Rollup, UnitsShown
from projections.tables import Note, Text
from services.answers import Answered
from services.version import VERSION

SHOWN_DIGITS: Final = 16
_POLICIES: Final = {
    Policy.DATE: Text("date: local days are compared", "ngày: so sánh theo ngày"),
    Policy.INSTANT: Text("instant: times are compared to the second", "thời điểm: so sánh theo giờ, phút"),
}
_ROLLUPS: Final = {
    Rollup.WEIGHTED: Text("weighted: numerators and denominators are summed", "cộng tử số và mẫu số"),
    Rollup.SIMPLE_MEAN: Text("simple mean of the rows' rates", "trung bình cộng của các tỷ lệ"),
}
_UNITS: Final = {
    UnitsShown.AS_REPORTED: Text("as reported then", "theo đơn vị tại thời điểm báo cáo"),
    UnitsShown.TODAY: Text("re-based to today's units", "quy về đơn vị hiện nay"),
}
_ROWS: Final = {
    Grouping.UNIT: Text("each unit's own cases", "hồ sơ của chính từng đơn vị"),
    Grouping.GROUP: Text(
        "by group of the procedure on the day of reception", "theo nhóm của thủ tục tại ngày tiếp nhận"
    ),
}
_ATTRIBUTIONS: Final = {
    Attribution.LAST: Text("of the unit that held the case last", "tính cho đơn vị giữ hồ sơ sau cùng"),
    Attribution.FIRST: Text(
        "of the unit that held the case first; rows balance in the total only",
        "tính cho đơn vị giữ hồ sơ đầu tiên; chỉ dòng tổng cân đối",
    ),
    Attribution.RECEIVING: Text(
        "of the unit that took the case in, or held it first where none is named; rows balance in the total only",
        "tính cho đơn vị tiếp nhận hồ sơ, nếu không ghi thì đơn vị giữ đầu tiên; chỉ dòng tổng cân đối",
    ),
}
_KINDS: Final = {
    "procedure": Text("administrative procedures", "thủ tục hành chính"),
    "complaint": Text("complaints", "phản ánh, kiến nghị"),
}


def what_if_note(calendar: str) -> Note:
    """Says that figures are of another calendar, by its version (sha256)."""
    shown = calendar[:SHOWN_DIGITS]
    return Note(
        Text("What if", "Giả định"),
        Text(
            f"promises made by calendar {shown}, as if its days had always been known: no official figures",
            f"ngày hẹn trả tính theo lịch {shown}, coi như đã biết từ đầu: không phải số liệu chính thức",
        ),
    )


def foot(
    answered: Answered, meaning: Text, version: str, *, of_all_days: bool = False, attributed: bool = False
) -> tuple[Note, ...]:
    """The notes of a report; `meaning` is its definition in words, `version` the sha256 of the definition.

    `of_all_days`: neither period nor policy have a say in it. `attributed`: units answer for cases in it.
    """
    question = answered.report.question
    first, last = question.period.from_date, question.period.to_date
    positions = ", ".join(f"{one.partition}:{one.position}" for one in answered.checkpoints) or "-"
    at = f"{moment_of(answered.recorded_at).astimezone(ZoneInfo(answered.time_zone)):%Y-%m-%d %H:%M:%S%z}"
    hashes = ", ".join(
        f"{name} {value[:SHOWN_DIGITS]}"
        for name, value in (
            ("definition", version),
            ("units", answered.units_version),
            ("calendar", answered.calendar_version),
            *answered.other_versions.items(),
        )
        if value
    )
    notes = [
        Note(Text("Definition", "Định nghĩa"), meaning),
        Note(Text("Policy", "Cách so sánh hạn"), _POLICIES[question.policy]),
        Note(
            Text("Period", "Kỳ báo cáo"),
            Text(
                f"{first} to {last} (exclusive), {answered.time_zone}",
                f"từ {first:%d/%m/%Y} đến trước {last:%d/%m/%Y}, {answered.time_zone}",
            ),
        ),
        Note(Text("Total", "Tổng hợp"), _ROLLUPS[question.rollup]),
        Note(Text("Units", "Đơn vị"), _UNITS[question.units]),
        Note(Text("Cases", "Loại hồ sơ"), _KINDS[answered.kind]),
        Note(Text("As of", "Tính đến"), Text(f"{at}, positions {positions}", f"{at}, vị trí {positions}")),
        Note(Text("Versions (sha256)", "Phiên bản (sha256)"), Text(f"{hashes}; {VERSION}", f"{hashes}; {VERSION}")),
    ]
    if attributed:
        notes.insert(4, Note(Text("Settled cases", "Hồ sơ đã giải quyết"), _ATTRIBUTIONS[question.attribution]))
    if question.by in _ROWS:
        notes.insert(4, Note(Text("Rows", "Các dòng"), _ROWS[question.by]))
    without = {"Policy", "Period", "Total"} if of_all_days else set()
    return tuple(note for note in notes if note.label.en not in without)
