"""Text broken into lines of a width, counted in the cells that its characters take (`ệ` one, however it is coded)."""

from rich.cells import cell_len, chop_cells


def folded(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces; a word that is longer is cut. At least one line."""
    return [line for paragraph in text.splitlines() or [""] for line in _folded_line(paragraph, width)]


def narrowest(text: str, lines: int) -> int:
    """The least width at which no word is cut and the text takes no more than `lines` lines."""
    width = max(map(cell_len, text.split()), default=1)
    while len(folded(text, width)) > lines:
        width += 1
    return width


def _folded_line(text: str, width: int) -> list[str]:
    if cell_len(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        for part in chop_cells(word, width):
            joined = f"{lines[-1]} {part}" if lines[-1] and part == word else part
            if lines[-1] and (part != word or cell_len(joined) > width):
                lines.append(part)
            else:
                lines[-1] = joined
    return lines
