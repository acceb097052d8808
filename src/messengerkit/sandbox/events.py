"""Floor 8: the webhook bodies that Meta would write, and their headers; pure.

Platform page: /docs/messenger-platform/webhooks and its event reference.
"""

import hmac

from messengerkit.signature import as_meta_escapes, sign

from .jsontext import JsonObject
from .page import Page
from .records import Delivered


def person_wrote(page: Page, psid: str, *, mid: str, text: str, at: float) -> bytes:
    """Return the body that tells that *psid* wrote *text*."""
    return _envelope(page, psid, page.id, at, {"message": {"mid": mid, "text": text}})


def person_tapped(page: Page, psid: str, *, mid: str, payload: str, title: str, at: float) -> bytes:
    """Return the body that tells that *psid* tapped the button *title*."""
    postback: JsonObject = {"mid": mid, "title": title, "payload": payload}
    return _envelope(page, psid, page.id, at, {"postback": postback})


def page_wrote(page: Page, message: Delivered) -> bytes:
    """Return the echo of *message*; `app_id` is a number in it, and `metadata` comes back.

    Meta's own echo of media has the URL of a copy on its servers, here it is the one sent.
    """
    echo: JsonObject = {"mid": message.mid, "is_echo": True, "app_id": page.app_id}
    if message.metadata is not None:
        echo["metadata"] = message.metadata
    if message.attachments:
        echo["attachments"] = [
            {"type": one.type, "payload": {"url": one.url}} for one in message.attachments
        ]
    else:
        echo["text"] = message.text
    return _envelope(page, page.id, message.psid, message.at, {"message": echo})


def headers(page: Page, body: bytes) -> dict[str, str]:
    """Return the headers that Meta sends with *body*: both signatures, the old one too."""
    legacy = hmac.digest(page.app_secret.encode(), body, "sha1").hex()
    return {
        "Content-Type": "application/json",
        "X-Hub-Signature": f"sha1={legacy}",
        "X-Hub-Signature-256": sign(body, page.app_secret),
    }


def _envelope(page: Page, sender: str, recipient: str, at: float, event: JsonObject) -> bytes:
    milliseconds = int(at * 1000)
    parties: JsonObject = {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": milliseconds,
    }
    entry: JsonObject = {"id": page.id, "time": milliseconds, "messaging": [parties | event]}
    return as_meta_escapes({"object": "page", "entry": [entry]})
