"""What all parts of a story share: the one source of chance, the weather, and what is told."""

import asyncio
from dataclasses import dataclass, field
from random import Random

from tests.simulation.weather import Weather


@dataclass
class Scene:
    """`told`: what happened, with its second. `broken`: the laws that did not hold, in words."""

    chance: Random
    weather: Weather
    told: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    healed: bool = False

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def tell(self, what: str) -> None:
        self.told.append(f"{self.now:8.3f}  {what}")

    def accuse(self, what: str) -> None:
        self.tell(f"LAW BROKEN: {what}")
        self.broken.append(what)

    def happens(self, probability: float) -> bool:
        """Whether a mishap of this probability happens; none does once everything has healed."""
        return not self.healed and self.chance.random() < probability

    def brief(self) -> float:
        """Seconds that a message takes on its way, mostly few milliseconds."""
        return self.chance.choice((0.001, 0.002, 0.005, 0.01, 0.05)) * (0.5 + self.chance.random())
