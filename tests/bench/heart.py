"""Events a second of processor time through decode, fold and count, in memory. Run as a process: prints the number."""

import gc
import sys
import time
from itertools import islice

from projections.batches import absorb, counted_bytes, facts_bytes, read, stored_case
from projections.effect import Record
from projections.measures import Policy
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays
from tests.bench.histories import events, many_units

UNITS = 4_000
BATCH_EVENTS = 4_000
NOW = 1_900_000_000_000_000
COLLECTION_THRESHOLDS = (500_000, 20, 50)


def main(cases: int) -> None:
    gc.set_threshold(*COLLECTION_THRESHOLDS)
    rules = Rules(LocalDays("Asia/Ho_Chi_Minh"), Policy.DATE, UnitTree(many_units(UNITS)))
    stream, stored = events(cases, UNITS), dict[str, tuple[int, bytes, bytes]]()
    spent, count = 0.0, 0
    while batch := [Record(body) for body in islice(stream, BATCH_EVENTS)]:
        begun = time.process_time()
        reading = read(batch)
        known = {one: stored_case(*stored[one]) for one in reading.case_ids() if one in stored}
        positions = range(count, count + len(batch))
        effect = absorb(reading, positions, 0, known, rules, [NOW] * len(batch))
        effect.tallies.standing_cells()
        for case in effect.cases:
            stored[case.case_id] = case.version + 1, facts_bytes(case.kept), counted_bytes(case.counted)
        spent += time.process_time() - begun
        count += len(batch)
    print(count / spent)


main(int(sys.argv[1]))
