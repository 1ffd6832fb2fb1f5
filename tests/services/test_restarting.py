"""Rules for pauses from a file to the database, and the dates that limits begun again give, once each."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from projections.batches import read
from projections.effect import Reading, Verdict
from projections.pause_rules import PauseEffect
from services.composition import Database, assemble
from services.pauses_loading import load_pauses, pauses_in_force, read_pauses_file
from services.projector import Projector
from services.reference_files import ReferenceRefused
from services.store import StoreUnavailable
from services.verifying import verify
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.promising import registry_in, rules_loaded, shipped
from tests.fixtures.saying import event, processed, received, records, retracted
from tests.fixtures.times import local
from tests.fixtures.verbs import run_verb

NOW = local("2024-04-30T08:00")


def file(folder: Path, *rows: str) -> Path:
    path = folder / "pauses.csv"
    path.write_text("\n".join(("reason,effect,valid_from,valid_to", *rows)) + "\n", encoding="utf-8")
    return path


def course(case: str) -> Sequence[bytes]:
    """Received on a Monday, within five working days; paused on Wednesday, resumed on Tuesday, settled a week later."""
    return (
        received(case, "2024-03-04T08:00", procedure="five"),
        event("paused", case, "2024-03-06T09:00", reason="supplement"),
        event("resumed", case, "2024-03-12T10:00", id=f"{case} resumed"),
        processed(case, "2024-03-19T15:00"),
    )


async def record(found: Database, *events: bytes, partition: int = 0) -> None:
    await Projector(found.store, partition).project(read(records(*events)))


async def told(found: Database) -> list[tuple[str, str]]:
    """Types and cases of the facts of the role, in the order of the archive."""
    rows = await found.pool.fetch(
        "select type, case_id from archive where convert_from(body, 'UTF8') like '%/duecourse/pauses%' "
        "order by position"
    )
    return [(row["type"], row["case_id"]) for row in rows]


async def labels(found: Database) -> dict[str, int]:
    rows = await found.pool.fetch(
        "select sum(settled_early) as early, sum(settled_on_time) as on_time, sum(settled_late) as late from tallies"
    )
    return {name: n for name, n in rows[0].items() if n}


def test_every_error_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = file(
        tmp_path, "supplement,again,,", "payment,restart,,", "tea,restart,,", "verification,restart,,2024-02-30"
    )
    with pytest.raises(ReferenceRefused) as refused:
        read_pauses_file(path)
    assert refused.value.lines == [
        f"{path}: line 2: effect 'again' is not known: use subtract, restart",
        f"{path}: line 3: 'payment' stops no clock: remove the row; supplement and verification do",
        f"{path}: line 4: reason 'tea' is not known: use supplement, verification, payment, other",
        f"{path}: line 5: valid_to '2024-02-30' is no date: write it like 2026-02-16",
    ]


@pytest.mark.database
async def test_a_limit_begins_again_once_and_the_label_follows(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await record(found, *course("c1"))
        restarting = assemble(found).restarting
        assert await restarting.catch_up() == 0, "no rule lets a limit begin again"
        assert await labels(found) == {"late": 1}, "17 March, with the six days of the pause"

        await load_pauses(found.store, read_pauses_file(file(tmp_path, "supplement,restart,,")))
        assert await restarting.catch_up() == 1
        assert await told(found) == [("rescheduled", "c1")]
        assert await labels(found) == {"on_time": 1}, "five working days from 12 March end on the 19th"
        assert await restarting.catch_up() == 0
        assert await assemble(found).restarting.catch_up() == 0, "neither does another process tell it again"
        assert (await verify(found.store, lambda _: None)).differences == 0


@pytest.mark.database
async def test_it_follows_what_is_recorded_and_takes_back_what_was_a_mistake(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await load_pauses(found.store, read_pauses_file(file(tmp_path, "supplement,restart,,")))
        restarting = assemble(found).restarting
        first, second = course("c1"), course("c2")
        await record(found, first[0], first[1], *second, partition=1)
        assert await restarting.catch_up() == 1
        await record(found, first[2], first[3], partition=1)
        assert await restarting.catch_up() == 1
        await record(found, retracted("c2", "2024-03-20T08:00", "c2 resumed"), partition=1)
        assert await restarting.catch_up() == 1
        assert await told(found) == [("rescheduled", "c2"), ("rescheduled", "c1"), ("retracted", "c2")]
        assert (await verify(found.store, lambda _: None)).differences == 0


@pytest.mark.database
async def test_a_look_whose_end_was_not_noted_is_made_again_and_tells_nothing_twice(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await load_pauses(found.store, read_pauses_file(file(tmp_path, "supplement,restart,,")))
        await record(found, *course("c1"), *course("c2"))
        assert await assemble(found).restarting.catch_up() == 2
        await found.pool.execute("delete from restarts_looked")  # as if the process had ended just before
        assert await assemble(found).restarting.catch_up() == 0
        assert len(await told(found)) == 2


class ShutDoor:
    """Nothing goes in."""

    async def project(self, reading: Reading) -> list[Verdict]:
        raise StoreUnavailable("the log is away")


@pytest.mark.database
async def test_what_the_door_could_not_take_is_told_later(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await load_pauses(found.store, read_pauses_file(file(tmp_path, "supplement,restart,,")))
        await record(found, *course("c1"))
        with pytest.raises(StoreUnavailable):
            await assemble(found, ShutDoor()).restarting.catch_up()
        assert await assemble(found).restarting.catch_up() == 1


@pytest.mark.database
async def test_a_new_version_of_the_rules_looks_at_every_case_again(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        later, earlier = "supplement,restart,2024-03-07,", "supplement,restart,2024-03-06,"
        await load_pauses(found.store, read_pauses_file(file(tmp_path, later)))
        await record(found, *course("c1"))
        restarting = assemble(found).restarting
        assert await restarting.catch_up() == 0
        assert await load_pauses(found.store, read_pauses_file(file(tmp_path, earlier)))
        assert not await load_pauses(found.store, read_pauses_file(file(tmp_path, earlier)))
        assert [one.effect for one in (await pauses_in_force(found.store)).rules] == [PauseEffect.RESTART]
        assert await restarting.catch_up() == 1


@pytest.mark.database
@pytest.mark.parametrize("rows", [("supplement,subtract,,",), ()], ids=["subtract", "no rule at all"])
async def test_rules_that_let_no_limit_begin_again_take_back_what_was_told(
    database_url: str, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await record(found, *course("c1"))
        before = await labels(found)
        restarting = assemble(found).restarting
        await load_pauses(found.store, read_pauses_file(file(tmp_path, "supplement,restart,,")))
        assert await restarting.catch_up() == 1
        assert await labels(found) != before
        await load_pauses(found.store, read_pauses_file(file(tmp_path, *rows)))
        assert await restarting.catch_up() == 1
        assert await told(found) == [("rescheduled", "c1"), ("retracted", "c1")]
        assert await labels(found) == before
        assert await restarting.catch_up() == 0


@pytest.mark.database
def test_rules_are_loaded_and_listed_on_the_command_line(database_url: str, tmp_path: Path) -> None:
    settings = {"DUECOURSE_DATABASE": database_url}
    path = file(tmp_path, "supplement,restart,2018-07-01,", "verification,subtract,,")
    loaded = run_verb(["pauses", "load", str(path), "--json"], settings, tmp_path)
    assert loaded.status == 0, loaded.stderr
    version = json.loads(loaded.stdout)["version"]
    assert json.loads(loaded.stdout) == {"version": version, "rules": 2, "changed": True}
    listed = json.loads(run_verb(["pauses", "list", "--json"], settings, tmp_path).stdout)
    assert listed == {
        "version": version,
        "rules": [
            {"reason": "supplement", "effect": "restart", "valid_from": "2018-07-01", "valid_to": None},
            {"reason": "verification", "effect": "subtract", "valid_from": None, "valid_to": None},
        ],
    }
    table = run_verb(["pauses", "list"], settings, tmp_path)
    assert "2 rules" in table.stdout
    assert "every other pause is subtracted" in table.stderr
