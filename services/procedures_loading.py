"""Loading procedures from a file people bring (`interface.md`, Files people bring)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from events.facts import KINDS, Kind
from projections.procedures import Procedure, ProcedureRegistry, registry_errors
from projections.time_limits import LimitUnit, TimeLimit
from services.reference_files import (
    chosen,
    minute_of_cell,
    not_empty,
    parse_rows,
    read_rows,
    refuse_if_any,
    validity_of,
)

COLUMNS: Final = ("code", "name", "group", "limit", "limit_unit", "cutoff_time", "case_kind")
OPTIONAL: Final = ("former_code", "valid_from", "valid_to")
LIMIT_MAX: Final = 3_650
"""Days or hours; a longer limit is taken for a slip."""
_WHOLE: Final = re.compile(r"\d{1,6}", re.ASCII)


def read_procedures_file(path: Path) -> ProcedureRegistry:
    """The registry in a CSV file; raises `ReferenceRefused` with every error by line.

    `limit` and `limit_unit` are empty where the law sets none; `case_kind` is a procedure if empty. `former_code` has
    one code, or several with `;` between, of the generation before.
    """
    rows, errors = parse_rows(read_rows(path, COLUMNS, OPTIONAL), _procedure)
    procedures = [procedure for _, procedure in rows]
    errors += [(rows[index][0], text) for index, text in registry_errors(procedures)]
    refuse_if_any(path, errors)
    return ProcedureRegistry(procedures)


def _procedure(cells: Mapping[str, str]) -> Procedure:
    not_empty(cells, "code", "name")
    valid_from, valid_to = validity_of(cells)
    return Procedure(
        code=cells["code"],
        name=cells["name"],
        group=cells["group"],
        limit=_limit(cells["limit"], cells["limit_unit"]),
        cutoff=minute_of_cell(cells["cutoff_time"], "cutoff_time") if cells["cutoff_time"] else None,
        kind=_kind(cells["case_kind"]),
        former_codes=tuple(sorted({code.strip() for code in cells["former_code"].split(";")} - {""})),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _limit(amount: str, unit: str) -> TimeLimit | None:
    if not amount and not unit:
        return None
    if _WHOLE.fullmatch(amount) is None:
        raise ValueError(f"limit {amount!r} is no whole number: write part of a day in hours")
    counted = LimitUnit(chosen(unit, "limit_unit", [one.value for one in LimitUnit]))
    least = 1 if counted is LimitUnit.HOURS else 0
    if not least <= int(amount) <= LIMIT_MAX:
        raise ValueError(f"limit {amount} is out of range: use {least} to {LIMIT_MAX}")
    return TimeLimit(int(amount), counted)


def _kind(cell: str) -> Kind:
    name = chosen(cell or KINDS[0], "case_kind", KINDS)
    return next(kind for kind in KINDS if kind == name)
