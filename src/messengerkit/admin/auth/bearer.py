"""Floor 7: the key or token of an `Authorization: Bearer` header, if there is exactly one."""

import re

from messengerkit.admin.request import AdminRequest

# Visible ASCII without the comma, by which some servers join a header that was sent twice.
# Keys are short; a JWT can be as long as a server lets a header be (aiohttp: 8190 bytes).
_TOKEN = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,8000}")
_HEADER = re.compile(rf"(?i:bearer) +({_TOKEN.pattern})")


def is_bearer(text: str) -> bool:
    """Return whether *text* could be sent as a bearer token."""
    return _TOKEN.fullmatch(text) is not None


def bearer(request: AdminRequest) -> str | None:
    """Return the bearer token of *request*, or None if there is none, or more than one."""
    headers = [_HEADER.fullmatch(value) for value in request.values("authorization")]
    return headers[0].group(1) if len(headers) == 1 and headers[0] else None
