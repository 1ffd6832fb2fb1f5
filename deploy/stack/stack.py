"""Starts everything in its order, keeps it running, and stops it."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from deploy.kafka.configuration import HOST
from deploy.stack.debian import Say, fetch_what_kafka_needs
from deploy.stack.folder import keep_ports, kept_ports, write_environment
from deploy.stack.keeping import Keeper
from deploy.stack.ports import chosen_ports, require_free
from deploy.stack.programs import Program, end_all, end_leftovers
from deploy.stack.roles import Verbs
from deploy.stack.sample import LiveEvents, Province, SampleFiles
from deploy.stack.stores import Kafka, Postgres
from deploy.stack.watching import watchers
from services.sample.incidents import Incident


@dataclass(frozen=True)
class Wanted:
    """`ports`: those asked for, by listener. `bare`: Kafka and PostgreSQL only."""

    cases: int
    workers: int
    ports: Mapping[str, int]
    kafka_port: int
    bare: bool
    incident: Incident | None = None


@dataclass
class Stack:
    """What runs below `folder`, in the order of its start."""

    folder: Path
    say: Say
    kafka: Kafka
    postgres: Postgres
    programs: list[Program] = field(default_factory=list)

    def start_stores(self) -> Verbs:
        """Kafka and PostgreSQL; gives the verbs that speak to them."""
        fetch_what_kafka_needs(self.say)
        for part in (self.kafka, self.postgres):
            part.start()
            self.say(f"{part.name} runs")
        return Verbs(self.folder, self.postgres.url, self.kafka.bootstrap)

    def start(self, *programs: Program) -> None:
        """All of them at once; returns when every one answers."""
        self.programs += programs
        for program in programs:
            program.start()
        for program in programs:
            program.await_answer()
        self.say(f"{', '.join(program.name for program in programs)} run")

    def keep(self, beside: Callable[[], None]) -> None:
        """Until it is interrupted; `beside` is called every second."""
        Keeper([self.kafka, self.postgres, *self.programs], self.say).keep(beside)

    def stop(self) -> None:
        """Who uses the stores first; then the stores."""
        with ExitStack() as afterwards:  # each, whatever becomes of the others
            afterwards.callback(self.postgres.stop)
            afterwards.callback(self.kafka.stop)
            end_all(self.programs)


def run(folder: Path, wanted: Wanted, say: Say) -> None:
    """Until it is interrupted, or until it raises `StackFailed`, `BrokerUnavailable`, `EmbeddedUnavailable`."""
    if left := end_leftovers(folder):
        say(f"ended {left} processes that a killed stack of this folder left behind")
    stack = Stack(folder, say, Kafka(folder / "kafka", port=wanted.kafka_port), Postgres(folder / "database"))
    own = {} if stack.kafka.runs() or not wanted.kafka_port else {"kafka": wanted.kafka_port}
    require_free({**wanted.ports, **own})
    try:
        verbs = stack.start_stores()
        beside = _nothing if wanted.bare else _start_all(stack, verbs, wanted)
        _say_where(stack, verbs, wanted)
        stack.keep(beside)
    finally:
        say("stopping")
        stack.stop()


def _nothing() -> None:
    """Beside a bare stack."""


def _start_all(stack: Stack, verbs: Verbs, wanted: Wanted) -> Callable[[], None]:
    """Gives what is to be called every second."""
    verbs.run("migrate", *verbs.of_database)
    verbs.run("topics", "apply", "--kafka", verbs.kafka)
    stack.say("schema and topics are there")
    ports = chosen_ports(wanted.ports, kept_ports(stack.folder))
    keep_ports(stack.folder, ports)
    workers = [verbs.role("worker", number=number) for number in range(1, wanted.workers + 1)]
    listeners = [verbs.listener("api", ports["api"]), verbs.listener("exporter", ports["exporter"])]
    stack.start(*listeners, *workers, verbs.role("deadlines"))
    province = _load_sample(stack, verbs, wanted.cases)
    if watching := watchers(stack.folder, ports, stack.say, hasten=wanted.incident is not None):
        stack.start(*watching)
    return LiveEvents(province, f"http://{HOST}:{ports['api']}", stack.say, wanted.incident).post


def _load_sample(stack: Stack, verbs: Verbs, cases: int) -> Province:
    """By the verbs that anybody uses, once for a folder."""
    (stack.folder / "sample").mkdir(exist_ok=True)
    files = SampleFiles(stack.folder / "sample")
    province = files.province(cases)
    if files.loaded:
        stack.say(f"sample province: {province.cases:,} cases until {province.until}, loaded before")
        return province
    files.write(province)
    verbs.run("units", "load", files.units, *verbs.of_database)
    verbs.run("import", files.history, *verbs.of_both)
    files.remember_loaded()
    stack.say(f"sample province: {province.cases:,} cases until {province.until} are in Kafka; the workers read them")
    return province


def _say_where(stack: Stack, verbs: Verbs, wanted: Wanted) -> None:
    """For people the addresses, for shells a file."""
    ports = {} if wanted.bare else kept_ports(stack.folder)
    running = {program.name for program in stack.programs}
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items() if name in running}
    variables = {"DUECOURSE_KAFKA": verbs.kafka, "DUECOURSE_DATABASE": verbs.database}
    path = write_environment(
        stack.folder, variables | {f"STACK_{name.upper()}": address for name, address in urls.items()}
    )
    shown = {"board": ("api", "/"), "API": ("api", "/docs"), "metrics": ("exporter", "/metrics")}
    shown |= {"Prometheus": ("prometheus", "/alerts"), "Alertmanager": ("alertmanager", "/")}
    lines = [f"{what:12} {urls[name]}{page}" for what, (name, page) in shown.items() if name in urls]
    lines += [f"{'Kafka':12} {verbs.kafka}", f"{'PostgreSQL':12} {verbs.database}", f"{'for shells':12} source {path}"]
    stack.say("\n".join([*lines, "Ctrl-C stops it; the folder stays."]))
