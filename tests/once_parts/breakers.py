"""What the tests of the breaker share: a clock that is moved by hand."""

from messengerkit import Breaker


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def lowest(low: float, _high: float) -> float:
    """Throw a die that always shows the lowest."""
    return low


def fail(breaker: Breaker, times: int) -> None:
    """Tell of calls that failed by a fault of the host."""
    for _ in range(times):
        breaker.ended(failed=True)
