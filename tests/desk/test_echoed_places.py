"""Where Meta has what was sent as an upload: only the echo tells, and a panel must show it."""

from desk.kit import Office, event, wrote

from messengerkit import Image, events
from messengerkit._json import JsonObject
from messengerkit.delivery import State

SHOWN: JsonObject = {
    "type": "image",
    "payload": {"url": "https://cdn.example/1.png", "attachment_id": 7},
}


async def echoed(*attachments: JsonObject, early: bool = False) -> list[JsonObject]:
    """Return what a picture's message has after an echo, that came *early* or not."""
    office = Office()
    await office.book(wrote())
    done = await office.human(Image(attachment_id="7"))
    (message,) = done.messages
    await office.move(message, State.IN_FLIGHT)
    if not early:
        await office.move(message, State.SENT, mid="m_1")
    echo = event(
        events.MessageEcho,
        mid="m_1",
        metadata=f"mk1:{message.id.hex}",
        attachments=list(attachments),
    )
    await office.book(echo)
    assert len(await office.messages()) == 2
    return list((await office.seen(message)).attachments)


async def test_it_is_learnt_from_the_echo() -> None:
    """Whether the send had ended by then or not."""
    assert await echoed(SHOWN) == [SHOWN]
    assert await echoed(SHOWN, early=True) == [SHOWN]


async def test_an_echo_that_tells_less_changes_nothing() -> None:
    """Or something else than was sent."""
    sent = {"type": "image", "payload": {"attachment_id": "7"}}
    assert await echoed() == [sent]
    assert await echoed({"type": "image", "payload": {}}) == [sent]
    assert await echoed(SHOWN, SHOWN) == [sent]
