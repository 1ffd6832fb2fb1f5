"""What is done the short way is what the long way gives."""

from collections import Counter

import pytest
from histories import histories
from hypothesis import given
from hypothesis import strategies as st
from worlds import worlds

from events import codec
from events.codec import encode
from events.errors import Refused
from events.facts import Event
from events.fold import fold
from projections.contribution import contribution
from projections.entries import entries
from projections.measures import expanded
from projections.tallies import tallied

PIECES = (
    *('"', ":", " ", ",", "{", "}", "\\", "\\u0000", "null", "1e9", "[", '"id":', '"data":{', '"due":null,'),
    *('"x":1,', '"subject":"other",', '"unit" :"B",', ".1234567", ".9999999", "\ud800", "é", "\t", "+07:00"),
)


@given(data=st.data())
def test_a_contribution_is_the_sum_of_all_entries_by_day(data):
    """Also where the policies are sure to agree and one of them is not counted at all."""
    world = data.draw(worlds())
    case = fold(data.draw(histories(world)))
    by_day = Counter()
    for instant, unit, measure, n in entries(case, world.rules) if case is not None else ():
        by_day[world.rules.days.day_of(instant), unit, measure] += n
    counted = Counter()
    for (day, unit, _), change in tallied([contribution(case, world.rules)]).cells.items():
        counted.update({(day, unit, measure): n for measure, n in expanded(change).items()})
    assert {key: n for key, n in counted.items() if n} == {key: n for key, n in by_day.items() if n}


@given(data=st.data())
def test_plain_bytes_are_read_as_the_careful_way_reads_them(data):
    """Whatever is done to an event's text: the quick way gives the same event, or leaves it to the careful way."""
    world = data.draw(worlds())
    fact = data.draw(st.sampled_from(data.draw(histories(world).filter(len))))
    text = encode(Event("case", fact)).decode()
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = text[:place] + data.draw(st.sampled_from(PIECES)) + text[place + cut :]
    raw = text.encode("utf-8", "surrogatepass")
    quick = codec._plain(raw)
    if quick is not None:
        assert quick == codec._careful(raw)


def test_ordinary_events_go_the_quick_way():
    raw = (
        b'{"specversion":"1.0","id":"1","source":"/s","type":"duecourse.case.received.v1","subject":"c",'
        b'"time":"2024-01-15T08:12:00+07:00","datacontenttype":"application/json","data":{"unit":"A"}}'
    )
    assert codec._plain(raw) == codec._careful(raw)


def test_a_key_written_twice_is_never_read_the_quick_way():
    raw = (
        b'{"specversion":"1.0","id":"1","source":"/s","type":"duecourse.case.received.v1","subject":"c",'
        b'"time":"2024-01-15T08:12:00+07:00","data":{"unit":"A","unit":"B"}}'
    )
    assert codec._plain(raw) is None
    with pytest.raises(Refused) as refused:
        codec.decode(raw)
    assert refused.value.reason == "duplicate_key"
