"""Back-filled files made into blocks, and a Prometheus that serves them on loopback."""

import json
import subprocess
from pathlib import Path
from typing import Final

from deploy.audit.errors import AuditFailed
from deploy.kafka.configuration import HOST
from deploy.stack.debian import Say, found_program
from deploy.stack.programs import Program

MANIFEST: Final = "replay_run.json"
PACKAGE: Final = "prometheus"
BLOCK: Final = "744h"
"""With the usual two hours a block a file would be read again for each of them."""
RETENTION: Final = "10y"
"""The usual fifteen days would delete the past at once."""
LOOKBACK: Final = "25h"
"""From one sample of a day to the next and some time more; at the usual five minutes most queries are empty."""
CONFIGURATION: Final = "global: {scrape_interval: 1h}\n"


def run_of(history: Path) -> tuple[str, list[Path]]:
    """The name of the run that filled a folder, and its files; raises `AuditFailed` where one is missing."""
    try:
        manifest = json.loads((history / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AuditFailed(
            f"{history} has no {MANIFEST}: fill it with `duecourse backfill openmetrics --output {history}`"
        ) from None
    files = [history / one["name"] for one in manifest["files"]]
    missing = [file for file in files if not file.exists()]
    if missing:
        raise AuditFailed(f"{missing[0]} is missing: fill {history} again")
    return str(manifest["replay_run"]), files


def make_blocks(history: Path, folder: Path, promtool: str, say: Say) -> Path:
    """Makes the blocks of a run, unless they are there; gives their folder.

    A run that was not made to its end leaves nothing. Raises `AuditFailed`.
    """
    run, files = run_of(history)
    data = folder / f"data-{run}"
    if data.exists():
        return data
    draft = folder / f"draft-{run}"
    _clear(draft)
    draft.mkdir(parents=True)
    for file in files:
        say(f"making blocks of {file.name}")
        _make(promtool, file, draft)
    draft.rename(data)
    return data


def _make(promtool: str, file: Path, to: Path) -> None:
    words = [promtool, "tsdb", "create-blocks-from", "openmetrics", f"--max-block-duration={BLOCK}"]
    done = subprocess.run([*words, file, to], capture_output=True, text=True, check=False)  # noqa: S603 - a program of Debian's
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise AuditFailed(f"promtool cannot make blocks of {file}: {said[-1] if said else 'it says nothing'}")


def _clear(folder: Path) -> None:
    """Removes what an interrupted run left."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.exists():
        folder.rmdir()


def audit_prometheus(program: str, folder: Path, data: Path, port: int) -> Program:
    """A Prometheus on the blocks, with a look back that bridges a day and no end of what it keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    kept, address = f"--storage.tsdb.path={data}", f"{HOST}:{port}"
    command = [
        program,
        f"--config.file={configuration}",
        kept,
        f"--storage.tsdb.retention.time={RETENTION}",
        f"--query.lookback-delta={LOOKBACK}",
        f"--web.listen-address={address}",
    ]
    return Program("prometheus", command, kept, folder, f"http://{address}/-/ready")


def programs(say: Say) -> tuple[str, str]:
    """Paths of promtool and Prometheus, installed where that is allowed; raises `AuditFailed`."""
    found = [found_program(name, package=PACKAGE, say=say) for name in ("promtool", "prometheus")]
    if found[0] is None or found[1] is None:
        raise AuditFailed(f"promtool and prometheus are needed: install the package `{PACKAGE}`")
    return found[0], found[1]
