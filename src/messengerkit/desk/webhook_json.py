"""Floor 6: an event as the inbox keeps it: in a body of the webhook, as if it had come alone."""

import hashlib
import re
from collections.abc import Collection
from datetime import datetime

from messengerkit._json import JsonObject, is_object
from messengerkit.events import (
    CallUpdated,
    Event,
    MessageEcho,
    MessageEdited,
    MessageEvent,
    Postback,
    Standby,
    parse_events,
)

from .entries import InboxEvent

_PLAIN = re.compile(r"[\x20-\x7e]{1,255}")


def inbox_event(event: Event, *, received_at: datetime) -> InboxEvent:
    """Return *event* as the inbox keeps it."""
    page_id = _plain(event.page_id)
    return InboxEvent(
        key=_key(event.key),
        page_id=page_id,
        psid=_person(event, page_id),
        json=_alone(event),
        received_at=received_at,
    )


def event_of(kept: InboxEvent) -> Event:
    """Return the event that the inbox keeps."""
    return parse_events(kept.json)[0]


def without_words(kept: InboxEvent, mids: Collection[str | None]) -> InboxEvent:
    """Return *kept*, if it tells of one of the messages *mids*, as the end of that message."""
    event = event_of(kept)
    told = event.event if isinstance(event, Standby) else event
    if not isinstance(told, MessageEvent | MessageEdited | Postback) or told.mid not in mids:
        return kept
    item: dict[str, object] = {
        "sender": {"id": told.sender_id},
        "recipient": {"id": told.recipient_id},
        "message": {"mid": told.mid, "is_deleted": True},
    }
    if told.timestamp is not None:
        item["timestamp"] = round(told.timestamp.timestamp() * 1000)
    channel = "standby" if told is not event else "messaging"
    entry = {"id": kept.page_id, channel: [item]}
    return kept._replace(json={"object": told.body.get("object"), "entry": [entry]})


def _alone(event: Event) -> JsonObject:
    if isinstance(event, CallUpdated):
        channel = "calls"
    elif is_object(event.raw) and "field" in event.raw:
        channel = "changes"
    else:
        channel = "standby" if isinstance(event, Standby) else "messaging"
    return {**event.body, "entry": [{**event.entry, channel: [event.raw]}]}


def _person(event: Event, page_id: str) -> str:
    sender, recipient = _plain(event.sender_id), _plain(event.recipient_id)
    told = event.event if isinstance(event, Standby) else event
    # An Instagram account may have another id as the sender of its echoes than as their page.
    by_page = isinstance(told, MessageEcho) or sender in {"", page_id}
    psid = recipient if by_page else sender
    return "" if psid == page_id else psid


def _key(key: str) -> str:
    # Whatever an id may hold, a database can compare what this returns.
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return key if _plain(key) else f"sha256:{digest}"


def _plain(value: str | None) -> str:
    return value if value is not None and _PLAIN.fullmatch(value) else ""
