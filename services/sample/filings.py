"""Cases as they come in: which office, which procedure, when, through which channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate
from random import Random

from services.sample.arrivals import Day, cases_of_days, days_before, second_of_day
from services.sample.chance import pick
from services.sample.local_time import DAY_SECONDS
from services.sample.offices import Office, province_offices
from services.sample.procedures import SampleProcedure

_COMPLAINT_SHARE = 0.02
_AT_A_COUNTER_SHARE = 0.06
_CHANNELS_AT_THE_DESK = ("desk",) * 17 + ("post",) * 2 + ("internal",)
_DIGITISED = ("yes", "yes", "yes", "no", "exempt", None, None)


@dataclass(frozen=True, slots=True)
class Filing:
    """One case at the moment it is filed; `number` counts from 0 over the whole history,
    `received` is in local seconds, `receiving_unit` is a code or ""."""

    number: int
    case_id: str
    office: Office
    procedure: SampleProcedure
    received: int
    channel: str
    receiving_unit: str
    digitised: str | None
    complaint: bool


def filings(*, seed: int, cases: int, horizon: int, rng: Random) -> Iterator[tuple[int, list[Filing]]]:
    """Each day up to `horizon` (local seconds) as its ordinal, with its filings in order of time."""
    offices = province_offices(seed)
    sizes = list(accumulate(office.weight for office in offices))
    number = 0
    for day, count in cases_of_days(days_before(horizon), cases, rng):
        arrivals = [(*_moment(rng, day, office), office) for office in rng.choices(offices, cum_weights=sizes, k=count)]
        arrivals.sort(key=lambda arrival: arrival[0])
        yield (
            day.ordinal,
            [_filing(rng, day, number + at, at, *arrival) for at, arrival in enumerate(arrivals)],
        )
        number += count


def drawn_procedure(rng: Random, office: Office) -> SampleProcedure:
    """One of the office's own; the first in the table are the commonest."""
    share = rng.random()
    return office.procedures[int(share * share * len(office.procedures))]


def opaque_case_id(desk: str, day: int, serial: str) -> str:
    """Like `000.00.12.H99-240115-0001`; `day` is an ordinal."""
    return f"000.00.{desk}.H99-{_six_digits(day)}-{serial}"


@lru_cache(maxsize=1024)
def _six_digits(day: int) -> str:
    return date.fromordinal(day).strftime("%y%m%d")


def _moment(rng: Random, day: Day, office: Office) -> tuple[int, bool]:
    online = not day.office or rng.random() < office.online_share
    return second_of_day(rng, day.online if online else day.office), online


def _filing(rng: Random, day: Day, number: int, place: int, second: int, online: bool, office: Office) -> Filing:
    return Filing(
        number=number,
        case_id=opaque_case_id(office.desk, day.ordinal, f"{place + 1:04d}"),
        office=office,
        procedure=drawn_procedure(rng, office),
        received=day.ordinal * DAY_SECONDS + second,
        channel="online" if online else pick(rng, _CHANNELS_AT_THE_DESK),
        receiving_unit=office.counter if not online and rng.random() < _AT_A_COUNTER_SHARE else "",
        digitised=pick(rng, _DIGITISED),
        complaint=rng.random() < _COMPLAINT_SHARE,
    )
