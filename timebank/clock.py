"""Time as an argument: whole UTC seconds, and a monotonic second hand to notice a jump."""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """What the services ask for the time."""

    def now(self) -> int:
        """Return whole seconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Return seconds that only ever go forward."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        return int(time.time())

    def monotonic(self) -> float:
        # The one that also counts while a laptop sleeps, where there is one.
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass
class SetClock:
    """A clock that stands still until it is moved: eight weeks of demo in seconds, and tests."""

    seconds: int
    second_hand: float = 0.0

    def now(self) -> int:
        return self.seconds

    def monotonic(self) -> float:
        return self.second_hand

    def advance(self, seconds: int) -> None:
        """Let both hands go forward together."""
        self.seconds += seconds
        self.second_hand += seconds
