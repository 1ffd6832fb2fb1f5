"""One hash over all tallies, so that two computations can be compared by a glance.

The text hashed has a line of JSON for each integer that is not 0, in the order of its parts:
`["tally", DATE, UNIT, KIND, MEASURE, N]`, then `["problem", DATE, UNIT, KIND, PROBLEM, CASES]`; every measure is
written out under both policies (`projections.measures.expanded`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from projections.measures import MEASURES, expanded
from projections.tallies import WIDTH, CellKey, ProblemKey, TallyChanges
from projections.zone import date_of
from services.postgres.connection import Connection
from services.postgres.tally_table import SUMS

_TALLIES: Final = f"select day, unit, kind, {SUMS} from tallies group by 1, 2, 3"
_PROBLEMS: Final = "select day, unit, kind, problem, sum(cases)::bigint as n from problem_tallies group by 1, 2, 3, 4"
Sums = dict[CellKey, list[int]]


def digest_of_tallies(tallies: TallyChanges) -> str:
    """`sha256:…` of tallies in memory."""
    sums: Sums = {}
    for key, change in tallies.cells.items():
        vector = sums[key] = [0] * WIDTH
        for measure, n in expanded(change).items():
            vector[measure] = n
    return _digest(sums, tallies.problems)


async def digest_of_live(connection: Connection) -> str:
    """`sha256:…` of the tallies that the projector keeps, in the connection's snapshot."""
    sums: Sums = {}
    for day, unit, kind, *values in await connection.fetch(_TALLIES):
        sums[day.toordinal(), unit, kind] = values
    problems = {(row["day"].toordinal(), *list(row)[1:4]): row["n"] for row in await connection.fetch(_PROBLEMS)}
    return _digest(sums, problems)


def _digest(sums: Sums, problems: Mapping[ProblemKey, int]) -> str:
    found = sha256()
    for line in _lines(sums, problems):
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        found.update(f"{text}\n".encode())
    return f"sha256:{found.hexdigest()}"


def _lines(sums: Sums, problems: Mapping[ProblemKey, int]) -> Iterator[Iterable[Any]]:
    for key in sorted(sums):
        day, unit, kind = key
        for measure, n in enumerate(sums[key]):
            if n:
                yield ["tally", date_of(day).isoformat(), unit, kind, MEASURES[measure], n]
    for (day, unit, kind, problem), n in sorted(problems.items()):
        if n:
            yield ["problem", date_of(day).isoformat(), unit, kind, problem, n]
