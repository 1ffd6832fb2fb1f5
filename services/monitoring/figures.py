"""The rates of `projections.definitions` that the metrics can tell, and how: sums first, the ratio last."""

from typing import Final

from msgspec import Struct

from projections.definitions import BY_REPORT, Definition


class Figure(Struct, frozen=True):
    """A rate over the samples of one metric: `part` selects those of its numerator, all of them are its denominator.

    `part_name` and `whole_name` name the two sums in recorded series.
    """

    definition: Definition
    metric: str
    part: str
    part_name: str
    whole_name: str

    @property
    def recorded(self) -> str:
        """Its name in recorded series."""
        return f"duecourse_{self.definition.name}"


LATE: Final = Figure(BY_REPORT["late-settled"], "duecourse_cases_settled", 'timeliness="late"', "late", "settled")
OVERDUE: Final = Figure(BY_REPORT["backlog"], "duecourse_cases_open", 'deadline="overdue"', "overdue", "open")
