"""Reads the files of `export` as the standards describe them, strictly, and counts on-time rates from them alone."""

import json
import sqlite3
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

XES = "{http://www.xes-standard.org/}"
XES_VALUES = {
    f"{XES}string": str,
    f"{XES}date": datetime.fromisoformat,
    f"{XES}boolean": {"true": True, "false": False}.__getitem__,
}
XES_ORDER = [f"{XES}{name}" for name in ("extension", "global", "classifier", "attribute", "trace")]
OCEL_VALUES: dict[str, Any] = {"string": str, "time": str, "boolean": bool}
BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00Z")


class Settled(NamedTuple):
    """A case as a file tells it; `counted_at` and `ended_at` as datetimes, due and label by policy."""

    case_id: str
    kind: str
    unit: str
    counted_at: datetime
    ended_at: datetime
    due: dict[str, datetime | None]
    label: dict[str, str]


def on_time(cases: list[Settled], begin: datetime, end: datetime, policy: str) -> dict[str, tuple[int, int]]:
    """Numerator and denominator by unit over an interval, from the labels."""
    settled = [one for one in cases if one.kind == "procedure" and begin <= one.counted_at < end]
    whole = Counter(one.unit for one in settled)
    part = Counter(one.unit for one in settled if one.label[policy] != "late")
    return {unit: (part[unit], n) for unit, n in whole.items()}


def _settled(case_id: str, told: dict[str, Any]) -> Settled:
    by_policy = {name: {one: told.get(f"{name}_by_{one}") for one in ("date", "instant")} for name in ("due", "label")}
    return Settled(
        case_id, told["kind"], told["unit"], told["counted_at"], told["ended_at"], by_policy["due"], by_policy["label"]
    )


def traces(path: Path) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The traces of an XES file with their events. Asserts what the standard asks of order, keys and values."""
    root = ET.parse(path).getroot()  # noqa: S314 - a file of ours
    assert root.tag == f"{XES}log"
    assert root.attrib["xes.version"] == "1849.2016"
    places = [XES_ORDER.index(f"{XES}attribute" if one.tag in XES_VALUES else one.tag) for one in root]
    assert places == sorted(places)
    prefixes = {one.attrib["prefix"] for one in root.iter(f"{XES}extension")}
    for trace in root.iter(f"{XES}trace"):
        events = [_attributes(list(event), prefixes) for event in trace.iter(f"{XES}event")]
        attributes = _attributes([one for one in trace if one.tag != f"{XES}event"], prefixes)
        for event in events:
            assert {"concept:name", "time:timestamp", "lifecycle:transition"} <= event.keys()
        yield attributes, events


def _attributes(elements: list[ET.Element], prefixes: set[str]) -> dict[str, Any]:
    found = {one.attrib["key"]: XES_VALUES[one.tag](one.attrib["value"]) for one in elements}
    assert len(found) == len(elements), "a key stands twice"
    assert {key.partition(":")[0] for key in found if ":" in key} <= prefixes
    return found


def of_xes(path: Path) -> list[Settled]:
    told = [attributes for attributes, _ in traces(path) if attributes["state"] == "settled"]
    return [_settled(one["concept:name"], {**one, "unit": one["org:group"]}) for one in told]


def ocel(path: Path) -> dict[str, Any]:
    """An OCEL 2.0 JSON document. Asserts that types are declared, values of their type, ids known and there once."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    ids = [one["id"] for one in document["objects"]]
    assert len(set(ids)) == len(ids)
    for sort, types in (("objects", "objectTypes"), ("events", "eventTypes")):
        declared = {one["name"]: {own["name"]: own["type"] for own in one["attributes"]} for one in document[types]}
        assert len({one["id"] for one in document[sort]}) == len(document[sort])
        for one in document[sort]:
            for attribute in one["attributes"]:
                kind = declared[one["type"]][attribute["name"]]
                assert isinstance(attribute["value"], OCEL_VALUES[kind])
                assert sort == "events" or datetime.fromisoformat(attribute["time"]).tzinfo
            assert {related["objectId"] for related in one["relationships"]} <= set(ids)
            assert all(related["qualifier"] for related in one["relationships"])
    assert all(datetime.fromisoformat(one["time"]).tzinfo for one in document["events"])
    return document


def of_ocel_json(path: Path) -> list[Settled]:
    return _of_objects(
        {
            one["id"]: [(own["name"], own["time"], own["value"]) for own in one["attributes"]]
            for one in ocel(path)["objects"]
            if one["type"] == "case"
        }
    )


def _of_objects(histories: dict[str, list[tuple[str, str, Any]]]) -> list[Settled]:
    """What stands last in the history of each object."""
    found = []
    for object_id, changes in histories.items():
        told = {name: value for name, _, value in sorted(changes, key=lambda one: datetime.fromisoformat(one[1]))}
        if told["state"] == "settled":
            for name in ("counted_at", "ended_at", "due_by_date", "due_by_instant"):
                told[name] = datetime.fromisoformat(told[name]) if name in told else None
            found.append(_settled(object_id.removeprefix("case:"), told))
    return found


def of_ocel_sqlite(path: Path) -> list[Settled]:
    """Asserts that the tables are those of the standard and that every reference leads somewhere."""
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("pragma foreign_key_check").fetchall() == []
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        for sort in ("object", "event"):
            mapped = dict(database.execute(f"select ocel_type, ocel_type_map from {sort}_map_type"))
            assert {f"{sort}_{name}" for name in mapped.values()} <= tables
            types = {name for (name,) in database.execute(f"select distinct ocel_type from {sort}")}
            assert types <= mapped.keys()
        rows = database.execute("select * from object_case")
        columns = [one[0] for one in rows.description]
        histories: dict[str, list[tuple[str, str, Any]]] = {}
        for row in rows:
            told = dict(zip(columns, row, strict=True))
            changed = [told["ocel_changed_field"]] if told["ocel_changed_field"] else columns[3:]
            changes = [(name, told["ocel_time"], told[name]) for name in changed if told[name] is not None]
            histories.setdefault(told["ocel_id"], []).extend(changes)
    return _of_objects(histories)


def rows(path: Path, query: str = "select * from facts") -> list[dict[str, Any]]:
    """Rows of a Parquet file, which the query calls `facts`; times in UTC."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create view facts as select * from '{path}'")
        answer = connection.execute(query)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def of_parquet(path: Path) -> list[Settled]:
    found = {}
    for row in rows(path, "select distinct on (case_id) * from facts where case_state = 'settled'"):
        told = {name.removeprefix("case_"): value for name, value in row.items() if name.startswith("case_")}
        found[row["case_id"]] = _settled(row["case_id"], told)
    return list(found.values())
