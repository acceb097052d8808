"""Outbound logs that break the rules of lanes, each one of them."""

import asyncio
from collections.abc import Sequence

from typing_extensions import override

from messengerkit import MemoryOutboundLog, Outbound
from messengerkit.delivery import State, is_open


class Unordered(MemoryOutboundLog):
    """It lets any row of a lane be claimed."""

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Replace the row, whatever is before it."""
        lane = self._lanes.get(row.lane)
        if lane and row.id in lane.open and row.state is State.IN_FLIGHT:
            lane.open.move_to_end(row.id, last=False)
        return await super().put(row)


class LooksOneBack(MemoryOutboundLog):
    """It looks at the row before alone."""

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Replace the row if the one before is settled."""
        lane = [one for one in self._rows.values() if one.lane == row.lane]
        place = [one.id for one in lane].index(row.id)
        claimed = row.state is State.IN_FLIGHT
        if claimed and place and not is_open(lane[place - 1].state):
            self._lanes[row.lane].open.move_to_end(row.id, last=False)
        return await super().put(row)


class Impatient(MemoryOutboundLog):
    """It tells everybody that it is his turn."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Add the row."""
        return await super().add(row) or True


class Hesitant(MemoryOutboundLog):
    """It claims nothing as it is added."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Add the row, queued."""
        return await super().add(row.queued())


class Hasty(MemoryOutboundLog):
    """It claims what is added in flight, whatever is before it."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Add the row as it is."""
        its_turn = await super().add(row)
        self._rows[row.id] = row
        return its_turn


class Never(MemoryOutboundLog):
    """Nobody's turn comes."""

    @override
    async def turn(self, row_id: str, /) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()


class AtOnce(Unordered):
    """Everybody's turn comes at once."""

    @override
    async def turn(self, row_id: str, /) -> None:
        """Return."""


class Polls(MemoryOutboundLog):
    """It looks again and again, as one on a database may: it breaks no rule."""

    @override
    async def turn(self, row_id: str, /) -> None:
        """Return once no row before this one holds it up."""
        while any(self._holds_up(row) for row in self._before(row_id)):  # noqa: ASYNC110  # so it is
            await asyncio.sleep(0.001)

    def _holds_up(self, row: Outbound) -> bool:
        return is_open(row.state)

    def _before(self, row_id: str) -> Sequence[Outbound]:
        lane = [row for row in self._rows.values() if row.lane == self._rows[row_id].lane]
        return lane[: [row.id for row in lane].index(row_id)]


class WaitsForSent(Polls):
    """It goes on after what was sent alone."""

    @override
    def _holds_up(self, row: Outbound) -> bool:
        return row.state is not State.SENT


class HoldsDoubt(Polls):
    """It holds a lane up for what is unconfirmed."""

    @override
    def _holds_up(self, row: Outbound) -> bool:
        return is_open(row.state) or row.state is State.UNCONFIRMED


class RefusesAfterDoubt(Polls):
    """It refuses a claim behind what is unconfirmed."""

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Replace the row, unless one before it is unconfirmed."""
        doubtful = any(one.state is State.UNCONFIRMED for one in self._before(row.id))
        return not doubtful and await super().put(row)


class LosesPlace(Polls):
    """It takes who stops waiting for one who is done."""

    def __init__(self) -> None:
        super().__init__()
        self._skipped: set[str] = set()

    @override
    async def turn(self, row_id: str, /) -> None:
        """Wait, or make way for the others."""
        try:
            await super().turn(row_id)
        except asyncio.CancelledError:
            self._skipped.add(row_id)
            raise

    @override
    def _holds_up(self, row: Outbound) -> bool:
        return is_open(row.state) and row.id not in self._skipped


class Stubborn(Polls):
    """It goes on waiting when it is cancelled, once."""

    @override
    async def turn(self, row_id: str, /) -> None:
        """Wait, and wait again."""
        try:
            await super().turn(row_id)
        except asyncio.CancelledError:
            await super().turn(row_id)


class Caseless(MemoryOutboundLog):
    """It takes two lanes for one if they differ by case alone."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Add the row to a lane in lower case."""
        return await super().add(row._replace(lane=row.lane.lower()))

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Replace the row in that lane."""
        return await super().put(row._replace(lane=row.lane.lower()))


class KnowsAll(MemoryOutboundLog):
    """It knows the mids of all lanes."""

    @override
    async def known(self, lane: str, /) -> frozenset[str]:
        """Return every mid."""
        return frozenset(row.mid for row in self._rows.values() if row.mid)


class KnowsNothing(MemoryOutboundLog):
    """It knows no mid."""

    @override
    async def known(self, lane: str, /) -> frozenset[str]:
        """Return none."""
        return frozenset()


class Leaseless(MemoryOutboundLog):
    """It returns what another one has."""

    @override
    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return every open row."""
        return await super().left(float("inf"))


class Backwards(MemoryOutboundLog):
    """It returns the newest first."""

    @override
    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return the rows in another order."""
        return (await super().left(now))[::-1]


class ByTime(MemoryOutboundLog):
    """It goes by a time that another process told."""

    @override
    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return the rows by the time at which they were made."""
        return sorted(await super().left(now), key=lambda row: row.created_at)


class OldLease(MemoryOutboundLog):
    """It goes by what it heard first."""

    @override
    async def alive(self, owner: str, until: float, /) -> None:
        """Listen to each once."""
        self._alive.setdefault(owner, until)


class Sleepless(MemoryOutboundLog):
    """As long as anybody lives, everybody does."""

    @override
    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return nothing while one is alive."""
        alive = any(until > now for until in self._alive.values())
        return [] if alive else await super().left(now)
