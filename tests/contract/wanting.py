"""The usual answers in few words; each has the headers of an envelope, and those it names."""

import re

from contract.expecting import ENVELOPE, Expect, Headers
from contract.graph import PERSON, address_of

from messengerkit.uploads import MAX_UPLOAD

MESSAGE_ID = re.compile(r"m_[\w-]{43}")
TEXT = re.compile(".+")
TIME = re.compile(r"2\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def done(message: str, *, headers: Headers | None = None, **data: object) -> Expect:
    """Return a success."""
    return Expect(status=200, message=message, headers=_with(headers), data=data)


def sent(
    text: str, *, headers: Headers | None = None, new: bool = True, attempts: int = 1
) -> Expect:
    """Return the answer to a message that the person reads as *text*.

    Args:
        text: The text.
        headers: What is besides the usual ones.
        new: Whether it reaches the person now, and has not already.
        attempts: How often Meta was asked.
    """
    told = {"recipient_id": PERSON, "message": text, "message_id": MESSAGE_ID}
    return Expect(
        status=200,
        message="Message sent.",
        headers=_with(headers),
        data={**told, "attempts": attempts, "delivery": "sent"},
        delivers=(text,) if new else (),
    )


def shown(kind: str, url: str, *, headers: Headers | None = None, new: bool = True) -> Expect:
    """Return the answer to media that the person sees; otherwise as `sent`."""
    return Expect(
        status=200,
        message="Message sent.",
        headers=_with(headers),
        data={"attachment": {"type": kind, "url": url}, "message_id": MESSAGE_ID},
        delivers=(f"{kind} {url}",) if new else (),
    )


def uploaded(
    kind: str,
    data: bytes,
    content_type: str,
    filename: str | None = None,
    *,
    headers: Headers | None = None,
    new: bool = True,
) -> Expect:
    """Return the answer to a file that the person sees; otherwise as `sent`."""
    told = {"recipient_id": PERSON, "message_id": MESSAGE_ID, "attempts": 1, "delivery": "sent"}
    return Expect(
        status=200,
        message="Message sent.",
        headers=_with(headers),
        data={**told, "attachment": {"type": kind, "size": len(data)}},
        delivers=(f"{kind} {address_of(data, content_type, filename or kind)}",) if new else (),
    )


def unknown(*texts: str, headers: Headers | None = None) -> Expect:
    """Return the answer to a message of which nobody knows that *texts* reached the person."""
    data: dict[str, object] = {"delivery": "unknown", "recipient_id": PERSON, "attempts": 1}
    return Expect(status=202, headers=_with(headers), data=data, delivers=texts)


def refused(
    status: int,
    code: str,
    message: str | None = None,
    *,
    headers: Headers | None = None,
    **told: object,
) -> Expect:
    """Return a refusal with *code*, which tells what *told* says."""
    error = {"code": code, **told} if message is None else {"code": code, "reason": message, **told}
    return Expect(status=status, message=message, headers=_with(headers), data={"error": error})


def wrong(field: str) -> Expect:
    """Return the refusal of a value that is wrong; it names the *field*."""
    return refused(422, "invalid_input", field=field, retryable=False)


def has(*methods: str) -> Headers:
    """Return the header that lists *methods*."""
    return {"allow": ", ".join(methods)}


def _with(more: Headers | None) -> Headers:
    return {**ENVELOPE, **(more or {})}


STRANGER = refused(
    401, "admin_auth", "Authentication failed.", headers={"www-authenticate": "Bearer"}
)
"""The one answer for whoever is nobody we know, whatever is wrong."""
FORBIDDEN_PAGE = refused(403, "admin_forbidden", "This admin may not use this page.")
NOT_SUPERVISOR = refused(403, "admin_forbidden", "This needs the role supervisor.")
NOT_YOU = refused(
    403, "admin_forbidden", "admin_id is not the admin whom this request authenticates."
)
THROTTLED = refused(429, "admin_throttled", "Too many failures.", headers={"retry-after": "12"})
TOO_LARGE = refused(413, "body_too_large", "The body has more than 65536 bytes.")
NOT_JSON = refused(415, "media_type", "The body's Content-Type must be application/json.")
FILE_TOO_LARGE = refused(
    413,
    "body_too_large",
    f"The body has more than {MAX_UPLOAD} bytes.",
    advice="Send a smaller file.",
)
NOT_FILE = refused(
    415, "media_type", "The body's Content-Type must be application/json, or a file's own."
)
KEY_WRONG = refused(
    422,
    "idempotency_key",
    "Idempotency-Key must be 1 to 255 visible ASCII characters without commas, sent once.",
)
