"""HTML: read by a parser that knows nothing of how it was made."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.tables import Note, Text
from services.documents import Language, draw_html
from services.documents.visible import visible
from services.documents.wording import printed
from tests.services.documents.made_tables import RANKING, form, one_text

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Rows of cells, each as (tag, attributes, text), under the section they stand in; every tag must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: dict[str, list[list[list]]] = {"thead": [], "tbody": [], "tfoot": []}
        self.texts: dict[str, list[str]] = {"dt": [], "dd": [], "h1": [], "title": []}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows[self.open[-1]].append([])
        elif tag in ("td", "th"):
            self.rows[self.open[-2]][-1].append([tag, dict(attrs), ""])
        elif tag in self.texts:
            self.texts[tag].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[self.open[-3]][-1][-1][2] += data
        elif self.open and self.open[-1] in self.texts:
            self.texts[self.open[-1]][-1] += data


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("table", [form(150), RANKING], ids=["form", "ranking"])
def test_every_cell_stands_where_it_belongs(table, language):
    page = Page(draw_html(table, language))
    shown = [[cell[2] for cell in row] for row in (*page.rows["tbody"], *page.rows["tfoot"])]
    rows = [*table.rows, *([table.total] if table.total else [])]
    sorts = [column.sort for column in table.columns]
    assert shown == [[printed(cell, sort, language) for cell, sort in zip(row, sorts, strict=True)] for row in rows]
    assert len(page.rows["tfoot"]) == (1 if table.total else 0)


def test_the_page_says_its_language_its_title_and_what_heads_what():
    page = Page(draw_html(form(2), Language.VI))
    assert ("html", {"lang": "vi"}) in page.tags
    assert page.texts["h1"] == page.texts["title"] == ["Tình hình tiếp nhận, giải quyết hồ sơ tháng 7 năm 2024"]
    assert "caption" in [tag for tag, _ in page.tags]
    [heads] = page.rows["thead"]
    assert {(tag, attributes["scope"]) for tag, attributes, _ in heads} == {("th", "col")}
    for row in page.rows["tbody"]:
        assert row[0][:2] == ["th", {"scope": "row", "class": "text"}]
        assert [cell[1]["class"].split()[0] for cell in row[1:]] == ["text", *["number"] * 12]
    [total] = page.rows["tfoot"]
    assert total[1] == ["th", {"scope": "row", "class": "text"}, "Tổng số"]


def test_the_foot_has_every_note():
    page = Page(draw_html(form(1), Language.EN))
    assert page.texts["dt"] == ["Definition", "Policy", "Period", "As of", "Versions"]
    assert page.texts["dd"][1] == "date: calendar days are compared, Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(("language", "words"), [(Language.EN, "No data"), (Language.VI, "Không có dữ liệu")])
def test_a_table_without_rows_says_so(language, words):
    page = Page(draw_html(form(0), language))
    assert page.rows["tbody"] == [[["td", {"class": "none", "colspan": "14"}, words]]]
    assert page.rows["tfoot"][0][-1][1] == {"class": "number missing"}


def test_the_page_needs_nothing_beside_itself():
    text = draw_html(form(3), Language.EN)
    page = Page(text)
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "a", "object", "form"} == set()
    assert "://" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


@given(st.text())
def test_any_text_survives_and_none_becomes_a_tag(text):
    table = one_text(text)
    hostile = table.__class__(
        table.name, Text(text, text), table.columns, table.rows, None, (Note(Text(text, text), Text(text, text)),)
    )
    page = Page(draw_html(hostile, Language.EN))
    expected = visible(text)
    assert [[cell[2] for cell in row] for row in page.rows["tbody"]] == [[expected]]
    assert page.texts["dt"] == page.texts["dd"] == page.texts["h1"] == [expected]
    cells = "th" if expected else "td"
    body = ["table", "caption", "h1", "thead", "tr", "th", "tbody", "tr", cells, "footer", "dl", "dt", "dd"]
    assert [tag for tag, _ in page.tags][-len(body) :] == body


def test_markup_in_a_name_is_shown():
    page = Page(draw_html(one_text("<script>alert(1)</script>&amp;\"'"), Language.EN))
    assert page.rows["tbody"][0][0][2] == "<script>alert(1)</script>&amp;\"'"


def test_the_same_table_gives_the_same_page():
    assert draw_html(form(20), Language.VI) == draw_html(form(20), Language.VI)
