"""JSON: nothing of a table is lost."""

import json
from fractions import Fraction

import pytest
from msgspec import structs

from projections.tables import Cell, Column, Note, Sort, Table, Text
from services.documents import draw_json
from tests.services.documents.made_tables import RANKING, form


def table_of(document: dict) -> Table:
    """Reads a table from its JSON."""

    def cell(value) -> Cell:
        if not isinstance(value, dict):
            return value
        return Text(**value) if "en" in value else Fraction(value["numerator"], value["denominator"])

    def row(values: dict) -> tuple[Cell, ...]:
        return tuple(cell(values[column["key"]]) for column in document["columns"])

    return Table(
        document["name"],
        Text(**document["title"]),
        tuple(Column(one["key"], Text(**one["heading"]), Sort(one["sort"])) for one in document["columns"]),
        tuple(map(row, document["rows"])),
        None if document["total"] is None else row(document["total"]),
        tuple(Note(Text(**note["label"]), Text(**note["value"])) for note in document["notes"]),
    )


@pytest.mark.parametrize("table", [form(150), form(0), RANKING], ids=["form", "empty", "ranking"])
def test_a_table_read_from_its_json_is_the_same_table(table):
    assert table_of(json.loads(draw_json(table))) == table


def test_a_ratio_has_its_printed_digits_beside_its_exact_value():
    first, second, *_, last = json.loads(draw_json(RANKING))["rows"]
    assert second["percent"] == {"numerator": 1_007, "denominator": 1_329, "percent": "75.77"}
    assert second["change"] == {"numerator": -1, "denominator": 3, "points": "-33.33"}
    assert first["days"] == {"numerator": 7, "denominator": 3, "days": "2.33"}
    assert last["percent"] is None


def test_two_columns_of_one_key_are_refused():
    table = structs.replace(RANKING, columns=(RANKING.columns[0], *RANKING.columns[:5]))
    with pytest.raises(ValueError, match="table ranking: two columns have the same key"):
        draw_json(table)
