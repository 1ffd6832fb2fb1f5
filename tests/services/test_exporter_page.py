"""The page in memory: however it was changed, plain and compressed it says the same, and a snapshot never changes."""

import gzip
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exporter.formats import OPEN_METRICS, TEXT, Format
from services.exporter.gzip_member import deflated, gzip_member
from services.exporter.page import PIECE_BYTES, UNITS_PER_CHUNK, Page, Snapshot
from services.exporter.text import Family, line

OPEN = Family("duecourse_cases_open", "gauge", "Cases that are open.")
APPLIED = Family("duecourse_events_applied_total", "counter", "Facts recorded.")
FAMILIES = (OPEN, APPLIED)
FORMATS = pytest.mark.parametrize("form", [TEXT, OPEN_METRICS], ids=["text", "OpenMetrics"])

keys = st.integers(0, 3 * UNITS_PER_CHUNK).map(str)
blocks = st.integers(0, 99).map(lambda n: b"" if n < 20 else line("x", {"n": n}, n))
puts = st.tuples(st.sampled_from(["put"]), st.sampled_from(FAMILIES), keys, blocks)
clears = st.tuples(st.sampled_from(["clear"]), st.sampled_from(FAMILIES), st.just(""), st.just(b""))
forks = st.tuples(st.sampled_from(["fork"]), st.just(OPEN), keys, blocks)
looks = st.tuples(st.sampled_from(["look"]), st.just(OPEN), st.just(""), st.just(b""))
Step = tuple[str, Family, str, bytes]


def expected(model: dict[str, dict[str, bytes]], form: Format) -> bytes:
    """A page is its families, each with the blocks in the order in which their keys first came."""
    parts = [form.header(family) + b"".join(model[family.name].values()) for family in FAMILIES]
    return b"".join(parts) + form.end


def unpacked(packed: bytes) -> bytes:
    """Of one member and nothing behind it, as the strictest reader wants it."""
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    found = reader.decompress(packed)
    assert reader.eof
    assert reader.unused_data == b""
    return found


@given(st.lists(puts | puts | puts | clears | forks | looks, max_size=80))
def test_after_any_changes_every_form_of_the_page_says_the_same_and_old_snapshots_stay(steps: Sequence[Step]) -> None:
    page = Page(FAMILIES)
    model: dict[str, dict[str, bytes]] = {family.name: {} for family in FAMILIES}
    taken: list[tuple[Snapshot, bytes]] = []
    for step, family, key, block in [*steps, ("look", OPEN, "", b"")]:
        match step:
            case "put":
                page.put(family.name, key, block)
                model[family.name][key] = block
            case "clear":
                page.clear(family.name)
                model[family.name] = {}
            case "fork":
                before, page = page, page.fork()
                before.put(family.name, key, block)
                before.clear(APPLIED.name)
            case _:
                snapshot = page.snapshot(FAMILIES)
                if len(taken) % 2:  # what was drawn once is kept: both ways must hold
                    assert unpacked(snapshot.gzipped(TEXT, b"")) == expected(model, TEXT)
                taken.append((snapshot, expected(model, TEXT)))
    for snapshot, text in taken:
        assert snapshot.joined(TEXT) == text
        assert unpacked(snapshot.gzipped(TEXT, b"")) == text
        assert b"".join(snapshot.pieces(TEXT, b"")) == text
    assert unpacked(taken[-1][0].gzipped(OPEN_METRICS, OPEN_METRICS.end)) == expected(model, OPEN_METRICS)


def filled(units: int) -> Page:
    page = Page(FAMILIES)
    for unit in range(units):
        page.put(OPEN.name, str(unit), line(OPEN.name, {"unit": unit}, unit))
    return page


def test_only_the_sixteen_units_around_a_change_are_compressed_again() -> None:
    page = filled(4 * UNITS_PER_CHUNK)
    [(_, before), _] = page.snapshot(FAMILIES).families
    page.put(OPEN.name, "20", line(OPEN.name, {"unit": 20}, -1))
    page.put(OPEN.name, "40", line(OPEN.name, {"unit": 40}, 40))
    [(_, after), _] = page.snapshot(FAMILIES).families
    assert [one is other for one, other in zip(before, after, strict=True)] == [True, False, True, True]


def test_a_unit_that_has_nothing_to_show_for_a_while_comes_back_to_its_place() -> None:
    page = filled(40)
    whole = page.snapshot(FAMILIES).joined(TEXT)
    page.put(OPEN.name, "7", b"")
    assert b'unit="7"' not in page.snapshot(FAMILIES).joined(TEXT)
    page.put(OPEN.name, "7", line(OPEN.name, {"unit": 7}, 7))
    assert page.snapshot(FAMILIES).joined(TEXT) == whole
    assert page.series() == 40


def test_lines_that_are_not_among_the_new_ones_of_a_family_are_gone() -> None:
    page = filled(3)
    page.put_all(OPEN.name, {"1": b"one 1\n", "9": b"nine 9\n"})
    assert page.snapshot([OPEN]).joined(TEXT) == TEXT.header(OPEN) + b"one 1\nnine 9\n"


@FORMATS
def test_a_large_page_comes_in_pieces_of_a_mebibyte(form: Format) -> None:
    snapshot = filled(40_000).snapshot(FAMILIES)
    pieces = snapshot.pieces(form, form.end)
    assert b"".join(pieces) == snapshot.joined(form, form.end)
    assert all(PIECE_BYTES <= len(piece) < 1.1 * PIECE_BYTES for piece in pieces[:-1])
    assert len(pieces) > 1


def test_a_counter_is_headed_without_total_in_openmetrics_only() -> None:
    assert TEXT.header(APPLIED).splitlines()[1] == b"# TYPE duecourse_events_applied_total counter"
    assert OPEN_METRICS.header(APPLIED).splitlines()[1] == b"# TYPE duecourse_events_applied counter"
    assert OPEN_METRICS.header(OPEN) == TEXT.header(OPEN)


@given(st.lists(st.binary(max_size=300)))
def test_pieces_compressed_apart_are_one_member_in_any_order(contents: list[bytes]) -> None:
    pieces = [(one, deflated(one)) for one in contents]
    assert gzip.decompress(gzip_member(pieces)) == b"".join(contents)
    assert unpacked(gzip_member(reversed(pieces))) == b"".join(reversed(contents))
