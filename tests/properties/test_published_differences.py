"""Why two points of the history differ: each difference has its class, and the classes sum exactly to the whole."""

from histories import several
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from worlds import World, worlds

from events.facts import KINDS
from projections.definitions import DEFINITIONS
from projections.effect import Kept
from projections.measures import POLICIES
from projections.periods import Period
from projections.reports import Question
from projections.units import UnitTree
from services.history.archive import RecordedCase, RecordedFact
from services.history.figures import report_at
from services.history.folding import folded
from services.history.points import Point
from services.publishing.differences import CLASSES, Differences, Side
from services.publishing.freezing import Asked

PARTITIONS = 2
POSITIONS_MAX = 20


@st.composite
def recorded_cases(draw: st.DrawFn, world: World) -> list[RecordedCase]:
    """Cases whose facts were recorded in any order, each somewhere in one of the partitions."""
    cases = []
    for number, history in enumerate(draw(several(world, 3))):
        places = st.tuples(st.integers(0, PARTITIONS - 1), st.integers(0, POSITIONS_MAX - 1))
        drawn = draw(st.lists(places, min_size=len(history), max_size=len(history)))
        facts = [
            RecordedFact(Kept(partition, position, fact), 0)
            for fact, (partition, position) in zip(history, drawn, strict=True)
        ]
        cases.append(RecordedCase(f"c{number}", facts))
    return cases


@st.composite
def sides(draw: st.DrawFn, world: World) -> Side:
    """A point: any positions, cut at any instant from the turn on, with the units of the world or with fewer rules."""
    positions = {partition: draw(st.integers(0, POSITIONS_MAX)) for partition in range(PARTITIONS)}
    after = [one for one in world.instants if world.rules.days.day_of(one) > world.turn.toordinal()]
    renewed = draw(st.booleans())
    units = [
        structs.replace(one, successor="B" if one.code == "old" else one.successor) for one in world.rules.units.units
    ]
    rules = structs.replace(world.rules, units=UnitTree(units)) if renewed else world.rules
    return Side(Point(draw(st.sampled_from(after)), positions, {"units": str(renewed)}), rules)


def _renewed(tree: UnitTree) -> UnitTree:
    return UnitTree([structs.replace(one, successor="B") if one.code == "old" else one for one in tree.units])


@given(st.data())
def test_the_classes_of_every_difference_sum_to_the_difference_of_the_reports(data: st.DataObject) -> None:
    """For any two points, also where neither lies before the other; nothing is unexplained."""
    world = data.draw(worlds())
    cases = data.draw(recorded_cases(world))
    a, b = data.draw(sides(world)), data.draw(sides(world))
    day = world.turn.toordinal()
    period = data.draw(st.sampled_from((Period(day, day + 40), Period(day - 1, day + 1), Period(day - 40, day + 2))))
    asked = Asked(
        Question(data.draw(st.sampled_from(DEFINITIONS)), period, data.draw(st.sampled_from(POLICIES))),
        data.draw(st.sampled_from(KINDS)),
    )
    found = Differences(asked, a, b)
    for one in cases:
        found.add(one)
    rows = found.rows()
    assert all(row["difference"] == sum(row["classes"].values()) for row in rows)
    assert all(not row["classes"][name] for row in rows for name in ("unexplained", "code_change", "definition_change"))
    told = {(row["unit"], row["measure"]): row["difference"] for row in rows if row["difference"]}
    assert told == difference(reported(cases, asked, a), reported(cases, asked, b))


def reported(cases: list[RecordedCase], asked: Asked, side: Side) -> dict[tuple[str | None, str], int]:
    """What a report of the folded archive says at a point, by unit and measure."""
    known = [RecordedCase(one.case_id, [fact for fact in one.facts if side.knows(fact.kept)]) for one in cases]
    report = report_at(folded([one for one in known if one.facts], side.point, side.rules), asked.question, asked.kind)
    found: dict[tuple[str | None, str], int] = {}
    for row in (*report.rows, report.total):
        counts = structs.asdict(row.counts) | {"numerator": row.numerator, "denominator": row.denominator}
        found |= {(row.unit, name): n for name, n in counts.items()}
    return found


def difference(
    before: dict[tuple[str | None, str], int], after: dict[tuple[str | None, str], int]
) -> dict[tuple[str | None, str], int]:
    apart = {key: after.get(key, 0) - before.get(key, 0) for key in before.keys() | after.keys()}
    return {key: n for key, n in apart.items() if n}


def test_there_is_a_class_for_every_cause() -> None:
    assert CLASSES[-1] == "unexplained"
    assert len(set(CLASSES)) == len(CLASSES)
