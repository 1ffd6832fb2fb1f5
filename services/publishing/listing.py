"""Publications as they are kept in the database, and what of them later facts changed."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct, to_builtins

from events.instants import iso
from services.evidence.errors import ManifestRefused
from services.evidence.manifest import Publication, PublishedReport, read_publication
from services.evidence.signed_note import VerifierKey
from services.history.when import WhenRefused
from services.postgres.connection import Pool, connected

_ALL: Final = "select id, published_at, recorded_at, document from publications order by published_at, id"
_ONE: Final = "select id, published_at, recorded_at, document from publications where id like $1 limit 2"


class Kept(Struct, frozen=True):
    """A publication as its row keeps it; instants in microseconds, `document` is the file."""

    id: str
    published_at: int
    recorded_at: int
    document: bytes


async def kept_publications(pool: Pool) -> list[Kept]:
    """All publications, oldest first."""
    async with connected(pool) as connection:
        return [Kept(*row) for row in await connection.fetch(_ALL)]


async def kept_row(pool: Pool, name: str) -> Kept:
    """A publication by its id or the beginning of it; raises `WhenRefused` where there is none, or more than one."""
    is_id = 12 <= len(name) <= 64 and set(name) <= set("0123456789abcdef")
    async with connected(pool) as connection:
        rows = await connection.fetch(_ONE, f"{name}%") if is_id else []
    if len(rows) != 1:
        several = "several publications begin with" if rows else "there is no publication"
        raise WhenRefused(f"{several} {name!r}: `duecourse publications` lists them")
    return Kept(*rows[0])


def read_kept(row: Kept, key: VerifierKey) -> Publication:
    """The publication of a row; raises `ManifestRefused` where it is not what was signed."""
    publication = read_publication(row.document, key)
    if publication.id != row.id:
        raise ManifestRefused(f"the row of publication {row.id} holds the publication {publication.id}")
    return publication


def summary(row: Kept, publication: Publication) -> dict[str, Any]:
    """A line of the list."""
    return {
        "id": row.id,
        "published_at": iso(row.published_at),
        "recorded_at": iso(row.recorded_at),
        "reports": [report_line(one) for one in publication.manifest.reports],
    }


def report_line(found: PublishedReport) -> dict[str, Any]:
    """What was asked and the total."""
    return {
        "report": found.report,
        "from": found.from_,
        "to": found.to,
        "policy": found.policy,
        "numerator": found.total.numerator.count,
        "denominator": found.total.denominator.count,
        "percent": found.total.percent,
    }


def as_json(publication: Publication) -> dict[str, Any]:
    """The whole, as its file has it, with the id."""
    return {
        "id": publication.id,
        "key": str(publication.key),
        "signature": publication.signature,
        "manifest": to_builtins(publication.manifest),
    }


def first_difference(published: Sequence[PublishedReport], found: Sequence[PublishedReport]) -> str | None:
    """The first number that is not what was published, in words; None where everything is."""
    for one, other in zip(published, found, strict=True):
        for row, again in zip((*one.rows, one.total), (*other.rows, other.total), strict=False):
            mine, theirs = to_builtins(row), to_builtins(again)
            for name in mine:
                if mine[name] != theirs[name]:
                    return _said(one, row.unit or row.name, name, mine[name], theirs[name])
        if one != other:
            return f"{one.report}: {len(one.rows)} rows were published, {len(other.rows)} are found, or asked otherwise"
    return None


def _said(report: PublishedReport, where: str, name: str, published: Any, found: Any) -> str:
    if name == "counts":
        name = next(count for count in published if published[count] != found.get(count))
        published, found = published[name], found.get(name)
    if isinstance(published, dict) and found is not None and published["count"] != found["count"]:
        published, found = published["count"], found["count"]
    return f"{report.report}, {where}, {name}: published {published}, the archive says {found}"
