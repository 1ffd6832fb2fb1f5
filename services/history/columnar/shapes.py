"""The SQL that finds the shape of each case. Everything here runs in DuckDB, on a file of `spool`."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import fields

from events import facts, wire
from events.instants import DAY
from services.history.columnar.spool import COLUMNS

ONE_BY_ONE: Final = ("retracted",)
"""Facts whose effect is no matter of order and days alone: their cases are folded one by one."""
APART_DAYS: Final = 2
"""Days between two local days beyond which it counts no more how many they are: what is counted on the day after one
day is counted before the next."""
UNCOUNTED: Final = ("procedure", "receiving_unit")
"""What facts say that no figure depends on."""
_APART: Final = ("unit", "due")
_NAMES: Final = [name for name in facts.NAMES.values() if name not in ONE_BY_ONE]
_SAID: Final = sorted(
    {
        field.name
        for name in _NAMES
        for field in fields(wire.CURRENT[wire.TYPE_OF[name]])
        if field.name not in (*UNCOUNTED, *_APART)
    }
)
"""What facts say beside unit and due date; a field that is added to an event is one more here."""
_FACTS, _PLACES, _NOTHING, _FIELDS = "chr(28)", "chr(29)", "chr(30)", "chr(31)"
"""What stands between the parts of a shape, and for a null: no event has such characters unescaped, and the cases of
events with escapes are folded one by one."""
_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"


def _texts(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _instant(text: str) -> str:
    """Microseconds of a time as it is usually written, digits beyond cut off; null for any other way."""
    cut = rf"regexp_replace({text}, '(\.\d{{6}})\d+', '\1')"
    return f"case when regexp_full_match({text}, '{_TIME}') then epoch_us(try_cast({cut} as timestamptz)) end"


_PATHS: Final = {
    "type": "$.type",
    "time_text": "$.time",
    "source": "$.source",
    "id": "$.id",
    "subject": "$.subject",
    "due_text": "$.data.due",
    "unit": "$.data.unit",
} | {f"said_{name}": f"$.data.{name}" for name in _SAID}
"""Where in an event a column is; all are taken in one go, for each look into JSON reads it from its beginning."""
_said: Final = ", ".join(f"coalesce(said_{name}, {_NOTHING})" for name in _SAID)
_taken: Final = ", ".join(f"taken[{number}] as {name}" for number, name in enumerate(_PATHS, 1))
_FILE: Final = (
    "read_csv($path, header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
    f"max_line_size = 4194304, columns = {{{', '.join(f'{name}: {kind!r}' for name, kind in COLUMNS.items())}}})"
)
ARCHIVE: Final = f"create table archived as select * from {_FILE}"
FACTS: Final = f"""
create table facts as
with read as (
    select case_id, partition, position, promised, try(decode(unhex(body))) as text,
        case when json_valid(text) then text::json end as event
    from archived
), looked_into as (
    select case_id, promised, text, event ->> [{_texts(_PATHS.values())}] as taken from read
), told as (
    select case_id, promised, text, {_taken} from looked_into
), said as (
    select *, regexp_extract(type, '^duecourse\\.case\\.([a-z]+)\\.v1$', 1) as name from told
)
select case_id, name, source, id, unit, {_instant("time_text")} as happened_at,
    coalesce({_instant("due_text")}, case when due_text is null then promised end) as due,
    source = '{facts.DEADLINES_SOURCE}' as own, concat_ws({_FIELDS}, name, own, {_said}) as said,
    coalesce(
        text is null or contains(text, '\\') or subject <> case_id or name not in ({_texts(_NAMES)})
        or happened_at is null or source is null or id is null
        or (due_text is not null and due is null)
        or (name in ('received', 'transferred') and unit is null)
        or (unit is not null and unit not in (select code from plain)),
        true) as odd
from said
"""
PAUSES: Final = """
create table pauses as
select case_id, due, paused, resumed, due + resumed - paused as moved from (
    select case_id, max(due) as due, min(happened_at) filter (name = 'received') as received,
        min(happened_at) filter (name = 'paused') as paused, min(happened_at) filter (name = 'resumed') as resumed,
        min(happened_at) filter (name in ('processed', 'returned', 'closed')) as ended,
        count(*) filter (name = 'received') as receptions, count(*) filter (name = 'paused') as begun,
        count(*) filter (name = 'resumed') as over,
        count(*) filter (name in ('rescheduled', 'overdue', 'reopened')) as more
    from facts group by case_id
) where receptions = 1 and begun = 1 and over = 1 and more = 0 and received < paused and paused < resumed
    and (ended is null or resumed < ended)
"""
"""The cases that were paused once, between reception and end, and whose due date nothing else moves. Where it lies
after the pause is one more instant, and one more day, by which a case of them counts; others are folded one by one."""
INSTANTS: Final = f"""
select min(first), max(last) from (
    select min(least(happened_at, due)) as first, max(greatest(happened_at, due)) as last from facts
    union all select null, max(moved) + {2 * DAY} from pauses
)
"""
SHAPES: Final = f"""
create table shapes as
with placed as (
    select facts.*, days.day as day, days.start = happened_at as starts, coalesce(days.odd, true) as odd_day,
        dues.day as due_day, dues.start = due as due_starts, due is not null and coalesce(dues.odd, true) as odd_due
    from facts asof left join days on facts.happened_at >= days.start
    asof left join days as dues on facts.due >= dues.start
), moved as (
    select case_id, moved, dues.day + ends.day - begins.day as by_date, moves.day as by_instant,
        moves.start = moved as starts, dues.odd or begins.odd or ends.odd or moves.odd as odd
    from pauses asof left join days as dues on pauses.due >= dues.start
    asof left join days as begins on pauses.paused >= begins.start
    asof left join days as ends on pauses.resumed >= ends.start
    asof left join days as moves on pauses.moved >= moves.start
), moved_on as (
    select moved.*, moved is not null and coalesce(moved.odd or days.odd, true) as odd_moved
    from moved left join days on days.day = by_date
), cases as (
    select case_id, bool_or(name in ('paused', 'resumed')) as pauses, count(*) as events, max(happened_at) as last_time,
        list(day) || coalesce(list(due_day) filter (due_day is not null), []) as days,
        bool_or(odd or odd_day or odd_due) or count(distinct (source, id)) < count(*) as odd,
        max(greatest(happened_at, due)) >= $instant or bool_or(coalesce(day, 0) = $today) or
            bool_or(coalesce(due_day, 0) between $today - 1 and $today) as ahead,
        list(happened_at) || coalesce(list(due) filter (due is not null), []) as instants,
        list(unit order by happened_at, name, source, id) filter (unit is not null) as units,
        list({{said: said, happened_at: happened_at, day: day, starts: starts, due: due, due_day: due_day,
            due_starts: due_starts}} order by happened_at, name, source, id) as facts
    from placed group by case_id
), whole as (
    select case_id, events, last_time, units, facts, moved, by_date, by_instant, starts,
        cases.odd or (pauses and moved_on.case_id is null) or coalesce(odd_moved, false)
            or ahead or coalesce(greatest(by_date, by_instant) >= $today - 1, false) as apart,
        list_sort(list_distinct(case when moved is null then days else days || [by_date, by_instant] end)) as days,
        list_sort(list_distinct(case when moved is null then instants else instants || [moved] end)) as instants
    from cases left join moved_on using (case_id)
)
select case_id, events, last_time, days, units, case when not apart then array_to_string(
    list_transform(facts, lambda f: concat_ws({_PLACES}, f.said, list_position(days, f.day), f.starts,
        list_position(instants, f.happened_at), list_position(days, f.due_day), f.due_starts,
        list_position(instants, f.due)))
    || list_transform(range(2, len(days) + 1), lambda i: least(days[i] - days[i - 1], $apart)::varchar)
    || [concat_ws({_PLACES}, 'moved', list_position(days, by_date), list_position(days, by_instant), starts,
        list_position(instants, moved))]
    || list_transform(units, lambda u: list_position(units, u)::varchar), {_FACTS}) end as shape
from whole
"""
CLASSES: Final = """
create table classes as
select row_number() over (order by first) as class, shape, first from
    (select shape, min(case_id) as first from shapes where shape is not null group by shape)
"""
COUNTED: Final = """
create table counted as
select class, days, units, events, last_time from shapes join classes using (shape)
"""
TO_FOLD: Final = """
select archived.case_id, partition, position, recorded_at, unhex(body), promised, procedures_version, calendar_version,
    class, days, units
from archived join (
    select case_id, class, days, units from shapes left join classes using (shape)
    where shape is null or case_id = first
) as wanted using (case_id)
order by case_id, partition, position
"""
CELLS: Final = """
create table cells as
select * from read_csv($path, header = false, auto_detect = false, delim = ',', nullstr = '', columns =
    {class: 'bigint', day: 'integer', later: 'integer', unit: 'integer', kind: 'varchar', measure: 'integer',
        problem: 'varchar', n: 'bigint'})
"""
_SUMMED: Final = """
    select days[day] + later as day, case when unit = 0 then '' else units[unit] end as unit, kind, measure, problem,
        sum(n)::bigint as n
    from counted join cells using (class) group by all
"""
TALLIES: Final = f"select day, unit, kind, measure, n from ({_SUMMED}) where problem is null"
PROBLEMS: Final = f"select day, unit, kind, problem, n from ({_SUMMED}) where problem is not null"
TOTALS: Final = "select coalesce(sum(events), 0)::bigint, count(*), max(last_time) from counted"
