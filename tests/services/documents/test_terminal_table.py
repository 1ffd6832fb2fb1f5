"""Tables in a terminal: aligned, searchable, and not to be steered by a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from projections.tables import Column, Sort, Table, Text
from services.documents import Language, draw_text
from services.documents.folding import folded, narrowest
from tests.services.documents.made_tables import RANKING, form, one_text


def test_numbers_are_aligned_and_set_as_the_language_has_it():
    lines = draw_text(RANKING, Language.VI).splitlines()
    rows = [line for line in lines if "Sở" in line]
    assert [line.split()[-1] for line in rows] == ["2,33", "6.172,50", "có", "có"]
    assert len({len(line) for line in rows}) == 1
    assert [line.index("Sở") for line in rows] == [10] * 4


def test_a_row_is_a_line_and_the_total_stands_under_a_rule():
    lines = draw_text(form(150), Language.EN).splitlines()
    rules = [place for place, line in enumerate(lines) if line.startswith("──")]
    assert len(rules) == 2
    assert rules[1] - rules[0] == 151
    assert lines[rules[1] + 1].split()[0] == "Total"
    assert lines[-1].endswith("code 1.0.0")


@pytest.mark.parametrize(("language", "words"), [(Language.EN, "No data"), (Language.VI, "Không có dữ liệu")])
def test_a_table_without_rows_says_so(language, words):
    assert words in draw_text(form(0), language).splitlines()


def test_a_name_cannot_steer_the_terminal():
    text = draw_text(one_text("\x1b]0;mine\x07 [red]x[/red]\nsecond"), Language.EN)
    assert "␛]0;mine␇ [red]x[/red] second" in text
    assert not any(ord(character) < 32 and character != "\n" for character in text)


def test_long_names_are_folded_where_the_table_must_be_narrow():
    name = "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính tỉnh"
    columns = (Column("name", Text("Unit", "Đơn vị"), Sort.TEXT), Column("n", Text("Settled", "Đã giải quyết")))
    table = Table("t", Text("T", "T"), columns, ((name, 53_172),))
    wide = draw_text(table, Language.EN).splitlines()
    assert any(name in line and "53,172" in line for line in wide)
    narrow = draw_text(table, Language.EN, 40).splitlines()
    assert max(map(cell_len, narrow)) <= 40
    below = narrow[narrow.index("─" * 40) + 1 :]
    assert " ".join(" ".join(below).replace("53,172", "").split()) == name


@given(st.lists(st.text("abcdefgh", min_size=1), min_size=1, max_size=8).map(" ".join), st.integers(1, 4))
def test_a_heading_gets_the_least_width_at_which_it_fits(heading, lines):
    width = narrowest(heading, lines)
    longest = max(map(len, heading.split()))
    assert len(folded(heading, width)) <= lines
    assert width == longest or len(folded(heading, width - 1)) > lines


@given(st.text(), st.integers(4, 30))
def test_folded_text_loses_nothing_but_spaces_and_fits(text, width):
    lines = folded(text, width)
    assert lines
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
