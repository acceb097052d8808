"""Many admins who write at once, each with a key of their own."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import aiohttp
from proofs.serving import PATIENCE, PSID

from messengerkit.admin.auth.key import new_key
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.admin.identity import Role


def keys_in(folder: Path, admins: int) -> tuple[Path, dict[str, str]]:
    """Return a new file of keys, and the key of each admin."""
    file = KeyFile.create(folder / "admin-keys.json")
    keys: dict[str, str] = {}
    for number in range(admins):
        admin = f"admin-{number:02}"
        made = new_key(admin_ids=(admin,), role=Role.AGENT, pages=None, expires_at=None)
        file.add(made)
        keys[admin] = made.key.get_secret_value()
    return file.path, keys


@dataclass
class Office:
    """Admins who write to one person, all at the same time.

    Attributes:
        url: The backend.
        keys: The key of each admin.
        each: How many messages an admin sends over one connection.
        statuses: How many answers there were of each status.
        mids: The message id that each text was answered with.
        authors: The admin who sent each text.
        seconds: How long it has taken.
    """

    url: str
    keys: dict[str, str]
    each: int = 1
    statuses: Counter[int] = field(default_factory=Counter[int])
    mids: dict[str, str] = field(default_factory=dict[str, str])
    authors: dict[str, str] = field(default_factory=dict[str, str])
    seconds: float = 0.0

    async def send(self, texts: Iterator[str]) -> None:
        """Send all *texts*, each by whichever admin is free."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as all_of_them:
            for admin in self.keys:
                all_of_them.create_task(self._work(admin, texts))
        self.seconds += time.perf_counter() - began

    async def _work(self, admin: str, texts: Iterator[str]) -> None:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        while turn := tuple(islice(texts, 1)):
            async with aiohttp.ClientSession(timeout=timeout) as http:
                for text in chain(turn, islice(texts, self.each - 1)):
                    await self._send(http, admin, text)

    async def _send(self, http: aiohttp.ClientSession, admin: str, text: str) -> None:
        body = {
            "conversation_id": f"of-{admin}",
            "recipient_id": PSID,
            "message_text": text,
            "admin_id": admin,
        }
        headers = {"Authorization": f"Bearer {self.keys[admin]}"}
        url = f"{self.url}/admin/send-message"
        async with http.post(url, json=body, headers=headers) as answer:
            envelope = await answer.json()
        self.statuses[answer.status] += 1
        self.authors[text] = admin
        self.mids[text] = envelope["data"].get("message_id", envelope["message"])
