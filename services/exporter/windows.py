"""The windows of the metrics as ranges of local days (`interface.md`, Metrics): whole days by event time."""

from msgspec import Struct

from projections.periods import reporting_month, reporting_year


class Windows(Struct, frozen=True):
    """The windows of one local day, as half-open ranges of days; `due_soon` reaches into the future."""

    today: int
    ranges: dict[str, tuple[int, int]]
    due_soon: tuple[int, int]

    def bounds(self) -> list[int]:
        """The days between which tallies must be summed."""
        edges = {edge for span in self.ranges.values() for edge in span} | set(self.due_soon)
        return sorted(edges | {self.today + 1})


def windows_on(today: int, due_soon_days: int) -> Windows:
    """The windows as they stand on a local day; today is the last day of all but `prev_7d`."""
    end = today + 1
    ranges = {
        "1d": (today, end),
        "7d": (today - 6, end),
        "prev_7d": (today - 13, today - 6),
        "30d": (today - 29, end),
        "month": (reporting_month(today).begin, end),
        "year": (reporting_year(today).begin, end),
    }
    return Windows(today, ranges, (today, today + 1 + due_soon_days))
