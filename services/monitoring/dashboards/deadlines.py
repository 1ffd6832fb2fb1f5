"""Open cases by deadline: what the four are called, and the colours that they have everywhere."""

from collections.abc import Callable
from typing import Final

from services.monitoring.dashboards.drawing import both
from services.monitoring.dashboards.parts import Query
from services.monitoring.wording import Words

DEADLINES: Final = {
    "in_time": Words("In time", "Trong hạn"),
    "due_soon": Words("Due soon", "Sắp đến hạn"),
    "overdue": Words("Overdue", "Quá hạn"),
    "paused": Words("Paused", "Tạm dừng"),
}
_COLOURS: Final = {"in_time": "green", "due_soon": "yellow", "overdue": "red", "paused": "blue"}


def by_deadline(asked: Callable[[str], str]) -> tuple[Query, ...]:
    """A line for each; `asked` gives the query of a deadline."""
    return tuple(
        Query(expression=asked(deadline), legend=both(words), colour=_COLOURS[deadline])
        for deadline, words in DEADLINES.items()
    )
