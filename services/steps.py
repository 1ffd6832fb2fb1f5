"""Long work in steps, so that whatever else the process has under way gets its turns."""

import asyncio
from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")


async def politely(steps: Generator[None, None, Result]) -> Result:
    """Takes one step after the other and gives way after each."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: Result = done.value
            return result
        await asyncio.sleep(0)
