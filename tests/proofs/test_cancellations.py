"""A thousand sends given up at any moment, on real sockets: nothing is left, and all are known."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import aiohttp
import pytest
from typing_extensions import override

from messengerkit import (
    ConstantBackoff,
    Delivery,
    DeliveryUnknownError,
    MemoryOutboundLog,
    MessengerClient,
    MessengerError,
    Outbound,
    Retry,
    Settling,
)
from messengerkit._transport import AiohttpTransport
from messengerkit.delivery import Outcome, State
from messengerkit.hooks import Attempt, Result
from messengerkit.pace import PageLimiter
from messengerkit.rates import Rate
from messengerkit.sandbox import Fault, Rates, Sandbox

pytestmark = pytest.mark.slow

SENDS = 500
"""Of each mode."""
AT_ONCE = 20
LONGEST = 0.06
"""Seconds after which a send is given up at the latest; what it waits for takes as long."""
SECONDS = 60.0
SETTLING = Settling(
    settle=0.4, settle_fetched=0.4, horizon=30.0, echo_wait=0.05, again=0.05, skew=1.0
)

FAULTS: tuple[Fault | None, ...] = (
    None,
    None,
    Fault.slow(LONGEST),
    Fault.slow_answer(LONGEST),
    Fault.graph_error(613),  # throttled: it waits to be repeated
    Fault.commit_then_reset(),
    Fault.reset(),
    Fault.html(503),
)
"""What the calls of a send meet, by chance."""


class Log(MemoryOutboundLog):
    """Keeps the nonces of what was added, by the text."""

    def __init__(self) -> None:
        super().__init__()
        self.nonces: dict[str, str] = {}

    @override
    async def add(self, row: Outbound, /) -> bool:
        its_turn = await super().add(row)
        message = cast("dict[str, str]", row.parameters["message"])
        self.nonces[message["text"]] = row.nonce
        return its_turn


@dataclass
class Ends:
    """Keeps how the send of each task ended, as it is observed.

    Attributes:
        of: The end, by the name of the task.
    """

    of: dict[str, Result] = field(default_factory=dict[str, Result])

    def on_attempt(self, attempt: Attempt, /) -> None:
        """Pass it over."""

    def on_result(self, result: Result, /) -> None:
        """Keep it."""
        task = asyncio.current_task()
        if result.is_send and task is not None:
            assert task.get_name() not in self.of, "two ends of one send"
            self.of[task.get_name()] = result


@dataclass
class Trial:
    """A thousand sends of one mode.

    Attributes:
        sandbox: Meta.
        client: Who sends.
        log: Where it is written down.
        ends: How the sends ended, as it is observed.
        chance: Decides what they meet, and when they are given up.
        tasks: The sends, by their text.
    """

    sandbox: Sandbox
    client: MessengerClient
    log: Log
    ends: Ends
    chance: random.Random
    tasks: dict[str, asyncio.Task[str]] = field(default_factory=dict[str, "asyncio.Task[str]"])

    async def send(self, psid: str, text: str) -> str:
        """Send *text*, and return its mid."""
        result = await self.client.send_text(psid, text)
        return result.message_id

    async def give_up_some(self, psids: list[str]) -> None:
        """Send to each of *psids* at once, and give each up after a random time."""
        loop = asyncio.get_running_loop()
        for psid in psids:
            fault, text = self.chance.choice(FAULTS), f"number {len(self.tasks)}"
            if fault is not None:
                self.sandbox.script(fault, psid=psid)
            task = self.tasks[text] = loop.create_task(self.send(psid, text), name=text)
            wait = self.chance.choice((0.0, self.chance.uniform(0, LONGEST)))
            loop.call_later(wait, task.cancel)
        await asyncio.wait(
            [self.tasks[f"number {len(self.tasks) - 1 - n}"] for n in range(len(psids))]
        )
        self.sandbox.clear_faults()

    def copies(self, text: str) -> list[str]:
        """Return the mids under which the person has *text*."""
        return [one.mid for one in self.sandbox.ledger.messages(text=text)]

    def told(self, text: str) -> str:
        """Return how a send ended for its caller, and check that against the ledger."""
        task, copies = self.tasks[text], self.copies(text)
        if task.cancelled():
            end = self.ends.of.get(text)
            if end is None:
                assert copies == [], f"{text} left before its end was told"
                return "cancelled before it began"
            assert end.cancelled
            assert end.outcome in {Outcome.NOT_SENT, Outcome.UNKNOWN}
            assert len(copies) <= (end.outcome is Outcome.UNKNOWN), f"{text}: {end}, {copies}"
            return f"cancelled, {end.outcome.value}"
        match task.exception():
            case None:
                assert copies == [task.result()], f"{text}: another answer, or copies"
                return "sent"
            case DeliveryUnknownError():
                assert len(copies) <= 1
                return "unknown"
            case MessengerError() as error:
                assert copies == [], f"{text}: {error!r}"
                return "failed"
            case error:
                raise error

    async def written(self, text: str) -> str:
        """Return how a send ended in the log, and check that against the ledger."""
        nonce, copies = self.log.nonces.get(text), self.copies(text)
        row = None if nonce is None else await self.log.find(nonce)
        if row is None:
            assert copies == []
            return "never added"
        wanted = {State.SENT: 1, State.CANCELLED: 0, State.FAILED: 0}
        assert len(copies) == wanted[row.state], f"{text}: {row.state}, {len(copies)} copies"
        if row.state is State.SENT:
            assert copies == [row.mid]
        return row.state.value


@asynccontextmanager
async def trial_of(mode: Delivery) -> AsyncGenerator[Trial]:
    """Open a sandbox and a client; afterwards no connection and no task may be left."""
    async with Sandbox(seed="cancellations", rates=Rates.unlimited()) as sandbox:
        before = asyncio.all_tasks()
        log, ends = Log(), Ends()
        client = MessengerClient(
            page_access_token=sandbox.page.access_token,
            graph_url=sandbox.url,
            delivery=mode,
            outbound=log,
            settling=SETTLING,
            # So few that some wait in the limiter; and reads are not what is tried here.
            limiter=PageLimiter(rates={Rate.MESSAGES: (8, LONGEST / 3), Rate.CONVERSATIONS: None}),
            breaker=None,
            budget=None,
            retry=Retry(attempts=None, backoff=ConstantBackoff(LONGEST)),
            timeout=5.0,
            hooks=[ends],
        )
        async with client:
            yield Trial(sandbox, client, log, ends, random.Random(11))  # noqa: S311  # chance for a test
            transport = client._sending.transport
            assert isinstance(transport, AiohttpTransport)
            connector = cast(
                "aiohttp.TCPConnector", cast("aiohttp.ClientSession", transport._session).connector
            )
            assert not connector._acquired, "a connection is still in use"
        await until(lambda: asyncio.all_tasks() <= before)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for *is_so*, and not for ever."""
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110  # a set of tasks tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("mode", [Delivery.AT_MOST_ONCE, Delivery.EFFECTIVELY_ONCE])
async def test_every_send_that_is_given_up_is_accounted_for(mode: Delivery) -> None:
    """What it is said to have come to agrees with what people have; nothing stays behind."""
    async with trial_of(mode) as trial:
        psids = [str(24_000_000_000_000_000 + number) for number in range(AT_ONCE)]
        for psid in psids:
            await trial.sandbox.person_writes(psid, "Hello?")
        for _ in range(SENDS // AT_ONCE):
            await trial.give_up_some(psids)
        async with asyncio.timeout(SECONDS):
            while await trial.log.left(float("inf")):  # noqa: ASYNC110  # it tells nobody
                await asyncio.sleep(0.01)
        after = {f"after {psid}": await trial.send(psid, f"after {psid}") for psid in psids}
    # Meta may be still at work on a call whose caller has left.
    told = Counter(map(trial.told, trial.tasks))
    print(f"\n{mode.value}: {len(trial.tasks)} sends: {dict(told)}")
    assert told.total() == SENDS
    assert sum(count for end, count in told.items() if end.startswith("cancelled")) > SENDS / 2
    assert all(trial.copies(text) == [mid] for text, mid in after.items())
    if mode is Delivery.EFFECTIVELY_ONCE:
        written = Counter([await trial.written(text) for text in trial.tasks])
        print(f"in the log: {dict(written)}")
