"""`python -m deploy.audit`: a Prometheus of back-filled history, until Ctrl-C or SIGTERM.

Exit status: 0 stopped as asked, 1 it could not start or go on, 2 wrong usage.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.audit.errors import AuditFailed
from deploy.audit.prometheus import audit_prometheus, make_blocks, programs
from deploy.kafka.configuration import HOST
from deploy.stack.errors import StackFailed
from deploy.stack.folder import held, keep_ports, kept_ports
from deploy.stack.keeping import Keeper
from deploy.stack.ports import chosen_ports, require_free
from deploy.stack.programs import end_all, end_leftovers
from deploy.stack.signals import take_signals_as_interrupts

DONE = 0
FAILED = 1


def main(words: list[str] | None = None) -> int:
    """Runs it; gives the exit status."""
    chosen = _parser().parse_args(words)
    begun = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - begun:5.1f} s] {text}\n")
        sys.stdout.flush()

    take_signals_as_interrupts()
    try:
        with held(chosen.folder) as folder:
            _run(chosen.history.expanduser().resolve(), folder, chosen.port, say)
    except KeyboardInterrupt:
        say("stopped")
    except (AuditFailed, StackFailed, OSError) as error:
        sys.stderr.write(f"deploy.audit: {error}\n")
        return FAILED
    return DONE


def _run(history: Path, folder: Path, port: int, say: Callable[[str], None]) -> None:
    asked = {"prometheus": port} if port else {}
    require_free(asked)
    end_leftovers(folder)
    promtool, prometheus = programs(say)
    data = make_blocks(history, folder, promtool, say)
    ports = chosen_ports(asked, kept_ports(folder))
    keep_ports(folder, ports)
    program = audit_prometheus(prometheus, folder / "prometheus", data, ports["prometheus"])
    try:
        program.start()
        program.await_answer()
        say(f"ready: http://{HOST}:{ports['prometheus']} — a data source for the dashboards; Ctrl-C stops it")
        Keeper([program], say).keep(lambda: None)
    finally:
        end_all([program])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.audit", description=__doc__)
    parser.add_argument("--history", type=Path, required=True, help="folder of `duecourse backfill openmetrics`")
    parser.add_argument("--folder", type=Path, default=Path("duecourse-audit"), help="where blocks and logs lie")
    parser.add_argument("--port", type=int, default=0, help="none: the one it had, or a free one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
