"""One hash over all tallies, so that two computations can be compared by a glance.

The text hashed has a line of JSON for each integer that is not 0, in the order of its parts:
`["tally", DATE, UNIT, KIND, MEASURE, N]`, then `["problem", DATE, UNIT, KIND, PROBLEM, CASES]`; every measure is
written out under both policies (`projections.measures.expanded`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Final

from projections.measures import MEASURES, expanded
from projections.tallies import CellKey, ProblemKey, TallyChanges
from projections.zone import date_of
from services.postgres.connection import Connection
from services.postgres.tally_table import SUMS

_TALLIES: Final = f"select day, unit, kind, {SUMS} from tallies group by 1, 2, 3"
_PROBLEMS: Final = "select day, unit, kind, problem, sum(cases)::bigint as n from problem_tallies group by 1, 2, 3, 4"
Cells = Iterable[tuple[CellKey, Iterable[tuple[int, int]]]]
"""Cells with their integers as (index of the measure, n), in order."""


def digest_of_tallies(tallies: TallyChanges) -> str:
    """`sha256:…` of tallies in memory."""
    cells = ((key, sorted(expanded(change).items())) for key, change in sorted(tallies.cells.items(), key=_key))
    return _digest(cells, tallies.problems)


async def digest_of_live(connection: Connection) -> str:
    """`sha256:…` of the tallies that the projector keeps, in the connection's snapshot."""
    sums = {(day.toordinal(), unit, kind): values for day, unit, kind, *values in await connection.fetch(_TALLIES)}
    problems = {(row["day"].toordinal(), *list(row)[1:4]): row["n"] for row in await connection.fetch(_PROBLEMS)}
    return _digest(((key, enumerate(values)) for key, values in sorted(sums.items(), key=_key)), problems)


def _key(cell: tuple[CellKey, Any]) -> CellKey:
    return cell[0]


def _digest(cells: Cells, problems: Mapping[ProblemKey, int]) -> str:
    found = sha256()
    for lines in _lines(cells, problems):
        found.update(lines.encode())
    return f"sha256:{found.hexdigest()}"


def _lines(cells: Cells, problems: Mapping[ProblemKey, int]) -> Iterator[str]:
    """The lines of a cell together. Most of a line is the same again and again, and is written as JSON once."""
    date, text = cache(_date), cache(_json)
    for (day, unit, kind), values in cells:
        begin = f'["tally",{date(day)},{text(unit)},{text(kind)},'
        yield "".join([f"{begin}{text(MEASURES[measure])},{n}]\n" for measure, n in values if n])
    for (day, unit, kind, problem), n in sorted(problems.items()):
        if n:
            yield f'["problem",{date(day)},{text(unit)},{text(kind)},{text(problem)},{n}]\n'


def _date(day: int) -> str:
    return _json(date_of(day).isoformat())


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
