"""Floor 2: a webhook's JSON into events: every item of every entry, none lost for a neighbour.

Platform page: /docs/messenger-platform/webhooks.
"""

from typing import TypeAlias, cast

from messengerkit._json import JsonObject, JsonValue

from ._answers import CallUpdated
from ._changes import change
from ._event import CHANNELS, ENTRIES, Event, Standby, UnknownEvent, without
from ._kinds import KINDS, MESSAGING_FIELDS

_Item: TypeAlias = dict[str, JsonValue]


def parse_events(body: object) -> tuple[Event, ...]:
    """Return one event for every item of every entry of *body*, in their order.

    Args:
        body: The webhook's JSON, already decoded; any JSON value is accepted.

    Returns:
        Typed events, and an `UnknownEvent` for each item that is of no known kind, or
        is malformed. A body without entries gives one `UnknownEvent` that holds it.
    """
    sent = cast("JsonValue", body)
    events: list[Event] = []
    if isinstance(sent, list) and sent:  # as Meta's own documentation prints some
        for one in sent:
            _read_body(one, events)
    else:
        _read_body(sent, events)
    return tuple(events)


def _read_body(body: JsonValue, events: list[Event]) -> None:
    if not isinstance(body, dict):
        events.append(UnknownEvent(body, "the body is not an object"))
        return
    entries = body.get("entry")
    if not isinstance(entries, list):
        if not entries:  # nor is an empty object an entry
            events.append(UnknownEvent(body, "the body has no list of entries"))
            return
        entries = [entries]
    # One event that is kept must not keep its neighbours: they share what was around them.
    around = body if len(entries) == 1 else without(body, ENTRIES)
    for entry in entries:
        if isinstance(entry, dict):
            _read_entry(entry, around, events)
        else:
            events.append(UnknownEvent(entry, "the entry is not an object", body=around))


def _read_entry(entry: _Item, body: JsonObject, events: list[Event]) -> None:
    before = len(events)
    for channel, event_of in _CHANNELS:
        if channel not in entry or entry[channel] is None:
            continue
        items = entry[channel]
        items = items if isinstance(items, list) else [items]
        around = entry if len(items) == 1 else without(entry, CHANNELS)
        for item in items:
            if isinstance(item, dict):
                events.append(event_of(item, around, body))
            else:
                events.append(UnknownEvent(item, "the item is not an object", around, body))
    if len(events) == before and entry.keys() - _NOT_AN_ITEM:
        events.append(_of_bare_entry(entry, body))


_NOT_AN_ITEM = CHANNELS | {"id", "time"}


def _of_item(
    item: _Item, entry: JsonObject, body: JsonObject, raw: JsonObject | None = None
) -> Event:
    # What an event came in, if that is not the item itself, is what it gives back.
    reason = "no class for this kind of event"
    for name in item:
        if name not in KINDS:
            continue
        payload = item[name]
        if isinstance(payload, dict):
            return KINDS[name](payload)(payload, item, raw or item, entry, body)
        reason = f"{name} is not an object"
    return UnknownEvent(raw or item, reason, entry, body)


def _of_standby(item: _Item, entry: JsonObject, body: JsonObject) -> Event:
    return Standby(_of_item(item, entry, body), item, entry, body)


def _of_change(item: _Item, entry: JsonObject, body: JsonObject) -> Event:
    field, value = item.get("field"), item.get("value")
    if not isinstance(field, str):
        return UnknownEvent(item, "the change has no field", entry, body)
    # The Test button's other form has no event in it, only the page's id.
    if field in MESSAGING_FIELDS and isinstance(value, dict) and not value.keys().isdisjoint(KINDS):
        event = _of_item(value, entry, body, item)
        return Standby(event, value, entry, body) if field == "standby" else event
    return change(item, entry, body)


def _of_call(item: _Item, entry: JsonObject, body: JsonObject) -> Event:
    return CallUpdated(item, item, item, entry, body)


def _of_bare_entry(entry: _Item, body: JsonObject) -> Event:
    # Meta's samples have entries with the item's own fields, where others have a list.
    if "field" in entry:
        return _of_change(entry, entry, body)
    event = _of_item(entry, entry, body)
    if isinstance(event, UnknownEvent):
        return UnknownEvent(entry, "the entry has no items", entry, body)
    return event


_CHANNELS = (
    ("messaging", _of_item),
    ("standby", _of_standby),
    ("changes", _of_change),
    ("calls", _of_call),
)
