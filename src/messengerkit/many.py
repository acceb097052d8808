"""Floor 5: many sends: in order for each person, side by side for many, in bounded memory."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from ._author import Author
from .errors import ConfigurationError, MessengerError
from .messages import Message, SendResult

Sends: TypeAlias = "Iterable[Send] | AsyncIterable[Send]"
"""What `send_many` takes: it is read no faster than it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One of many sends.

    Attributes:
        recipient_id: The person's PSID.
        message: What to send; plain text stands for a `Text`.
        author: Who wrote it; see `MessageOptions`.
        last_user_message_at: When the person last wrote; see `MessageOptions`.
        key: Whatever you know it by; it comes back with the outcome.
    """

    recipient_id: str
    message: Message | str
    author: Author = Author.BOT
    last_user_message_at: datetime | None = None
    key: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOutcome:
    """How one of many sends ended: exactly one of `result` and `error` is there.

    Attributes:
        send: The send.
        result: What Meta gave, if it was accepted.
        error: Why it was not; `DeliveryUnknownError` if nobody knows.
    """

    send: Send
    result: SendResult | None = None
    error: MessengerError | None = None


@dataclass(slots=True)
class _Pool:
    """What the reader, the workers and the consumer share."""

    room: asyncio.Semaphore
    ready: asyncio.Queue[Send] = field(default_factory=asyncio.Queue[Send])
    # None only wakes the consumer, to see that there is nothing more to come.
    outcomes: asyncio.Queue[SendOutcome | None] = field(
        default_factory=asyncio.Queue[SendOutcome | None]
    )
    # An entry only while the person is busy; what waits behind the send that is under way.
    lanes: dict[str, deque[Send] | None] = field(default_factory=dict[str, "deque[Send] | None"])
    tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    under_way: int = 0
    read: bool = False
    failure: Exception | None = None  # what the iterator of sends raised
    broken: asyncio.Task[None] | None = None  # what ended, and should not have

    @property
    def over(self) -> bool:
        ended = self.broken is not None or (self.read and not self.under_way)
        return ended and self.outcomes.empty()

    def begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(self._look)
        self.tasks.append(task)

    def _look(self, task: asyncio.Task[None]) -> None:
        if self.broken is None and (task.cancelled() or task.exception() is not None):
            self.broken = task
            self.cancel()
            self.outcomes.put_nowait(None)

    def cancel(self) -> None:
        for task in self.tasks:
            task.cancel()

    def add(self, send: Send) -> None:
        if send.recipient_id not in self.lanes:
            self.lanes[send.recipient_id] = None
            self.ready.put_nowait(send)
        else:
            waiting = self.lanes[send.recipient_id]
            if waiting is None:
                waiting = self.lanes[send.recipient_id] = deque()
            waiting.append(send)
        self.under_way += 1  # last, for it must not count what is no send at all

    def ended(self, outcome: SendOutcome) -> None:
        waiting = self.lanes[outcome.send.recipient_id]
        if waiting:
            self.ready.put_nowait(waiting.popleft())
        else:
            del self.lanes[outcome.send.recipient_id]
        self.under_way -= 1
        self.outcomes.put_nowait(outcome)

    def has_read(self, failure: Exception | None = None) -> None:
        self.read, self.failure = True, failure
        self.outcomes.put_nowait(None)


async def send_many(
    sends: Sends,
    send: Callable[[Send], Awaitable[SendResult]],
    *,
    concurrency: int = 16,
    most: int = 1000,
) -> AsyncGenerator[SendOutcome, None]:
    """Yield the outcome of each of *sends*, as they end.

    Args:
        sends: What to send; an iterator, or an async one, of any length.
        send: Makes one send.
        concurrency: How many are under way at once, each to another person.
        most: How many are held at once: waiting, under way, or ended and not yet taken.

    An async generator that is handed in is closed in the end, too.

    Raises:
        ConfigurationError: If *concurrency* or *most* is below 1.
        Exception: What *sends* raises, once all that was read before has ended. And what
            *send* raises, other than a `MessengerError`: then all that is under way is
            cancelled, and what had ended before is yielded first.
    """
    if min(concurrency, most) < 1:
        msg = "concurrency and most must be 1 or more"
        raise ConfigurationError(msg)
    pool = _Pool(asyncio.Semaphore(most))
    pool.begin(_read(sends, pool))
    for _ in range(concurrency):
        pool.begin(_work(send, pool))
    try:
        while not pool.over:
            outcome = await pool.outcomes.get()
            if outcome is not None:
                pool.room.release()
                yield outcome
        if pool.broken is not None:
            pool.broken.result()  # raises
    finally:
        pool.cancel()
        await asyncio.gather(*pool.tasks, return_exceptions=True)
    if pool.failure is not None:
        raise pool.failure


async def _read(sends: Sends, pool: _Pool) -> None:
    try:
        async with aclosing(_each(sends)) as each:
            while True:
                await pool.room.acquire()  # before it is read: no more than `most` are held
                pool.add(await anext(each))
    except StopAsyncIteration:
        pool.has_read()
    except Exception as error:  # noqa: BLE001  # a user's iterator may raise anything
        pool.has_read(error)


async def _each(sends: Sends) -> AsyncGenerator[Send, None]:
    if not isinstance(sends, AsyncIterable):
        for one in sends:
            yield one
        return
    several = aiter(sends)
    try:
        async for one in several:
            yield one
    finally:
        # Else the event loop closes it, at some time, in a task that nobody knows of.
        if isinstance(several, AsyncGenerator):
            await several.aclose()


async def _work(send: Callable[[Send], Awaitable[SendResult]], pool: _Pool) -> None:
    while True:
        one = await pool.ready.get()
        try:
            outcome = SendOutcome(send=one, result=await send(one))
        except MessengerError as error:
            outcome = SendOutcome(send=one, error=error)
        pool.ended(outcome)
