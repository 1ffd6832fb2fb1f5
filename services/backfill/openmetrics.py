"""One file of OpenMetrics text: families one after the other, each series in the order of time, `# EOF`."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from services.backfill.samples import Labels
from services.backfill.ticks import Tick
from services.exporter.text import escaped

BUFFER_BYTES: Final = 1 << 18


class OpenMetricsFile:
    """Families may be written in any order: each has a file beside, which are joined at the end."""

    def __init__(self, stack: ExitStack, folder: Path, labels: Labels) -> None:
        """`labels` are those that every series has besides its own."""
        self._stack = stack
        self._folder = folder
        self._labels = labels
        self._families: dict[str, IO[str]] = {}
        self.samples = 0

    def put(self, name: str, labels: Labels, values: Sequence[float], ticks: Sequence[Tick]) -> None:
        """Writes a series: a value for each tick."""
        family = self._families.get(name)
        if family is None:
            family = self._families[name] = self._open(name)
        inside = ",".join(f'{key}="{escaped(text)}"' for key, text in (*labels, *self._labels))
        head = f"{name}{{{inside}}} "
        family.writelines(f"{head}{_number(value)} {tick.seconds}\n" for value, tick in zip(values, ticks, strict=True))
        self.samples += len(values)

    def _open(self, name: str) -> IO[str]:
        beside = TemporaryFile("w+", encoding="utf-8", newline="\n", buffering=BUFFER_BYTES, dir=self._folder)  # noqa: SIM115 - by the stack
        file = self._stack.enter_context(beside)
        file.write(f"# TYPE {name} gauge\n")
        return file

    def join(self, path: Path) -> None:
        """Writes the whole file."""
        with path.open("w", encoding="utf-8", newline="\n") as whole:
            for _, family in sorted(self._families.items()):
                family.seek(0)
                while piece := family.read(BUFFER_BYTES):
                    whole.write(piece)
            whole.write("# EOF\n")


@contextmanager
def open_metrics(folder: Path, labels: Labels) -> Iterator[OpenMetricsFile]:
    """A file to be written; what lies beside is gone at the end."""
    with ExitStack() as stack:
        yield OpenMetricsFile(stack, folder, labels)


def _number(value: float) -> str:
    return "NaN" if value != value else repr(value)
