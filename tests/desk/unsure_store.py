"""A store that fails now and then, and does not always say whether the work was done."""

import random
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from messengerkit.desk import Store, Transaction
from messengerkit.errors import StoreError

T = TypeVar("T")


class UnsureStore:
    """Fails at a share of its calls: half of them before the work, half of them after it.

    Args:
        store: Does the work.
        share: The share of calls that fail.
        chance: Decides which.

    Attributes:
        calls: How many calls there were.
        failed: How many failed, by when.
        reliable: Whether no call fails for the time being.
    """

    def __init__(self, store: Store, share: float, chance: random.Random) -> None:
        self.calls = 0
        self.failed: Counter[str] = Counter()
        self.reliable = True
        self._store = store
        self._share = share
        self._chance = chance

    async def create(self) -> None:
        """Make the store ready."""
        await self._store.create()

    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, and fail perhaps.

        Raises:
            StoreError: As chance has it.
        """
        when = self._when()
        self._fail_if(when == "before")
        done = await self._store.write(work)
        self._fail_if(when == "after")
        return done

    async def read(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, which only reads, and fail perhaps.

        Raises:
            StoreError: As chance has it.
        """
        self._fail_if(self._when() is not None)
        return await self._store.read(work)

    async def aclose(self) -> None:
        """Close the store."""
        await self._store.aclose()

    def _when(self) -> str | None:
        if self.reliable:
            return None
        self.calls += 1
        if self._chance.random() >= self._share:
            return None
        when = self._chance.choice(["before", "after"])
        self.failed[when] += 1
        return when

    def _fail_if(self, fails: bool) -> None:  # noqa: FBT001  # as `if` takes it
        if fails:
            msg = "the store failed, and who knows what it did"
            raise StoreError(msg)
