"""Entries of archived events: their bytes, spelled out, and back."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.archive_entry import (
    ENTRY_BYTES,
    ArchiveEntry,
    EntryUnreadable,
    are_in_order,
    bundle_of,
    content_digest,
    entry_of,
    read_bundle,
    read_entry,
)

texts = st.text(st.characters(codec="utf-8"), max_size=12)
bodies = st.binary(max_size=40)
events = st.tuples(
    st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1), st.integers(-(2**63), 2**63 - 1), texts, bodies
)


def test_an_entry_is_what_its_documentation_says_byte_for_byte() -> None:
    content = sha256(bytes.fromhex("00000004") + "hồ".encode() + bytes.fromhex("00000002") + b"{}").digest()
    expected = bytes.fromhex("01" + "00000007" + "00000000000004b0" + "fffffffffffffffe") + content
    assert entry_of(7, 1_200, -2, "hồ", b"{}") == expected
    assert len(expected) == ENTRY_BYTES == 53


def test_known_bytes_stay_known_for_ever() -> None:
    found = sha256(b"\x00" + entry_of(0, 17, 1_700_000_000_000_000, "case-1", b'{"id":"1"}')).hexdigest()
    assert found == "4a35dff6dbe41dd61378f13d22aea8120490c53495fcf38bdde4a8148696ba17"


def test_moving_a_byte_from_the_case_to_the_body_changes_the_content() -> None:
    assert content_digest("ab", b"c") != content_digest("a", b"bc")


@given(events)
def test_an_entry_read_back_has_its_fields(event: tuple[int, int, int, str, bytes]) -> None:
    partition, position, recorded_at, case_id, body = event
    expected = ArchiveEntry(partition, position, recorded_at, content_digest(case_id, body))
    assert read_entry(entry_of(*event)) == expected


@given(events, events)
def test_different_events_have_different_entries(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert (entry_of(*one) == entry_of(*other)) == (one == other)  # type: ignore[arg-type]


def entries_at(*places: tuple[int, int]) -> list[bytes]:
    return [entry_of(partition, position, 0, "", b"") for partition, position in places]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300)), max_size=4), st.integers(0, 2), st.integers(-1, 300))
def test_entries_go_on_where_each_lies_behind_the_one_before(
    places: list[tuple[int, int]], partition: int, last: int
) -> None:
    positions = [last, *(position for _, position in places)]
    expected = all(one < other for one, other in pairwise(positions)) and {one for one, _ in places} <= {partition}
    assert are_in_order(entries_at(*places), partition, last) == expected


def test_what_is_no_entry_does_not_go_on() -> None:
    one, other = entries_at((0, 1), (0, 2))
    assert are_in_order([one, other], 0, 0)
    for wrong in ([one[:-1], other], [one, other + b"\x00"], [one, b"\x02" + other[1:]], [b"", other], [one, b""]):
        assert not are_in_order(wrong, 0, 0)


@given(st.lists(events, max_size=5))
def test_a_bundle_read_back_has_its_entries(given_events: list[tuple[int, int, int, str, bytes]]) -> None:
    entries = [entry_of(*event) for event in given_events]
    assert read_bundle(bundle_of(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\x00", bundle_of([b"\x01" * 53])[:-1], b"\x00\x35" + b"\x02" * 53, bytes(55)])
def test_what_is_no_bundle_is_refused(bundle: bytes) -> None:
    with pytest.raises(EntryUnreadable):
        read_bundle(bundle)


@pytest.mark.parametrize("entry", [b"", b"\x01", b"\x02" * 53, b"\x01" * 54])
def test_what_is_no_entry_is_refused(entry: bytes) -> None:
    with pytest.raises(EntryUnreadable, match="no entry"):
        read_entry(entry)
