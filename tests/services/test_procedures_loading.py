"""Reading procedures from a file: a good one whole, a bad one refused with every error by line."""

from datetime import date
from pathlib import Path

import pytest

from projections.procedures import Procedure
from projections.time_limits import LimitUnit, TimeLimit
from services.procedures_loading import read_procedures_file
from services.reference_files import ReferenceRefused

COLUMNS = "code,name,group,limit,limit_unit,cutoff_time,case_kind"
JULY = date(2025, 7, 1).toordinal()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "procedures.csv"


def errors_of(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(ReferenceRefused) as refused:
        read_procedures_file(path)
    assert all(line.startswith(f"{path}: line ") for line in refused.value.lines)
    return [line.removeprefix(f"{path}: line ") for line in refused.value.lines]


def test_a_good_file_is_read_whole(file: Path) -> None:
    file.write_text(
        f"{COLUMNS}\n"
        '1.012766,"Cấp phép, xây dựng",Xây dựng,15,working_days,,\n'
        "1.000001,Khai sinh,Hộ tịch,0,working_days,15:00,procedure\n"
        "1.000002,Sao y,Chứng thực,8,hours,9:30,procedure\n"
        "1.000003,Góp ý,,30,calendar_days,,complaint\n"
        "1.000004,Không thời hạn,,,,,\n"
    )
    days, hours = LimitUnit.WORKING_DAYS, LimitUnit.HOURS
    assert read_procedures_file(file).procedures == (
        Procedure("1.000001", "Khai sinh", "Hộ tịch", TimeLimit(0, days), 900),
        Procedure("1.000002", "Sao y", "Chứng thực", TimeLimit(8, hours), 570),
        Procedure("1.000003", "Góp ý", "", TimeLimit(30, LimitUnit.CALENDAR_DAYS), None, "complaint"),
        Procedure("1.000004", "Không thời hạn"),
        Procedure("1.012766", "Cấp phép, xây dựng", "Xây dựng", TimeLimit(15, days)),
    )


def test_former_codes_and_validity_dates_are_optional_columns(file: Path) -> None:
    file.write_text(
        f"former_code,{COLUMNS},valid_from,valid_to\n"
        "2.1; 2.2,1.1,Cấp phép,,10,working_days,,,2025-07-01,\n"
        ",1.1,Cấp phép,,15,working_days,,,,2025-07-01\n"
    )
    registry = read_procedures_file(file)
    found = [registry.find(code, day) for code in ("2.1", "2.2", "1.1") for day in (JULY - 1, JULY)]
    assert [one and one.limit and one.limit.amount for one in found] == [15, 10, 15, 10, 15, 10]


def test_every_error_is_named_with_its_line(file: Path) -> None:
    found = errors_of(
        file,
        f"{COLUMNS},former_code,valid_from,valid_to\n"
        ",No code,,5,working_days,,,,,\n"
        "1,,,5,working_days,,,,,\n"
        "2,Half a day,,0.5,working_days,,,,,\n"
        "3,No unit,,5,,,,,,\n"
        "4,Wrong unit,,5,workin_days,,,,,\n"
        "5,No amount,,,hours,,,,,\n"
        "6,No hours,,0,hours,,,,,\n"
        "7,Too long,,99999,calendar_days,,,,,\n"
        "8,Wrong time,,5,working_days,15h,,,,\n"
        "9,Wrong kind,,5,working_days,,complain,,,\n"
        "10,Wrong day,,5,working_days,,,,1/7/2025,\n"
        "11,Twice,,5,working_days,,,a,,\n"
        "11,Twice,,5,working_days,,,,,\n"
        "12,Former code of another,,5,working_days,,,a,,\n"
        "13,Ends before it begins,,5,working_days,,,,2025-07-01,2025-06-01\n"
        "14,A comma, not in quotes,,5,working_days,,,,,\n",
    )
    assert [int(line.partition(":")[0]) for line in found] == [*range(2, 13), 14, 15, 16, 17]
    for line, words in zip(
        found,
        [
            "code must not be empty",
            "name must not be empty",
            "'0.5' is no whole number: write part of a day in hours",
            "limit_unit '' is not known: use working_days, calendar_days, hours",
            "did you mean 'working_days'?",
            "limit '' is no whole number",
            "limit 0 is out of range: use 1 to 3650",
            "limit 99999 is out of range: use 0 to 3650",
            "cutoff_time '15h' is no time of day: write it like 15:00",
            "use procedure, complaint; did you mean 'complaint'?",
            "valid_from '1/7/2025' is no date",
            "stands twice with validity dates that overlap",
            "former code 'a' stands for '11' and '12'",
            "valid_to is not after valid_from",
            "more cells than columns",
        ],
        strict=True,
    ):
        assert words in line


def test_a_file_without_the_columns_says_so(file: Path) -> None:
    missing = "group, limit, limit_unit, cutoff_time, case_kind"
    needed = f"{COLUMNS},former_code,valid_from,valid_to"
    assert errors_of(file, "code,name\n1,A\n") == [f"1: columns {missing} are missing; it needs {needed}"]
