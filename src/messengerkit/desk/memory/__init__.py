"""Floor 6: a store in memory, for tests and for a process that may lose everything it knows."""

from collections.abc import Callable
from typing import TypeVar

from messengerkit.desk.store import Transaction

from ._tables import Tables
from ._transaction import MemoryTransaction

__all__ = ("MemoryStore",)

T = TypeVar("T")


class MemoryStore:
    """Keeps everything in this process, and forgets it with it.

    It is for tests, and for one process that may lose everything when it dies. A transaction
    is run at once, where it is awaited: for so long, nothing else is done on the event loop,
    and so no two are ever in each other's way. All of it is undone if it fails.

    Rows are kept as they are given, not copied: who changes what is inside of one later,
    changes what is kept.
    """

    def __init__(self) -> None:
        self._tables = Tables()
        self._transaction = MemoryTransaction(self._tables)

    async def create(self) -> None:
        """Do nothing: all is there."""

    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work* as one transaction; if it raises, nothing of it is kept."""
        keep = False
        self._tables.journal.begin()
        try:
            result = work(self._transaction)
            keep = True
        finally:
            self._tables.journal.end(keep=keep)
        return result

    async def read(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, which only reads.

        Raises:
            TransitionError: If it tries to change something.
        """
        return work(self._transaction)

    async def aclose(self) -> None:
        """Do nothing: what is kept stays, as long as the store does."""
