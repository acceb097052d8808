"""Floor 8: the webhooks that Meta would post, signed and escaped as Meta does it."""

import copy
from dataclasses import dataclass

from messengerkit import events
from messengerkit._json import is_object
from messengerkit.errors import InvalidInputError
from messengerkit.signature import as_meta_escapes, sign

from ._examples import CALL, CHANGES, ITEMS, PAGE, PERSON, SENDERLESS, JsonObject

AT = 1767225600000
"""When things happen, unless it is said: 2026-01-01 00:00 UTC, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a webhook.

    Attributes:
        json: The item.
        channel: The list that it stands in: `messaging`, `standby`, `changes` or `calls`.
    """

    json: JsonObject
    channel: str = "messaging"

    def in_standby(self) -> "Item":
        """Return the same as an app gets it that does not have the conversation.

        A postback has no payload then.
        """
        shown = dict(self.json)
        if is_object(tap := shown.get("postback")):
            shown["postback"] = {name: tap[name] for name in tap if name != "payload"}
        return Item(shown, "standby")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedWebhook:
    """What Meta posts to the callback.

    Attributes:
        headers: The request's headers, the signature among them.
        body: The raw body.
    """

    headers: dict[str, str]
    body: bytes


def item(
    kind: type[events.Event],
    /,
    *,
    sender_id: str | None = None,
    recipient_id: str | None = None,
    timestamp: int = AT,
    **fields: object,
) -> Item:
    """Return an item that becomes an event of class *kind*.

    Args:
        kind: The class of event; not one that only stands above others, nor `UnknownEvent`,
            nor `Standby`, for which see `Item.in_standby`.
        sender_id: Who caused it, if not the person, or the page in an echo; the author of
            a change that has one.
        recipient_id: Whom it is for, if not the page, or the person in an echo; changes
            have none.
        timestamp: When, in milliseconds.
        fields: Fields of the event's own part, as Meta calls them, to be added to the
            example or to replace its own; None takes one out.

    Raises:
        InvalidInputError: If *kind* is not the class of an item of its own.
    """
    if issubclass(kind, events.Change) and kind in CHANGES:
        return _change(kind, sender_id, timestamp, fields)
    if kind is events.CallUpdated:
        ends = {"from": sender_id or PERSON, "to": recipient_id or PAGE}
        told = copy.deepcopy(CALL) | ends | {"timestamp": timestamp // 1000}
        return Item(_changed(told, fields), "calls")
    if kind not in ITEMS:
        msg = f"kind: {kind.__name__} is not the class of an item of its own"
        raise InvalidInputError(msg, field="kind")
    return _message(kind, sender_id, recipient_id, timestamp, fields)


def _change(
    kind: type[events.Change], sender_id: str | None, timestamp: int, fields: JsonObject
) -> Item:
    field, value = copy.deepcopy(CHANGES[kind])
    if sender_id is not None:
        value["from"] = {"id": sender_id}
    if "created_time" in value:
        value["created_time"] = timestamp // 1000
    return Item({"field": field, "value": _changed(value, fields)}, "changes")


def _message(
    kind: type[events.Event],
    sender_id: str | None,
    recipient_id: str | None,
    timestamp: int,
    fields: JsonObject,
) -> Item:
    ((key, payload),) = copy.deepcopy(ITEMS[kind]).items()
    people = (PAGE, PERSON) if kind is events.MessageEcho else (PERSON, PAGE)
    made: JsonObject = {}
    if sender_id is not None or kind not in SENDERLESS:
        made["sender"] = {"id": sender_id or people[0]}
    made["recipient"] = {"id": recipient_id or people[1]}
    made["timestamp"] = timestamp
    made[key] = _changed(payload, fields) if is_object(payload) else payload
    return Item(made)


def webhook(
    *items: Item | type[events.Event],
    secret: str,
    page_id: str = PAGE,
    platform: str = "messenger",
    time: int = AT,
) -> SignedWebhook:
    """Return the request by which Meta tells of *items*, in one entry.

    Args:
        items: Items, or classes of events for their examples.
        secret: The app secret to sign with.
        page_id: The page, or the Instagram account.
        platform: `messenger` or `instagram`.
        time: When Meta tells, in milliseconds; for changes it is told in seconds.
    """
    channels: dict[str, list[JsonObject]] = {}
    for one in items:
        made = one if isinstance(one, Item) else item(one)
        channels.setdefault(made.channel, []).append(made.json)
    told = time // 1000 if "changes" in channels else time
    about = "page" if platform == "messenger" else platform
    body = {"object": about, "entry": [{"id": page_id, "time": told, **channels}]}
    return signed(as_meta_escapes(body), secret=secret)


def signed(body: bytes, *, secret: str) -> SignedWebhook:
    """Return the request by which Meta would post *body*, whatever it is."""
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(body, secret)}
    return SignedWebhook(headers=headers, body=body)


def _changed(payload: JsonObject, fields: dict[str, object]) -> JsonObject:
    return {name: value for name, value in (payload | fields).items() if value is not None}
