"""`python -m tests.bench.live [SECTION ...] [--facts N] [--short]`: single sections, and any size."""

import argparse
import asyncio
import gc
import shutil
import tempfile
from pathlib import Path

import uvloop

from services.cli.options import COLLECTION_THRESHOLDS
from services.postgres.embedded import embedded_postgres
from tests.bench.live import FACTS, SECTIONS, run_sections


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.live", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], help="which sections; none: all")
    parser.add_argument("--facts", type=int, default=FACTS, help="size of the topic")
    parser.add_argument("--short", action="store_true", help="one round, a third of the time")
    options = parser.parse_args()
    gc.set_threshold(*COLLECTION_THRESHOLDS)
    folder = Path(tempfile.mkdtemp(prefix="duecourse-bench-"))
    folder.chmod(0o755)
    try:
        with embedded_postgres(folder) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            chosen = options.sections or list(SECTIONS)
            runner.run(run_sections(url, folder, chosen, facts=options.facts, short=options.short))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
