"""JSON with one spelling, so that equal values have equal bytes: the part of RFC 8785 (JCS) that needs no fractions.

Keys are ASCII and sorted, nothing is spaced, text is UTF-8 and escaped only where JSON must, numbers are integers that
every JSON reader keeps exactly (below 2**53).
"""

import json
from typing import Any, Final

INTEGER_MAX: Final = 2**53 - 1


def canonical_bytes(value: Any) -> bytes:
    """The one spelling; raises ValueError for floats, large integers, keys that are not ASCII, half surrogates."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _check(value: Any) -> None:
    match value:
        case None | bool() | str():
            pass
        case int():
            if abs(value) > INTEGER_MAX:
                raise ValueError(f"{value} is too large for JSON numbers: write it as text")
        case list() | tuple():
            for one in value:
                _check(one)
        case dict():
            for key, one in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise ValueError(f"the key {key!r} is not ASCII text")
                _check(one)
        case _:
            raise ValueError(f"{value!r} has no canonical spelling")
