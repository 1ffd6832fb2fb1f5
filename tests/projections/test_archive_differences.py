"""What was done to an archive is called by its name and its position."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections import archive_differences
from projections.archive_differences import Difference, differences
from projections.archive_entry import entry_of

Row = tuple[int, int, str, bytes]
"""Position, recorded_at, case id, body: a row of the archive."""


def row(position: int) -> Row:
    return position, 1_000 + position, f"case-{position}", b"body %d" % position


def rows(*positions: int) -> list[Row]:
    return [row(position) for position in positions]


TEN = rows(*range(10))


def entries(given_rows: list[Row]) -> list[bytes]:
    return [entry_of(0, *one) for one in given_rows]


def named(kept: list[Row], found: list[Row], read_to: int | None = None) -> list[tuple[str, int, int, int]]:
    """Findings as (kind, first, last, events)."""
    ordered = sorted(found, key=lambda one: one[0])
    return [(one.kind.value, one.first, one.last, one.events) for one in compared(kept, ordered, read_to)]


def compared(kept: list[Row], found: list[Row], read_to: int | None = None) -> list[archive_differences.Finding]:
    return differences(iter(entries(kept)), iter(entries(found)), read_to)


def at(original: Row, position: int) -> Row:
    return position, *original[1:]


def edited(original: Row) -> Row:
    return *original[:3], b"another"


@pytest.mark.parametrize("kept", [[], TEN])
def test_an_archive_that_begins_with_what_was_kept_differs_in_nothing(kept: list[Row]) -> None:
    assert named(kept, kept) == named(kept, kept + rows(20, 21)) == []


def test_a_body_edited() -> None:
    assert named(TEN, [*TEN[:4], edited(TEN[4]), *TEN[5:]]) == [("edited", 4, 4, 1)]


def test_a_case_id_edited() -> None:
    assert named(TEN, [*TEN[:4], (4, 1_004, "case-5", b"body 4"), *TEN[5:]]) == [("edited", 4, 4, 1)]


def test_a_recording_time_edited() -> None:
    assert named(TEN, [*TEN[:4], (4, 1_005, "case-4", b"body 4"), *TEN[5:]]) == [("retimed", 4, 4, 1)]


def test_neighbours_edited_are_one_finding_and_others_are_not() -> None:
    found = [*map(edited, TEN[:2]), *TEN[2:5], edited(TEN[5]), *TEN[6:]]
    assert named(TEN, found) == [("edited", 0, 1, 2), ("edited", 5, 5, 1)]


def test_an_event_removed() -> None:
    assert named(TEN, TEN[:4] + TEN[5:]) == [("removed", 4, 4, 1)]


def test_an_event_removed_and_all_behind_it_renumbered() -> None:
    assert named(TEN, TEN[:4] + [at(one, one[0] - 1) for one in TEN[5:]]) == [("removed", 4, 4, 1), ("moved", 5, 9, 5)]


def test_an_event_inserted_where_no_position_was_taken() -> None:
    kept = rows(0, 1, 5, 6)
    assert named(kept, [*kept, (3, 0, "new", b"new")]) == [("inserted", 3, 3, 1)]


def test_an_event_inserted_and_all_behind_it_renumbered() -> None:
    found = [*TEN[:4], (4, 1_004, "new", b"new"), *(at(one, one[0] + 1) for one in TEN[4:])]
    assert named(TEN, found) == [("inserted", 4, 4, 1), ("moved", 4, 9, 6)]


def test_a_copy_of_an_event_inserted() -> None:
    kept = rows(0, 1, 5, 6)
    assert named(kept, [*kept, at(row(1), 3)]) == [("inserted", 3, 3, 1)]


def test_a_copy_in_the_place_of_another_event() -> None:
    assert named(TEN, [*TEN[:4], at(row(1), 4), *TEN[5:]]) == [("edited", 4, 4, 1)]


def test_two_events_swapped() -> None:
    found = [*TEN[:2], at(TEN[7], 2), *TEN[3:7], at(TEN[2], 7), *TEN[8:]]
    assert named(TEN, found) == [("swapped", 2, 7, 2)]


def test_two_neighbours_swapped() -> None:
    assert named(TEN, [*TEN[:8], at(TEN[9], 8), at(TEN[8], 9)]) == [("swapped", 8, 9, 2)]


def test_two_events_swapped_and_their_times_left_in_their_places() -> None:
    found = [*TEN[:2], (2, 1_002, *TEN[7][2:]), *TEN[3:7], (7, 1_007, *TEN[2][2:]), *TEN[8:]]
    assert set(named(TEN, found)) == {("swapped", 2, 7, 2), ("retimed", 2, 2, 1), ("retimed", 7, 7, 1)}


def test_two_stretches_swapped() -> None:
    found = [*(at(one, one[0] + 5) for one in TEN[:2]), *TEN[2:5], *(at(one, one[0] - 5) for one in TEN[5:7]), *TEN[7:]]
    assert named(TEN, found) == [("swapped", 0, 6, 4)]


def test_an_event_moved_to_a_free_position() -> None:
    kept = rows(0, 1, 5, 6)
    assert named(kept, [*rows(0, 5, 6), at(row(1), 3)]) == [("moved", 1, 1, 1)]


def test_an_event_moved_behind_the_end() -> None:
    assert named(TEN, [*TEN[:2], *TEN[3:], at(TEN[2], 12)]) == [("moved", 2, 2, 1)]


def test_the_end_cut_off() -> None:
    assert named(TEN, TEN[:6], read_to=10) == named(TEN, TEN[:6]) == [("truncated", 6, 9, 4)]
    assert named(TEN, []) == [("truncated", 0, 9, 10)]


def test_the_whole_database_rolled_back() -> None:
    assert named(TEN, TEN[:6], read_to=6) == [("rolled_back", 6, 9, 4)]
    assert named(TEN, [], read_to=0) == [("rolled_back", 0, 9, 10)]


def test_rolled_back_and_gone_on_otherwise() -> None:
    found = [*TEN[:6], edited(TEN[6]), edited(TEN[7])]
    assert named(TEN, found, read_to=8) == [("edited", 6, 7, 2), ("rolled_back", 8, 9, 2)]


def test_several_things_at_once_are_each_named() -> None:
    found = [TEN[0], *TEN[2:5], edited(TEN[5]), at(TEN[8], 6), TEN[7], at(TEN[6], 8)]
    expected = [("removed", 1, 1, 1), ("edited", 5, 5, 1), ("swapped", 6, 8, 2), ("truncated", 9, 9, 1)]
    assert named(TEN, found, read_to=10) == expected


def test_a_finding_says_it_in_words() -> None:
    finding = compared(TEN, TEN[:4] + TEN[6:])[0]
    assert finding.text == "positions 4 to 5 (2 events): recorded, and no longer in the archive"


def test_where_more_differs_than_fits_in_memory_it_says_how_far_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_differences, "WAITING_MAX", 5)
    found = [edited(one) for one in TEN]
    assert [one[0] for one in named(TEN, found)] == ["edited", "not_compared"]
    assert named(TEN, found)[-1][1] == 3


@st.composite
def archives(draw: st.DrawFn) -> list[Row]:
    """Rows with holes in their positions."""
    return rows(*sorted(draw(st.frozensets(st.integers(0, 60), max_size=30))))


@given(archives(), archives(), st.randoms(use_true_random=False))
def test_nothing_is_found_exactly_where_the_archive_begins_with_what_was_kept(
    kept: list[Row], other: list[Row], chance: random.Random
) -> None:
    for found in (kept, kept[: len(kept) // 2], other, tampered(kept, chance)):
        assert (compared(kept, found) == []) == (found[: len(kept)] == kept)


def tampered(kept: list[Row], chance: random.Random) -> list[Row]:
    """A few random changes, in the order of positions."""
    found = {one[0]: one for one in kept}
    for _ in range(chance.randint(1, 4)):
        position, other = chance.randint(0, 60), chance.randint(0, 60)
        match chance.choice(["put", "drop", "swap"]):
            case "put":
                found[position] = (position, 1_000 + position, f"case-{other}", b"body %d" % other)
            case "drop":
                found.pop(position, None)
            case "swap" if position in found and other in found:
                found[position], found[other] = at(found[other], position), at(found[position], other)
    return [found[position] for position in sorted(found)]


@given(archives().filter(lambda kept: len(kept) > 2), st.data())
def test_one_change_is_one_finding_at_its_position(kept: list[Row], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(kept) - 1))
    position = kept[place][0]
    assert named(kept, [*kept[:place], edited(kept[place]), *kept[place + 1 :]]) == [("edited", position, position, 1)]
    gone = Difference.TRUNCATED if place == len(kept) - 1 else Difference.REMOVED
    assert named(kept, kept[:place] + kept[place + 1 :]) == [(gone.value, position, position, 1)]
    other = data.draw(st.integers(0, len(kept) - 1).filter(lambda one: one != place))
    first, second = sorted((place, other))
    swapped = list(kept)
    swapped[first], swapped[second] = at(kept[second], kept[first][0]), at(kept[first], kept[second][0])
    assert named(kept, swapped) == [("swapped", kept[first][0], kept[second][0], 2)]
