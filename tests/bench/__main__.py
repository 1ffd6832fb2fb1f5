"""`make bench`: performance as ratios against peers measured in the same run, on the machine at hand.

Rounds alternate between us and the peers, and medians are printed, because machines drift. `--quick` uses a tenth.
"""

import argparse
import asyncio
import gc
import os
import platform
import shutil
import tempfile
from pathlib import Path

import uvloop

from services.cli.options import COLLECTION_THRESHOLDS
from services.postgres.embedded import embedded_postgres
from tests.bench import compiled, growth, ingest, live, replay, report, scrape, watching

PARTS = {
    "ingest": ingest.run,
    "growth": growth.run,
    "scrape": scrape.run,
    "watching": watching.run,
    "report": report.run,
    "replay": replay.run,
    "live": live.run,
    "compiled": compiled.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which parts; none: all")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, one round")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    gc.set_threshold(*COLLECTION_THRESHOLDS)  # as every verb does
    folder = Path(tempfile.mkdtemp(prefix="duecourse-bench-"))
    folder.chmod(0o755)
    try:
        with embedded_postgres(folder) as url:
            for name in options.parts or PARTS:
                print(f"\n== {name}")
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    runner.run(PARTS[name](url, folder, quick=options.quick))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
