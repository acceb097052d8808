"""Floor 8: the bodies that bring events to a backend, signed as Meta signs them; pure.

Platform page: /docs/graph-api/webhooks/getting-started, "Validating Payloads".
"""

import hmac
from collections.abc import Iterable

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.page import App
from messengerkit.sandbox.world.events import milliseconds
from messengerkit.signature import as_meta_escapes, sign


def body_of(page_id: str, items: Iterable[tuple[float, str, JsonObject]]) -> bytes:
    """Return the body that brings *items*, each with its time and its key, one entry each."""
    entries = [{"id": page_id, "time": milliseconds(at), key: [event]} for at, key, event in items]
    return as_meta_escapes({"object": "page", "entry": entries})


def headers(app: App, body: bytes) -> dict[str, str]:
    """Return the headers that Meta sends with *body*: both signatures, the old one too."""
    legacy = hmac.digest(app.secret.encode(), body, "sha1").hex()
    return {
        "Content-Type": "application/json",
        "X-Hub-Signature": f"sha1={legacy}",
        "X-Hub-Signature-256": sign(body, app.secret),
    }
