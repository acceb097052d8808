"""Floor 1: Meta's two proofs by HMAC-SHA256, on raw bytes; pure functions.

`sign` and `verify` are for webhook bodies (platform page: /docs/graph-api/webhooks/
getting-started), `appsecret_proof` is for calls to the Graph API (/docs/graph-api/
guides/secure-requests). Verify the bytes that arrived: Meta escapes non-ASCII text in
its JSON, so a body that was parsed and encoded again has another signature.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

from pydantic import SecretStr

from ._secret import revealed
from .errors import SignatureError

_HEADER = re.compile(r"sha256=[0-9a-f]{64}")


def sign(body: bytes, secret: str | SecretStr) -> str:
    """Return the `X-Hub-Signature-256` header that Meta sends with *body*."""
    return "sha256=" + hmac.digest(revealed(secret).encode(), body, hashlib.sha256).hex()


def verify(body: bytes, header: str | None, *, secrets: Sequence[str | SecretStr]) -> None:
    """Accept *body* if *header* is its signature under any of *secrets*.

    Every secret is tried and compared in constant time, so that the time taken tells
    nothing about which one was near.

    Args:
        body: The bytes as they arrived.
        header: The value of `X-Hub-Signature-256`, or None if it was not sent.
        secrets: The app secrets in use; two while they rotate. As `SecretStr` they do not
            show in a report of this function's variables.

    Raises:
        SignatureError: If the header is missing, malformed or signed with no secret of ours.
    """
    if header is None:
        msg = "X-Hub-Signature-256 is missing."
        raise SignatureError(msg)
    # Text that is not ASCII, whatever a framework made of it, ends here: comparing it would raise.
    if not _HEADER.fullmatch(header):
        msg = "X-Hub-Signature-256 is not sha256= and 64 lower-case hex digits."
        raise SignatureError(msg)
    matches = [hmac.compare_digest(header, sign(body, secret)) for secret in secrets]
    if not any(matches):
        msg = "X-Hub-Signature-256 matches none of the app secrets."
        raise SignatureError(msg)


def appsecret_proof(token: str | SecretStr, secret: str | SecretStr) -> str:
    """Return the proof that a call with *token* comes from the owner of the app *secret*."""
    return hmac.digest(revealed(secret).encode(), revealed(token).encode(), hashlib.sha256).hex()
