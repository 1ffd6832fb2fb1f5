"""Publications with what later facts changed of them: a figure that would be another today is *restated*."""

from typing import Any

from msgspec import structs

from services.clock import Clock
from services.evidence.manifest import Publication
from services.history.archive import cases_at
from services.history.points import Point, point_at, rules_at
from services.history.when import AtPublication, Now
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.publishing.differences import Differences, Side
from services.publishing.listing import as_json, kept_publications, kept_row, read_kept, summary
from services.publishing.log_keeping import EvidencePlace
from services.publishing.questions import asked_again
from services.publishing.reading import public_key

Restated = dict[str, dict[str, int]]
"""By publication: the cases whose figures changed since, by class."""


async def listed(
    store: PostgresStore, place: EvidencePlace, clock: Clock, *, with_state: bool = True
) -> list[dict[str, Any]]:
    """All publications, oldest first, each with its state: `as_published` or `restated`, and why.

    For the states the whole archive is read once. Raises `ManifestRefused` where a row is not what was signed.
    """
    rows = await kept_publications(store.pool)
    if not rows:
        return []
    key = public_key(place)
    found = [(row, read_kept(row, key)) for row in rows]
    if not with_state:
        return [summary(row, publication) for row, publication in found]
    async with snapshot(store.pool) as connection:
        restated = await restated_of(connection, store, [publication for _, publication in found], clock)
    return [summary(row, publication) | _state(restated[row.id]) for row, publication in found]


async def shown(store: PostgresStore, place: EvidencePlace, name: str, clock: Clock) -> dict[str, Any]:
    """One publication as its file has it, with its state; raises `WhenRefused` where there is none."""
    publication = read_kept(await kept_row(store.pool, name), public_key(place))
    async with snapshot(store.pool) as connection:
        restated = await restated_of(connection, store, [publication], clock)
    return as_json(publication) | _state(restated[publication.id])


def _state(reasons: dict[str, int]) -> dict[str, Any]:
    return {"state": "restated" if reasons else "as_published", "restated_because": reasons}


async def restated_of(
    connection: Connection, store: PostgresStore, publications: list[Publication], clock: Clock
) -> Restated:
    """How many cases count otherwise today, by class; a period that was not over is still cut where it was."""
    now = await point_at(connection, Now(), clock)
    rules = await rules_at(connection, store, now)
    compared: list[tuple[str, Differences]] = []
    for publication in publications:
        then = await point_at(connection, AtPublication(publication.id), clock)
        a = Side(then, await rules_at(connection, store, then))
        b = Side(_cut_as(then, now), rules)
        reports = publication.manifest.reports
        compared += [(publication.id, Differences(asked_again(one), a, b)) for one in reports]
    async for recorded in cases_at(connection, now):
        for _, differences in compared:
            differences.add(recorded)
    found: Restated = {publication.id: {} for publication in publications}
    for name, differences in compared:
        for reason, cases in differences.cases_by_class().items():
            found[name][reason] = max(found[name].get(reason, 0), cases)
    return found


def _cut_as(then: Point, now: Point) -> Point:
    return structs.replace(now, recorded_at=then.recorded_at)
