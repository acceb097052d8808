"""Floor 5: many sends: in order for each person, side by side for many, in bounded memory."""

import asyncio
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
)
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
    outcomes: asyncio.Queue[SendOutcome | None] = field(
        default_factory=asyncio.Queue[SendOutcome | None]
    )
    # An entry only while the person is busy; what waits behind the send that is under way.
    lanes: dict[str, deque[Send] | None] = field(default_factory=dict[str, "deque[Send] | None"])
    under_way: int = 0
    read: bool = False
    failure: Exception | None = None

    def add(self, send: Send) -> None:
        self.under_way += 1
        if send.recipient_id not in self.lanes:
            self.lanes[send.recipient_id] = None
            self.ready.put_nowait(send)
            return
        waiting = self.lanes[send.recipient_id]
        if waiting is None:
            waiting = self.lanes[send.recipient_id] = deque()
        waiting.append(send)

    def ended(self, outcome: SendOutcome) -> None:
        waiting = self.lanes[outcome.send.recipient_id]
        if waiting:
            self.ready.put_nowait(waiting.popleft())
        else:
            del self.lanes[outcome.send.recipient_id]
        self.outcomes.put_nowait(outcome)
        self.under_way -= 1
        self.close_if_over()

    def close_if_over(self) -> None:
        if self.read and not self.under_way:
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

    Raises:
        ConfigurationError: If *concurrency* or *most* is below 1.
        Exception: What *sends* raises, once all that was read before has ended; and at once
            what *send* raises, other than a `MessengerError`.
    """
    if min(concurrency, most) < 1:
        msg = "concurrency and most must be 1 or more"
        raise ConfigurationError(msg)
    pool = _Pool(asyncio.Semaphore(most))
    tasks = [asyncio.create_task(_read(sends, pool))]
    tasks += [asyncio.create_task(_work(send, pool)) for _ in range(concurrency)]
    for task in tasks:
        task.add_done_callback(lambda _ended: pool.outcomes.put_nowait(None))
    try:
        while True:
            outcome = await pool.outcomes.get()
            if outcome is not None:
                pool.room.release()
                yield outcome
                continue
            for task in tasks:
                if task.done():
                    task.result()  # what ended it, if it did not just come to its end
            if pool.read and not pool.under_way and pool.outcomes.empty():
                break
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if pool.failure is not None:
        raise pool.failure


async def _read(sends: Sends, pool: _Pool) -> None:
    try:
        async for one in _each(sends):
            await pool.room.acquire()
            pool.add(one)
    except Exception as error:  # noqa: BLE001  # a user's iterator may raise anything
        pool.failure = error
    pool.read = True
    pool.close_if_over()


async def _each(sends: Sends) -> AsyncIterator[Send]:
    if isinstance(sends, AsyncIterable):
        async for one in sends:
            yield one
    else:
        for one in sends:
            yield one


async def _work(send: Callable[[Send], Awaitable[SendResult]], pool: _Pool) -> None:
    while True:
        one = await pool.ready.get()
        try:
            outcome = SendOutcome(send=one, result=await send(one))
        except MessengerError as error:
            outcome = SendOutcome(send=one, error=error)
        pool.ended(outcome)
