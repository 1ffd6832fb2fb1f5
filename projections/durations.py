"""How long cases took: working time until the decision, and how long the result then waited to be handed over."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct, structs

from events.case import Case
from events.instants import DAY
from projections.deadline import Deadline
from projections.definitions import content_hash
from projections.groups import Group
from projections.measures import Policy
from projections.report_columns import NAME, TOTAL, UNIT
from projections.standing import Rules, Standing, standing
from projections.tables import Cell, Column, Sort, Table, Text


class Duration(Struct, frozen=True):
    """A length of time per settled case, as declared data; its figures are mean and median in days of 24 hours."""

    name: str
    report: str
    title: Text
    text: Text
    source: str
    unit: str = "days"

    @property
    def version(self) -> str:
        """sha256 (hexadecimal) of the content."""
        return content_hash(structs.asdict(self))


WORKING_TIME: Final = Duration(
    "working_time",
    "working-time",
    Text("Working time", "Thời gian giải quyết"),
    Text(
        "from reception to decision of the cases settled, pauses that count left out, in days of 24 hours",
        "từ khi tiếp nhận đến khi giải quyết xong, không tính thời gian tạm dừng, theo ngày 24 giờ",
    ),
    "domain.md, Fold rules and Effective due",
)
RETURN_LAG: Final = Duration(
    "return_lag",
    "return-lag",
    Text("Return lag", "Thời gian chờ trả kết quả"),
    Text(
        "from decision to hand-over of the cases settled and handed over, in days of 24 hours",
        "từ khi giải quyết xong đến khi trả kết quả, theo ngày 24 giờ",
    ),
    "domain.md, Terms: settled, returned",
)
DURATIONS: Final = {one.report: one for one in (WORKING_TIME, RETURN_LAG)}


def length_of(
    duration: Duration, case: Case, rules: Rules, policy: Policy, begin: int, end: int
) -> tuple[str, int] | None:
    """The last holder and the microseconds of a case settled in `[begin, end)`; None where it says nothing of this."""
    found = standing(case, rules)
    if found is None or case.end is None or not case.end.settled or not begin <= found.until < end:
        return None
    if duration is RETURN_LAG:
        if case.returned_at is None:
            return None
        return found.last_unit, max(max(case.returned_at, found.received_at) - found.until, 0)
    return found.last_unit, found.until - found.received_at - _paused(found.under(policy), found)


def _paused(own: Deadline, found: Standing) -> int:
    """Microseconds of the pauses that counted, between reception and end; they do not overlap."""
    clipped = ((max(began, found.received_at), min(ended, found.until)) for began, ended in own.pauses)
    return sum(max(ended - began, 0) for began, ended in clipped)


def mean(lengths: Sequence[int]) -> Fraction | None:
    """Exact, in days; None of nothing."""
    return Fraction(sum(lengths), len(lengths) * DAY) if lengths else None


def median(lengths: Sequence[int]) -> Fraction | None:
    """The middle one, or halfway between the two in the middle, in days; None of nothing."""
    if not lengths:
        return None
    ordered, middle = sorted(lengths), len(lengths) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle], DAY)
    return Fraction(ordered[middle - 1] + ordered[middle], 2 * DAY)


COLUMNS: Final = (
    UNIT,
    NAME,
    Column("cases", Text("Cases", "Số hồ sơ")),
    Column("mean", Text("Mean, days", "Trung bình (ngày)"), Sort.DAYS),
    Column("median", Text("Median, days", "Trung vị (ngày)"), Sort.DAYS),
)


def durations_table(
    duration: Duration, lengths: Mapping[str, Sequence[int]], groups: Sequence[Group], scope: Group
) -> Table:
    """Lengths by unit, in microseconds, laid out: cases, mean and median of each row."""
    counted = [(group, _figures(lengths, group)) for group in groups]
    rows = tuple((group.unit or "", group.name, *cells) for group, cells in counted if group.always or cells[0])
    named: tuple[Cell, Cell] = ("", TOTAL if scope.name == "Total" else scope.name)
    return Table(duration.report, duration.title, COLUMNS, rows, (*named, *_figures(lengths, scope)))


def _figures(lengths: Mapping[str, Sequence[int]], group: Group) -> tuple[Cell, ...]:
    own = [length for unit in group.units for length in lengths.get(unit, ())]
    return len(own), mean(own), median(own)
