"""One case of the history, read and explained."""

from typing import Any, Final

from events.codec import data_of, decode
from events.errors import Refused
from events.facts import NAMES
from events.instants import iso
from projections.contribution import contribution
from projections.effect import StoredCase
from projections.measures import Policy
from services.case_view import case_view
from services.clock import Clock
from services.history.archive import case_at
from services.history.explaining import explanation
from services.history.points import Point, point_at, rules_at
from services.history.when import When
from services.history.wording import Language
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore

REFUSED_MAX: Final = 100
_REUSED: Final = (
    "select partition, position, recorded_at, body from dead_letters where reason = 'id_reused' "
    "and position(convert_to($1, 'UTF8') in body) > 0 order by id limit $2"
)


async def explain_case(
    store: PostgresStore, case_id: str, when: When, clock: Clock, *, policy: Policy | None, language: Language = "en"
) -> dict[str, Any] | None:
    """Why the case is counted as it is as of a point; None where nothing was recorded of it by then."""
    async with snapshot(store.pool) as connection:
        point = await point_at(connection, when, clock)
        recorded = await case_at(connection, point, case_id)
        if recorded is None:
            return None
        rules = await rules_at(connection, store, point)
        refused = await _reused(connection, case_id, point)
    return explanation(recorded, refused, rules, point, policy or store.policy, language)


async def case_view_at(store: PostgresStore, case_id: str, when: When, clock: Clock) -> dict[str, Any] | None:
    """The case as `case show` has it, as of a point; None where nothing was recorded of it by then."""
    async with snapshot(store.pool) as connection:
        point = await point_at(connection, when, clock)
        recorded = await case_at(connection, point, case_id)
        if recorded is None:
            return None
        rules = await rules_at(connection, store, point)
    places = {(one.kept.partition, one.kept.position): one.recorded_at for one in recorded.facts}
    stored = StoredCase(0, recorded.kept, contribution(None, rules))
    return {**case_view(case_id, stored, rules, places, point.recorded_at), "as_of": point.as_json()}


async def _reused(connection: Connection, case_id: str, point: Point) -> list[dict[str, Any]]:
    """The refused events of a case that reused an id, as rows of an explanation."""
    rows = []
    for row in await connection.fetch(_REUSED, case_id, REFUSED_MAX):
        try:
            event = decode(row["body"])
        except Refused:
            continue
        if event.case_id == case_id and row["position"] < point.positions.get(row["partition"], 0):
            rows.append(
                {
                    "type": NAMES[type(event.fact.body)],
                    "time": iso(event.fact.time),
                    "data": data_of(event.fact.body),
                    "source": event.fact.source,
                    "id": event.fact.id,
                    "recorded_at": iso(row["recorded_at"]),
                    "partition": row["partition"],
                    "position": row["position"],
                    "use": "refused",
                    "why": "id_reused",
                }
            )
    return rows
