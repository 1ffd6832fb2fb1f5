"""The figures: what each is the share of, in both languages, and the hash that reports print."""

from typing import Final

from projections.data_quality import MEANINGS
from projections.definitions import DEFINITIONS, Definition
from projections.durations import DURATIONS
from services.reference.markdown import code, table
from services.report_documents import REPORT_NAMES

_HEADER: Final = ("name", "report", "numerator", "denominator", "unit", "text", "lời văn", "source", "sha256")
HASH_DIGITS: Final = 16


def definitions_page() -> str:
    """Rates, durations, data-quality problems, and the names of all reports."""
    rates = table(_HEADER, map(_rate, DEFINITIONS))
    lengths = table(
        ("name", "report", "unit", "text", "lời văn", "source", "sha256"),
        [
            (one.name, code(one.report), one.unit, one.text.en, one.text.vi, one.source, one.version[:HASH_DIGITS])
            for one in DURATIONS.values()
        ],
    )
    problems = table(
        ("problem", "meaning", "ý nghĩa"), [(code(word), one.en, one.vi) for word, one in MEANINGS.items()]
    )
    names = ", ".join(map(code, REPORT_NAMES))
    return (
        "A rate without cases is *not available*. Terms of numerators and denominators are the `counts` of report "
        f"rows.\n\n## Rates\n\n{rates}\n## Durations\n\n{lengths}\n## Data-quality problems\n\n{problems}\n"
        f"## Reports\n\n{names}.\n"
    )


def _rate(one: Definition) -> tuple[str, ...]:
    above, below = (" + ".join(map(code, terms)) for terms in (one.above, one.below))
    hashed = one.version[:HASH_DIGITS]
    return one.name, code(one.report), above, below, one.unit, one.text.en, one.text.vi, one.source, hashed
