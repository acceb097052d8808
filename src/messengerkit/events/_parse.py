"""Floor 2: a webhook's JSON into events: every item of every entry, none lost for a neighbour."""

import hashlib
import json
from collections.abc import Iterator

from pydantic import ValidationError

from messengerkit._json import JsonObject, is_list, is_object
from messengerkit._model import invalid_input

from ._event import Event, MessageEcho, MessageReceived, Postback, UnknownEvent


def parse_events(body: object) -> tuple[Event, ...]:
    """Return one event for every item of every entry of *body*, in their order.

    Args:
        body: The webhook's JSON, already decoded; any JSON value is accepted.

    Returns:
        Typed events, and an `UnknownEvent` for each item that is of no known kind, or
        is malformed. A body without entries gives one `UnknownEvent` that holds it.
    """
    entries = body.get("entry") if is_object(body) else None
    if not is_list(entries):
        return (_unknown(body, None, "the body has no list of entries"),)
    return tuple(event for entry in entries for event in _of_entry(entry))


def _of_entry(entry: object) -> Iterator[Event]:
    if not is_object(entry):
        yield _unknown(entry, None, "the entry is not an object")
        return
    page_id = entry.get("id")
    found = False
    for channel in ("messaging", "standby", "changes"):
        items = entry.get(channel)
        if items is None:
            continue
        found = True
        for item in items if is_list(items) else (items,):
            yield _of_item(item, page_id, channel)
    if not found:
        yield _unknown(entry, page_id, "the entry has no items")


def _of_item(item: object, page_id: object, channel: str) -> Event:
    if channel != "messaging":
        return _unknown(item, page_id, f"{channel} items have no class yet")
    if not is_object(item):
        return _unknown(item, page_id, "the item is not an object")
    try:
        return _typed(item, page_id) or _unknown(item, page_id, "no class for this kind of event")
    except ValidationError as error:
        return _unknown(item, page_id, str(invalid_input(error)))


def _typed(item: JsonObject, page_id: object) -> Event | None:
    message, postback = _object(item.get("message")), _object(item.get("postback"))
    if message.get("is_echo") is True:
        fields = _chosen(message, "mid", "text", "app_id", "metadata")
        key = _key(item, page_id, "echo", message)
        return MessageEcho.model_validate(_envelope(item, page_id, key) | fields)
    if isinstance(message.get("text"), str):
        fields = _chosen(message, "mid", "text")
        fields["quick_reply_payload"] = _object(message.get("quick_reply")).get("payload")
        key = _key(item, page_id, "message", message)
        return MessageReceived.model_validate(_envelope(item, page_id, key) | fields)
    if postback:
        fields = _chosen(postback, "mid", "title", "payload")
        key = _key(item, page_id, "postback", postback)
        return Postback.model_validate(_envelope(item, page_id, key) | fields)
    return None


def _object(value: object) -> JsonObject:
    return value if is_object(value) else {}


def _chosen(values: JsonObject, *names: str) -> dict[str, object]:
    return {name: values[name] for name in names if name in values}


def _envelope(item: JsonObject, page_id: object, key: str) -> dict[str, object]:
    return {
        "raw": item,
        "page_id": page_id,
        "sender_id": _object(item.get("sender")).get("id"),
        "recipient_id": _object(item.get("recipient")).get("id"),
        "timestamp": item.get("timestamp"),
        "key": key,
    }


def _key(item: JsonObject, page_id: object, kind: str, payload: JsonObject) -> str:
    # Meta's own advice: de-duplicate by mid; where there is none, by the whole item.
    mid = payload.get("mid")
    return f"{page_id}:{kind}:{mid}" if isinstance(mid, str) else _digest(item, page_id)


def _unknown(raw: object, page_id: object, reason: str) -> UnknownEvent:
    fields = _envelope(_object(raw), page_id, _digest(raw, page_id)) | {"raw": raw}
    for name in ("page_id", "sender_id", "recipient_id"):
        if type(fields[name]) not in (str, int):
            del fields[name]
    return UnknownEvent.model_validate(fields | {"reason": reason})


def _digest(raw: object, page_id: object) -> str:
    whole = json.dumps([page_id, raw], sort_keys=True).encode()
    return f"sha256:{hashlib.sha256(whole).hexdigest()}"
