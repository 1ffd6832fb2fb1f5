"""Lives of a case as an office lives them, and the rows that it sends of them on the way."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from portal_rows import Cells

START = datetime(2024, 1, 15, 8, 0)  # noqa: DTZ001 - local, as the portal writes
UNITS = ("H62.12", "H62.13", "H62.14")


@dataclass(frozen=True)
class Life:
    """How a case stands: what its row says now."""

    now: datetime
    due: datetime
    unit: str = UNITS[0]
    status: str = "2"
    supplements: tuple[dict[str, str], ...] = ()
    processed: datetime | None = None
    returned: datetime | None = None
    closed: datetime | None = None
    moved_unit: bool = field(default=False)

    @property
    def waiting(self) -> bool:
        return bool(self.supplements) and not self.supplements[-1]["NgayTiepNhanBoSung"]

    @property
    def ended(self) -> bool:
        return self.processed is not None or self.closed is not None

    def row(self, *, told: bool) -> Cells:
        """The current row; `told`: with the time of its last change."""
        cells = {
            "MaHoSo": "c1",
            "NgayTiepNhan": written(START),
            "NgayHenTra": written(self.due),
            "DonViXuLy": self.unit,
            "TrangThaiHoSo": self.status,
            "NgayKetThucXuLy": written(self.processed or self.closed),
            "NgayTra": written(self.returned),
            "DanhSachHoSoBoSung": json.dumps(self.supplements) if self.supplements else "",
        }
        return cells | ({"ThoiDiemXuLy": written(self.now)} if told else {})


def written(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y%m%d%H%M%S")


@st.composite
def lives(draw: st.DrawFn, *, unexplained: bool) -> list[Life]:
    """Every state that a case went through, from its reception on.

    `unexplained`: date and unit may also move by themselves, which shows only where rows say when they were changed.
    """
    states = [Life(START, START + timedelta(days=draw(st.integers(1, 9))))]
    for _ in range(draw(st.integers(0, 7))):
        state = states[-1]
        step = draw(st.sampled_from(_steps(state, unexplained=unexplained)))
        seconds = draw(st.sampled_from((1, 3_600, 86_400, 200_000)))
        states.append(_next(state, step, state.now + timedelta(seconds=seconds), draw(st.integers(-3, 9))))
    return states


def _steps(state: Life, *, unexplained: bool) -> list[str]:
    if state.ended:
        return ["nothing"] if state.returned or state.closed else ["nothing", "returned"]
    if state.waiting:
        return ["answered", "answered and moved", "stopped"]
    moves = ["moved", "unit"] if unexplained else []
    return ["at work", "asked", "processed", "stopped", *moves]


def _next(state: Life, step: str, now: datetime, days: int) -> Life:
    later = replace(state, now=now)
    moved = state.due + timedelta(days=days)
    match step:
        case "at work":
            return replace(later, status="4")
        case "asked":
            asked = {"NgayBoSung": written(now), "NgayTiepNhanBoSung": "", "NgayHenTraTruoc": written(state.due)}
            return replace(later, status="5", supplements=(*state.supplements, asked | {"NgayHenTraMoi": ""}))
        case "answered" | "answered and moved":
            due = moved if step == "answered and moved" else state.due
            named = written(due) if due != state.due else ""
            answer = {"NgayTiepNhanBoSung": written(now), "NgayHenTraMoi": named}
            supplements = (*state.supplements[:-1], state.supplements[-1] | answer)
            return replace(later, status="4", supplements=supplements, due=due)
        case "moved":
            return replace(later, status="4", due=moved)
        case "unit":
            return replace(later, status="4", unit=UNITS[days % 3], moved_unit=True)
        case "processed":
            return replace(later, status="9", processed=now)
        case "returned":
            return replace(later, status="10", returned=now)
        case "stopped":
            return replace(later, status="8", closed=now)
        case _:
            return later
