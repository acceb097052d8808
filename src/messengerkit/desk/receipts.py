"""Floor 6: receipts of a message that nobody knows to be out yet: kept with it until it is known.

An answer may be lost, and its message read by the person long before that is found out.
"""

from dataclasses import replace
from datetime import datetime

from messengerkit._inbound import as_list

from .message import MessageStatus, moved_on
from .records import Message

_RECEIPTS = (MessageStatus.DELIVERED, MessageStatus.READ)
_MOST = 20  # mids of other messages that are kept with one


def sent_at(message: Message) -> float:
    """Return when *message* was sent, in unix seconds."""
    told = message.metadata.get("sent_at")
    return told if isinstance(told, float | int) else message.created_at.timestamp()


def noted(
    message: Message, status: MessageStatus, mids: tuple[str, ...], watermark: datetime | None
) -> Message:
    """Return *message* with a receipt that may be about it.

    Args:
        message: The message.
        status: What the receipt tells: DELIVERED or READ.
        mids: The messages that it names and that nobody knows.
        watermark: Until when what was sent has come so far.
    """
    metadata = dict(message.metadata)
    if watermark is not None:
        name, until = _until(status), watermark.timestamp()
        metadata[name] = max(until, _number(metadata.get(name)))
    if mids:
        name = _named(status)
        metadata[name] = [*as_list(metadata.get(name)), *mids][-_MOST:]
    return replace(message, metadata=metadata)


def caught_up(message: Message) -> Message:
    """Return *message*, which is known to be SENT now, as far as its receipts tell of it."""
    status, metadata = message.status, dict(message.metadata)
    for one in _RECEIPTS:
        until = _number(metadata.pop(_until(one), None))
        mids = as_list(metadata.pop(_named(one), None))
        if status is not None and (until >= sent_at(message) or message.mid in mids):
            status = moved_on(status, one)
    return replace(message, status=status, metadata=metadata)


def _until(status: MessageStatus) -> str:
    return f"{status.value}_until"


def _named(status: MessageStatus) -> str:
    return f"{status.value}_mids"


def _number(value: object) -> float:
    return value if isinstance(value, float | int) else 0.0
