"""The examples with a desk behind them, as whoever copies one would put it there."""

from contract.servers import EXAMPLES

_BOT = """from messengerkit.admin import DeskBackend
from messengerkit.desk import Desk, MemoryStore, Turn


async def bot(turn: Turn) -> None:
    if "person" in (turn.text or ""):
        await turn.escalate("asked for a person")
    await turn.reply(f"You wrote: {turn.text}")


async def answer("""

CHANGES = (
    ("async def answer(", _BOT),
    (
        "InBackground(Webhook.from_env(), partial(answer, client))",
        "Desk(client, MemoryStore(), handler=bot, webhook=Webhook.from_env())",
    ),
    ("DirectBackend(client)", "DeskBackend(events, clients=[client], events_wait=0)"),
    ("async with client:", "async with client, events:"),
    ("            await events.drain()\n", ""),
)
"""Pieces of each example, and what stands there instead."""


def with_desk(adapter: str) -> str:
    """Return the example *adapter* with a desk; each piece must be in it, once."""
    source = (EXAMPLES / adapter / "app.py").read_text()
    for piece, instead in CHANGES:
        assert source.count(piece) == 1, f"{piece!r} is not in the example once"
        source = source.replace(piece, instead)
    return source
