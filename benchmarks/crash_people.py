"""The people of the crash trials: 200 who write, and 50 admins who reply until they are heard."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID, uuid4

import aiohttp

PEOPLE = 200
ADMINS = 50
SAME = "One moment, please."
"""What admins say again and again, so that a read alone cannot tell which one it was."""
_FIRST, _WRITES, _REPLIES = 3.0, 25.0, 12.0  # seconds between two of one person, on average
_SAME, _RELEASES = 0.3, 0.4  # shares of an admin's replies
_AGAIN = 0.2  # seconds until an admin presses the button again
_HEARD = 300.0  # seconds until a webhook was acknowledged, at most
_PATIENCE = aiohttp.ClientTimeout(total=15.0)
_OK, _NOT_NOW = 200, 409


class Reply(NamedTuple):
    """A reply that an admin was told to be written down.

    Attributes:
        psid: To whom.
        admin: Who.
        ids: The messages that came of it.
    """

    psid: str
    admin: str
    ids: tuple[UUID, ...]


@dataclass(slots=True)
class Told:
    """What the people know.

    Attributes:
        written: What each person wrote, and the backend acknowledged, in order.
        replies: What was acknowledged to admins.
        again: How often they pressed again.
    """

    written: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    replies: list[Reply] = field(default_factory=list[Reply])
    again: int = 0


def psid_of(number: int) -> str:
    """Return the PSID of a person."""
    return str(24_000_000_000_000_000 + number)


def held_by(admin: int) -> tuple[str, str]:
    """Return the people whom an admin answers; nobody ever answers the other half."""
    return psid_of(2 * admin), psid_of(2 * admin + 1)


class People:
    """All people of one trial.

    Args:
        sandbox: Where they write.
        backend: Where admins reply.
        seed: What they write by.
    """

    def __init__(self, sandbox: str, backend: str, seed: int) -> None:
        self.told = Told()
        self._sandbox = sandbox
        self._backend = backend
        self._chance = random.Random(seed)
        self._over = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=_HEARD),
        )

    def begin(self) -> None:
        """Let all of them write."""
        for number in range(PEOPLE):
            self._go(self._write(psid_of(number)))
        for number in range(ADMINS):
            self._go(self._answer(f"admin-{number}", held_by(number)))

    async def end(self) -> None:
        """Return once each was heard with what they said last."""
        self._over.set()
        await asyncio.gather(*self._tasks)

    async def aclose(self) -> None:
        """Close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    def _go(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.add(asyncio.create_task(work))

    async def _pause(self, seconds: float) -> bool:
        """Return whether it goes on, after about so many seconds."""
        wait = min(self._chance.expovariate(1 / seconds), 4 * seconds)
        try:
            async with asyncio.timeout(wait):
                await self._over.wait()
        except TimeoutError:
            return True
        return False

    async def _write(self, psid: str) -> None:
        url = f"{self._sandbox}/_sandbox/people/{psid}/messages"
        written = self.told.written.setdefault(psid, [])
        goes_on = await self._pause(_FIRST)
        while goes_on:
            text = f"Question {len(written) + 1} of {psid[-3:]}"
            async with self._http.post(url, json={"text": text}) as answer:
                answer.raise_for_status()
            written.append(text)
            goes_on = await self._pause(_WRITES)

    async def _answer(self, admin: str, people: tuple[str, str]) -> None:
        number = 0
        while await self._pause(_REPLIES):
            known = [one for one in people if self.told.written.get(one)]
            if not known:
                continue
            number += 1
            psid = self._chance.choice(known)
            text = SAME if self._chance.random() < _SAME else f"Reply {number} of {admin}"
            asked = {"psid": psid, "admin": admin, "text": text, "key": uuid4().hex}
            answer = await self._insist("reply", asked)
            ids = tuple(UUID(one) for one in answer["ids"])
            self.told.replies.append(Reply(psid, admin, ids))
            if self._chance.random() < _RELEASES:
                await asyncio.sleep(self._chance.uniform(0, 1))
                await self._insist("release", {"psid": psid, "admin": admin})

    async def _insist(self, path: str, asked: dict[str, str]) -> dict[str, list[str]]:
        """Ask until there is an answer."""
        url = f"{self._backend}/{path}"
        while True:
            try:
                async with self._http.post(url, json=asked, timeout=_PATIENCE) as answer:
                    if answer.status == _NOT_NOW:
                        return {}
                    if answer.status == _OK:
                        return await answer.json() if path == "reply" else {}
            except (aiohttp.ClientError, TimeoutError):
                pass
            self.told.again += 1
            await asyncio.sleep(_AGAIN)
