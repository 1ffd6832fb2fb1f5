"""What every export is made of: the cases of a point of the history with their courses, and what they rest on."""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct, structs

from events.facts import WALK_ORDER, Body, Retracted
from events.fold import walk_of
from events.instants import moment_of
from projections.case_course import Course, Step, course
from projections.standing import Rules
from services.history.archive import RecordedCase, RecordedFact, cases_at
from services.history.folding import fold_case, known_facts
from services.history.points import Point
from services.postgres.connection import Connection

TIMES: Final = frozenset({"due"})
"""Fields of facts that are instants."""
TEXTS_REMEMBERED: Final = 4_096
"""A case says the same few times again and again."""
BOOLEANS: Final = frozenset({"electronic_result"})
HAPPENED: Final[tuple[type[Body], ...]] = tuple(body for body in WALK_ORDER if body is not Retracted)
"""What can happen to a case; a retraction takes back and happens to none."""


class Heading(Struct, frozen=True):
    """What the labels and figures of an export rest on."""

    point: Point
    rules: Rules
    code_version: str

    def texts(self) -> dict[str, str]:
        """By name, for formats that have attributes of a whole log."""
        positions = ",".join(f"{partition}:{position}" for partition, position in self.point.below())
        versions = {f"{kind}_version": version for kind, version in sorted(self.point.versions.items())}
        return {
            "time_zone": self.rules.days.time_zone,
            "policy": self.rules.policy.value,
            "as_of": text_of(self.point.recorded_at),
            "positions": positions,
            "code_version": self.code_version,
            **versions,
        }


class ExportedCase(Struct, frozen=True):
    """A case with all recorded facts; `course` is None where every fact was retracted."""

    recorded: RecordedCase
    course: Course | None
    known: dict[tuple[str, str], RecordedFact]

    @property
    def case_id(self) -> str:
        return self.recorded.case_id

    def steps(self) -> Iterator[tuple[str, RecordedFact, Step]]:
        """The facts that stand, in the order they are walked, each with its place in the archive as an id."""
        for step in self.course.steps if self.course is not None else ():
            found = self.known[step.fact.source, step.fact.id]
            yield f"{found.kept.partition}:{found.kept.position}", found, step


async def exported_cases(connection: Connection, heading: Heading) -> AsyncIterator[ExportedCase]:
    """Every case of which something was recorded, by case id; raises `ArchiveUnreadable`."""
    async for recorded in cases_at(connection, heading.point):
        yield exported_case(recorded, heading.rules)


def exported_case(recorded: RecordedCase, rules: Rules) -> ExportedCase:
    """A case that is at hand."""
    known = known_facts(recorded)
    case = fold_case(recorded, rules).case
    walk = walk_of(one.kept.fact for one in known.values())
    return ExportedCase(recorded, None if case is None else course(case, walk, rules), known)


def fields_of(body: type[Body]) -> tuple[str, ...]:
    """Names of what a fact of this type may say."""
    return tuple(field.name for field in structs.fields(body))


def said_by(found: RecordedFact) -> dict[str, Any]:
    """What its sender said with a fact, without what was left open; instants in microseconds."""
    return {name: value for name, value in structs.asdict(found.kept.said.body).items() if value is not None}


@lru_cache(TEXTS_REMEMBERED)
def text_of(instant: int) -> str:
    """RFC 3339 in UTC, always with microseconds: some readers take the first time they see for the shape of all."""
    return moment_of(instant).isoformat(timespec="microseconds").replace("+00:00", "Z")
