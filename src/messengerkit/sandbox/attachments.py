"""Floor 8: Meta's checks of the media that a message carries; pure, and any JSON will do.

Nothing is fetched here: a URL that Meta could not fetch is a fault to script.
Platform page: /docs/messenger-platform/reference/send-api.
"""

from urllib.parse import urlsplit

from .jsontext import JsonObject, is_object
from .records import Attachment
from .refusals import (
    UNSUPPORTED_ATTACHMENT,
    Refusal,
    must_be,
    must_be_url,
    not_modelled,
    required,
)

_TYPES = ("audio", "file", "image", "video")
_PATH = "message[attachment]"
_PAYLOAD = f"{_PATH}[payload]"


def refuse_attachment(value: object) -> Refusal | None:
    """Return why *value* cannot be a message's attachment, or None if it can."""
    if not is_object(value):
        return must_be(_PATH, "a JSON object")
    return (
        _refuse_type(value.get("type"))
        or _refuse_others(value, _PATH, {"type", "payload"})
        or _refuse_payload(value.get("payload"))
    )


def carried(message: JsonObject) -> tuple[Attachment, ...]:
    """Return the attachments of *message*, which the checks have passed."""
    match message.get("attachment"):
        case {"type": str(kind), "payload": {"url": str(url)}}:
            return (Attachment(kind, url),)
        case _:
            return ()


def _refuse_type(kind: object) -> Refusal | None:
    if kind is None:
        return required(f"{_PATH}[type]")
    if kind == "template":
        return not_modelled(f"{_PATH}[type] template")
    return None if kind in _TYPES else UNSUPPORTED_ATTACHMENT


def _refuse_payload(payload: object) -> Refusal | None:
    if payload is None:
        return required(_PAYLOAD)
    if not is_object(payload):
        return must_be(_PAYLOAD, "a JSON object")
    return _refuse_others(payload, _PAYLOAD, {"url"}) or _refuse_url(payload.get("url"))


def _refuse_url(url: object) -> Refusal | None:
    if url is None:
        return required(f"{_PAYLOAD}[url]")
    if not isinstance(url, str):
        return must_be(f"{_PAYLOAD}[url]", "a string")
    return None if _is_public(url) else must_be_url(url)


def _is_public(url: str) -> bool:
    """Tell whether Meta takes *url* for one; a host without a dot, like localhost, is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    written = url.isprintable() and " " not in url
    return written and parts.scheme in {"http", "https"} and "." in (parts.hostname or "")


def _refuse_others(value: JsonObject, path: str, known: set[str]) -> Refusal | None:
    others = sorted(value.keys() - known)
    return not_modelled(f"{path}[{others[0]}]") if others else None
