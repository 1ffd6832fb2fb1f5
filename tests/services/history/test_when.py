"""WHEN: what people may write for a point of the history, and what is refused in a sentence."""

import pytest

from services.history.when import AtPositions, AtPublication, AtTime, Now, When, WhenRefused, parse_when
from tests.fixtures.times import local

ID = "0123456789ab" * 5 + "cdef"


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("now", Now()),
        (" now ", Now()),
        ("0:1200", AtPositions({0: 1200})),
        ("0:1200,1:1187", AtPositions({0: 1200, 1: 1187})),
        (ID, AtPublication(ID)),
        (ID[:12], AtPublication(ID[:12])),
        ("2024-07-01T08:00+07:00", AtTime(local("2024-07-01T08:00"))),
        ("2024-07-01T01:00Z", AtTime(local("2024-07-01T08:00"))),
        ("2024-07-01T08:00", AtTime(local("2024-07-01T08:00"))),
        ("2024-07-01 08:00:00.000001", AtTime(local("2024-07-01T08:00") + 1)),
        ("2024-07-01", AtTime(local("2024-07-01T00:00"))),
    ],
)
def test_a_point_is_a_word_a_time_positions_or_a_publication(text: str, point: When) -> None:
    assert parse_when(text, "Asia/Ho_Chi_Minh") == point


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "0:",
        "0:1,",
        "-1:3",
        "0:1;1:2",
        "0:1,0:2",
        f"0:{2**63}",
        "2024-13-01",
        "20240701",
        "ABCDEF012345",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(WhenRefused):
        parse_when(text, "Asia/Ho_Chi_Minh")
