"""Floor 5: finds out what became of a message that nobody knows of: by its echo, and by reading.

What counts as proof is told in `settling.py`; here is who waits for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .delivery import Evidence
from .errors import ClientClosedError, MessengerError
from .history import ConversationMessage
from .settling import Absent, Delivered, Inquiry, Settling, Sought, Unconfirmed, Verdict

_log = logging.getLogger("messengerkit")

T = TypeVar("T")

Read = Callable[[str], Awaitable[Sequence[ConversationMessage]]]
"""Reads the newest messages of the conversation with a person, newest first."""

Known = Callable[[], Awaitable[Collection[str]]]
"""Tells which mids are known to be other messages."""

_MOST = 1000


@dataclass(slots=True, kw_only=True)
class Lags:
    """How long evidence took to show, in seconds after the attempt ended; the newest 1000.

    `Settling` should wait longer than the longest of them.

    Attributes:
        echoes: Until an echo came.
        reads: Until a read showed a message.
    """

    echoes: list[float] = field(default_factory=list[float])
    reads: list[float] = field(default_factory=list[float])

    def add(self, evidence: Evidence, seconds: float) -> None:
        """Take note of one."""
        lags = self.echoes if evidence is Evidence.ECHO else self.reads
        lags.append(seconds)
        del lags[:-_MOST]


@dataclass(slots=True, kw_only=True, eq=False)
class Inquiring:
    """Finds out about messages of one page.

    Attributes:
        settling: How long to look before something is believed.
        read: Reads conversations.
        clock: The time, in unix seconds.
        sleep: How to wait.
        accepted: Mids that are known to be other messages, beside what the log knows.
        lags: How long evidence took so far.
        closed: Whether nobody is to look any more.
    """

    settling: Settling
    read: Read
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    accepted: Collection[str] = ()
    lags: Lags = field(default_factory=Lags)
    closed: bool = False
    _echoes: dict[str, set[asyncio.Future[str]]] = field(
        default_factory=dict[str, "set[asyncio.Future[str]]"]
    )
    _waiting: dict["asyncio.Task[object]", int] = field(
        default_factory=dict["asyncio.Task[object]", int]
    )
    _ended: set["asyncio.Task[object]"] = field(default_factory=set["asyncio.Task[object]"])

    def observe(self, nonce: str, mid: str) -> None:
        """Tell whoever waits for it of an echo."""
        for echo in self._echoes.get(nonce, ()):
            if not echo.done():
                echo.set_result(mid)

    def check(self) -> None:
        """Raise `ClientClosedError` if nobody is to look any more."""
        if self.closed:
            raise _closed()

    def close(self) -> None:
        """End whatever waits, with `ClientClosedError`; calling it again does nothing."""
        if not self.closed:
            self.closed = True
            for task in tuple(self._waiting):
                self._ended.add(task)
                task.cancel()

    async def unless_closed(self, work: Awaitable[T]) -> T:
        """Return what *work* gives; in one task only one at a time.

        Raises:
            ClientClosedError: If the client is closed first.
        """
        task = asyncio.current_task()
        if self.closed or task is None:
            return await _at_once(work)
        # As `asyncio.timeout` does it, which costs five times as much.
        cancelling = self._waiting[task] = task.cancelling()
        try:
            return await work
        except asyncio.CancelledError:
            if task not in self._ended or task.uncancel() > cancelling:
                raise
        finally:
            del self._waiting[task]
            self._ended.discard(task)
        raise _closed()

    async def inquire(self, sought: Sought, known: Known) -> Verdict:
        """Return what became of a message; that may take until the horizon.

        The horizon counts from now where nobody has looked since the attempt ended, and not
        while a read waits for its turn.

        Raises:
            ClientClosedError: If the client is closed first.
        """
        echo: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        nonce = sought.nonce or ""
        waiting = self._echoes.setdefault(nonce, set())
        waiting.add(echo)
        try:
            return await self._inquire(Inquiry(sought=sought, settling=self.settling), known, echo)
        finally:
            waiting.discard(echo)
            if not waiting:
                self._echoes.pop(nonce, None)

    async def _inquire(self, inquiry: Inquiry, known: Known, echo: asyncio.Future[str]) -> Verdict:
        over_at = max(inquiry.over_at, self.clock() + self.settling.horizon)
        last: float | None = None
        while True:
            seconds = min(inquiry.next_read(last), over_at) - self.clock()
            if seconds > 0 and not echo.done():
                await self._before(echo, self.sleep(seconds))
            if echo.done():
                return self._found(inquiry.sought, echo.result(), Evidence.ECHO)
            last = self.clock()
            if last >= over_at:
                return Unconfirmed()
            messages = await self._read(inquiry, echo)
            if messages is None:
                continue
            # Reads have their own pace. After a crash thousands wait for one, and what waited
            # for its turn must not be given up for that.
            over_at += self.clock() - last
            taken = {*self.accepted, *await known()}
            mid = inquiry.find(messages, taken)
            if mid is not None:
                return self._found(inquiry.sought, mid, Evidence.READ)
            inquiry.missed(last, messages)
            if inquiry.is_absent and not echo.done():
                return Absent()

    async def _read(
        self, inquiry: Inquiry, echo: asyncio.Future[str]
    ) -> Sequence[ConversationMessage] | None:
        """Read the conversation; return None if it cannot be read, or *echo* comes first."""
        try:
            return await self._before(echo, self.read(inquiry.sought.psid))
        except ClientClosedError:
            raise
        except MessengerError as error:
            name = type(error).__name__
            _log.warning("A conversation could not be read: %s", name, extra={"error": name})
            inquiry.held_until = self.clock() + (error.retry_after or 0.0)
            return None

    async def _before(self, echo: asyncio.Future[str], work: Awaitable[T]) -> T | None:
        """Return what *work* gives, or None if *echo* comes first."""
        doing = asyncio.ensure_future(work)
        try:
            ends = asyncio.wait((doing, echo), return_when=asyncio.FIRST_COMPLETED)
            await self.unless_closed(ends)
            return doing.result() if doing.done() else None
        finally:
            if not doing.done():
                doing.cancel()
                await asyncio.wait((doing,))
            if not doing.cancelled():
                doing.exception()  # it was heard of, if anybody still waits for it

    def _found(self, sought: Sought, mid: str, evidence: Evidence) -> Delivered:
        self.lags.add(evidence, max(0.0, self.clock() - sought.ended_at))
        return Delivered(mid=mid, evidence=evidence)


async def _at_once(work: Awaitable[T]) -> T:
    """Return what *work* gives if it need not wait."""
    try:
        async with asyncio.timeout(0):
            return await work
    except TimeoutError:
        pass
    raise _closed()


def _closed() -> ClientClosedError:
    return ClientClosedError("This client was closed.")
