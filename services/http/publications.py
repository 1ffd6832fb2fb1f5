"""`GET /publications`: what was published, and what of it later facts changed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.composition import Database
from services.history.when import WhenRefused
from services.http.problems import not_found
from services.publishing.log_keeping import evidence_place
from services.publishing.restating import listed, shown


def publications_router(database: Database) -> APIRouter:
    """Publications, all and one by one."""
    router = APIRouter(tags=["publications"])
    place = evidence_place(database.settings)

    @router.get("/publications", summary="Publications, oldest first, with what later facts changed")
    async def get_publications(
        state: Annotated[bool, Query(description="false: without restated or not, which reads the archive")] = True,
    ) -> list[dict[str, Any]]:
        return await listed(database.store, place, database.clock, with_state=state)

    @router.get("/publications/{publication_id}", summary="One publication: manifest, signature, state")
    async def get_publication(publication_id: str) -> dict[str, Any]:
        try:
            return await shown(database.store, place, publication_id, database.clock)
        except WhenRefused as error:
            raise not_found(str(error)) from None

    return router
