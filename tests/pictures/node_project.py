"""The page as a Node project of its own, in a folder that is not the repository's."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SOURCES = Path(__file__).with_name("page")
LOCK = SOURCES / "package-lock.json"
Say = Callable[[str], None]


class NodeFailed(Exception):
    """A program of Node's ended with an error."""


def built(folder: Path, say: Say) -> Path:
    """The folder with modules and the page built; what has not changed is not done again."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    with once(folder / "modules.done", [LOCK]) as wanted:
        if wanted:
            say("fetching Grafana's components (620 MB, once)")
            run(folder, "npm", "ci", "--no-audit", "--no-fund")
    with once(folder / "page.done", sorted(SOURCES.iterdir())) as wanted:
        if wanted:
            say("building the page")
            run(folder, "node", "node_modules/vite/bin/vite.js", "build")
    return folder


@contextmanager
def once(marker: Path, sources: Sequence[Path]) -> Iterator[bool]:
    """Whether it is still to be done for these sources; remembered where it then succeeds."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    wanted = not marker.exists() or marker.read_text() != digest
    if wanted:
        marker.unlink(missing_ok=True)
    yield wanted
    marker.write_text(digest)


def taken(folder: Path, order: str) -> str:
    """Takes the pictures of an order; what was found, in JSON."""
    return run(folder, "node", "take.mjs", order=order)


def run(folder: Path, *words: str, order: str = "") -> str:
    """What it printed; raises `NodeFailed`. No browser is fetched: Debian's takes the pictures."""
    program: Sequence[str] = ["env", "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1", "nice", "-n", "10", *words]
    done = subprocess.run(program, cwd=folder, input=order, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NodeFailed(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-4_000:]}")
    return done.stdout
