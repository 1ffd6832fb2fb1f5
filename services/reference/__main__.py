"""`python -m services.reference [--output FOLDER]`: writes the reference under `deploy/reference/`."""

import argparse
import sys
from pathlib import Path
from typing import Final

from services.reference.pages import reference_files

FOLDER: Final = Path(__file__).parents[2] / "deploy" / "reference"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m services.reference", description=__doc__)
    parser.add_argument("--output", type=Path, default=FOLDER, help="the folder to write into")
    folder: Path = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in reference_files().items():
        (folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{folder / name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
