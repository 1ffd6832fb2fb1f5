"""Log lines of Faust, mode and aiokafka, told in the way of our own."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from aiokafka.errors import KafkaError

log = structlog.get_logger()

TOLD: Final = ("faust", "mode", "aiokafka", "asyncio")
REPEATED_AFTER_SECONDS: Final = 10.0
HARMLESS: Final = (
    "OffsetCommit failed",  # a hint refused during a rebalance; nothing reads the hints
    "GroupCoordinator._do_commit_offsets()",  # a hint nobody waits for any more, refused after all
    "because it is rebalancing",  # what every member hears when another one joins
)


class Retelling(logging.Handler):
    """Passes records of the standard library on to structlog, the same one not too often: aiokafka tells of a broker
    that is away twenty times a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple[str, int], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if any(part in text for part in HARMLESS) or self._just_told(record):
            return
        level = max(logging.DEBUG, min(record.levelno // 10 * 10, logging.CRITICAL))
        log.log(level, text, logger=record.name, **_cause(record))

    def _just_told(self, record: logging.LogRecord) -> bool:
        """By the place in the code that tells it; its parameters may differ."""
        place = (record.pathname, record.lineno)
        now = time.monotonic()
        if now - self._told.get(place, -REPEATED_AFTER_SECONDS) < REPEATED_AFTER_SECONDS:
            return True
        self._told[place] = now
        return False


def _cause(record: logging.LogRecord) -> dict[str, str]:
    """Where in the code it went wrong, unless it went wrong in Kafka."""
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    if isinstance(error := record.exc_info[1], KafkaError):
        return {"error": str(error)}
    return {"exception": logging.Formatter().formatException(record.exc_info)}


@contextmanager
def foreign_logs(level: int = logging.WARNING) -> Iterator[None]:
    """While it lasts, their warnings and worse appear among our lines (Faust says much at `info`)."""
    handler = Retelling()
    before = {name: logging.getLogger(name).level for name in TOLD}
    for name in TOLD:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name, was in before.items():
            logging.getLogger(name).removeHandler(handler)
            logging.getLogger(name).setLevel(was)
