"""Floor 2: what every webhook event has, the event that is unknown, and the one that is overheard.

Platform page: /docs/messenger-platform/webhooks.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from typing_extensions import override

from messengerkit import _inbound as read
from messengerkit._inbound import (
    NOTHING,
    Field,
    Inbound,
    as_identifier,
    as_list,
    as_moment,
    as_object,
    as_text,
    canonical,
    inner,
)
from messengerkit._json import JsonObject, is_object

CHANNELS = frozenset({"messaging", "standby", "changes", "calls"})
"""The lists of items that an entry may have."""

ENTRIES = frozenset({"entry"})
"""The list of entries that a body has."""


def without(json: JsonObject, names: frozenset[str]) -> JsonObject:
    """Return *json* without the fields called *names*."""
    return {name: value for name, value in json.items() if name not in names}


class Hop(Inbound):
    """An app that had the conversation before.

    Attributes:
        app_id: Its id.
        metadata: What it left for the next.
    """

    __slots__ = ()
    app_id: Field[int | None] = read.number()
    metadata: Field[str | None] = read.text()


class Event(Inbound):
    """What every webhook event has; a field is None where Meta sent none.

    Equal to another if all that was sent is; two deliveries of one event have one `key`.

    Args:
        payload: The event's own part of *item*, from which the fields are read.
        item: The JSON of the event.
        raw: What `dump` gives back: the item, or the change that it came in.
        entry: The entry that it came in.
        body: The body that it came in.
    """

    __slots__ = ("_body", "_entry", "_item", "_raw")

    def __init__(
        self,
        payload: JsonObject,
        item: JsonObject,
        raw: object,
        entry: JsonObject = NOTHING,
        body: JsonObject = NOTHING,
    ) -> None:
        self._json = payload
        self._item = item
        self._raw = raw
        self._entry = entry
        self._body = body

    @property
    @override
    def raw(self) -> object:
        """The JSON of the event, whole: also the fields that have no name here."""
        return self._raw

    @property
    def platform(self) -> str | None:
        """`messenger` or `instagram`; for other products, what Meta calls their object."""
        about = as_text(self._body.get("object"))
        return "messenger" if about == "page" else about

    @property
    def page_id(self) -> str | None:
        """The page, or the Instagram account, that the event is for."""
        return as_identifier(self._entry.get("id"))

    @property
    def sender_id(self) -> str | None:
        """Who caused it: a person's PSID, or the page in an echo."""
        return as_identifier(inner(self._item, "sender").get("id"))

    @property
    def recipient_id(self) -> str | None:
        """Whom it is for: the page, or a person's PSID in an echo."""
        return as_identifier(inner(self._item, "recipient").get("id"))

    @property
    def user_ref(self) -> str | None:
        """The checkbox plugin's name for a person whose PSID is not known yet."""
        return as_identifier(inner(self._item, "sender").get("user_ref"))

    @property
    def timestamp(self) -> datetime | None:
        """When it happened, aware."""
        return as_moment(self._item.get("timestamp"))

    @property
    def entry(self) -> JsonObject:
        """The fields of the entry that it came in, without the items: `id`, `time`, …."""
        return without(self._entry, CHANNELS)

    @property
    def body(self) -> JsonObject:
        """The fields of the body that it came in, without the entries: `object`, …."""
        return without(self._body, ENTRIES)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The apps that had the conversation before, where Meta tells (`hop_context`)."""
        told = self._item.get("hop_context") or self._entry.get("hop_context")
        return tuple(Hop(one) for one in as_list(told) if is_object(one))

    @property
    def key(self) -> str:
        """A stable identity: equal for two deliveries of one event, to de-duplicate by."""
        return f"{self.page_id}:{self._identity() or self._digest()}"

    def _identity(self) -> str | None:
        """Return what tells this event from others of its page, or None if only the whole does."""
        return None

    def _digest(self) -> str:
        return f"sha256:{hashlib.sha256(canonical(self._raw).encode()).hexdigest()}"

    @override
    def _shown(self) -> Iterator[tuple[str, object]]:
        for name in ("page_id", "sender_id", "recipient_id", "timestamp"):
            yield name, getattr(self, name)
        yield from super()._shown()

    @override
    def _compared(self) -> object:
        return self.key, super()._compared()


class UnknownEvent(Event):
    """An item that has no class here, or is malformed; nothing of it is lost.

    Attributes:
        reason: Why it is unknown, in words.
    """

    __slots__ = ("_reason",)

    def __init__(
        self, raw: object, reason: str, entry: JsonObject = NOTHING, body: JsonObject = NOTHING
    ) -> None:
        super().__init__(NOTHING, as_object(raw) or NOTHING, raw, entry, body)
        self._reason = reason

    @property
    def reason(self) -> str:
        """Why it is unknown, in words."""
        return self._reason

    @override
    def _shown(self) -> Iterator[tuple[str, object]]:
        yield from super()._shown()
        yield "reason", self._reason


class Standby(Event):
    """An event of a conversation that another app has: to be read, not to be answered.

    It wraps the event, so that a handler of messages does not talk into a conversation
    which is not its own. Platform page: /docs/messenger-platform/reference/webhook-events/standby.

    Attributes:
        event: What happened; a postback has no payload here.
    """

    __slots__ = ("_event",)

    def __init__(self, event: Event, item: JsonObject, entry: JsonObject, body: JsonObject) -> None:
        super().__init__(NOTHING, item, event.raw, entry, body)
        self._event = event

    @property
    def event(self) -> Event:
        """What happened; a postback has no payload here."""
        return self._event

    @property
    @override
    def key(self) -> str:
        """A stable identity: equal for two deliveries of one event, to de-duplicate by."""
        return f"{self._event.key}:standby"

    @override
    def _shown(self) -> Iterator[tuple[str, object]]:
        yield "event", self._event
