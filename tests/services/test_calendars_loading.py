"""Reading calendars from files: a good one whole, a bad one refused with every error."""

from datetime import date
from pathlib import Path

import pytest

from projections.calendar import CalendarDay, DayKind, OfficeHours
from services.calendars_loading import read_calendar_file
from services.reference_files import ReferenceRefused
from tests.events.telling import at

HEADER = """
name = "Tỉnh"
time_zone = "Asia/Ho_Chi_Minh"
working_week = ["monday", "tuesday", "wednesday", "thursday", "friday"]
office_hours = ["07:30-11:30", "13:00–17:00"]
days = ["nation.csv", "province.csv"]
[[year]]
year = 2026
status = "decided"
sources = ["9441/TB-BNV"]
[[year]]
year = 2027
status = "statutory_only"
sources = ["45/2019/QH14"]
note = "chưa có thông báo"
"""
COLUMNS = "date,kind,name,published_at,province"
NATION = "date,kind,name,published_at\n2026-09-02,holiday,Quốc khánh,2019-11-20\n"
PROVINCE = "province,published_at,date,kind,name\nH62,2026-01-05T08:00:00+07:00,2026-05-05,holiday,Ngày của tỉnh\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "calendar.toml").write_text(HEADER)
    (tmp_path / "nation.csv").write_text(NATION)
    (tmp_path / "province.csv").write_text(PROVINCE)
    return tmp_path


def errors_of(folder: Path) -> list[str]:
    with pytest.raises(ReferenceRefused) as refused:
        read_calendar_file(folder / "calendar.toml")
    return [line.removeprefix(f"{folder}/") for line in refused.value.lines]


def header_errors(folder: Path, *changes: tuple[str, str]) -> list[str]:
    text = HEADER
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "calendar.toml").write_text(text)
    found = errors_of(folder)
    assert all(line.startswith("calendar.toml: ") for line in found)
    return [line.removeprefix("calendar.toml: ") for line in found]


def test_a_header_and_its_files_make_one_calendar(folder: Path) -> None:
    found = read_calendar_file(folder / "calendar.toml")
    assert (found.name, found.time_zone) == ("Tỉnh", "Asia/Ho_Chi_Minh")
    assert found.calendar.working_week == frozenset(range(5))
    assert found.calendar.office_hours == (OfficeHours(450, 690), OfficeHours(780, 1020))
    assert found.calendar.years == {2026, 2027}
    assert [(one.year, one.status, one.note) for one in found.years] == [
        (2026, "decided", ""),
        (2027, "statutory_only", "chưa có thông báo"),
    ]
    national = CalendarDay(date(2026, 9, 2).toordinal(), DayKind.HOLIDAY, "Quốc khánh", at("2019-11-20T00:00:00+07:00"))
    provincial = CalendarDay(
        date(2026, 5, 5).toordinal(), DayKind.HOLIDAY, "Ngày của tỉnh", at("2026-01-05T08:00:00+07:00"), "H62"
    )
    assert found.calendar.entries == (national, provincial)


def test_the_province_of_the_header_is_the_one_whose_days_count(folder: Path) -> None:
    may = date(2026, 5, 5).toordinal()
    assert read_calendar_file(folder / "calendar.toml").calendar.is_working_day(may)
    (folder / "calendar.toml").write_text('province = "H62"' + HEADER)
    assert not read_calendar_file(folder / "calendar.toml").calendar.is_working_day(may)


def test_names_in_decomposed_letters_make_the_same_version(folder: Path) -> None:
    composed = read_calendar_file(folder / "calendar.toml").calendar.version
    (folder / "nation.csv").write_text("\ufeff" + NATION.replace("ố", "o\u0302\u0301"))
    assert read_calendar_file(folder / "calendar.toml").calendar.version == composed


def test_every_error_of_the_days_is_named_with_file_and_line(folder: Path) -> None:
    (folder / "nation.csv").write_text(
        NATION
        + "2.9.2026,holiday,Quốc khánh,2019-11-20\n"
        + "2026-09-02,holliday,Quốc khánh,2019-11-21\n"
        + "2026-09-02,holiday,,2019-11-22\n"
        + "2026-09-02,holiday,Quốc khánh,tomorrow\n"
        + "2026-09-02,holiday,Quốc khánh,2019-11-20T10:00:00\n"
        + "2026-09-02,holiday,Quốc khánh,nghỉ,2019-11-20\n"
        + "2028-01-01,holiday,Tết Dương lịch,2019-11-20\n"
        + "2026-09-03,make_up_working_day,Làm bù,2019-11-20\n"
    )
    (folder / "province.csv").write_text(PROVINCE + ",2019-11-20,2026-09-02,holiday,Quốc khánh\n")
    found = errors_of(folder)
    assert [line.partition(": ")[0] for line in found] == ["nation.csv"] * 8 + ["province.csv"]
    assert [line.split(": ")[1] for line in found] == [f"line {n}" for n in (3, 4, 5, 6, 7, 8, 9, 10, 3)]
    for line, words in zip(
        found,
        [
            "write it like 2026-02-16",
            "use holiday, make_up_working_day; did you mean 'holiday'?",
            "name must not be empty",
            "'tomorrow' is no date",
            "time with offset",
            "more cells than columns",
            "year that the header does not list",
            "working day anyway",
            "stands twice",
        ],
        strict=True,
    ):
        assert words in line


def test_every_error_of_the_header_is_named_by_its_key(folder: Path) -> None:
    assert header_errors(
        folder,
        ('name = "Tỉnh"', "nmae = 1"),
        ("Asia/Ho_Chi_Minh", "Asia/Hochiminh"),
        ('"monday"', '"mon"'),
        ("07:30-11:30", "7h30"),
        ('days = ["nation.csv", "province.csv"]', "days = []"),
        ('status = "decided"', 'status = "sure"'),
        ("year = 2027", 'year = "2027"'),
    ) == [
        "name: is missing: add it",
        "time_zone: unknown time zone 'Asia/Hochiminh'; did you mean 'Asia/Ho_Chi_Minh'?",
        f"working_week, 1: weekday 'mon' is not known: use {', '.join(WEEKDAYS)}; did you mean 'monday'?",
        "office_hours, 1: '7h30' are no office hours: write them like 07:30-11:30",
        "days: must not be empty",
        "year, 1, status: must be 'decided', 'reported' or 'statutory_only'",
        "year, 2, year: must be a whole number",
        "nmae: unknown key: remove it; did you mean 'name'?",
    ]


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("07:30-11:30", "07:30-13:30", "office_hours: office hours must follow one another without overlap: correct"),
        ("07:30-11:30", "25:00-26:00", "office_hours, 1: opening '25:00' is no time of day: write it like 15:00"),
        ("07:30-11:30", "11:30-07:30", "office_hours: office hours must open before they close"),
        ('"13:00–17:00"', '"13:00–24:30"', "office_hours, 2: closing '24:30' is no time of day"),
        ("year = 2027", "year = 2026", "year: 2026 stands twice: keep one"),
        ("sources = [", "source = [", "year, 1, source: unknown key: remove it; did you mean 'sources'?"),
        ("sources = [", "sources = [[", "is not TOML"),
    ],
)
def test_a_header_that_makes_no_sense_says_what_to_do(folder: Path, old: str, new: str, expected: str) -> None:
    assert any(line.startswith(expected) for line in header_errors(folder, (old, new)))


def test_an_office_may_close_at_midnight(folder: Path) -> None:
    (folder / "calendar.toml").write_text(HEADER.replace("13:00–17:00", "13:00-24:00"))
    assert read_calendar_file(folder / "calendar.toml").calendar.office_hours[-1] == OfficeHours(780, 1440)


def test_files_that_cannot_be_read_are_named(folder: Path) -> None:
    (folder / "nation.csv").unlink()
    assert errors_of(folder) == ["nation.csv: cannot be read: No such file or directory"]
    (folder / "nation.csv").write_bytes(NATION.encode("utf-16"))
    assert errors_of(folder) == ["nation.csv: not UTF-8 at byte 0: save it as UTF-8"]
    (folder / "nation.csv").write_text("date,kind,publshed_at,date\n")
    assert errors_of(folder) == [
        f"nation.csv: line 1: columns name, published_at are missing; it needs {COLUMNS}",
        f"nation.csv: line 1: unknown column 'publshed_at'; did you mean 'published_at'?; it needs {COLUMNS}",
        f"nation.csv: line 1: column 'date' stands twice; it needs {COLUMNS}",
    ]
    (folder / "nation.csv").write_text(NATION + '2026-01-01,holiday,"Tết,2019-11-20\n')
    assert errors_of(folder) == ["nation.csv: line 3: unexpected end of data: save it as CSV"]
    (folder / "nation.csv").write_text("")
    assert "line 1: columns date, kind, name, published_at are missing" in errors_of(folder)[0]
