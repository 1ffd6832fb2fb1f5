"""What a rate is: a declared object that reports, API, metrics and documents all read."""

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct, structs

from projections.figures import Counts
from projections.tables import Text


class Definition(Struct, frozen=True):
    """A rate: the sum of some counts over the sum of others. Data only, so that its content has a hash.

    `name` in formulas and JSON, `report` on the command line; `above` and `below` are names of `Counts` that are
    summed to numerator and denominator; `title` and `text` are for people; `source`: where the formula is written.
    """

    name: str
    report: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    title: Text
    text: Text
    source: str
    unit: str = "percent"

    def numerator(self, counts: Counts) -> int:
        return sum(getattr(counts, term) for term in self.above)

    def denominator(self, counts: Counts) -> int:
        return sum(getattr(counts, term) for term in self.below)

    def rate(self, counts: Counts) -> Fraction | None:
        """The exact rate; None (not available) where the denominator is 0."""
        below = self.denominator(counts)
        return Fraction(self.numerator(counts), below) if below else None

    @property
    def meaning(self) -> Text:
        """Its name and its words, for the foot of a report."""
        return Text(f"{self.name}: {self.text.en}", f"{self.name}: {self.text.vi}")

    @property
    def version(self) -> str:
        """sha256 (hexadecimal) of the content."""
        return content_hash(structs.asdict(self))


def content_hash(content: Mapping[str, object]) -> str:
    """sha256 of a declared object, whatever the order in which it is written."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=structs.asdict)
    return hashlib.sha256(text.encode()).hexdigest()
