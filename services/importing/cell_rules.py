"""How the mapping says what a cell stands for: a column, a column through a table of values, a constant."""

from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StrictStr,
    Tag,
)
from pydantic_core import PydanticCustomError

STRICT: Final = ConfigDict(frozen=True, extra="forbid")


def _text_or_bool(given: object) -> str | bool:
    if isinstance(given, str | bool):
        return given
    raise PydanticCustomError("value", "must be text in quotes, or true or false")


Text = Annotated[StrictStr, Field(min_length=1)]
CellValue = Annotated[str | bool, PlainValidator(_text_or_bool)]


class Column(BaseModel):
    """The cell of `column`: `values` translates it, `otherwise` stands for the rest, `format` reads times."""

    model_config = STRICT

    column: Text
    values: dict[str, CellValue] | None = None
    otherwise: CellValue | None = None
    format: Text | None = None


class Constant(BaseModel):
    """The same value in every row."""

    model_config = STRICT

    value: CellValue


def _spelled_out(given: object) -> object:
    if isinstance(given, str):
        return {"column": given}
    if isinstance(given, dict | Column | Constant):
        return given
    raise PydanticCustomError("cell_rule", "must be a column name in quotes, { column = … } or { value = … }")


def _sort_of(given: Any) -> str:
    is_constant = isinstance(given, Constant) or (isinstance(given, dict) and "value" in given)
    return "<constant>" if is_constant else "<column>"


CellRule = Annotated[
    Annotated[Column, Tag("<column>")] | Annotated[Constant, Tag("<constant>")],
    Discriminator(_sort_of),
    BeforeValidator(_spelled_out),
]
