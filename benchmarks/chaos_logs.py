"""Outbound logs for the trials: one that survives a crash, and one for each rule that is broken.

All stand in front of a `MemoryOutboundLog`, as any log of a user's could.
"""

from collections.abc import Sequence

from typing_extensions import override

from messengerkit import MemoryOutboundLog, Outbound
from messengerkit.delivery import State
from messengerkit.errors import TransitionError


class Passing:
    """A log that passes everything on.

    Args:
        inner: Where to.

    Attributes:
        nonces: Those of all rows, in their order.
    """

    def __init__(self, inner: MemoryOutboundLog) -> None:
        self.inner = inner
        self.nonces: list[str] = []

    async def add(self, row: Outbound, /) -> bool:
        """Write *row* down."""
        self.nonces.append(row.nonce)
        return await self.inner.add(row)

    async def turn(self, row_id: str, /) -> None:
        """Return once the row's turn has come."""
        await self.inner.turn(row_id)

    async def put(self, row: Outbound, /) -> bool:
        """Replace the row by its next version."""
        return await self.inner.put(row)

    async def find(self, nonce: str, /) -> Outbound | None:
        """Return the row with this nonce."""
        return await self.inner.find(nonce)

    async def alive(self, owner: str, until: float, /) -> None:
        """Take note that *owner* lives."""
        await self.inner.alive(owner, until)

    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return the open rows whose owner is not alive."""
        return await self.inner.left(now)

    async def known(self, lane: str, /) -> frozenset[str]:
        """Return the mids that are known."""
        return await self.inner.known(lane)


class Forgetful(Passing):
    """Rule 1 off: it never learns that a send is about to leave."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        return await super().add(row.queued())

    @override
    async def put(self, row: Outbound, /) -> bool:
        if row.state is not State.IN_FLIGHT:
            return await self.inner.put(row)
        return await self.inner.put(row._replace(state=State.QUEUED))


class Unordered(Passing):
    """Rule 2 off: every row has a lane of its own, so that all go at once."""

    def __init__(self, inner: MemoryOutboundLog) -> None:
        super().__init__(inner)
        self._lanes: dict[str, str] = {}
        self._mids: dict[str, set[str]] = {}

    @override
    async def add(self, row: Outbound, /) -> bool:
        self._lanes[row.id] = row.lane
        return await super().add(self._alone(row))

    @override
    async def put(self, row: Outbound, /) -> bool:
        done = await self.inner.put(self._alone(row))
        if done and row.mid is not None:
            self._mids.setdefault(row.lane, set()).add(row.mid)
        return done

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        row = await self.inner.find(nonce)
        return None if row is None else row._replace(lane=self._lanes[row.id])

    @override
    async def known(self, lane: str, /) -> frozenset[str]:
        return frozenset(self._mids.get(lane, ()))

    def _alone(self, row: Outbound) -> Outbound:
        return row._replace(lane=f"{row.lane} {row.id}")


class Ignorant(Passing):
    """Rule 3 off: it does not tell which messages are known to be others."""

    @override
    async def known(self, lane: str, /) -> frozenset[str]:
        return frozenset()


class Held(Passing):
    """What one process holds of a log that others go on with when it is dead.

    Args:
        log: The log.
    """

    def __init__(self, log: Passing) -> None:
        super().__init__(log.inner)
        self._log = log
        self._dead = False

    def die(self) -> None:
        """Let nothing more through: what the dead would still write is never written."""
        self._dead = True

    @override
    async def add(self, row: Outbound, /) -> bool:
        return await self._living().add(row)

    @override
    async def turn(self, row_id: str, /) -> None:
        await self._living().turn(row_id)
        self._living()

    @override
    async def put(self, row: Outbound, /) -> bool:
        return await self._living().put(row)

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        return await self._living().find(nonce)

    @override
    async def alive(self, owner: str, until: float, /) -> None:
        await self._living().alive(owner, until)

    @override
    async def left(self, now: float, /) -> Sequence[Outbound]:
        return await self._living().left(now)

    @override
    async def known(self, lane: str, /) -> frozenset[str]:
        return await self._living().known(lane)

    def _living(self) -> Passing:
        if self._dead:
            msg = "this process is dead"
            raise TransitionError(msg)
        return self._log
