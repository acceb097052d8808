"""Floor 4: the log of outgoing messages: each is written down before the wire, and settled once.

A row is the life of one send. Of the rows of one lane, which is one person of one page, one
at most is claimed at a time, in their order; the process that has it has a lease, so that
another can settle what a process left behind that died.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from typing_extensions import override

from ._json import JsonObject
from .delivery import Evidence, State, is_open
from .errors import ConfigurationError, TransitionError
from .rates import Rate


# A tuple, as three are made for every send: a frozen dataclass takes four times as long.
class Outbound(NamedTuple):
    """One send, from before the wire until it is settled.

    Attributes:
        id: The row's id.
        lane: Whom it is for: sends of one lane go in their order, one at a time.
        nonce: What stands in the message's metadata, and comes back in its echo.
        psid: The person.
        parameters: The call, as Meta gets it; once it is SENT, nothing, for nobody needs a
            person's words here any more.
        fetches: Whether Meta must fetch something first, which takes longer to settle.
        rate: What Meta counts it as.
        urgent: Whether a person waits for it.
        version: How often the row was changed; who has an older one loses.
        state: Where it is in its life.
        attempts: How often it has left.
        mid: The message's id, once it is known.
        evidence: How it is known that the person has it.
        owner: The process that has it.
        wire_at: When the last attempt began, in unix seconds.
        ended_at: When the last attempt ended, in unix seconds.
        created_at: When it was added, in unix seconds.
        error: The class of the error that the last attempt ended with.
    """

    id: str
    lane: str
    nonce: str
    psid: str
    parameters: JsonObject = MappingProxyType({})
    fetches: bool = False
    rate: Rate = Rate.MESSAGES
    urgent: bool = False
    version: int = 0
    state: State = State.QUEUED
    attempts: int = 0
    mid: str | None = None
    evidence: Evidence | None = None
    owner: str | None = None
    wire_at: float | None = None
    ended_at: float | None = None
    created_at: float = 0.0
    error: str | None = None

    def queued(self) -> "Outbound":
        """Return it as it is before its first attempt."""
        return self._replace(state=State.QUEUED, attempts=0, wire_at=None)

    @override
    def __repr__(self) -> str:
        # The parameters hold a person's words.
        told = (f"{name}={value!r}" for name, value in self._asdict().items())
        return f"Outbound({', '.join(one for one in told if not one.startswith('parameters='))})"


class OutboundLog(Protocol):
    """What remembers sends; each method is one whole transaction.

    `messengerkit.testing.check_outbound_log` holds an implementation to it.
    """

    async def add(self, row: Outbound, /) -> bool:
        """Write *row* down at the end of its lane; it is durable when this returns.

        One that is IN_FLIGHT is claimed with that, which saves a transaction, but only if it
        is its turn; if not, it is written down as it is `queued()`.

        Returns:
            Whether it is its turn: whether no row before it in its lane is open.

        Raises:
            TransitionError: If there is a row with its id or its nonce.
        """
        ...

    async def turn(self, row_id: str, /) -> None:
        """Return once no row before this one in its lane is open."""
        ...

    async def put(self, row: Outbound, /) -> bool:
        """Replace the row by its next version; return whether it was the next one.

        A row is not claimed (`IN_FLIGHT`) while one before it in its lane is open.
        """
        ...

    async def find(self, nonce: str, /) -> Outbound | None:
        """Return the row with this nonce."""
        ...

    async def alive(self, owner: str, until: float, /) -> None:
        """Take note that *owner* lives, and has its rows until then, in unix seconds."""
        ...

    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return the open rows whose owner is not alive at *now*, oldest first.

        A row without an owner, or with one that was never heard of, is among them.
        """
        ...

    async def known(self, lane: str, /) -> frozenset[str]:
        """Return the mids that are known to be messages of this lane."""
        ...


class MemoryOutboundLog:
    """Remembers sends in this process, and forgets them with it.

    It is for tests, and for a process that may lose what is under way when it dies.

    Args:
        kept: How many settled rows are kept, for late echoes; the oldest go first.

    Raises:
        ConfigurationError: If *kept* is not above zero.
    """

    def __init__(self, *, kept: int = 10_000) -> None:
        if kept < 1:
            msg = "kept must be above zero"
            raise ConfigurationError(msg)
        self._kept = kept
        self._rows: dict[str, Outbound] = {}
        self._ids: dict[str, str] = {}
        self._settled: deque[str] = deque()
        self._lanes: dict[str, _Lane] = {}  # of those that have open rows
        self._mids: dict[str, dict[str, None]] = {}
        self._alive: dict[str, float] = {}

    async def add(self, row: Outbound, /) -> bool:
        """Write *row* down at the end of its lane; return whether it is its turn."""
        if row.id in self._rows or row.nonce in self._ids:
            msg = "there is a send with this id or this nonce"
            raise TransitionError(msg)
        lane = self._lanes.get(row.lane)
        its_turn = lane is None
        if lane is None:
            lane = self._lanes[row.lane] = _Lane()
        lane.open[row.id] = None
        self._rows[row.id] = row if its_turn or row.state is not State.IN_FLIGHT else row.queued()
        self._ids[row.nonce] = row.id
        return its_turn

    async def turn(self, row_id: str, /) -> None:
        """Return once no row before this one in its lane is open."""
        lane = self._lanes.get(self._rows[row_id].lane)
        while lane is not None and row_id in lane.open and lane.first != row_id:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            lane.waiting.setdefault(row_id, set()).add(place)
            try:
                await place
            finally:
                lane.drop(row_id, place)

    async def put(self, row: Outbound, /) -> bool:
        """Replace the row by its next version; return whether it was the next one."""
        held = self._rows.get(row.id)
        if held is None or row.version != held.version + 1:
            return False
        lane = self._lanes.get(row.lane)
        if row.state is State.IN_FLIGHT and (lane is None or lane.first != row.id):
            return False
        self._rows[row.id] = row
        if row.mid is not None:
            mids = self._mids.get(row.lane)
            if mids is None:
                mids = self._mids[row.lane] = {}
            mids[row.mid] = None
        if lane is not None and not is_open(row.state) and is_open(held.state):
            self._settle(row, lane)
        return True

    async def find(self, nonce: str, /) -> Outbound | None:
        """Return the row with this nonce."""
        row_id = self._ids.get(nonce)
        return None if row_id is None else self._rows[row_id]

    async def alive(self, owner: str, until: float, /) -> None:
        """Take note that *owner* lives, and has its rows until then."""
        self._alive[owner] = until

    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return the open rows whose owner is not alive at *now*, oldest first."""
        alive = {owner for owner, until in self._alive.items() if until > now}
        open_ones = (row for row in self._rows.values() if is_open(row.state))
        return [row for row in open_ones if row.owner not in alive]

    async def known(self, lane: str, /) -> frozenset[str]:
        """Return the mids that are known to be messages of this lane."""
        return frozenset(self._mids.get(lane, ()))

    def _settle(self, row: Outbound, lane: "_Lane") -> None:
        lane.close(row.id)
        if not lane.open:
            del self._lanes[row.lane]
        self._settled.append(row.id)
        if len(self._settled) > self._kept:
            self._forget(self._settled.popleft())

    def _forget(self, row_id: str) -> None:
        row = self._rows.pop(row_id)
        del self._ids[row.nonce]
        mids = self._mids.get(row.lane)
        if mids is not None:
            mids.pop(row.mid or "", None)
            if not mids:
                del self._mids[row.lane]


@dataclass(slots=True, eq=False)
class _Lane:
    """One person: the ids of the open rows in their order, and who waits for one."""

    open: OrderedDict[str, None] = field(default_factory=OrderedDict[str, None])
    waiting: dict[str, set[asyncio.Future[None]]] = field(
        default_factory=dict[str, set[asyncio.Future[None]]]
    )

    @property
    def first(self) -> str | None:
        return next(iter(self.open), None)

    def close(self, row_id: str) -> None:
        self.open.pop(row_id, None)
        if not self.waiting:
            return
        # Who is neither first now nor settled would only look and wait again.
        for one in (row_id, self.first):
            for place in self.waiting.pop(one or "", ()):
                if not place.done():
                    place.set_result(None)

    def drop(self, row_id: str, place: asyncio.Future[None]) -> None:
        places = self.waiting.get(row_id, set())
        places.discard(place)
        if not places:
            self.waiting.pop(row_id, None)
