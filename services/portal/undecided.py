"""What the rows of one file leave open: equally old rows of one case that promise different dates or name two units."""

from services.portal.snapshot import Snapshot


class Undecided:
    """`cases` are the ids of the cases concerned. Keeps numbers, not the rows."""

    def __init__(self) -> None:
        self._said: dict[int, int] = {}
        self.cases: set[str] = set()

    def look_at(self, snapshot: Snapshot) -> None:
        """Compares a row with the rows of its age that came before it."""
        if not snapshot.status.received:
            return
        since, received = snapshot.stated_at, snapshot.received
        at_reception = since is None or received is None or since.utc <= received.utc
        self._compare(snapshot, ("due", snapshot.age), snapshot.due)
        self._compare(snapshot, ("unit", "" if at_reception else snapshot.age), snapshot.unit)

    def _compare(self, snapshot: Snapshot, subject: tuple[str, str], said: object) -> None:
        if self._said.setdefault(hash((snapshot.case_id, subject)), hash(said)) != hash(said):
            self.cases.add(snapshot.case_id)
