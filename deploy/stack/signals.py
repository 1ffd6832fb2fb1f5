"""The signals that end what runs in the foreground."""

import signal
from types import FrameType
from typing import Final

ENDING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def take_signals_as_interrupts() -> None:
    """The first one ends what runs; while it stops there is nothing to interrupt. Who ignores them goes on doing so."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for one in ENDING_SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for one in ENDING_SIGNALS:
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, interrupt)
