"""Floor 6: rows by their keys, and in as many orders as are asked for, all of it undone at will."""

import heapq
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from typing import Generic, TypeAlias, TypeVar

from messengerkit.errors import TransitionError

from ._ordered import Ordered, Place

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

Group: TypeAlias = Hashable
"""Rows that are put in one order."""


class Journal:
    """What is to be undone if the transaction fails; outside of one, nothing may be done."""

    def __init__(self) -> None:
        self._undoing: list[Callable[[], None]] | None = None

    def begin(self) -> None:
        """Allow changes, and take note of them."""
        self._undoing = []

    def note(self, undo: Callable[[], None]) -> None:
        """Take note of what undoes the change that follows.

        Raises:
            TransitionError: If nothing may be changed.
        """
        if self._undoing is None:
            msg = "nothing can be changed here: this is no `write`, or it is over"
            raise TransitionError(msg)
        self._undoing.append(undo)

    def end(self, *, keep: bool) -> None:
        """Allow no more changes, and undo those that there were unless they are to be kept."""
        undoing, self._undoing = self._undoing or [], None
        if not keep:
            for undo in reversed(undoing):
                undo()


class Table(Generic[K, R]):
    """Rows by their keys.

    Args:
        journal: Where changes are noted.
        places: Tells in which groups a row is, and at which place of each; no two rows of a
            group have one place.
    """

    def __init__(
        self, journal: Journal, places: Callable[[R], Iterable[tuple[Group, Place]]]
    ) -> None:
        self._journal = journal
        self._places = places
        self._rows: dict[K, R] = {}
        self._groups: dict[Group, Ordered[K]] = {}

    def get(self, key: K) -> R | None:
        """Return the row with this key."""
        return self._rows.get(key)

    def held(self, key: K) -> R:
        """Return the row with this key, which is to be put anew.

        Raises:
            TransitionError: If there is none.
        """
        if key not in self._rows:
            msg = "what is put is not there"
            raise TransitionError(msg)
        return self._rows[key]

    def add(self, key: K, row: R) -> None:
        """Keep *row*.

        Raises:
            TransitionError: If there is one with its key.
        """
        if key in self._rows:
            msg = "what is added is there already"
            raise TransitionError(msg)
        self.change(key, row)

    def put(self, key: K, row: R) -> None:
        """Replace the row with this key.

        Raises:
            TransitionError: If there is none.
        """
        self.held(key)
        self.change(key, row)

    def change(self, key: K, row: R | None) -> None:
        """Let *row* be what is there under *key*, whatever was; None is nothing."""
        self._journal.note(partial(self._set, key, self._rows.get(key)))
        self._set(key, row)

    def clear(self, group: Group, until: Place | None = None) -> int:
        """Delete the rows of *group*, or those before *until*; return how many those were."""
        keys = list(self._groups[group].before(until)) if group in self._groups else []
        for key in keys:
            self.change(key, None)
        return len(keys)

    def first(self, group: Group) -> R | None:
        """Return the first row of *group*."""
        return next(self.after(group), None)

    def after(
        self, *groups: Group, place: Place | None = None, until: Place | None = None
    ) -> Iterator[R]:
        """Yield the rows of *groups*, which have none in common, in order.

        Args:
            groups: The groups.
            place: Only what stands after it.
            until: Only what stands before it.
        """
        there = [self._groups[group] for group in groups if group in self._groups]
        found = heapq.merge(*(one.after(place, until) for one in there))
        return (self._rows[key] for _, key in found)

    def before(self, group: Group, place: Place | None = None) -> Iterator[R]:
        """Yield the rows of *group* before *place*, or all of them, the last first."""
        found = self._groups.get(group)
        return iter(()) if found is None else (self._rows[key] for key in found.before(place))

    def count(self, *groups: Group) -> int:
        """Return how many rows *groups* have."""
        return sum(len(self._groups[group]) for group in groups if group in self._groups)

    def _set(self, key: K, row: R | None) -> None:
        held = self._rows.get(key)
        old, new = self._stands(held), self._stands(row)
        for group, place in old - new:
            self._drop(group, place)
        for group, place in new - old:
            self._groups.setdefault(group, Ordered()).add(place, key)
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row

    def _stands(self, row: R | None) -> set[tuple[Group, Place]]:
        return set[tuple[Group, Place]]() if row is None else set(self._places(row))

    def _drop(self, group: Group, place: Place) -> None:
        ordered = self._groups[group]
        ordered.drop(place)
        if not ordered:
            del self._groups[group]
