"""Files people bring, read into CloudEvents. Knows no database and no command line.

`load_mapping` reads the import mapping, `open_rows` the file, `events_of` makes the events of one row;
`open_event_lines` reads files that hold CloudEvents already.
"""

from services.importing.cloud_event import RowEvent
from services.importing.errors import ImportRefused
from services.importing.event_lines import EventLines, open_event_lines
from services.importing.mapping import Mapping, load_mapping
from services.importing.readers import open_rows, require_columns
from services.importing.row_file import UNREADABLE_ROW, Row, RowFile, UnreadableRow
from services.importing.rows import REFUSAL_REASONS, Refusal, RowEvents, events_of

__all__ = [
    "REFUSAL_REASONS",
    "UNREADABLE_ROW",
    "EventLines",
    "ImportRefused",
    "Mapping",
    "Refusal",
    "Row",
    "RowEvent",
    "RowEvents",
    "RowFile",
    "UnreadableRow",
    "events_of",
    "load_mapping",
    "open_event_lines",
    "open_rows",
    "require_columns",
]
