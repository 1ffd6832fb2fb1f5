"""On-time rates counted by pm4py from exported files. Runs in pm4py's own environment and knows nothing of ours.

    python pm4py_rates.py FOLDER BEGIN END

Prints JSON: by file and policy the number of cases settled early or on time, and settled, in [BEGIN, END).
"""

import json
import sys
from pathlib import Path

import pandas
import pm4py

POLICIES = ("date", "instant")


def last_of_objects(log):
    """The last value of every attribute of each case: what it always had, then what changed."""
    cases = log.objects[log.objects["ocel:type"] == "case"].groupby("ocel:oid").first()
    changes = log.object_changes.sort_values("ocel:timestamp", kind="stable")
    for name in changes["ocel:field"].dropna().unique():
        changed = changes[changes["ocel:field"] == name].groupby("ocel:oid")[name].last()
        cases[name] = changed.combine_first(cases[name]) if name in cases else changed
    return cases


def of_xes(path):
    log = pm4py.read_xes(str(path))
    cases = log.groupby("case:concept:name").first().filter(regex="^case:")
    return cases.rename(columns=lambda name: name.removeprefix("case:"))


READERS = {
    "cases.xes": of_xes,
    "cases.jsonocel": lambda path: last_of_objects(pm4py.read_ocel2_json(str(path))),
    "cases.sqlite": lambda path: last_of_objects(pm4py.read_ocel2_sqlite(str(path))),
}


def rates(cases, begin, end):
    counted = pandas.to_datetime(cases["counted_at"], utc=True, format="ISO8601")
    settled = cases[
        (cases["state"] == "settled") & (cases["kind"] == "procedure") & (counted >= begin) & (counted < end)
    ]
    return {policy: [int((settled[f"label_by_{policy}"] != "late").sum()), len(settled)] for policy in POLICIES}


if __name__ == "__main__":
    folder, begin, end = Path(sys.argv[1]), *map(pandas.Timestamp, sys.argv[2:4])
    found = {name: rates(read(folder / name), begin, end) for name, read in READERS.items()}
    Path(folder / "rates.json").write_text(json.dumps(found))
