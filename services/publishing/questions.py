"""From published reports back to the questions that they answer."""

from datetime import date

from events.facts import KINDS
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period
from projections.reports import Grouping, Question, Rollup
from services.evidence.errors import ManifestRefused
from services.evidence.manifest import PublishedReport
from services.publishing.freezing import Asked


def asked_again(published: PublishedReport) -> Asked:
    """The question of a published report; raises `ManifestRefused` for a definition that there is no more."""
    definition = BY_REPORT.get(published.report)
    if definition is None or definition.name != published.definition:
        raise ManifestRefused(f"there is no definition {published.definition} ({published.report}) in this release")
    kind = next((one for one in KINDS if one == published.kind), None)
    if kind is None:
        raise ManifestRefused(f"there is no kind of case {published.kind}")
    period = Period(date.fromisoformat(published.from_).toordinal(), date.fromisoformat(published.to).toordinal())
    grouping, rollup = Grouping(published.by), Rollup(published.rollup)
    question = Question(definition, period, Policy(published.policy), grouping, rollup, published.unit)
    return Asked(question, kind)
