"""`python -m deploy.kafka`: a broker in a folder, and the rights of the roles.

Exit status: 0 done, 1 not so (`status`: it does not run), 2 wrong usage.
"""

import argparse
import sys
from pathlib import Path

from deploy.kafka.broker import LocalBroker
from deploy.kafka.errors import BrokerUnavailable
from deploy.kafka.plan import FILE

DONE = 0
NOT_SO = 1


def main(words: list[str] | None = None) -> int:
    """Carries out one verb; gives the exit status."""
    chosen = _parser().parse_args(words)
    try:
        return _carry_out(chosen)
    except (BrokerUnavailable, OSError) as error:
        sys.stderr.write(f"deploy.kafka: {' '.join(str(error).split())}\n")
        return NOT_SO


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in (
        ("start", "start a broker and wait until it answers"),
        ("stop", "stop it; its data stays"),
        ("status", "say whether it answers, and where"),
    ):
        added = verbs.add_parser(verb, help=text)
        added.add_argument("--folder", type=Path, required=True, help="the broker's folder")
        if verb == "start":
            added.add_argument("--port", type=int, default=0, help="TCP port; none: the one it had, or a free one")
            added.add_argument("--secure", action="store_true", help="TLS, users with passwords, and rights")
    verbs.add_parser("acls", help="give the roles their rights at the Kafka that DUECOURSE_KAFKA* names")
    return parser


def _carry_out(chosen: argparse.Namespace) -> int:
    if chosen.verb == "acls":
        from deploy.kafka.acls import apply_as_configured

        sys.stdout.write(f"{apply_as_configured()} rights are in force\n")
        return DONE
    if chosen.verb == "start":
        broker = LocalBroker(chosen.folder, port=chosen.port, secure=chosen.secure)
        broker.start()
        _say(broker)
        return DONE
    broker = LocalBroker(chosen.folder)
    if chosen.verb == "stop":
        broker.stop()
        return DONE
    if not broker.answers():
        sys.stdout.write("not running\n")
        return NOT_SO
    _say(broker)
    return DONE


def _say(broker: LocalBroker) -> None:
    sys.stdout.write(f"bootstrap {broker.bootstrap}\npid       {broker.pid}\n")
    if broker.ca_file is not None:
        sys.stdout.write(f"CA        {broker.ca_file}\npasswords {broker.folder / FILE}\n")


if __name__ == "__main__":
    sys.exit(main())
