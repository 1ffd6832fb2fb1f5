"""Rows of the portal as they are written in tests, and what they come to."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from events.case import Case
from events.codec import decode
from events.facts import Fact
from events.fold import fold
from events.instants import instant_of
from services.importing.cells import CellRefused
from services.portal import load_policy
from services.portal.facts import events_of_snapshot
from services.portal.reading import read_snapshot

POLICY = load_policy("dvcqg")
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
RECEIVED, DUE = "20240115081200", "20240122170000"
PLAIN = {
    "MaHoSo": "c1",
    "MaTTHC": "1.012766",
    "NgayTiepNhan": RECEIVED,
    "NgayHenTra": DUE,
    "DonViXuLy": "H62.12",
    "TrangThaiHoSo": "4",
}

Cells = dict[str, str]
Saying = tuple[str, str, dict[str, Any]]


def row(status: str, *supplements: dict[str, str], **cells: str) -> Cells:
    """A row of case c1, received on 15 January and promised for the 22nd, unless `cells` say otherwise."""
    listed = {"DanhSachHoSoBoSung": json.dumps(supplements)} if supplements else {}
    return PLAIN | {"TrangThaiHoSo": status} | listed | cells


def supplement(asked: str, answered: str = "", before: str = "", after: str = "") -> dict[str, str]:
    return {"NgayBoSung": asked, "NgayTiepNhanBoSung": answered, "NgayHenTraTruoc": before, "NgayHenTraMoi": after}


def bodies(cells: Cells) -> list[bytes]:
    """The events of a row; its refusals are left out."""
    made = events_of_snapshot(read_snapshot(cells, POLICY), POLICY)
    return [one.body for one in made if not isinstance(one, CellRefused)]


def refusals(cells: Cells) -> list[CellRefused]:
    """What a row cannot say."""
    try:
        made = list(events_of_snapshot(read_snapshot(cells, POLICY), POLICY))
    except CellRefused as refused:
        return [refused]
    return [one for one in made if isinstance(one, CellRefused)]


def sayings(cells: Cells) -> list[Saying]:
    """Type, local time and data of each event of a row, in the order of the walk."""
    written = sorted(map(json.loads, bodies(cells)), key=lambda one: (one["time"], one["type"]))
    return [(one["type"].split(".")[2], local(one["time"]), one["data"]) for one in written]


def local(time: str) -> str:
    """`20240115081200` of a time that an event names, with its fraction where it has one."""
    moment = datetime.fromisoformat(time).astimezone(HANOI)
    return moment.strftime("%Y%m%d%H%M%S") + (f".{moment.microsecond:06}" if moment.microsecond else "")


def facts_of(rows: Iterable[Cells]) -> list[Fact]:
    """The facts of rows of one case, each once."""
    found = [decode(body).fact for cells in rows for body in bodies(cells)]
    return list({(fact.source, fact.id): fact for fact in found}.values())


def case_of(rows: Sequence[Cells]) -> Case:
    """The case that rows come to."""
    case = fold(facts_of(rows))
    assert case is not None
    return case


def at(text: str) -> int:
    """The instant of `20240115081200` in Hanoi."""
    return instant_of(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=HANOI))
