"""`python -m deploy.stack up`: everything on this machine, until Ctrl-C or SIGTERM.

What ends by itself is told with the end of its log and started again; after the fourth time within a minute the stack
ends. Exit status: 0 stopped as asked, 1 it could not start or go on, 2 wrong usage.
"""

import argparse
import sys
import time
from pathlib import Path

from deploy.kafka.errors import BrokerUnavailable
from deploy.stack.errors import StackFailed
from deploy.stack.folder import held
from deploy.stack.ports import LISTENERS
from deploy.stack.signals import take_signals_as_interrupts
from deploy.stack.stack import Wanted, run
from services.postgres.embedded import EmbeddedUnavailable
from services.sample.incidents import Incident

DONE = 0
FAILED = 1
CASES = 5_000


def main(words: list[str] | None = None) -> int:
    """Runs the stack; gives the exit status."""
    chosen = _parser().parse_args(words)
    asked = {name: port for name in LISTENERS if (port := getattr(chosen, f"{name}_port"))}
    incident = Incident(chosen.incident) if chosen.incident else None
    wanted = Wanted(chosen.cases, chosen.workers, asked, chosen.kafka_port, chosen.bare, incident)
    begun = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - begun:5.1f} s] {text}\n" if "\n" not in text else f"{text}\n")
        sys.stdout.flush()

    take_signals_as_interrupts()
    try:
        with held(chosen.folder) as folder:
            run(folder, wanted, say)
    except KeyboardInterrupt:
        say("stopped")
    except (StackFailed, BrokerUnavailable, EmbeddedUnavailable, OSError) as error:
        sys.stderr.write(f"deploy.stack: {error}\n")
        return FAILED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.stack", description=__doc__)
    up = parser.add_subparsers(dest="verb", required=True).add_parser("up", help="start it, and stop it at Ctrl-C")
    up.add_argument("--folder", type=Path, default=Path("duecourse-stack"), help="where everything lies")
    up.add_argument("--cases", type=_number, default=CASES, help=f"cases of the sample province (default {CASES:,})")
    up.add_argument("--workers", type=_number, default=2, help="workers that share the partitions (default 2)")
    up.add_argument("--bare", action="store_true", help="Kafka and PostgreSQL only: the rest by hand")
    up.add_argument(
        "--incident",
        choices=[one.value for one in Incident],
        help="what goes wrong and is put right, within minutes: alerts wait a sixtieth of their time",
    )
    up.add_argument("--kafka-port", type=int, default=0, help="none: the one it had, or a free one")
    for name in LISTENERS:
        up.add_argument(f"--{name}-port", type=int, default=0, help="none: the one it had, or a free one")
    return parser


def _number(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
