"""What the fuzzers try: any bytes give a value or an error of ours, and nothing is lost.

Each target takes bytes and asserts; `run.py` hands them to a fuzzer that looks for new paths
through the code, and the tests hand them to hypothesis.
"""

import json
from collections.abc import Callable, Iterator
from typing import cast

from messengerkit import (
    Change,
    Event,
    MessageReceived,
    MessengerError,
    Webhook,
    events,
    parse_events,
    testing,
)
from messengerkit._inbound import Inbound
from messengerkit.events._kinds import KINDS, MESSAGING_FIELDS
from messengerkit.signature import sign
from messengerkit.usage import LONGEST_WAIT, retry_after

SECRET = "fuzzed"
WEBHOOK = Webhook(app_secrets=["new", SECRET], verify_token="verify-me", max_body=4096)


def every_class() -> Iterator[type[Inbound]]:
    """Return the classes of what Meta sends."""
    for value in vars(events).values():
        if isinstance(value, type) and issubclass(value, Inbound):
            yield value


FIELDS = {field._name for cls in every_class() for field in cls._fields.values()}
AROUND = {
    "object",
    "entry",
    "id",
    "time",
    "messaging",
    "standby",
    "changes",
    "calls",
    "field",
    "value",
    "sender",
    "recipient",
    "timestamp",
    "from",
    "product",
    "coordinates",
    "lat",
    "long",
    "quick_reply",
    "prior_message",
    "feedback_screens",
    "questions",
    "follow_up",
    "screens",
    "hop_context",
    "lead",
    "data",
}
WORDS = ["page", "instagram", "feed", "comment", "sticker", "location", "1767225600000", "-1e9"]
NAMES = sorted(FIELDS | AROUND | set(KINDS) | MESSAGING_FIELDS) + WORDS


class Feed:
    """Bytes, eaten one decision at a time; when they are gone, every decision is 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """Return the next byte."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def name(self) -> str:
        """Return one of the names that mean something, or any other text."""
        chosen = self.byte()
        return NAMES[chosen] if chosen < len(NAMES) else self.text()

    def text(self) -> str:
        """Return any text."""
        return bytes(self.byte() for _ in range(self.byte() % 24)).decode("utf-8", "replace")

    def value(self, depth: int = 6) -> object:
        """Return any JSON value."""
        chosen = self.byte() % (9 if depth else 6)
        if chosen == 6:
            return [self.value(depth - 1) for _ in range(self.byte() % 4)]
        if chosen > 6:
            return {self.name(): self.value(depth - 1) for _ in range(self.byte() % 6)}
        return self.plain(chosen)

    def plain(self, chosen: int) -> object:
        """Return a JSON value that is no list and no object."""
        match chosen:
            case 0:
                return None
            case 1:
                return self.byte() % 2 == 0
            case 2:
                return int.from_bytes(bytes(self.byte() for _ in range(self.byte() % 9)), "big")
            case 3:
                return (self.byte() - 128) * 10.0 ** (self.byte() % 40)
            case 4:
                return self.name()
            case _:
                return self.text()


def read_whole(value: Inbound) -> None:
    """Read everything that *value* has, and everything below it."""
    for name in dir(value):
        if name.startswith("_"):
            continue
        found: object = getattr(value, name)
        several = cast("tuple[object, ...]", found) if isinstance(found, tuple) else (found,)
        for one in several:
            if isinstance(one, Inbound):
                read_whole(one)
    assert repr(value).startswith(type(value).__name__)
    assert isinstance(value.unreadable(), tuple)
    assert value == value  # noqa: PLR0124  # that it is equal to itself is the question
    assert isinstance(hash(value), int)


def check(found: tuple[Event, ...]) -> None:
    """Assert what holds for every event, whatever it was made of."""
    for event in found:
        read_whole(event)
        assert isinstance(event.key, str)
        assert event.timestamp is None or event.timestamp.tzinfo is not None


def parse(data: bytes) -> None:
    """Any JSON becomes events, and each item of a list of entries comes out once."""
    feed = Feed(data)
    if feed.byte() % 2:
        check(parse_events(feed.value(8)))
        return
    items = [feed.value() for _ in range(feed.byte() % 4)]
    found = parse_events(
        {"object": feed.name(), "entry": [{"id": feed.value(2), "messaging": items}]}
    )
    check(found)
    assert [event.dump() for event in found] == items


def receive(data: bytes) -> None:
    """Any headers and any body give events or an error of ours; unsigned ones the error."""
    feed = Feed(data)
    kind, length = feed.byte() % 4, feed.byte() % 100
    header, body = data[2 : 2 + length], data[2 + length :]
    value: str | bytes = header if kind == 1 else header.decode("utf-8", "surrogateescape")
    name: str | bytes = b"X-Hub-Signature-256" if kind == 1 else "x-hub-signature-256"
    if kind == 0:
        name, value = "X-Hub-Signature-256", sign(body, SECRET)
    pairs: list[tuple[str | bytes, str | bytes]] = [(name, value)]
    refusal = None
    try:
        check(WEBHOOK.receive(pairs, body))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # text and bytes
    except MessengerError as error:
        refusal = error
    assert refusal is not None or kind == 0
    assert refusal is None or (refusal.advice and not _quotes(refusal, value))


def _quotes(refusal: MessengerError, sent: str | bytes) -> bool:
    text = sent if isinstance(sent, str) else sent.decode("latin-1")
    return len(text) > len("sha256=") and text in str(refusal)


def headers(data: bytes) -> None:
    """Whatever stands in an answer's headers, the wait is none or within bounds."""
    feed = Feed(data[1:])
    usage, after, date = data.decode("latin-1"), feed.text(), feed.text()
    if data[:1] < b"\x80":
        entry = {"type": "messenger", "estimated_time_to_regain_access": feed.value(2)}
        usage = json.dumps(feed.value(2) if feed.byte() % 4 == 0 else {feed.name(): [entry]})
        after = WAITS[feed.byte() % len(WAITS)] + feed.text()
        date = WAITS[feed.byte() % len(WAITS)] + feed.text()
    found = {"x-business-use-case-usage": usage, "retry-after": after, "date": date}
    wait = retry_after(found)
    assert wait is None or 0 < wait <= LONGEST_WAIT


WAITS = (
    "",
    "7",
    "-1",
    "1e308",
    "nan",
    "Sun, 22 Nov 2026 12:00:00 GMT",
    "Sun, 22 Nov 2026 12:00:00 -0000",
    "Fri, 31 Dec 9999 23:59:59 +2359",
    "Mon, 01 Jan 0001 00:00:00 +0000",
)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "receive": receive,
    "parse": parse,
    "headers": headers,
}
"""The targets, by the name that the command line takes."""

SEEDS: dict[str, list[bytes]] = {
    "receive": [b"\0\0" + testing.webhook(MessageReceived, Change, secret=SECRET).body],
    "parse": [bytes(range(256)), bytes(range(255, -1, -1)) * 2],
    "headers": [bytes(range(64)), b'{"104":[{"estimated_time_to_regain_access":5}]}'],
}
"""What each target begins with."""
