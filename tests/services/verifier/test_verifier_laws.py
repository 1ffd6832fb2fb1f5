"""The laws of the figures, on messy cases: whatever was sent, the books balance."""

from collections import Counter
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from verifier_facts import DEADLINES, SENDER, fact, received, unit

from services.verifier import ArchivedEvent, Recount, Rules

SPLIT = unit("A1", valid_to="03-06", successor="A")
UNITS = [SPLIT, unit("A"), unit("B"), unit("C", valid_from="03-05", valid_to="03-09", successor="B")]
BOUNDS = [date(2024, 3, day) for day in range(1, 22)]
PERIODS = [*pairwise(BOUNDS), (BOUNDS[0], BOUNDS[-1]), (BOUNDS[4], BOUNDS[11]), (BOUNDS[6], BOUNDS[6])]

FLOWS = ("settled_early", "settled_on_time", "settled_late", "fell_due", "fell_due_on_time")

times = st.builds(
    lambda day, clock: f"03-{day:02} {clock}",
    st.integers(1, 20),
    st.sampled_from(["00:00:00", "10:00:00", "17:00:00", "23:59:59.999999"]),
)
codes = st.sampled_from(["A", "A1", "B", "C"])
kinds = st.sampled_from(["procedure", "complaint"])
anything = st.one_of(
    st.builds(lambda at, unit, due, kind: received(at, due, unit=unit, kind=kind), times, codes, times, kinds),
    st.builds(lambda at, unit: received(at, None, unit=unit, channel="online"), times, codes),
    st.builds(lambda at, unit: fact("transferred", at, unit=unit), times, codes),
    st.builds(
        lambda at, reason: fact("paused", at, reason=reason),
        times,
        st.sampled_from(["supplement", "verification", "payment"]),
    ),
    st.builds(
        lambda at, due, reason: fact("rescheduled", at, due=due, reason=reason),
        times,
        times,
        st.sampled_from(["supplement", "apology", "calendar"]),
    ),
    st.builds(
        lambda at, due, source: fact("overdue", at, due=due, source=source),
        times,
        times,
        st.sampled_from([DEADLINES, SENDER]),
    ),
    st.builds(lambda at, reason: fact("closed", at, reason=reason), times, st.sampled_from(["withdrawn", "rejected"])),
    st.builds(fact, st.sampled_from(["resumed", "processed", "returned", "reopened"]), times),
)
orderly = st.builds(lambda at, due, unit: received(at, due, unit=unit), times, times, codes)
messy_case = st.builds(
    lambda first, rest: [*first, *rest], st.lists(orderly, max_size=1), st.lists(anything, max_size=9)
)
messy_cases = st.lists(messy_case, min_size=1, max_size=4)
policies = st.sampled_from(["date", "instant"])


def recounted(cases: list[list[ArchivedEvent]], policy: str) -> Recount:
    result = Recount(Rules(time_zone="Asia/Ho_Chi_Minh", policy=policy), UNITS, PERIODS)
    for index, events in enumerate(cases):
        result.add_case(f"case-{index}", events)
    return result


def from_tallies(result: Recount, period: tuple[date, date], policy: str) -> dict[tuple[str, str], Counter[str]]:
    """The figures of a period as reporting draws them: flows summed over its days, states over all days before."""
    figures: dict[tuple[str, str], Counter[str]] = {}
    for (day, unit_code, kind), counts in result.tallies.items():
        row = figures.setdefault((unit_code, kind), Counter())
        backlog = backlog_change(counts, policy)
        if day < period[0]:
            row["carried_over"] += backlog
        if day < period[1]:
            overdue, paused = counts.get(f"overdue_{policy}", 0), counts.get(f"paused_{policy}", 0)
            row["pending_overdue"] += overdue
            row["pending_paused"] += paused
            row["pending_in_time"] += backlog - overdue - paused
        if period[0] <= day < period[1]:
            for name in ("new", "transferred_in", "transferred_out", "closed", "returned"):
                row[name] += counts.get(name, 0)
            row["online"] += counts.get("new_online", 0)
            for name in FLOWS:
                row[name] += counts.get(f"{name}_{policy}", 0)
    return figures


def backlog_change(counts: dict[str, int], policy: str) -> int:
    gone = ("closed", "transferred_out", *(f"{name}_{policy}" for name in FLOWS[:3]))
    return sum(counts.get(name, 0) for name in ("new", "transferred_in")) - sum(counts.get(name, 0) for name in gone)


@given(cases=messy_cases, policy=policies)
def test_summed_tallies_are_the_figures_counted_directly(cases, policy):
    result = recounted(cases, policy)
    for index, period in enumerate(PERIODS):
        for label_policy in ("date", "instant"):
            summed = from_tallies(result, period, label_policy)
            expected = {key: {k: v for k, v in row.items() if v} for key, row in summed.items()}
            direct = {
                (key[1], key[2]): row
                for key, row in result.figures.items()
                if key[0] == index and key[3] == label_policy
            }
            assert direct == {key: row for key, row in expected.items() if row}


@given(cases=messy_cases, policy=policies)
def test_what_came_in_is_what_went_out_and_what_is_left(cases, policy):
    for figures in recounted(cases, policy).figures.values():
        row = Counter(figures)
        came = row["new"] + row["carried_over"] + row["transferred_in"]
        settled = row["settled_early"] + row["settled_on_time"] + row["settled_late"]
        left = row["pending_in_time"] + row["pending_overdue"] + row["pending_paused"]
        assert came == settled + row["closed"] + row["transferred_out"] + left
        assert 0 <= row["fell_due_on_time"] <= row["fell_due"]


@given(cases=messy_cases, policy=policies)
def test_each_backlog_is_carried_over_and_transfers_cancel_out(cases, policy):
    result = recounted(cases, policy)
    moved: Counter[int] = Counter()
    for (index, unit_code, kind, label_policy), figures in result.figures.items():
        moved[index] += figures.get("transferred_in", 0) - figures.get("transferred_out", 0)
        if index < len(BOUNDS) - 2:
            after = result.figures.get((index + 1, unit_code, kind, label_policy), {})
            left = sum(count for name, count in figures.items() if name.startswith("pending_"))
            assert after.get("carried_over", 0) == left
    assert not any(moved.values())


@given(events=messy_case, policy=policies, shuffle=st.randoms(use_true_random=False))
def test_order_of_arrival_and_repeats_change_nothing(events, policy, shuffle):
    repeats = [ArchivedEvent(1, place, event.body) for place, event in enumerate(events)]
    shuffled = events + repeats
    shuffle.shuffle(shuffled)
    once, again = recounted([events], policy), recounted([shuffled], policy)
    assert (again.tallies, again.problems, again.figures) == (once.tallies, once.problems, once.figures)


@given(events=messy_case, policy=policies)
def test_a_case_is_new_once_and_ends_at_most_once(events, policy):
    result = recounted([events], policy)
    total: Counter[str] = Counter()
    for counts in result.tallies.values():
        total.update(counts)
    assert total["new"] <= 1
    for label_policy in ("date", "instant"):
        settled = sum(total[f"{name}_{label_policy}"] for name in FLOWS[:3])
        assert settled + total["closed"] + total[f"open_due_{label_policy}"] <= total["new"]
    assert total["became_overdue"] <= total["new"]
    assert all(cases == 1 for cases in result.problems.values())
    assert all(0 not in counts.values() for counts in result.tallies.values())
