"""Loading rules for pauses from a file people bring: CSV `reason,effect,valid_from,valid_to`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from projections.pause_rules import PauseEffect, PauseRule, PauseRules, pause_rule_errors
from services.postgres.connection import connected
from services.postgres.pause_rules import PAUSES, REASONS, read_pause_rules, write_pause_rules
from services.postgres.reference import lock_reference, put_in_force
from services.postgres.store import PostgresStore
from services.reference_files import chosen, not_empty, parse_rows, read_rows, refuse_if_any, validity_of

COLUMNS: Final = ("reason", "effect")
OPTIONAL: Final = ("valid_from", "valid_to")


def read_pauses_file(path: Path) -> PauseRules:
    """The rules of a CSV file; raises `ReferenceRefused` with every error by line."""
    rows, errors = parse_rows(read_rows(path, COLUMNS, OPTIONAL), _rule)
    rules = [rule for _, rule in rows]
    errors += [(rows[index][0], text) for index, text in pause_rule_errors(rules)]
    refuse_if_any(path, errors)
    return PauseRules(rules)


def _rule(cells: Mapping[str, str]) -> PauseRule:
    not_empty(cells, *COLUMNS)
    reason = chosen(cells["reason"], "reason", REASONS)
    return PauseRule(
        next(one for one in REASONS if one == reason),
        PauseEffect(chosen(cells["effect"], "effect", [one.value for one in PauseEffect])),
        *validity_of(cells),
    )


async def load_pauses(store: PostgresStore, rules: PauseRules) -> bool:
    """Puts a version of the rules in force; False where it is already."""
    async with connected(store.pool) as connection, connection.transaction():
        await lock_reference(connection)
        await write_pause_rules(connection, rules)
        return await put_in_force(connection, PAUSES, rules.version)


async def pauses_in_force(store: PostgresStore) -> PauseRules:
    """The rules of the newest version; none where none were loaded."""
    async with connected(store.pool) as connection:
        return await read_pause_rules(connection) or PauseRules()
