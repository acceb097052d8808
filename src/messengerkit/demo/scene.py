"""Floor 9: who is there when the demo opens, and what they have just written, for real."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from messengerkit.desk import ConversationQuery, Desk
from messengerkit.sandbox import Sandbox

ANA = "24000000000000001"
"""The PSID of the person whom the visitor is at first."""

_PATIENCE = 5.0  # seconds for the bot's first answer
_MOST = 200  # whom a desk that was kept knows from before
_PAUSE = 60.0  # seconds in which the last answer to them was written, too
_CUT_OFF = 3.0  # seconds after which nothing more is waited for


class _Guest(NamedTuple):
    psid: str
    name: str
    writes: str


# Their PSIDs are the same each time, so that a desk which is kept knows them again.
_GUESTS = (
    _Guest("24000000000000002", "Ben Sample", "Is the carrot cake vegan?"),
    _Guest("24000000000000003", "Carla Test", "Can I bring my horse?"),
    _Guest("24000000000000004", "မြမြ", "ဝန်ထမ်းနဲ့ ပြောချင်ပါတယ်"),
    _Guest(ANA, "Ana Example", "When do you open?"),
)


async def meet(sandbox: Sandbox, desk: Desk) -> bool:
    """Let everybody be there: the guests, and whom a desk that was kept knows from before.

    Returns:
        Whether the guests have written before.
    """
    for guest in _GUESTS:
        sandbox.person(guest.name, psid=guest.psid)
    kept = await desk.conversations(ConversationQuery(limit=_MOST))
    for one in kept:
        sandbox.person(f"Guest {one.psid[-4:]}", psid=one.psid)
    _go_on(sandbox, [one.last_message_at for one in kept if one.last_message_at is not None])
    return await desk.conversation_of(sandbox.page.id, ANA) is not None


def _go_on(sandbox: Sandbox, said: list[datetime]) -> None:
    # The visitor may have moved the clock: what is said now must not stand before it.
    ahead = max((one.timestamp() for one in said), default=0.0) - sandbox.now()
    if ahead > 0:
        sandbox.advance(ahead + _PAUSE)


async def open_scene(sandbox: Sandbox, leaving: asyncio.Event) -> None:
    """Let the guests write, each once the one before has an answer, until it is time to leave."""
    for guest in _GUESTS:
        if leaving.is_set():
            return
        person = sandbox.person(psid=guest.psid)
        await person.writes(guest.writes)
        # Without an answer in time: what has become of it is told as it happens.
        with suppress(TimeoutError):
            await person.receives(timeout=_PATIENCE)


def chat_url(sandbox: Sandbox) -> str:
    """Return the address of the chat page, in which Ana's conversation is open."""
    return f"{sandbox.chat_url}?open={sandbox.page.id}:{ANA}"


async def settled(sandbox: Sandbox, seconds: float = _CUT_OFF) -> None:
    """Return once no webhook is under way: one to a backend that closes would be cut off."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await sandbox.settled()
