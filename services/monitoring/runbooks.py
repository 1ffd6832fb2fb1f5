"""The index of the runbooks: every alert once, with what it is about and how long it waits."""

from collections.abc import Sequence
from typing import Final

from services.monitoring.rules import Alert, Group

_HEAD: Final = """# Runbooks

One page for each alert: what it means, what to look at, what to do, how to know that it is over.
This index is written by `python -m services.monitoring`; the pages are written by hand.

While the service itself is in doubt (`DuecourseExporterDown`, `DuecourseProjectionStale`, `DuecourseProjectionHalted`,
`DuecourseLagSlow`, `DuecourseVerificationDiffers`) alerts about offices are silent; an alert of a province silences
those of its units about the same figure, an alert of a parent those of its children. Warnings go out in office hours.
Outside them Alertmanager keeps quiet about the end of an alert too: the board says what still holds.
How often the alerts on late cases fire without cause: [false-alarms.md](false-alarms.md).

An exporter that dies is told 4 minutes later, a database 6 (its last figures are served for 2), a projector that stands
still while records come 11. None of them, no restart, midnight, or back-fill in the order of time blames an office; a
back-fill in another order may, if it takes longer than a quarter of an hour, for cases then lack their later dates.
Try it: `python -m deploy.stack up --incident late-rise` lets the late rate of a district rise and fall within minutes.

| alert | severity | about | waits | scope |
|---|---|---|---|---|
"""


def runbook_index(groups: Sequence[Group]) -> str:
    """Markdown."""
    alerts: dict[str, list[Alert]] = {}
    for group in groups:
        for rule in group.rules:
            if isinstance(rule, Alert):
                alerts.setdefault(rule.name, []).append(rule)
    return _HEAD + "".join(_row(name, rules) for name, rules in sorted(alerts.items()))


def _row(name: str, rules: Sequence[Alert]) -> str:
    first = rules[0]
    scopes = ", ".join(dict.fromkeys(rule.scope.value for rule in rules))
    about = first.figure.replace("_", " ")
    return f"| [{name}]({name}.md) | {first.severity.value} | {about} | {first.hold or '–'} | {scopes} |\n"
