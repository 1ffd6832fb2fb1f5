"""A small publication that adds up, with the cases behind every number, for tests."""

from dataclasses import dataclass
from pathlib import Path

from projections.archive_entry import entry_of
from projections.definitions import DEFINITIONS, percent, simple_mean
from projections.figures import Counts, total
from projections.merkle import leaf_hash, root_of
from services.evidence.log_folder import origin_of
from services.evidence.manifest import (
    ArchiveState,
    Manifest,
    Number,
    Publication,
    PublishedReport,
    PublishedRow,
    Versions,
    hash_text,
    number,
    publish,
)
from tests.services.evidence.evidence_made import KEY, NAME, Row, rows

ROWS = rows(600, step=2)
ON_TIME = DEFINITIONS[0]
UNITS = {
    "H99.01": Counts(new=20, carried_over=3, settled_early=9, settled_on_time=4, settled_late=5, pending_in_time=5),
    "H99.02": Counts(new=7, settled_on_time=3, closed=1, pending_overdue=3, fell_due=4, online=2),
    "H99.03": Counts(new=1, pending_paused=1),
}


@dataclass(frozen=True)
class Made:
    """A publication and what proofs of it need."""

    publication: Publication
    cases: dict[tuple[str | None, str], list[str]]
    """The cases by unit (None for the total) and the name of the number."""


def cases_of(unit: str, name: str, count: int) -> list[str]:
    return [f"000.{unit}-{name}-{place:03d}" for place in range(count)]


def all_cases() -> dict[tuple[str | None, str], list[str]]:
    """Cases behind each count, and behind numerator and denominator as unions of counts."""
    found: dict[tuple[str | None, str], list[str]] = {}
    for unit, counts in UNITS.items():
        for name in Counts.__struct_fields__:
            cases = cases_of(unit, name, getattr(counts, name))
            found[unit, name] = cases
            found[None, name] = found.get((None, name), []) + cases
    for one in (*UNITS, None):
        found[one, "numerator"] = found[one, "settled_early"] + found[one, "settled_on_time"]
        found[one, "denominator"] = found[one, "numerator"] + found[one, "settled_late"]
    return found


def root_text(given: list[Row], partition: int = 0) -> str:
    return hash_text(root_of(leaf_hash(entry_of(partition, *row)) for row in given))


def made(given: list[Row] = ROWS, *, rollup: str = "weighted", published_at: str = "2026-01-15T08:00:00Z") -> Made:
    cases = all_cases()

    def numbered(unit: str | None, name: str) -> Number:
        return number(len(cases[unit, name]), cases[unit, name])

    def row(unit: str | None, name: str, counts: Counts, rate: str | None) -> PublishedRow:
        return PublishedRow(
            unit,
            name,
            "commune" if unit else "",
            "2025-12-15",
            "2026-01-15",
            numbered(unit, "numerator"),
            numbered(unit, "denominator"),
            rate,
            {count: numbered(unit, count) for count in Counts.__struct_fields__},
        )

    rates = {unit: ON_TIME.rate(counts) for unit, counts in UNITS.items()}
    whole = total(UNITS.values())
    rate = ON_TIME.rate(whole) if rollup == "weighted" else simple_mean(list(rates.values()))
    report = PublishedReport(
        "on-time",
        ON_TIME.name,
        "procedure",
        "date",
        rollup,
        "unit",
        None,
        "2025-12-15",
        "2026-01-15",
        tuple(row(unit, f"Xã {unit}", counts, percent(rates[unit])) for unit, counts in UNITS.items()),
        row(None, "Total", whole, percent(rate)),
    )
    hashes = [hash_text(bytes([place]) * 32) for place in range(4)]
    manifest = Manifest(
        published_at,
        "2026-01-15T07:59:59.123456Z",
        "Asia/Ho_Chi_Minh",
        Versions(hashes[0], hashes[1], hashes[2], None, hashes[3], "1.0.0"),
        (ArchiveState(0, given[-1][0] + 1, origin_of(NAME, 0), len(given), root_text(given)),),
        (report,),
    )
    return Made(publish(manifest, KEY), cases)


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
