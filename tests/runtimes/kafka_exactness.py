"""What must hold after whatever happened: every figure, count and metric is that of a run that nobody disturbed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from prometheus_client.parser import text_string_to_metric_families

from tests.fixtures.kafka_facts import identity, state_of, undisturbed
from tests.fixtures.kafka_roles import RoleProcess
from tests.fixtures.kafka_stack import Stack

FOLLOWED_WITHIN_SECONDS = 30
LOOK_SECONDS = 0.25
METRICS_OF_CHECKPOINTS = {
    "duecourse_projection_position": "position",
    "duecourse_events_duplicate_total": "duplicate",
    "duecourse_projection_rewinds_total": "rewinds",
}
SUMMED_METRICS = {"duecourse_events_applied_total": "applied", "duecourse_dead_letters_total": "dead"}
ELSEWHERE = (
    "duecourse_event_to_metric_seconds",
    "duecourse_projection_snapshot_timestamp_seconds",
    "duecourse_verification_differences",
    "process_",
    "python_",
)
"""Families that tell of one process, of now, or of a verification, not of the facts."""

Page = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def check_exact(stack: Stack, facts: Sequence[bytes], *, dead: int = 0) -> None:
    """The log was read to its end; `facts` with their repeats are all that came in, beside so many dead letters."""
    await check_counts(stack, dead=dead)
    await check_archive(stack, facts)
    (await state_of(stack.database)).check_same(await undisturbed(facts))
    assert "\n0 differences" in stack.done("verify")


async def check_counts(stack: Stack, *, dead: int) -> None:
    """In every partition: each record of the log is in one place, once."""
    rows = await stack.checkpoints()
    archived = await _by_partition(stack, "archive")
    buried = await _by_partition(stack, "dead_letters")
    for partition, span in (await stack.spans()).items():
        row = rows[partition]
        assert row["position"] == span.end
        assert row["read"] == span.end - span.begin == row["applied"] + row["duplicate"] + row["dead"]
        assert (row["applied"], row["dead"]) == (archived[partition], buried[partition])
        assert (row["halted"], row["stuck"]) == (None, False)
    assert sum(buried.values()) == dead


async def _by_partition(stack: Stack, table: str) -> Counter[int]:
    rows = await stack.fetch(f"select partition, count(*) from {table} group by 1")
    return Counter({row["partition"]: row["count"] for row in rows})


async def check_archive(stack: Stack, facts: Sequence[bytes]) -> None:
    """Every fact once, and nothing else."""
    archived = Counter(identity(row["body"]) for row in await stack.fetch("select body from archive"))
    assert archived == dict.fromkeys(map(identity, facts), 1)


async def check_metrics(stack: Stack, *exporters: RoleProcess) -> None:
    """Exporters that lived through it all show the same as the checkpoints, and as one that begins now."""
    fresh = stack.listening("exporter")
    await fresh.ready()
    rows = await stack.checkpoints()
    expected = await page_of(fresh)
    for name, column in METRICS_OF_CHECKPOINTS.items():
        assert {one: row[column] for one, row in rows.items()} == _summed(expected, name)
    for name, column in SUMMED_METRICS.items():
        assert {one: row[column] for one, row in rows.items()} == _summed(expected, name)
    assert set(_summed(expected, "duecourse_projection_halted").values()) == {0}
    for exporter in exporters:
        await _followed(exporter, expected)
    await _shows_no_lag(fresh)
    assert fresh.stop() == 0


async def _followed(exporter: RoleProcess, expected: Page) -> None:
    """Lags are left out: each process looks them up for itself."""
    shown: Page = {}

    async def same() -> bool:
        nonlocal shown
        shown = await page_of(exporter)
        return without_lag(shown) == without_lag(expected)

    await _until(same, lambda: f"{exporter.name} differs: {sorted(_unlike(shown, expected))[:10]}")


async def _shows_no_lag(exporter: RoleProcess) -> None:
    async def none() -> bool:
        return set(_summed(await page_of(exporter), "duecourse_projection_lag_events").values()) == {0}

    await _until(none, lambda: "a lag is shown at the end of the log")


async def _until(holds: Callable[[], Awaitable[bool]], otherwise: Callable[[], str]) -> None:
    for _ in range(round(FOLLOWED_WITHIN_SECONDS / LOOK_SECONDS)):
        if await holds():
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError(otherwise())


def _unlike(one: Page, other: Page) -> list[object]:
    return [(key, one.get(key), other.get(key)) for key in {*one, *other} if one.get(key) != other.get(key)]


async def page_of(exporter: RoleProcess) -> Page:
    """Every sample that follows from the facts."""
    response = await exporter.get("/metrics")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if not sample.name.startswith(ELSEWHERE)
    }


def without_lag(page: Page) -> Page:
    return {key: value for key, value in page.items() if key[0] != "duecourse_projection_lag_events"}


def _summed(page: Page, name: str) -> dict[int, float]:
    """By partition."""
    found: Counter[int] = Counter()
    for (family, labels), value in page.items():
        if family == name:
            found[int(dict(labels)["partition"])] += value
    return {**found}
