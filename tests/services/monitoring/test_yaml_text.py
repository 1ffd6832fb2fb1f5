"""The YAML that is written is read as what was meant."""

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from services.monitoring.yaml_text import Value, yaml_text

TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\n"), max_size=40)
VALUES = st.recursive(
    TEXT | st.integers(-1_000, 10**9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(TEXT, VALUES, min_size=1, max_size=5)


@given(DOCUMENTS)
@example(
    {"a": "yes", "b": "1e3", "c": "0x10", "d": "2026-11-22", "e": "~", "f": ":", "g": "- a", "h": "1_000", "i": ""}
)
@example({"expr": 'sum by (unit) (x{a="b"})\n  and y', "matchers": ['a="b"', "it's"], "empty": [], "none": {}})
@example(
    {"block": "a\n\nb", "space": " a\nb", "end": "a\n", "trailing": "a \nb", "nested": [[1, [2]], [], {"a": [{}]}]}
)
def test_what_is_written_is_read_back(document: dict[str, Value]) -> None:
    assert yaml.safe_load(yaml_text(document)) == document


def test_a_heading_is_a_comment() -> None:
    assert yaml_text({"a": 1}, heading="one\ntwo") == "# one\n# two\na: 1\n"


def test_an_expression_of_several_lines_stands_as_it_is() -> None:
    assert yaml_text({"expr": "a\n  + b"}) == "expr: |-\n  a\n    + b\n"
