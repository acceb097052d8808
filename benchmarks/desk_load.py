"""What a full desk costs whoever looks at it, beside one that is nearly empty.

One store holds 100,000 conversations with 1,000,000 messages, another one 1,000 with 10,000;
one in 500 conversations is long. Both have the first page of the list of conversations in
which a person is wanted asked of them, the status of a conversation, and the newest page of
messages of a short one and of a long one, in turn, in random order. What is asked is spread
over all conversations, so that nothing is fast because it was asked for just before.

It is measured on SQLite, and on PostgreSQL where its programs are installed. With `--quick`
the full desk has a tenth.
"""

import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from messengerkit import MessengerClient
from messengerkit.desk import (
    Conversation,
    ConversationQuery,
    Desk,
    Message,
    MessageStatus,
    Order,
    Sender,
    Status,
    Transaction,
)
from messengerkit.desk.sql import SqlStore

FULL, SMALL, QUICK = 100_000, 1_000, 10_000  # conversations
MOST_TIMES = 3.0  # the p50 of the small one
ROUNDS = 500
WARM = 20  # more of them, in which connections are opened and caches filled
PAGE = "104000000000001"
NOW = datetime.now(UTC)
ONE_IN = 500  # conversations is long
LONG, SHORT = 2_006, 6  # messages: 10 on average
WANTED = 100  # of so many conversations, in one a person is wanted
FEWEST_WANTED = 50  # a page of the list is full in both
AT_ONCE = 2_000  # conversations that are written in one transaction

_OTHERWISE = (Status.ACTIVE, Status.RESOLVED, Status.CLOSED)
_TESTS = Path(__file__).parents[1] / "tests"
Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Filled:
    """A desk, and what there is in it.

    Attributes:
        name: What it is called.
        desk: The desk.
        short: Conversations with few messages.
        long: Conversations with many.
    """

    name: str
    desk: Desk
    short: Sequence[UUID]
    long: Sequence[UUID]

    def asked(self, chance: random.Random) -> Mapping[str, Ask]:
        """Return what is asked of it, by name."""
        short, long = chance.choice(self.short), chance.choice(self.long)
        wanted = ConversationQuery(order=Order.URGENT)
        return {
            "where a person is wanted": partial(self.desk.conversations, wanted),
            "a conversation's status": partial(self.desk.conversation, short),
            "messages of a short one": partial(self.desk.messages, short),
            "messages of a long one": partial(self.desk.messages, long),
        }


def conversations(count: int, chance: random.Random) -> Iterator[tuple[Conversation, int]]:
    """Yield conversations, and how many messages each has."""
    for number in range(count):
        last = NOW - timedelta(minutes=chance.expovariate(1 / 20_000))
        wanted = number % min(WANTED, count // FEWEST_WANTED) == 0
        held = wanted and chance.choice([True, False])
        one = Conversation(
            id=_id(chance),
            page_id=PAGE,
            psid=str(24_000_000_000_000_000 + number),
            status=Status.ESCALATED if wanted else chance.choice(_OTHERWISE),
            human_handling=held,
            assigned_admin_id=f"admin {chance.randrange(20)}" if held else None,
            priority=chance.choices(range(1, 6), [60, 20, 10, 6, 4])[0],
            escalation_reason="asked for a person" if wanted else None,
            escalated_at=last if wanted else None,
            last_message_at=last,
            last_user_message_at=last,
            waiting_since=last if wanted else None,
        )
        yield one, LONG if number % ONE_IN == 1 else SHORT


def messages(of: Conversation, count: int, chance: random.Random) -> Iterator[Message]:
    """Yield the messages of a conversation, the newest first."""
    at = of.last_message_at or NOW
    for number in range(count):
        by_person = number % 2 == 0
        yield Message(
            id=_id(chance),
            conversation_id=of.id,
            sender=Sender.USER if by_person else Sender.BOT,
            text=f"When do you open on Sunday, and is there parking? {number}",
            mid=f"m_{'AbCdEfGhIjKlMnOp' * 4}{chance.getrandbits(40)}",
            status=None if by_person else MessageStatus.READ,
            created_at=at - timedelta(minutes=number),
            metadata={"event": f"{PAGE}:m_{number}"},
        )


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


async def filled(name: str, store: SqlStore, count: int) -> Filled:
    """Return a desk with *count* conversations."""
    chance, begun = random.Random(name), time.perf_counter()
    by_length: dict[int, list[UUID]] = {SHORT: [], LONG: []}
    batch: list[Conversation] = []
    said: list[Message] = []
    total = 0
    await store.create()
    for number, (one, length) in enumerate(conversations(count, chance), 1):
        by_length[length].append(one.id)
        batch.append(one)
        said += messages(one, length, chance)
        if number % AT_ONCE == 0 or number == count:
            await store.write(partial(_add, batch, said))
            total += len(said)
            batch, said = [], []
    seconds = time.perf_counter() - begun
    print(f"  {name}: {count:,} conversations, {total:,} messages, made in {seconds:.0f} s")
    return Filled(name, Desk(_no_client, store), by_length[SHORT], by_length[LONG])


def _add(batch: Sequence[Conversation], said: Sequence[Message], it: Transaction) -> None:
    for one in batch:
        it.add_conversation(one)
    it.add_messages(said)


def _no_client(_: str) -> MessengerClient:
    msg = "nothing is sent here"
    raise NotImplementedError(msg)


Times = dict[tuple[str, str], list[float]]
"""Seconds, by the desk's name and by what was asked."""


async def measure(desks: Sequence[Filled]) -> Times:
    """Return how long each question took at each desk."""
    chance, times = random.Random("what is asked"), Times()
    for number in range(WARM + ROUNDS):
        asked = [(one.name, *item) for one in desks for item in one.asked(chance).items()]
        for name, what, ask in chance.sample(asked, len(asked)):
            begun = time.perf_counter()
            await ask()
            taken = time.perf_counter() - begun
            if number >= WARM:
                times.setdefault((name, what), []).append(taken)
    return times


def over(times: Times, database: str, desks: Sequence[Filled]) -> list[str]:
    """Print the figures, and return what is over the limit."""
    failed: list[str] = []
    small, full = (one.name for one in desks)
    for what in dict.fromkeys(what for _, what in times):
        shown: list[str] = []
        for name in (small, full):
            p50, p99 = (_quantile(times[name, what], part) * 1e3 for part in (0.5, 0.99))
            shown.append(f"{name} p50 {p50:6.2f} p99 {p99:6.2f} ms")
        ratio = _quantile(times[full, what], 0.5) / _quantile(times[small, what], 0.5)
        print(f"  {what:<26} {'   '.join(shown)}   {ratio:5.2f} x")
        if ratio > MOST_TIMES:
            failed.append(f"{database}, {what}: {ratio:.2f} > {MOST_TIMES}")
    return failed


def _quantile(times: Sequence[float], part: float) -> float:
    return sorted(times)[int(part * len(times))]


async def on(database: str, small: str, full: str, count: int) -> list[str]:
    """Measure two desks at these URLs; return what failed."""
    print(database)
    stores = [SqlStore(small), SqlStore(full)]
    try:
        desks = [
            await filled("small", stores[0], SMALL),
            await filled("full", stores[1], count),
        ]
        await _analyzed(small, full)
        return over(await measure(desks), database, desks)
    finally:
        for store in stores:
            await store.aclose()


async def _analyzed(*urls: str) -> None:
    """Let PostgreSQL know what its tables hold, which it learns by itself in a minute."""
    for url in urls:
        if url.startswith("postgresql"):
            await _told(url, "ANALYZE")


async def _told(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@contextlib.asynccontextmanager
async def postgres() -> AsyncGenerator[tuple[str, str] | None]:
    """Yield the URLs of two databases of PostgreSQL's, or None where it is not installed."""
    sys.path.append(str(_TESTS))
    from desk.sql.postgres_cluster import cluster, programs  # noqa: PLC0415  # it is not ours

    found = programs()
    if found is None:
        yield None
        return
    with cluster(found) as url:
        full = url.replace("postgresql", "postgresql+asyncpg", 1)
        await _told(full, "CREATE DATABASE small")
        yield full.rpartition("/")[0] + "/small", full


async def main(*, quick: bool) -> int:
    """Print the figures; fail if a limit is not kept."""
    count = QUICK if quick else FULL
    with tempfile.TemporaryDirectory() as directory:
        small, full = (f"sqlite+aiosqlite:///{directory}/{name}.db" for name in ("small", "full"))
        failed = await on("SQLite", small, full, count)
    async with postgres() as urls:
        if urls is None:
            print("THERE IS NO POSTGRESQL HERE: NOTHING WAS MEASURED ON IT.")
        else:
            failed += await on("PostgreSQL", *urls, count)
    print("FAILED: " + "; ".join(failed) if failed else "all limits are kept")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(quick="--quick" in sys.argv[1:])))
