"""A thousand wrong keys over HTTP: throttled, recorded at a bounded rate, and no lock-out."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from proofs.accepting import accepting
from proofs.serving import ADMIN, EXAMPLES, KEY, PATIENCE, command, serving, settings

from messengerkit.admin.auth.key import new_key
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.admin.identity import Role
from messengerkit.sandbox import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="ONLY LINUX HAS MORE THAN ONE LOOPBACK"),
]

WRONG = 1_000
EVERY = 50
"""After so many wrong keys comes a right one."""
ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
RING = ("alice-laptop", "bob-laptop", "carol-laptop")
MOST, MINUTE = 10, 60.0
"""The bound: 10 records within any 60 seconds."""
FREE = 5
"""Wrong keys of an address, or of a key id, that are answered as such; one comes back in 12 s."""
SECONDS_FREE = 12.0


@dataclass(frozen=True)
class Answer:
    """An answer to one request."""

    status: int
    retry_after: str | None


@dataclass(frozen=True)
class Record:
    """A record of a refused request."""

    at: datetime
    peer: str
    key_id: str | None
    left_out: int


@dataclass(frozen=True)
class Attack:
    """What came of the wrong keys, and of the right ones between them.

    Attributes:
        wrong: The answers to the wrong keys.
        right: The answers to the right ones.
        seconds: How long it took.
    """

    wrong: list[Answer]
    right: list[Answer]
    seconds: float


def wrong_keys(chance: random.Random) -> Iterator[str]:
    """Yield values of `Authorization` without end: typos, nonsense, and well-formed inventions."""
    while True:
        known = new_key(
            admin_ids=("a",),
            role=Role.AGENT,
            pages=None,
            expires_at=None,
            key_id=chance.choice(RING),
        ).key.get_secret_value()
        yield from (
            f"Bearer {known}",  # an id of the ring, and another secret
            f"Bearer {known[:-1]}",
            f"Bearer {KEY}x",
            f"Bearer {KEY[:-1]}",
            f"Basic {KEY}",
            "Bearer ",
            f"Bearer {'é' * 20}",
            f"Bearer {chance.randbytes(3000).hex()}",
        )


async def ask(http: aiohttp.ClientSession, url: str, authorization: str) -> Answer:
    """Send a request with *authorization*, and return what was answered."""
    headers = {"Authorization": authorization, "X-Admin-User-ID": ADMIN}
    async with http.get(f"{url}/admin/health", headers=headers) as answer:
        await answer.read()
        return Answer(answer.status, answer.headers.get("Retry-After"))


async def attack(callers: list[aiohttp.ClientSession], url: str, right: str) -> Attack:
    """Try the wrong keys from all addresses in turn, and now and then a *right* one."""
    keys = wrong_keys(random.Random(4711))  # noqa: S311  # the same keys in each run
    answers, good, began = list[Answer](), list[Answer](), time.monotonic()
    for number in range(WRONG):
        answers.append(await ask(callers[number % len(callers)], url, next(keys)))
        if (number + 1) % EVERY == 0:
            good += [await ask(one, url, right) for one in callers]
    return Attack(answers, good, time.monotonic() - began)


async def tell_the_rest(
    caller: aiohttp.ClientSession, url: str, journal: Path
) -> tuple[int, list[Record]]:
    """Try wrong keys until two are recorded: the first record tells how many were left out.

    Returns how many more keys that took, and all records then.
    """
    before, tries = len(refused(journal)), 0
    async with asyncio.timeout(MINUTE + PATIENCE):
        while len(refused(journal)) < before + 2:
            await asyncio.sleep(1.0)  # nothing else is to happen than that time goes by
            await ask(caller, url, "Bearer wrong")
            tries += 1
    return tries, refused(journal)


def refused(journal: Path) -> list[Record]:
    """Return the records of refused requests, oldest first."""
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    return [
        Record(
            datetime.fromisoformat(one["at"]),
            one["details"]["peer"],
            one["details"]["claimed_key_id"],
            one["details"]["left_out"],
        )
        for one in records
        if one["action"] == "refused_request"
    ]


def ring(folder: Path) -> tuple[Path, str]:
    """Return a file of three keys, and the first of them."""
    file = KeyFile.create(folder / "admin-keys.json")
    made = [
        new_key(admin_ids=(ADMIN,), role=Role.AGENT, pages=None, expires_at=None, key_id=key_id)
        for key_id in RING
    ]
    for one in made:
        file.add(one)
    return file.path, made[0].key.get_secret_value()


async def test_a_thousand_wrong_keys(tmp_path: Path) -> None:
    """Nearly all are a 429 that says when; a right key is always let in; the log stays short."""
    file, right = ring(tmp_path)
    journal = tmp_path / "admin-actions.jsonl"
    async with AsyncExitStack() as stack:
        graph_url = await stack.enter_async_context(accepting())
        environ = settings(Page(), graph_url, ADMIN_KEYS_FILE=str(file))
        argv, paths = command("fastapi"), (EXAMPLES / "fastapi",)
        served = await stack.enter_async_context(serving(argv, tmp_path, environ, *paths))
        callers = [
            await stack.enter_async_context(
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(local_addr=(address, 0)),
                    timeout=aiohttp.ClientTimeout(total=PATIENCE),
                )
            )
            for address in ADDRESSES
        ]
        done = await attack(callers, served.url, f"Bearer {right}")
        during = refused(journal)
        more, records = await tell_the_rest(callers[0], served.url, journal)
    report(done, during, served.log)
    waits = [float(one.retry_after or 0) for one in done.wrong if one.status == 429]
    free = len(ADDRESSES) * (FREE + done.seconds / SECONDS_FREE)

    assert {one.status for one in done.right} == {200}
    assert len(done.right) == WRONG // EVERY * len(ADDRESSES)
    assert {one.status for one in done.wrong} == {401, 429}
    assert WRONG - free <= len(waits) < WRONG
    assert all(0 < wait <= 300 for wait in waits)
    assert MOST <= len(during) <= MOST * (1 + done.seconds // MINUTE)
    assert all(
        # Two clocks: one counts the minute, and the other one writes the time.
        (later.at - one.at).total_seconds() > MINUTE - 1
        for one, later in zip(records, records[MOST:], strict=False)
    )
    # Whatever has no record of its own is counted in the record after it.
    assert sum(one.left_out for one in records) + len(records) == WRONG + more
    assert {one.peer for one in during} == set(ADDRESSES)
    assert {None} < {one.key_id for one in during} <= {None, *RING}
    assert len(told(served.log)) == len(records)
    assert len(served.log) <= len(records) + 12  # its start, its end, and how to stop it


def told(log: list[str]) -> list[str]:
    """Return the lines of *log* about refusals."""
    return [line for line in log if " refused: " in line]


def report(done: Attack, records: list[Record], log: list[str]) -> None:
    """Print the figures."""
    counts = {status: sum(one.status == status for one in done.wrong) for status in (401, 429)}
    print(
        f"\n{WRONG} wrong keys in {done.seconds:.1f} s: {counts}; {len(done.right)} right ones:"
        f" all let in; {len(records)} records, {len(log)} lines of log"
    )
