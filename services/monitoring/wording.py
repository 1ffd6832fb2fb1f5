"""Words in both languages, with placeholders that Prometheus fills: counts, shares, names."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class Words(Struct, frozen=True):
    """The same said twice; `{name}` is a placeholder."""

    english: str
    vietnamese: str

    def __add__(self, other: "Words") -> "Words":
        return Words(self.english + other.english, self.vietnamese + other.vietnamese)

    def filled(self, english: Mapping[str, str], vietnamese: Mapping[str, str]) -> "Words":
        return Words(self.english.format_map(english), self.vietnamese.format_map(vietnamese))


class Said(Protocol):
    """What stands at a placeholder."""

    def template(self) -> Words:
        """As Go templates of an alert."""

    def example(self, value: str) -> Words:
        """As text, from the value in English."""


class Label(Struct, frozen=True):
    """A label of the alert."""

    name: str

    def template(self) -> Words:
        text = f"{{{{ $labels.{self.name} }}}}"
        return Words(text, text)

    def example(self, value: str) -> Words:
        return Words(value, value)


class Value(Struct, frozen=True):
    """The value of the alert's own expression."""

    decimals: int = 0

    def template(self) -> Words:
        return _number("$value", self.decimals)

    def example(self, value: str) -> Words:
        return Words(value, value.replace(".", ","))


class Number(Struct, frozen=True):
    """The value of a query; each `%q` in it takes one of the labels, quoted. Nothing where the series is absent."""

    query: str
    labels: tuple[str, ...] = ()
    decimals: int = 0

    def template(self) -> Words:
        number = _number(". | first | value", self.decimals)
        asked = _asked(self.query, self.labels)
        return Words(*(f"{{{{ with {asked} }}}}{text}{{{{ end }}}}" for text in (number.english, number.vietnamese)))

    def example(self, value: str) -> Words:
        return Words(value, value.replace(".", ","))


class Listing(Struct, frozen=True):
    """A sentence that ends in what a query finds, each as its label `name` and a number; without finds, no sentence."""

    lead: Words
    query: str
    labels: tuple[str, ...] = ()

    def template(self) -> Words:
        each = (
            "{{ range $index, $one := . }}{{ if $index }}, {{ end }}"
            '{{ $one.Labels.name }} ({{ $one | value | printf "%.0f" }}){{ end }}'
        )
        return self._sentence(f"{{{{ with {_asked(self.query, self.labels)} }}}} ", f"{each}.{{{{ end }}}}")

    def example(self, value: str) -> Words:
        return self._sentence(" ", f"{value}.")

    def _sentence(self, before: str, after: str) -> Words:
        return Words(f"{before}{self.lead.english}: {after}", f"{before}{self.lead.vietnamese}: {after}")


def _asked(query: str, labels: tuple[str, ...]) -> str:
    if not labels:
        return f"query {_quoted(query)}"
    return f"printf {_quoted(query)} {' '.join(f'$labels.{name}' for name in labels)} | query"


def _quoted(query: str) -> str:
    """A raw string of Go: PromQL has its own quotes."""
    return f"`{query}`"


def _number(subject: str, decimals: int) -> Words:
    """With the decimal comma in Vietnamese."""
    plain = f'{{{{ {subject} | printf "%.{decimals}f"'
    comma = ' | reReplaceAll "[.]" ","' if decimals else ""
    return Words(f"{plain} }}}}", f"{plain}{comma} }}}}")
