"""Webhook bodies that others recorded, where there are any: all go through, none loses anything.

Set MESSENGERKIT_RECORDED to a folder with JSON files, in subfolders called `webhooks` (whole
bodies), `entries`, `events` (messaging items) and `changes`. The counts are printed.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzz.targets import read_whole

from messengerkit import UnknownEvent, parse_events
from messengerkit._json import is_list, is_object
from messengerkit.events._event import CHANNELS

FOLDER = os.environ.get("MESSENGERKIT_RECORDED")
OURS = ("page", "instagram")
KINDS = ("webhooks", "entries", "events", "changes")

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="MESSENGERKIT_RECORDED IS NOT SET: NO RECORDED BODY WAS TRIED."
)


def bodies() -> Iterator[tuple[str, object]]:
    """Return the name and the body of each file."""
    for kind in KINDS:
        for file in sorted(Path(FOLDER or "", kind).glob("*.json")):
            found: object = json.loads(file.read_bytes())
            if kind == "webhooks":
                yield f"{kind}/{file.name}", found
                continue
            list_of = {"events": "messaging", "changes": "changes"}
            entry = found if kind == "entries" else {list_of[kind]: [found]}
            yield f"{kind}/{file.name}", {"object": "page", "entry": [entry]}


def items_of(body: object) -> Iterator[object]:
    """Return what must come out again, item by item."""
    for one in body if is_list(body) and body else [body]:
        entries = one.get("entry") if is_object(one) else None
        if not is_list(entries):
            yield one
            continue
        for entry in entries:
            yield from items_of_entry(entry)


def items_of_entry(entry: object) -> Iterator[object]:
    """Return the items of *entry*, or *entry* if it is one itself."""
    if not is_object(entry):
        yield entry
        return
    lists = [entry[name] for name in ("messaging", "standby", "changes", "calls") if name in entry]
    for items in lists:
        yield from items if is_list(items) else [items]
    if not lists and entry.keys() - {"id", "time"} - CHANNELS:
        yield entry


def object_of(body: object) -> object:
    """Return what *body* says that it is about."""
    first = body[0] if is_list(body) and body else body
    return first.get("object") if is_object(first) else None


def test_recorded_bodies_go_through_whole() -> None:
    """No exception, nothing lost, and 97 % of what is for pages and Instagram is typed."""
    kinds: Counter[str] = Counter()
    known, unknown, files = 0, list[str](), 0
    for name, body in bodies():
        files += 1
        events = parse_events(body)
        assert [event.dump() for event in events] == [*items_of(body)], name
        for event in events:
            read_whole(event)
            kinds[type(event).__name__] += 1
            if not isinstance(event, UnknownEvent):
                known += object_of(body) in OURS
            elif object_of(body) in OURS:
                unknown.append(f"{name}: {event.reason}")
            else:
                print(f"for another product: {name}: {event.reason}")
    share = known / (known + len(unknown))
    print("\n".join(unknown))
    print(f"{files} files, {kinds.total()} events: {dict(kinds.most_common())}")
    print(f"for pages and Instagram: {known} typed, {len(unknown)} unknown: {share:.2%}")

    assert files
    assert share >= 0.97
