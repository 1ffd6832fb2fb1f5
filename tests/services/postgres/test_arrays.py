"""Columns written as the text of an array arrive as what they were."""

from hypothesis import given
from hypothesis import strategies as st

from services.postgres.arrays import booleans, integers, optional_integers, texts
from tests.fixtures.databases import fetch

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))


def parsed(text: str) -> list[str]:
    """The elements of a quoted array, read as the PostgreSQL manual says."""
    found, current, escaped, inside = [], "", False, False
    for character in text[1:-1]:
        if escaped:
            current, escaped = current + character, False
        elif inside and character == "\\":
            escaped = True
        elif character == '"':
            inside = not inside
            if not inside:
                found.append(current)
                current = ""
        elif inside:
            current += character
    return found


@given(TEXTS)
def test_any_text_is_quoted_so_that_it_can_be_read_back(column):
    assert parsed(texts(column)) == column


async def test_the_database_reads_what_was_written(database_url):
    words = ["", "null", "a,b", '"', "\\", '\\"', "{}", " đơn vị ", "\t\n"]
    [row] = await fetch(
        database_url,
        "select $1::text::text[] as words, $2::text::integer[] as whole, $3::text::bigint[] as some, "
        "$4::text::boolean[] as truths, $5::text::text[] as none",
        texts(words),
        integers([1, -2]),
        optional_integers([None, 1 << 60]),
        booleans([True, False]),
        texts([]),
    )
    assert dict(row) == {"words": words, "whole": [1, -2], "some": [None, 1 << 60], "truths": [True, False], "none": []}
