"""What JSON allows and we do not: the checks that a fast decoder leaves out, and the diagnosis of what it refuses.

The decoder takes the last of two equal keys without a word. A sender that writes a key twice means one of the two, and
nobody can say which: refused. The test is a count: as many `":` in the bytes as keys in the decoded object. A `":`
inside a string only makes the count higher, white space before a colon only matters if there is some; both are rare
and go the slow, exact way.
"""

import json
import re
from typing import Any, Final, NoReturn

import msgspec

from events.errors import Refused

EVENT_BYTES_MAX: Final = 1_048_576
DEPTH_MAX: Final = 32

_decode_json = msgspec.json.Decoder().decode
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_SPACED_COLON: Final = re.compile(rb'"\s+:')
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def strict_json(raw: bytes) -> Any:
    """Decoded JSON of at most 1 MiB, without repeated keys, U+0000 or lone surrogates; raises `Refused`."""
    if len(raw) > EVENT_BYTES_MAX:
        raise Refused("too_large", f"{len(raw):,} bytes; at most {EVENT_BYTES_MAX:,} are taken")
    try:
        decoded = _decode_json(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        _diagnose(raw)
    if raw.count(b"{") + raw.count(b"[") > DEPTH_MAX and _depth_exceeds(decoded, DEPTH_MAX):
        raise Refused("too_deep", f"more than {DEPTH_MAX} levels")  # first: the slow parser below has a limit, too
    if raw.count(b'":') != _keys(decoded) or has_spaced_colon(raw):
        _refuse_duplicate_keys(raw)
    if b"\\" in raw and _NUL.search(raw):
        raise Refused("nul_character", "the text contains \\u0000")
    return decoded


def _keys(decoded: Any) -> int:
    """Keys of an event without unknown nested objects; with them the count differs and the exact way is taken."""
    if type(decoded) is not dict:
        return -1
    data = decoded.get("data")
    return len(decoded) + len(data) if type(data) is dict else len(decoded)


def has_spaced_colon(raw: bytes) -> bool:
    """Whether white space stands between a key and its colon, so that counting `":` says nothing."""
    return len(raw.split(None, 1)) > 1 and _SPACED_COLON.search(raw) is not None


def _depth_exceeds(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    items = value.values() if isinstance(value, dict) else value
    return any(_depth_exceeds(item, levels - 1) for item in items)


def _refuse_duplicate_keys(raw: bytes) -> None:
    json.loads(raw, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused("duplicate_key", f"the key {twice!r} stands twice in one object")
    return seen


def _diagnose(raw: bytes) -> NoReturn:
    """Says why the fast decoder refused; the slow parser accepts more, so its success needs an answer, too."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused("not_utf8", f"byte 0x{raw[error.start]:02x} at position {error.start}") from None
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
        flat = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise Refused("too_deep", f"more than {DEPTH_MAX} levels") from None
    except ValueError as error:
        raise Refused("not_json", str(error) if text else "the body is empty") from None
    if _SURROGATE.search(flat):
        raise Refused("lone_surrogate", "a \\ud800-\\udfff escape without its other half")
    raise Refused("not_json", "a number is out of range or the text is malformed")


def _refuse_constant(name: str) -> NoReturn:
    raise Refused("not_json", f"{name} is not JSON")
