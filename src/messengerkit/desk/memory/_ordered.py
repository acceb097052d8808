"""Floor 6: keys in the order of their places, found by halving; each place is taken once."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Generic, TypeAlias, TypeVar

Place: TypeAlias = tuple[int | float | str, ...]
"""What keys are put in order by; one that begins another stands before it."""

K = TypeVar("K")


class Ordered(Generic[K]):
    """Keys by their places."""

    __slots__ = ("_keys", "_places")

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._keys: dict[Place, K] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, place: Place, key: K) -> None:
        """Put *key* at *place*."""
        insort(self._places, place)
        self._keys[place] = key

    def drop(self, place: Place) -> None:
        """Take away what is at *place*."""
        del self._places[bisect_left(self._places, place)]
        del self._keys[place]

    def after(self, place: Place | None, until: Place | None) -> Iterator[tuple[Place, K]]:
        """Yield what stands after *place* and before *until*, or all, in order."""
        begin = 0 if place is None else bisect_right(self._places, place)
        for index in range(begin, self._end(until)):
            found = self._places[index]
            yield found, self._keys[found]

    def before(self, place: Place | None) -> Iterator[K]:
        """Yield what stands before *place*, or all, the last first."""
        for index in range(self._end(place) - 1, -1, -1):
            yield self._keys[self._places[index]]

    def _end(self, place: Place | None) -> int:
        return len(self._places) if place is None else bisect_left(self._places, place)
