"""Rows of the national portal and the facts they make."""

import json

import pytest
from portal_rows import DUE, RECEIVED, Saying, at, case_of, facts_of, refusals, row, sayings, supplement

ASKED, ANSWERED, DECIDED, HANDED_OVER = "20240116090000", "20240119090000", "20240122100000", "20240123093000"
NEW_DUE = "20240125170000"
UNIT = {"unit": "H62.12"}
RECEPTION = ("received", RECEIVED, {"procedure": "1.012766", "unit": "H62.12"})
WAITING = supplement(ASKED, before=DUE)
ANSWER = supplement(ASKED, ANSWERED, DUE, NEW_DUE)


def promised(due: str, reason: str = "correction") -> dict[str, str]:
    return {"due": f"{due[:4]}-{due[4:6]}-{due[6:8]}T{due[8:10]}:{due[10:12]}:{due[12:]}+07:00", "reason": reason}


TABLE: list[tuple[str, dict[str, str], list[Saying]]] = [
    ("newly filed is not received yet", row("1"), []),
    (
        "received",
        row("2"),
        [RECEPTION, ("rescheduled", RECEIVED, promised(DUE))],
    ),
    (
        "refused at the desk",
        row("3", NgayTuChoi=ASKED),
        [("closed", ASKED, {"reason": "rejected"})],
    ),
    (
        "a supplement is asked",
        row("5", WAITING),
        [
            RECEPTION,
            ("rescheduled", RECEIVED, promised(DUE)),
            ("paused", ASKED, {"reason": "supplement"}),
            ("transferred", ASKED, UNIT),
        ],
    ),
    (
        "the supplement came, and with it a new date",
        row("4", ANSWER, NgayHenTra=NEW_DUE),
        [
            RECEPTION,
            ("rescheduled", RECEIVED, promised(DUE)),
            ("paused", ASKED, {"reason": "supplement"}),
            ("rescheduled", ANSWERED, promised(NEW_DUE, "supplement")),
            ("resumed", ANSWERED, {}),
            ("transferred", ANSWERED, UNIT),
        ],
    ),
    (
        "a fee is due, and the row says since when",
        row("6", ThoiDiemXuLy=ASKED),
        [
            RECEPTION,
            ("rescheduled", RECEIVED, promised(DUE)),
            ("paused", ASKED, {"reason": "payment"}),
            ("transferred", ASKED, UNIT),
        ],
    ),
    (
        "withdrawn",
        row("7", NgayKetThucXuLy=DECIDED),
        [
            RECEPTION,
            ("rescheduled", RECEIVED, promised(DUE)),
            ("closed", DECIDED, {"reason": "withdrawn"}),
            ("retracted", DECIDED, {}),
            ("transferred", DECIDED, UNIT),
        ],
    ),
    (
        "stopped, with the day in another column",
        row("8", NgayTra=DECIDED),
        [
            RECEPTION,
            ("rescheduled", RECEIVED, promised(DUE)),
            ("closed", DECIDED, {"reason": "stopped"}),
            ("transferred", DECIDED, UNIT),
        ],
    ),
    (
        "processed, paid online, with a file as the result",
        row(
            "9",
            NgayKetThucXuLy=DECIDED,
            DuocThanhToanTrucTuyen="2",
            DanhSachGiayToKetQua='[{"TenGiayTo": "-", "DuongDanTepTinKetQua": "/1.pdf"}]',
        ),
        [
            RECEPTION,
            ("rescheduled", RECEIVED, promised(DUE)),
            ("processed", DECIDED, {"electronic_result": True, "paid": "online"}),
            ("retracted", DECIDED, {}),
            ("transferred", DECIDED, UNIT),
        ],
    ),
    (
        "returned by post",
        row("10", NgayKetThucXuLy=DECIDED, NgayTra=HANDED_OVER, HinhThuc="1"),
        [
            RECEPTION,
            ("rescheduled", RECEIVED, promised(DUE)),
            ("processed", DECIDED, {}),
            ("transferred", DECIDED, UNIT),
            ("returned", HANDED_OVER, {"channel": "post"}),
        ],
    ),
]


@pytest.mark.parametrize(("cells", "expected"), [case[1:] for case in TABLE], ids=[case[0] for case in TABLE])
def test_a_row_makes_the_facts_that_explain_it(cells: dict[str, str], expected: list[Saying]) -> None:
    found = [(name, time, {} if name == "retracted" else data) for name, time, data in sayings(cells)]
    assert found == expected
    assert refusals(cells) == []


def test_a_row_sent_again_after_its_status_moved_on_is_one_case_without_any_problem() -> None:
    case = case_of([row("2"), row("4"), row("9", NgayKetThucXuLy=DECIDED)])
    assert case.end is not None
    assert (case.received_at, case.end.time, case.problems) == (at(RECEIVED), at(DECIDED), frozenset())


def test_of_two_dates_promised_the_one_of_the_later_status_counts_whichever_came_first() -> None:
    rows = [row("2"), row("4", NgayHenTra=NEW_DUE)]
    for arrived in (rows, rows[::-1]):
        assert [step.due for step in case_of(arrived).steps][-1] == at(NEW_DUE)


def test_of_two_dates_promised_by_equally_old_rows_the_earlier_counts() -> None:
    rows = [row("4"), row("4", NgayHenTra=NEW_DUE)]
    for arrived in (rows, rows[::-1]):
        assert [step.due for step in case_of(arrived).steps][-1] == at(DUE)


@pytest.mark.parametrize("decided", [RECEIVED, "20240114100000"], ids=["in the same second", "the day before"])
def test_a_case_decided_at_or_before_its_reception_keeps_the_date_it_was_promised(decided: str) -> None:
    rows = [row("2"), row("9", NgayKetThucXuLy=decided)]
    for arrived in (rows, rows[::-1]):
        case = case_of(arrived)
        assert [step.due for step in case.steps] in ([at(DUE)], [at(DUE)] * 2)
        assert case.problems == frozenset()


def test_an_end_that_is_only_planned_ends_nothing_and_makes_no_row_newer() -> None:
    rows = [row("2", NgayKetThucXuLy="20990101000000"), row("4", NgayHenTra=NEW_DUE)]
    case = case_of(rows)
    assert (case.end, case.last_time) == (None, at(RECEIVED))
    assert [step.due for step in case.steps][-1] == at(NEW_DUE)


def test_a_row_sent_after_the_hand_over_adds_that_and_nothing_else() -> None:
    decided = row("9", NgayKetThucXuLy=DECIDED)
    handed_over = row("10", NgayKetThucXuLy=DECIDED, NgayTra=HANDED_OVER)
    assert [one for one in sayings(handed_over) if one not in sayings(decided)] == [("returned", HANDED_OVER, {})]
    assert len(facts_of([decided, handed_over])) == len(facts_of([decided])) + 1


def test_the_time_of_the_last_change_outweighs_the_status() -> None:
    rows = [row("4", NgayHenTra=NEW_DUE, ThoiDiemXuLy=ANSWERED), row("6", ThoiDiemXuLy=ASKED)]
    assert [step.due for step in case_of(rows).steps][-1] == at(NEW_DUE)


def test_a_case_that_another_unit_took_over_is_held_by_it() -> None:
    rows = [row("4", ThoiDiemXuLy=ASKED), row("9", NgayKetThucXuLy=DECIDED, DonViXuLy="H62.13")]
    assert case_of(rows[::-1]).holders[-1].unit == "H62.13"


def test_an_answered_supplement_without_a_new_date_moves_the_date_by_the_wait() -> None:
    """The row names the date promised before: the fold's own rule for pauses applies."""
    case = case_of([row("4", supplement(ASKED, ANSWERED, DUE))])
    assert [type(step).__name__ for step in case.steps] == ["DueSet", "PauseOver"]


def test_a_wait_asked_for_in_the_second_of_the_reception_counts() -> None:
    case = case_of([row("5", supplement(RECEIVED, before=DUE))])
    assert case.open_pause == at(RECEIVED) + 1


def test_a_case_that_becomes_digitised_is_received_once() -> None:
    rows = [row("2", HoSoCoThanhPhanSoHoa="0"), row("9", HoSoCoThanhPhanSoHoa="1", NgayKetThucXuLy=DECIDED)]
    for arrived in (rows, rows[::-1]):
        case = case_of(arrived)
        assert case.received is not None
        assert (case.received.digitised, case.problems) == ("yes", frozenset())


def test_waits_told_by_the_time_of_the_last_change_end_when_a_row_is_at_work_again() -> None:
    rows = [row("5", ThoiDiemXuLy=ASKED), row("4", ThoiDiemXuLy=ANSWERED)]
    case = case_of(rows[::-1])
    assert case.open_pause is None
    assert (case.steps[-1].began, case.steps[-1].ended, case.problems) == (at(ASKED), at(ANSWERED), frozenset())


def test_a_row_at_work_that_never_waited_raises_no_problem() -> None:
    case = case_of([row("4", ThoiDiemXuLy=ASKED)])
    assert (case.problems, [type(step).__name__ for step in case.steps]) == (frozenset(), ["DueSet"])


def test_a_withdrawal_asked_for_leaves_the_case_open_until_a_row_says_when_it_ended() -> None:
    rows = [row("7"), row("7", NgayKetThucXuLy=DECIDED), row("8", NgayKetThucXuLy=DECIDED)]
    assert (case_of(rows[:1]).end, refusals(rows[0])) == (None, [])
    for arrived in (rows, rows[::-1]):
        case = case_of(arrived)
        assert case.end is not None
        assert (case.end.reason, case.end.time, case.problems) == ("withdrawn", at(DECIDED), frozenset())


FEE = json.dumps([{"Gia": "150000"}])


@pytest.mark.parametrize(
    ("online", "fees", "paid"),
    [("1", "", "online"), ("0", FEE, "counter"), ("0", '[{"Gia": "0"}]', "no_fee"), ("0", "[]", None), ("", FEE, None)],
)
def test_how_a_fee_was_paid_follows_from_the_flag_and_the_list_of_fees(
    online: str, fees: str, paid: str | None
) -> None:
    cells = row("9", NgayKetThucXuLy=DECIDED, DuocThanhToanTrucTuyen=online, DanhSachLePhi=fees)
    [data] = [data for name, _, data in sayings(cells) if name == "processed"]
    assert data.get("paid") == paid


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        (row("4", MaHoSo=" "), "case_id_missing", "MaHoSo"),
        (row(""), "required_missing", "TrangThaiHoSo"),
        (row("11"), "unmapped_value", "TrangThaiHoSo"),
        (row("4", KenhThucHien="9"), "unmapped_value", "KenhThucHien"),
        (row("4", NgayTiepNhan="20240230081200"), "unreadable_time", "NgayTiepNhan"),
        (row("4", NgayHenTra="2024012217000"), "unreadable_time", "NgayHenTra"),
        (row("4", NgayTiepNhan=""), "required_missing", "NgayTiepNhan"),
        (row("4", DonViXuLy=""), "required_missing", "DonViXuLy"),
        (row("4", DanhSachHoSoBoSung="{}"), "unreadable_list", "DanhSachHoSoBoSung"),
        (row("4", supplement("16/1/2024")), "unreadable_time", "DanhSachHoSoBoSung.NgayBoSung"),
        (row("5"), "required_missing", "DanhSachHoSoBoSung"),
        (row("8"), "required_missing", "NgayKetThucXuLy"),
        (row("9"), "required_missing", "NgayKetThucXuLy"),
        (row("10", NgayKetThucXuLy=DECIDED), "required_missing", "NgayTra"),
    ],
)
def test_what_cannot_be_read_or_has_no_time_is_refused_with_its_column(
    cells: dict[str, str], reason: str, column: str
) -> None:
    [refused] = refusals(cells)
    assert (refused.reason, refused.column) == (reason, column)
    assert column in refused.detail
