"""A file of the portal's rows as lines of an import, and what its rows leave undecided."""

from collections.abc import Iterator
from pathlib import Path

from events.errors import Refused
from projections.effect import Record
from services.importing import RowFile, UnreadableRow, open_rows
from services.importing.cells import CellRefused
from services.importing.cloud_event import encode
from services.importing.readers import require_names
from services.importing.row_file import Row
from services.importing.sources import Line
from services.portal.facts import events_of_snapshot
from services.portal.policy import Policy
from services.portal.reading import read_snapshot
from services.portal.undecided import Undecided


class PortalSource:
    """`Source` of a file whose rows a policy reads. Raises ImportRefused for a file without the columns it needs."""

    def __init__(self, path: Path, policy: Policy) -> None:
        self._file: RowFile = open_rows(path)
        self.policy = policy
        self.rows = 0
        self.undecided = Undecided()
        require_names(self._file, policy.required_columns)

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def done(self) -> int:
        return self._file.done

    def lines(self) -> Iterator[Line]:
        for row in self._file:
            self.rows += 1
            if isinstance(row, UnreadableRow):
                yield Line(row.number, Record(row.raw, Refused(row.reason, row.detail)))
            elif any(text.strip() for text in row.cells.values()):
                yield from self._lines_of(row)

    def _lines_of(self, row: Row) -> Iterator[Line]:
        try:
            snapshot = read_snapshot(row.cells, self.policy)
        except CellRefused as refused:
            yield self._refused(row, refused)
            return
        self.undecided.look_at(snapshot)
        for made in events_of_snapshot(snapshot, self.policy):
            if isinstance(made, CellRefused):
                yield self._refused(row, made)
            else:
                yield Line(row.number, Record(made.body))

    def _refused(self, row: Row, refused: CellRefused) -> Line:
        known = {name: text for name, text in row.cells.items() if name in self.policy.known_columns}
        return Line(row.number, Record(encode(known), Refused(refused.reason, refused.detail)))
