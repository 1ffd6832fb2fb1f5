"""Reads a back-filled file as the standard describes OpenMetrics, strictly."""

import re
from pathlib import Path

LINE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\} (NaN|[0-9.e+-]+) ([0-9]+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')

Key = tuple[str, tuple[tuple[str, str], ...]]
"""Name, and labels sorted by name."""


def series(path: Path) -> dict[Key, dict[int, float]]:
    """Values by Unix time. Asserts that families stand together, series in order of time, and the end at the end."""
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[-2:] == ["# EOF", ""]
    found: dict[Key, dict[int, float]] = {}
    families: list[str] = []
    last: Key | None = None
    for line in lines[:-2]:
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert (kind, family in families) == ("gauge", False)
            families.append(family)
            continue
        match = LINE.fullmatch(line)
        assert match is not None, line
        assert match[1] == families[-1]
        key = match[1], tuple(sorted(LABEL.findall(match[2])))
        assert key == last or key not in found, "a series stands in two places"
        values, last = found.setdefault(key, {}), key
        assert not values or int(match[4]) > max(values)
        values[int(match[4])] = float(match[3])
    return found


def labelled(name: str, /, **labels: str) -> Key:
    return name, tuple(sorted(labels.items()))
