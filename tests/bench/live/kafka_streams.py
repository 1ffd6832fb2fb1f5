"""The peer on Kafka Streams: built by Maven where it is not, run in a JVM of its own, its table compared."""

import asyncio
import json
import re
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from deploy.kafka.jars import kafka_version
from deploy.kafka.java import complaint, find_java, run
from tests.bench.live.expected import Expected, require_equal_table
from tests.bench.live.processor_time import ProcessorClock
from tests.bench.live.runs import Run
from tests.bench.live.stage import Stage

PROJECT = Path(__file__).parent.parent / "kafka_streams"
SETTINGS = PROJECT / "streams.properties"
JAR = PROJECT / "target" / "kafka-streams-peer.jar"
LIBRARIES = PROJECT / "target" / "lib"
MEMORY = ("-Xms1g", "-Xmx2g", "-XX:+UseParallelGC")
WITHIN_SECONDS = 900.0
BUILT_WITHIN_SECONDS = 600.0
DONE = '{"facts"'


def build() -> None:
    """Nothing where the jar is newer than its sources."""
    pom = PROJECT / "pom.xml"
    version = re.search(r"<kafka\.version>(.*)</kafka\.version>", pom.read_text())
    if version is None or version[1] != kafka_version():
        raise RuntimeError(f"{pom}: kafka.version must be the broker's, {kafka_version()}")
    sources = [pom, *PROJECT.rglob("*.java")]
    if JAR.exists() and JAR.stat().st_mtime >= max(source.stat().st_mtime for source in sources):
        return
    maven = shutil.which("mvn")
    if maven is None:
        raise RuntimeError("mvn is missing: install Maven (Debian: apt-get install maven)")
    run([maven, "-B", "-q", "-f", pom, "package"], "mvn", within_seconds=BUILT_WITHIN_SECONDS)


async def run_streams(stage: Stage, expected: Expected) -> Run:
    """From the start of the JVM until everything is committed; then the table is compared."""
    application = f"bench-{uuid4().hex[:12]}"
    table = stage.folder / f"{application}.tsv"
    clock, begun = ProcessorClock(stage.standing), time.perf_counter()
    async with _started(stage, application, table) as process:
        async with asyncio.timeout(WITHIN_SECONDS):
            told = await _done(process, stage.folder / f"{application}.txt")
        seconds = time.perf_counter() - begun
        processors = clock.read({"streams": process.pid})
        if await process.wait():
            raise RuntimeError(f"Kafka Streams ended with status {process.returncode}")
    require_equal_table(table, expected)
    late = told["late_facts"] / told["late_seconds"]
    return Run(told["facts"] / told["seconds"], late, told["facts"] / seconds, processors)


@asynccontextmanager
async def _started(stage: Stage, application: str, table: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    state = stage.folder / f"{application}.state"
    path = f"{JAR}:{LIBRARIES}/*"
    words = [stage.connection.address, stage.topic, application, state, table, SETTINGS]
    with (stage.folder / f"{application}.txt").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            find_java(),
            *MEMORY,
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            path,
            "duecourse.peer.Peer",
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        shutil.rmtree(state, ignore_errors=True)


async def _done(process: asyncio.subprocess.Process, said: Path) -> dict[str, float]:
    """Its last word; what it says on its way there is progress."""
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(DONE.encode()):
            return json.loads(line)
    raise RuntimeError(f"Kafka Streams ended before it was done: {complaint(said.read_text(errors='replace'))}")
