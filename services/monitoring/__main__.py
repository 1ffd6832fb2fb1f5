"""`python -m services.monitoring [--site FILE] [--output FOLDER]`: writes rules and configuration under `deploy/`.

`python -m services.monitoring false-alarms`: simulates a year of units and writes how often alerts fire without cause.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.monitoring.false_alarms import false_alarms_page
from services.monitoring.rendering import SITE, monitoring_files
from services.monitoring.site import SiteRefused, read_site
from services.reference_files import ReferenceRefused

DEPLOY: Final = Path(__file__).parents[2] / "deploy"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m services.monitoring", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("files", "false-alarms"), default="files")
    parser.add_argument("--site", type=Path, default=DEPLOY / SITE, help="who is told, and where links lead")
    parser.add_argument("--output", type=Path, default=DEPLOY, help="the folder to write into")
    chosen = parser.parse_args()
    files: Mapping[str, str]
    try:
        site = read_site(chosen.site)
        if chosen.what == "false-alarms":
            files = {"runbooks/false-alarms.md": false_alarms_page(float(site.late_settled_objective))}
        else:
            files = monitoring_files(site, chosen.site.parent)
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{error.name} is missing: pip install --require-hashes -r requirements/dev.txt\n")
        return 1
    except (SiteRefused, ReferenceRefused) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, text in files.items():
        path = chosen.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
