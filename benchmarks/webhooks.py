"""What it costs to verify and parse a webhook, as a multiple of the least that it can cost.

The least is `hmac.digest` and `pydantic_core.from_json` of the same bytes: no event, no type.
The naive way is `hmac.new`, `json.loads` and one flat pydantic model. Ours is
`Webhook.receive` with default arguments; once more with what a bot reads of every event.
"""

import hmac
import json
import sys
import tracemalloc
from collections.abc import Callable

from interleaved import Ratio, compare
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from messengerkit import MessageReceived, Webhook
from messengerkit.signature import as_meta_escapes, sign

SECRET = "0123456789abcdef0123456789abcdef"
PAGE = "104000000000001"
LIMITS = {"one text message": 1.5, "one image": 1.5, "a batch of 100": 2.6, "100 entries": 2.6}
MOST_BYTES = 1500  # of memory for one event, its JSON included
ROUNDS = 81  # one limit is near: the middle of fewer moves by more than the margin
LEAST, OURS, READ, NAIVE = "hmac.digest + from_json", "ours", "ours, and read", "naive"

Item = dict[str, object]


def item(number: int, message: Item) -> Item:
    """Return a messaging item as Meta sends it, unlike any other."""
    return {
        "sender": {"id": f"2400000000{number:07}"},
        "recipient": {"id": PAGE},
        "timestamp": 1767225599999 + number,
        "message": {"mid": f"m_{'AbCdEfGhIjKlMnOp' * 4}{number:06}", **message},
    }


def text(number: int) -> Item:
    """Return a text message."""
    return item(number, {"text": f"When do you open on Sunday, and is there parking? {number}"})


def image(number: int) -> Item:
    """Return an image, with a URL as long as Meta's are."""
    url = "https://scontent.xx.fbcdn.net/v/t1.15752-9/" + "0123456789abcdef" * 18
    return item(number, {"attachments": [{"type": "image", "payload": {"url": url}}]})


def body(*entries: list[Item]) -> bytes:
    """Return a body of *entries*, each a list of items."""
    written = [{"id": PAGE, "time": 1767225600123, "messaging": items} for items in entries]
    return as_meta_escapes({"object": "page", "entry": written})


BODIES = {
    "one text message": body([text(1)]),
    "one image": body([image(1)]),
    "a batch of 100": body([text(n) if n % 10 else image(n) for n in range(100)]),
    "100 entries": body(*([text(n) if n % 10 else image(n)] for n in range(100))),
}


class _Loose(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Party(_Loose):
    id: str


class _Message(_Loose):
    mid: str
    text: str | None = None
    attachments: list[dict[str, object]] = []


class _Item(_Loose):
    sender: _Party
    recipient: _Party
    timestamp: int
    message: _Message | None = None
    postback: dict[str, object] | None = None


class _Entry(_Loose):
    id: str
    time: int
    messaging: list[_Item] = []


class _Body(_Loose):
    object: str
    entry: list[_Entry]


def ways(sent: bytes) -> dict[str, Callable[[], object]]:
    """Return the ways to take *sent*."""
    webhook = Webhook(app_secrets=[SECRET], verify_token="verify-me")
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(sent, SECRET)}
    key, signature = SECRET.encode(), headers["X-Hub-Signature-256"]

    def least() -> object:
        hmac.digest(key, sent, "sha256")
        return from_json(sent)

    def ours() -> object:
        return webhook.receive(headers, sent)

    def read() -> object:
        return [
            (event.key, event.sender_id, event.timestamp, event.text, event.attachments)
            for event in webhook.receive(headers, sent)
            if isinstance(event, MessageReceived)
        ]

    def naive() -> object:
        expected = "sha256=" + hmac.new(key, sent, "sha256").hexdigest()
        if not hmac.compare_digest(expected, signature):
            raise ValueError
        return _Body.model_validate(json.loads(sent))

    return {LEAST: least, OURS: ours, READ: read, NAIVE: naive}


def memory() -> float:
    """Return the bytes that one event of a batch of 100 keeps, its JSON included."""
    webhook = Webhook(app_secrets=[SECRET], verify_token="verify-me")
    sent = BODIES["a batch of 100"]
    headers = {"X-Hub-Signature-256": sign(sent, SECRET)}
    webhook.receive(headers, sent)  # what is made once is no event's
    tracemalloc.start()
    kept = [webhook.receive(headers, sent) for _ in range(20)]
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / sum(map(len, kept))


def main() -> int:
    """Print the table; fail if a limit is not kept."""
    failed: list[str] = []
    for name, sent in BODIES.items():
        print(f"verify and parse {name}, {len(sent)} bytes")
        ratios = compare(ways(sent), reference=LEAST, rounds=ROUNDS)
        for ratio in ratios.values():
            print(ratio.line())
        failed += over(name, ratios[OURS])
    each = memory()
    print(f"memory for one event, its JSON included: {each:.0f} bytes")
    if each > MOST_BYTES:
        failed.append(f"more than {MOST_BYTES} bytes for one event")
    print("FAILED: " + "; ".join(failed) if failed else "all limits are kept")
    return bool(failed)


def over(name: str, ratio: Ratio) -> list[str]:
    """Return what to say if *ratio* is over the limit for *name*."""
    limit = LIMITS[name]
    return [f"{name}: {ratio.median:.2f} > {limit}"] if ratio.median > limit else []


if __name__ == "__main__":
    sys.exit(main())
