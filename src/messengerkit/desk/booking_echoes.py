"""Floor 6: whose an echo is: a send of ours, another one of the page's bot, or a person's."""

import re
from collections.abc import Iterable
from dataclasses import replace

from messengerkit._inbound import inner
from messengerkit._json import JsonObject, is_object
from messengerkit.delivery import State
from messengerkit.events import Event, MessageEcho, MessageEvent
from messengerkit.settling import described
from messengerkit.threads import INSTAGRAM_INBOX, PAGE_INBOX
from messengerkit.writing import NONCE, nonce_in

from .conversation import Conversation
from .entries import OutboxRow
from .records import Message
from .store import Transaction

_INBOXES = frozenset({PAGE_INBOX, INSTAGRAM_INBOX})
_OF_A_DESK = re.compile(re.escape(NONCE) + "[0-9a-f]{32}")


def is_of_a_desk(event: Event) -> bool:
    """Tell whether *event* is the echo of what a desk sent: its person may be erased by now."""
    nonce = nonce_in(event.metadata) if isinstance(event, MessageEcho) else None
    return nonce is not None and _OF_A_DESK.fullmatch(nonce) is not None


def is_a_persons(event: MessageEcho, app_id: int | None) -> bool:
    """Tell whether a person wrote it, and not the app *app_id*; see `DeskSettings`."""
    if app_id is None:
        return event.app_id is None or event.app_id in _INBOXES
    return event.app_id != app_id


def sent_by_us(
    transaction: Transaction,
    conversation: Conversation,
    event: MessageEcho,
    known: Message | None,
    app_id: int | None,
) -> OutboxRow | None:
    """Return the send of ours that *event* is the echo of, if it is one.

    Args:
        transaction: What the store holds.
        conversation: The conversation.
        event: The echo.
        known: The message that has its mid.
        app_id: The page's own app.
    """
    nonce = nonce_in(event.metadata)
    if nonce is not None:
        sent = transaction.send(nonce)
        return sent if sent is not None and sent.conversation_id == conversation.id else None
    if known is not None or event.platform != "instagram" or not _may_be_ours(event, app_id):
        return None
    # There echoes carry no nonce: as in a read, it is the first that is out and says the same.
    said = described({"text": event.text, "attachments": list(attachments_of(event))})
    out = (
        one
        for one in transaction.open_sends(conversation.id)
        if one.row.state is not State.QUEUED
        and described(inner(one.row.parameters, "message")) == said
    )
    return next(out, None)


def _may_be_ours(event: MessageEcho, app_id: int | None) -> bool:
    return event.app_id not in _INBOXES and (app_id is None or event.app_id in {None, app_id})


def attachments_of(event: Event) -> tuple[JsonObject, ...]:
    """Return all that came with *event*, whole, as Meta told it."""
    told = event.attachments if isinstance(event, MessageEvent) else ()
    return tuple(one.raw for one in told if is_object(one.raw))


def placed(message: Message, event: MessageEcho) -> Message:
    """Return *message* with the places at which Meta has what came with it.

    Of what was sent as an upload only an id is known, until its echo is there.
    """
    told = attachments_of(event)
    better = len(told) == len(message.attachments) and _places(told) > _places(message.attachments)
    return replace(message, attachments=told) if better else message


def _places(attachments: Iterable[JsonObject]) -> int:
    return sum("url" in inner(one, "payload") for one in attachments)
