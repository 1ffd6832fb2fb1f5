"""The mapping file: what it accepts, and that every fault is reported at once with its place and a remedy."""

from pathlib import Path

import pytest

from services.importing import ImportRefused, load_mapping

SOURCE = '[source]\nname = "/desk"\ntime_zone = "Asia/Ho_Chi_Minh"\ncase_id = "id"\n'
RECEIVED = SOURCE + '[[event]]\ntype = "received"\ntime = "at"\ndata.unit = "unit"\n'
PERMITS = Path(__file__).parents[3] / "deploy" / "mappings" / "permits.toml"


def refused(tmp_path: Path, text: str) -> list[str]:
    """The lines of the refusal, without the path of the file."""
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused) as refusal:
        load_mapping(path)
    assert all(line.startswith(f"{path}: ") for line in refusal.value.lines)
    return [line.removeprefix(f"{path}: ") for line in refusal.value.lines]


def test_the_mapping_of_the_permits_names_its_source_and_its_columns() -> None:
    mapping = load_mapping(PERMITS)
    assert mapping.source.name == "/city/permits"
    assert mapping.source.zone.key == "Europe/Amsterdam"
    assert [rule.cloud_event_type for rule in mapping.events] == [
        "duecourse.case.received.v1",
        "duecourse.case.processed.v1",
    ]
    assert set(mapping.columns) == {
        "case:concept:name",
        "case:startdate",
        "case:department",
        "case:enddate_planned",
        "case:channel",
        "case:enddate",
    }


def test_all_faults_of_a_mapping_are_reported_at_once(tmp_path: Path) -> None:
    text = """
        [source]
        name = "two words"
        time_zone = "Asia/Ho_Chi_Min"
        [[event]]
        type = "recieved"
        time = "at"
        [[event]]
        type = "received"
        time = "at"
        data.chanel = "how"
        data.channel = { column = "how", values = { web = "onlin" }, otherwise = "letter" }
        [[event]]
        type = "closed"
        tim = "at"
    """
    types = "received, processed, returned, rescheduled, paused, resumed, transferred, closed, reopened, retracted"
    fields = "unit, due, procedure, channel, receiving_unit, digitised, kind"
    channels = "online, desk, post, internal"
    assert refused(tmp_path, text) == [
        "source.name: 'two words' has a blank or a control character; use a URI such as /city/permits",
        "source.time_zone: unknown time zone 'Asia/Ho_Chi_Min'; did you mean 'Asia/Ho_Chi_Minh'?",
        "source.case_id: is missing; add it",
        f"event 1, type: unknown event type 'recieved'; use {types}; did you mean 'received'?",
        f"event 2, data.chanel: 'received' has no field 'chanel'; it has {fields}; did you mean 'channel'?",
        f"event 2, data.channel.values.web: 'onlin' is not one of {channels}; did you mean 'online'?",
        f"event 2, data.channel.otherwise: 'letter' is not one of {channels}",
        "event 2, data.unit: 'unit' is required for 'received'; add data.unit = \"a column\" or { value = \"…\" }",
        "event 3, time: is missing; add it",
        "event 3, tim: unknown key; remove it; did you mean 'time'?",
    ]


@pytest.mark.parametrize(
    ("lines", "finding"),
    [
        ("data.due = 5", "event 1, data.due: must be a column name in quotes, { column = … } or { value = … }"),
        (
            'data.due = { column = "d", colour = "red" }',
            "event 1, data.due.colour: unknown key; remove it; did you mean 'column'?",
        ),
        (
            'data.due = { column = "d", otherwise = "x" }',
            "event 1, data.due: a time is read as it is; remove values and otherwise",
        ),
        (
            'data.due = { column = "d", format = "%d/%m" }',
            "event 1, data.due.format: '%d/%m' does not read year, month and day; give for example %d/%m/%Y",
        ),
        (
            'data.due = { column = "d", format = "%Y-%m-%d %Z" }',
            "event 1, data.due.format: '%Y-%m-%d %Z': %Z reads a name and no offset; use %z or leave it to time_zone",
        ),
        (
            'data.due = { value = "soon" }',
            "event 1, data.due.value: 'soon' is no time such as 2024-01-15T08:12:00+07:00 or 2024-01-15 08:12",
        ),
        (
            'data.procedure = { column = "p", format = "%Y" }',
            "event 1, data.procedure.format: only a time has a format; remove it",
        ),
        ('data.procedure = { value = "" }', "event 1, data.procedure.value: must not be empty; remove the field"),
        ("data.procedure = { value = true }", "event 1, data.procedure.value: must be text in quotes"),
        (
            'data.kind = { column = "k", values = { a = 1 } }',
            "event 1, data.kind.values.a: must be text in quotes, or true or false",
        ),
        ('when = { column = "w" }', "event 1, when: needs either equals or one_of, and not both"),
        ('when = { column = "w", one_of = [] }', "event 1, when.one_of: must not be empty"),
        ('data = "unit"', None),
    ],
)
def test_a_faulty_rule_is_named_by_its_key(tmp_path: Path, lines: str, finding: str | None) -> None:
    found = refused(tmp_path, RECEIVED + lines)
    assert len(found) == 1
    assert finding is None or found == [finding]


def test_true_and_false_of_a_yes_or_no_field_are_written_without_quotes(tmp_path: Path) -> None:
    text = SOURCE + '[[event]]\ntype = "processed"\ntime = "at"\n'
    text += 'data.electronic_result = { column = "e", values = { Ja = "true" }, otherwise = false }'
    assert refused(tmp_path, text) == [
        "event 1, data.electronic_result.values.Ja: must be true or false without quotes, not 'true'"
    ]


def test_overdue_is_left_to_the_deadlines_service(tmp_path: Path) -> None:
    found = refused(tmp_path, SOURCE + '[[event]]\ntype = "overdue"\ntime = "at"\n')
    assert found == ["event 1, type: 'overdue' is written by the deadlines service only; remove this event"]


@pytest.mark.parametrize("text", [SOURCE, "event = []\n" + SOURCE])
def test_a_mapping_without_an_event_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text) == ["event: has no event; add an [[event]] with type and time"]


@pytest.mark.parametrize("zone", ["Europe", "../etc/passwd", "/etc/passwd", "Nowhere/Atall"])
def test_what_is_no_time_zone_is_refused(tmp_path: Path, zone: str) -> None:
    found = refused(tmp_path, RECEIVED.replace("Asia/Ho_Chi_Minh", zone))
    assert len(found) == 1
    assert found[0].startswith(f"source.time_zone: unknown time zone '{zone}'; ")


def test_a_file_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in refused(tmp_path, "[source]\nname = \n")[0]


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be read: No such file"):
        load_mapping(tmp_path / "none.toml")


def test_the_order_of_data_fields_in_the_file_is_of_no_effect(tmp_path: Path) -> None:
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text(RECEIVED + 'data.due = "d"\ndata.channel = "c"\n')
    other.write_text(RECEIVED.replace('data.unit = "unit"', 'data.channel = "c"\ndata.due = "d"\ndata.unit = "unit"'))
    assert list(load_mapping(one).events[0].data) == list(load_mapping(other).events[0].data)
    assert load_mapping(one) == load_mapping(other)


def test_a_zone_that_only_looks_alike_is_not_suggested(tmp_path: Path) -> None:
    """`Asia/Shanghai` would move every time by an hour."""
    [found] = refused(tmp_path, RECEIVED.replace("Asia/Ho_Chi_Minh", "Asia/Hanoi"))
    assert found == "source.time_zone: unknown time zone 'Asia/Hanoi'; use a name such as Asia/Ho_Chi_Minh"
