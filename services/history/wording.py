"""Words of explanations in English and Vietnamese; codes stay codes for machines."""

from typing import Final, Literal

from projections.tables import Text

Language = Literal["en", "vi"]

LABELS: Final = {
    "early": Text("settled early", "giải quyết trước hạn"),
    "on_time": Text("settled on time", "giải quyết đúng hạn"),
    "late": Text("settled late", "giải quyết trễ hạn"),
    "closed": Text("closed without a decision, counted as closed", "kết thúc không giải quyết, tính là hồ sơ dừng"),
    "paused": Text("open, paused", "đang xử lý, tạm dừng tính thời gian"),
    "overdue": Text("open, overdue", "đang xử lý, quá hạn"),
    "in_time": Text("open, in time", "đang xử lý, trong hạn"),
}
STATES: Final = {
    "retracted": Text("every fact was retracted: counted nowhere", "mọi sự kiện đã bị rút lại: không được tính"),
    "refused_at_desk": Text("refused at the desk: counted as such only", "bị từ chối tiếp nhận: chỉ tính là từ chối"),
    "never_received": Text("never received: counted in no figure", "chưa được tiếp nhận: không tính vào số liệu nào"),
}
WHY: Final = {
    "duplicate": Text("recorded before under the same id", "đã ghi nhận trước với cùng mã"),
    "id_reused": Text(
        "the id was used before with another body; the first counts", "mã đã dùng với nội dung khác; bản đầu được tính"
    ),
    "retracted": Text("taken back by a retraction", "đã bị rút lại"),
    "retraction": Text("takes back another fact", "rút lại một sự kiện khác"),
    "received_twice": Text("received before; the earliest counts", "đã tiếp nhận trước; lần sớm nhất được tính"),
    "processed_twice": Text("the case had ended before", "hồ sơ đã kết thúc trước đó"),
    "closed_after_end": Text("the case had ended before", "hồ sơ đã kết thúc trước đó"),
    "transfer_out_of_place": Text(
        "not between reception and end, so it moves nothing", "không nằm giữa tiếp nhận và kết thúc, không có hiệu lực"
    ),
    "already_holder": Text("the unit held the case already", "đơn vị đang giữ hồ sơ"),
    "paused_after_end": Text("the case had ended before", "hồ sơ đã kết thúc trước đó"),
    "paused_while_paused": Text("pauses do not nest", "hồ sơ đang tạm dừng"),
    "resumed_without_pause": Text("there was no pause to end", "không có tạm dừng để kết thúc"),
    "rescheduled_after_end": Text("the case had ended before", "hồ sơ đã kết thúc trước đó"),
    "reopened_while_open": Text("the case was open", "hồ sơ đang mở"),
    "overdue_from_sender": Text("only the deadlines service says so", "chỉ dịch vụ theo dõi hạn được báo quá hạn"),
    "began_after_due": Text("began after the due date: cures nothing", "bắt đầu sau hạn: không được trừ"),
    "does_not_stop_the_clock": Text("its reason does not stop the clock", "lý do không dừng tính thời gian"),
    "interrupted": Text("a new due date was set inside it", "hạn mới được đặt trong khi tạm dừng"),
    "counted": Text("moves the due date by its length", "hạn được lùi theo thời gian tạm dừng"),
    "open": Text("still open: the clock stands still", "đang tạm dừng tính thời gian"),
}


def said(texts: dict[str, Text], code: str, language: Language) -> str:
    """The words for a code; the code itself where there are none."""
    text = texts.get(code)
    if text is None:
        return code
    return text.vi if language == "vi" else text.en


def sentence(label: str, days: dict[str, object], policy: str, language: Language) -> str:
    """What was compared with what, in one sentence; `days` as `explaining.days_of` has them."""
    verdict, due, end = said(LABELS, label, language), days["due"], days["end"]
    if due is None:
        none = "chưa từng có hạn trả" if language == "vi" else "no due date was ever given"
        return f"{verdict}: {none}"
    if label in ("paused", "closed"):
        return verdict
    if language == "vi":
        compared = "so theo ngày" if policy == "date" else "so theo thời điểm"
        return f"{verdict}: {'kết thúc ' + str(end) if end else 'chưa kết thúc'}, hạn trả {due}; {compared}"
    compared = "local days are compared" if policy == "date" else "instants are compared"
    return f"{verdict}: {'ended ' + str(end) if end else 'not ended'}, due {due}; {compared}"
