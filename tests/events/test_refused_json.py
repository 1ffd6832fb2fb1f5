"""JSON that is broken, ambiguous or too much of it, each with its exact reason."""

import pytest

from events.codec import decode
from events.errors import Refused
from events.strictness import DEPTH_MAX, EVENT_BYTES_MAX, strict_json
from tests.events.writing import message, with_text

NUL, SURROGATE, TWICE = "nul_character", "lone_surrogate", "duplicate_key"
GOOD = message()

BROKEN = {
    "an empty body": (b"", "not_json"),
    "white space only": (b" \n", "not_json"),
    "a torn object": (GOOD[:-1], "not_json"),
    "two objects": (GOOD + GOOD, "not_json"),
    "a trailing comma": (GOOD[:-1] + b",}", "not_json"),
    "single quotes": (GOOD.replace(b'"', b"'"), "not_json"),
    "a comment": (GOOD + b"// end", "not_json"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, "not_json"),
    "an unescaped control character": (with_text('"\x01"'), "not_json"),
    "NaN": (with_text("NaN"), "not_json"),
    "NaN as the whole body": (b"NaN", "not_json"),
    "Infinity": (with_text("Infinity"), "not_json"),
    "minus Infinity": (with_text("-Infinity"), "not_json"),
    "a number beyond every double": (with_text("1e400"), "not_json"),
    "an integer of 5,000 digits": (with_text("1" * 5_000), "not_json"),
    "a number with a leading zero": (with_text("007"), "not_json"),
    "Latin-1": (with_text('"é"').decode().encode("latin-1"), "not_utf8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "not_utf8"),
    "an overlong encoding": (GOOD.replace(b"case-1", b"case\xc0\xaf"), "not_utf8"),
    "a surrogate in UTF-8": (GOOD.replace(b"case-1", b"\xed\xa0\x80"), "not_utf8"),
    "half a surrogate pair, the high one": (with_text(r'"\ud83d"'), SURROGATE),
    "half a surrogate pair, the low one": (with_text(r'"\ude00"'), SURROGATE),
    "a surrogate pair the wrong way round": (with_text(r'"\ude00\ud83d"'), SURROGATE),
    "half a surrogate pair in a key": (with_text(r'{"\ud83d":1}'), SURROGATE),
    "an escaped NUL": (with_text(r'"a\u0000b"'), NUL),
    "an escaped NUL in a case id": (GOOD.replace(b"case-1", rb"case\u0000"), NUL),
    "an escaped NUL in a key": (with_text(r'{"\u0000":1}'), NUL),
    "an escaped NUL after an escaped backslash": (with_text(r'"\\\u0000"'), NUL),
    "a raw NUL": (with_text('"\x00"'), "not_json"),
}

TWICE_NAMED = {
    "in the envelope": GOOD[:-1] + b',"id":"e2"}',
    "in the envelope with the same value": GOOD[:-1] + b',"id":"e1"}',
    "data twice": GOOD[:-1] + b',"data":{"unit":"B","due":null,"channel":"online"}}',
    "in data": GOOD.replace(b'"unit":"A"', b'"unit":"A","unit":"B"'),
    "with spaces before the colon": GOOD[:-1] + b',"id" :"e2"}',
    "with all colons spaced": GOOD.replace(b'":', b'" :')[:-1] + b',"id" :"e2"}',
    "with a line break before the colon": GOOD[:-1] + b',"id"\r\n:"e2"}',
    "with a tab before the colon": GOOD[:-1] + b',"id"\t:"e2"}',
    'with `":` in a string as a decoy': GOOD[:-1] + rb',"remark":"a\":b\":c","id":"e2"}',
    "with a spaced colon as a decoy": GOOD[:-1] + b',"remark" :1,"id":"e2"}',
    "in a nested unknown object": with_text('{"a":1,"a":2}'),
    "in an object in an array": with_text('[[{"a":1,"a":2}]]'),
    "in an object in data": GOOD.replace(b'"unit":"A"', b'"unit":"A","more":{"a":{"b":1,"b":1}}'),
    "written with an escape": GOOD[:-1] + rb',"\u0069d":"e2"}',
    "the empty key": with_text('{"":1,"":2}'),
}

FINE = {
    'with `":` in a string': with_text(r'"say \":\" and \": again"'),
    "with spaces before colons": GOOD.replace(b'":', b'" : '),
    "the same key in different objects": with_text('{"id":{"id":[{"id":1},{"id":2}]}}'),
    "keys that differ in case": with_text('{"a":1,"A":2}'),
    "a key that ends in a quotation mark": with_text(r'{"a\"":1}'),
    "an integer beyond 64 bits": with_text("1" * 400),
    "a long decimal": with_text("0." + "1" * 400),
}


def reason_of(raw: bytes) -> str:
    with pytest.raises(Refused) as caught:
        decode(raw)
    return caught.value.reason


@pytest.mark.parametrize(("raw", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_is_not_json_in_utf_8_is_refused(raw, reason):
    assert reason_of(raw) == reason


@pytest.mark.parametrize("raw", TWICE_NAMED.values(), ids=TWICE_NAMED)
def test_a_key_that_stands_twice_in_one_object_is_refused(raw):
    assert reason_of(raw) == TWICE


@pytest.mark.parametrize("raw", FINE.values(), ids=FINE)
def test_what_only_looks_odd_is_read(raw):
    assert decode(raw) == decode(GOOD)


def nested(levels: int, opening: str = "[", inside: str = "", closing: str = "]") -> bytes:
    """The good event with a value that makes it so many levels deep; the message itself is the first."""
    return with_text(opening * (levels - 1) + inside + closing * (levels - 1))


def test_32_levels_are_read_and_33_are_too_deep():
    assert DEPTH_MAX == 32
    assert decode(nested(32)) == decode(GOOD)
    assert decode(nested(32, '{"a":', "1", "}")) == decode(GOOD)
    assert reason_of(nested(33)) == "too_deep"
    assert reason_of(nested(33, '{"a":', "1", "}")) == "too_deep"


@pytest.mark.parametrize("levels", [34, 200, 500, 2_000, 100_000])
def test_arrays_of_any_depth_are_refused_without_harm(levels):
    assert reason_of(nested(levels)) == "too_deep"
    assert reason_of(b"[" * levels) in {"too_deep", "not_json"}
    assert reason_of(b"[" * levels + b"]" * levels) == "too_deep"


@pytest.mark.parametrize("levels", [34, 200, 500, 2_000, 100_000])
def test_objects_of_any_depth_are_refused_without_harm(levels):
    assert reason_of(nested(levels, '{"a":', "1", "}")) == "too_deep"


def test_many_brackets_side_by_side_are_not_deep():
    assert decode(with_text("[" + ",".join(["[]"] * 1_000) + "]")) == decode(GOOD)
    assert decode(with_text(f'"{"[" * 1_000}"')) == decode(GOOD)


def test_exactly_1_mib_is_taken_and_one_byte_more_is_too_large():
    filler = EVENT_BYTES_MAX - len(with_text('""'))
    assert EVENT_BYTES_MAX == 1024 * 1024
    assert decode(with_text(f'"{"x" * filler}"')) == decode(GOOD)
    assert reason_of(with_text(f'"{"x" * (filler + 1)}"')) == "too_large"


def test_size_is_looked_at_before_anything_else():
    assert reason_of(b"\xff" * (EVENT_BYTES_MAX + 1)) == "too_large"


def test_the_detail_names_the_key_the_byte_and_the_size():
    for raw, detail in (
        (b'{"a":1,"a":2}', "the key 'a' stands twice in one object"),
        (b'{"a":"\xff"}', "byte 0xff at position 6"),
        (b" " * (EVENT_BYTES_MAX + 1), "1,048,577 bytes; at most 1,048,576 are taken"),
        (b"", "the body is empty"),
        (b"[NaN]", "NaN is not JSON"),
    ):
        with pytest.raises(Refused) as caught:
            strict_json(raw)
        assert caught.value.detail == detail


def test_objects_of_every_depth_are_refused_and_never_a_crash() -> None:
    for levels in range(33, 1_100):
        assert reason_of(with_text('{"a":' * levels + "1" + "}" * levels)) == "too_deep"
