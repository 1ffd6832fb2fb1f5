"""Text as it may stand on a page or in a terminal: characters that steer a device are shown, not obeyed."""

import re
from typing import Final

_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS: Final = re.compile("\r\n?")
_PICTURES_OF_CONTROLS: Final = 0x2400
_PICTURE_OF_DELETE: Final = "\u2421"
_UNREADABLE: Final = "\ufffd"


def visible(text: str) -> str:
    """The text without control characters: each shows as its picture (`␛`) or, where it has none, as `\ufffd`.

    Tabs and line ends stay; other text is not touched.
    """
    return _STEERING.sub(_shown, _LINE_ENDS.sub("\n", text))


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(_PICTURES_OF_CONTROLS + code)
    return _PICTURE_OF_DELETE if code == 0x7F else _UNREADABLE
