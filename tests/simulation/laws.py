"""What must be true when everything has healed and is read to the end."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from events.facts import Event, Fact, repeats
from events.fold import fold
from projections.batches import read
from projections.contribution import contribution
from projections.effect import Record
from projections.measures import MEASURES, expanded
from projections.tallies import CellKey, ProblemKey, tallied
from projections.zone import date_of
from services.log import LogRecord
from services.memory.store import MemoryStore
from services.projector import Projector
from services.store import Checkpoint
from services.verifier import ArchivedEvent, Recount
from tests.properties.worlds import World
from tests.simulation.log import Log, Partition
from tests.simulation.watch import Watch

Broken = Iterator[str]


async def broken(world: World, log: Log, tables: MemoryStore, watch: Watch) -> list[str]:
    """Every law that does not hold, in words."""
    return [
        *_every_partition_is_read_to_its_end_or_halted_for_a_loss(log, tables, watch),
        *_every_record_has_one_fate(log, tables),
        *_every_fact_is_archived_once(tables),
        *_the_verifier_counts_the_same(world, tables),
        *_the_facts_alone_count_the_same(world, tables),
        *await _an_undisturbed_run_ends_the_same(tables),
    ]


def drained(log: Log, tables: MemoryStore) -> bool:
    """Nothing is left to read."""
    known = tables.positions
    return all(
        number in known and (known[number].halted or _at_the_end(log, known[number], one))
        for number, one in enumerate(log.partitions)
    )


def _at_the_end(log: Log, checkpoint: Checkpoint, there: Partition) -> bool:
    return checkpoint.topic_id == log.topic_id and checkpoint.position == there.end


def _every_partition_is_read_to_its_end_or_halted_for_a_loss(log: Log, tables: MemoryStore, watch: Watch) -> Broken:
    for number, there in enumerate(log.partitions):
        checkpoint = tables.positions.get(number)
        missing = watch.missing(number)
        if checkpoint is None:
            yield f"partition {number} was never read"
        elif missing and not checkpoint.halted:
            yield f"partition {number} {missing}, and is not halted"
        elif checkpoint.halted and number not in watch.endangered:
            yield f"partition {number} is halted ({checkpoint.halted}) and nothing was lost"
        elif not checkpoint.halted and not _at_the_end(log, checkpoint, there):
            yield f"partition {number} is not read to its end {there.end}: {checkpoint}"
        elif checkpoint.rewinds < watch.went_back[number] and watch.counts_stand:
            yield f"partition {number} counts {checkpoint.rewinds} rewinds, there were {watch.went_back[number]}"
        elif checkpoint.stuck and not checkpoint.halted:
            yield f"partition {number} counts as stuck and is read to its end"


def _read(log: Log, checkpoint: Checkpoint) -> list[LogRecord]:
    """All records there ever were below a checkpoint, in the log that it is of."""
    known = log.generations[checkpoint.topic_id or log.topic_id]
    return known[checkpoint.partition].below(checkpoint.position)


def _every_record_has_one_fate(log: Log, tables: MemoryStore) -> Broken:
    for number, checkpoint in tables.positions.items():
        counts = Counter[str]()
        known = log.generations[checkpoint.topic_id or log.topic_id][number]
        for record in _read(log, checkpoint):
            fate = _fate(tables, number, record)
            sent = known.sent[record.offset]
            wanted = _wanted(tables, number, record, sent.event, sent.reason)
            counts[fate.partition(":")[0]] += 1
            if fate != wanted:
                yield f"record {record.offset} of partition {number} is {fate}, and should be {wanted}"
        found = Counter(archived=checkpoint.applied, duplicate=checkpoint.duplicate, dead=checkpoint.dead)
        if found != counts or checkpoint.read != counts.total():
            yield f"partition {number} has {dict(counts)} records, and counts {checkpoint}"
        places = [place for place in (*tables.archive, *tables.dead_letters) if place[0] == number]
        if len(places) != counts["archived"] + counts["dead"]:
            yield f"partition {number} has {len(places)} rows, for {dict(counts)}"


def _fate(tables: MemoryStore, partition: int, record: LogRecord) -> str:
    """What became of a record, by the rows that its place has."""
    archived = tables.archive.get((partition, record.offset))
    dead = tables.dead_letters.get((partition, record.offset))
    if archived is not None and dead is not None:
        return "archived and dead"
    for row in (archived, dead):
        if row is not None and (row.body, row.recorded_at) != (record.value or b"", record.recorded_at):
            return "in the place of another one"
    if dead is not None:
        return f"dead: {dead.reason}"
    return "duplicate" if archived is None else "archived"


def _wanted(tables: MemoryStore, partition: int, record: LogRecord, event: Event | None, reason: str | None) -> str:
    """What should have become of it, given which facts are archived."""
    if event is None:
        return f"dead: {reason}"
    first = _kept(tables, event)
    if first is None:
        return "archived"
    place, fact = first
    if place == (partition, record.offset):
        return "archived"
    return "duplicate" if repeats(fact, event.fact) else "dead: id_reused"


def _kept(tables: MemoryStore, event: Event) -> tuple[tuple[int, int], Fact] | None:
    """Place and content of the fact that its case has under the same source and id."""
    changed = tables.changed.get(event.case_id)
    for one in changed.kept if changed is not None else ():
        if (one.fact.source, one.fact.id) == (event.fact.source, event.fact.id):
            return (one.partition, one.position), one.fact
    return None


def _every_fact_is_archived_once(tables: MemoryStore) -> Broken:
    kept = Counter[tuple[str, str, str]]()
    places = dict[tuple[int, int], str]()
    for case_id, case in tables.changed.items():
        kept.update((case_id, one.fact.source, one.fact.id) for one in case.kept)
        places.update({(one.partition, one.position): case_id for one in case.kept})
    yield from (f"{key} is archived {n} times" for key, n in kept.items() if n > 1)
    if places != {place: one.case_id for place, one in tables.archive.items()}:
        yield "the cases have other facts than the archive"


def _archived(tables: MemoryStore) -> Mapping[str, list[ArchivedEvent]]:
    found: dict[str, list[ArchivedEvent]] = defaultdict(list)
    for (partition, position), one in tables.archive.items():
        found[one.case_id].append(ArchivedEvent(partition, position, one.body))
    return found


def _the_verifier_counts_the_same(world: World, tables: MemoryStore) -> Broken:
    recount = Recount(world.verifier_rules, world.verifier_units)
    for case_id, events in _archived(tables).items():
        recount.add_case(case_id, events)
    if _named_cells(tables.cells) != recount.tallies:
        yield "the tallies are not those that the verifier counts"
    if _named_problems(tables.problem_cells) != recount.problems:
        yield "the problems are not those that the verifier counts"


def _the_facts_alone_count_the_same(world: World, tables: MemoryStore) -> Broken:
    cases = [[one.fact for one in case.kept] for case in tables.changed.values()]
    expected = tallied(contribution(fold(history), world.rules) for history in cases)
    if _named_cells(tables.cells) != _named_cells(expected.cells):
        yield "the tallies are not those of the facts"


async def _an_undisturbed_run_ends_the_same(tables: MemoryStore) -> Broken:
    undisturbed = MemoryStore(tables.rules, tables.clock)
    bodies = [tables.archive[place].body for place in sorted(tables.archive)]
    verdicts = await Projector(undisturbed).project(read([Record(body) for body in bodies]))
    said = Counter(verdict.status for verdict in verdicts)
    if said != Counter(accepted=len(bodies)):
        return iter([f"of {len(bodies)} archived facts an undisturbed run finds {dict(said)}"])
    return iter(
        [
            f"the {name} are not those of an undisturbed run"
            for name, ours, theirs in (
                ("tallies", _named_cells(tables.cells), _named_cells(undisturbed.cells)),
                ("problems", _named_problems(tables.problem_cells), _named_problems(undisturbed.problem_cells)),
                ("rows", _rows(tables), _rows(undisturbed)),
                ("counters", _applied(tables), _applied(undisturbed)),
            )
            if ours != theirs
        ]
    )


def _rows(tables: MemoryStore) -> dict[str, Any]:
    return {case_id: (one.counted, one.row) for case_id, one in tables.changed.items()}


def _applied(tables: MemoryStore) -> Counter[str]:
    """Applied facts by type, of all partitions."""
    found = Counter[str]()
    for (_, name, label), n in tables.counters.items():
        if name == "applied":
            found[label] += n
    return found


def _named_cells(cells: Mapping[CellKey, Mapping[int, int]]) -> dict[Any, dict[str, int]]:
    """As the verifier names them, zeros left out."""
    found = {}
    for (day, unit, kind), cell in cells.items():
        named = {MEASURES[measure]: n for measure, n in expanded(cell).items() if n}
        if named:
            found[date_of(day), unit, kind] = named
    return found


def _named_problems(problems: Mapping[ProblemKey, int]) -> dict[Any, int]:
    return {(date_of(day), unit, kind, name): n for (day, unit, kind, name), n in problems.items() if n}
