"""Times several ways of doing one thing, side by side, on a machine that is never quiet.

Each round times a short block of every way, in a new random order, so that all ways get the
same share of a slow moment. A way's figure is the median, over the rounds, of its time
divided by the reference's time in the same round: a ratio, never a number of seconds.
"""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

BLOCK = 0.006  # seconds of one block
ROUNDS = 41


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How one way compares with the reference.

    Attributes:
        name: The way.
        median: The middle of the rounds' ratios.
        low: A quarter of the rounds are below.
        high: A quarter of the rounds are above.
        microseconds: The middle of the rounds' times for one call, for orientation only.
    """

    name: str
    median: float
    low: float
    high: float
    microseconds: float

    def line(self) -> str:
        """Return the figure as a line of a table."""
        spread = f"[{self.low:.2f}, {self.high:.2f}]"
        return f"  {self.name:<44} {self.median:5.2f} x  {spread:<14} {self.microseconds:9.2f} us"


def compare(
    ways: Mapping[str, Callable[[], object]], *, reference: str, rounds: int = ROUNDS
) -> dict[str, Ratio]:
    """Return the ratio of each of *ways* to the way called *reference*.

    Args:
        ways: What to time, by name; each is called many times and must not change.
        reference: The name of the way that the others are divided by.
        rounds: How many rounds; 7 at the least.
    """
    repeats = {name: _calibrated(way) for name, way in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(max(rounds, 7)):
        for name in random.sample(list(ways), len(ways)):
            times[name].append(_block(ways[name], repeats[name]))
    return {name: _ratio(name, times[name], times[reference]) for name in ways}


def _ratio(name: str, times: list[float], reference: list[float]) -> Ratio:
    ratios = [one / other for one, other in zip(times, reference, strict=True)]
    low, median, high = statistics.quantiles(ratios, n=4)
    microseconds = statistics.median(times) * 1e6
    return Ratio(name=name, median=median, low=low, high=high, microseconds=microseconds)


def _calibrated(way: Callable[[], object]) -> int:
    way()
    once = min(_block(way, 3) for _ in range(5))
    return max(1, int(BLOCK / once))


def _block(way: Callable[[], object], repeats: int) -> float:
    gc.collect()
    begun = time.perf_counter()
    for _ in range(repeats):
        way()
    return (time.perf_counter() - begun) / repeats
