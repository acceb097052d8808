"""Floor 1: Meta's two proofs by HMAC-SHA256, on raw bytes; pure functions.

`sign` and `verify` are for webhook bodies (platform page: /docs/graph-api/webhooks/
getting-started), `appsecret_proof` is for calls to the Graph API (/docs/graph-api/
guides/secure-requests). Verify the bytes that arrived: Meta escapes non-ASCII text in
its JSON, so a body that was parsed and encoded again has another signature.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from typing import TypeAlias

from pydantic import SecretStr

from ._secret import is_key, revealed, sealed
from .errors import ConfigurationError, SignatureError

_HEADER = re.compile(r"sha256=[0-9a-f]{64}")


class SigningKey:
    """An app secret made ready to sign many bodies: at less cost, and in no report.

    HMAC hashes the secret before each body (RFC 2104, section 2); here that is done once.

    Raises:
        ConfigurationError: If the secret is empty, or no text: anybody could sign with it.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: str | SecretStr) -> None:
        if not is_key(sealed(secret)):
            msg = "an app secret must be text, and not empty"
            raise ConfigurationError(msg)
        key = revealed(secret).encode()
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def header(self, body: bytes) -> str:
        """Return the `X-Hub-Signature-256` header that Meta sends with *body*."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(body)
        outer.update(inner.digest())
        return "sha256=" + outer.hexdigest()


_BLOCK = 64  # bytes that SHA-256 takes at once
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))

Secret: TypeAlias = str | SecretStr | SigningKey
"""An app secret: as text, sealed, or made ready."""


def sign(body: bytes, secret: Secret) -> str:
    """Return the `X-Hub-Signature-256` header that Meta sends with *body*."""
    return _ready(secret).header(body)


def verify(body: bytes, header: str | bytes | None, *, secrets: Sequence[Secret]) -> None:
    """Accept *body* if *header* is its signature under any of *secrets*.

    Every secret is tried and compared in constant time, so that the time taken tells
    nothing about which one was near.

    Args:
        body: The bytes as they arrived.
        header: The value of `X-Hub-Signature-256`, or None if it was not sent.
        secrets: The app secrets in use; two while they rotate. As `SecretStr` or
            `SigningKey` they do not show in a report of this function's variables.

    Raises:
        ConfigurationError: If *secrets* is no list, or one of them is empty.
        SignatureError: If the header is missing, malformed or signed with no secret of ours.
    """
    if isinstance(secrets, str):  # whose letters would be the secrets
        msg = "secrets must be a list of app secrets"
        raise ConfigurationError(msg)
    verify_with([_ready(secret) for secret in secrets], body, header)


def verify_with(keys: Sequence[SigningKey], body: bytes, header: str | bytes | None) -> None:
    """Accept *body* if *header* is its signature under any of *keys*; see `verify`.

    Raises:
        SignatureError: If the header is missing, malformed or signed with no key of ours.
    """
    if header is None:
        msg = "X-Hub-Signature-256 is missing."
        raise SignatureError(msg)
    claim = header if isinstance(header, str) else header.decode("latin-1")
    if not claim.isascii():  # which stands in no signature, and is refused by the comparison
        claim = ""
    matches = False
    for key in keys:
        matches |= hmac.compare_digest(claim, key.header(body))
    if not matches:
        well_formed = _HEADER.fullmatch(claim) is not None
        wrong = "matches none of the app secrets" if well_formed else f"is not {_FORM}"
        msg = f"X-Hub-Signature-256 {wrong}."
        raise SignatureError(msg)


_FORM = "sha256= and 64 lower-case hex digits"


def _ready(secret: Secret) -> SigningKey:
    return secret if isinstance(secret, SigningKey) else SigningKey(secret)


def as_meta_escapes(value: object) -> bytes:
    r"""Return the JSON of *value* as Meta writes it and signs it: `\u00e4` and `\/`, no blanks.

    Platform page: /docs/graph-api/webhooks/getting-started, "Validating Payloads".
    """
    compact = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return compact.replace("/", "\\/").encode("ascii")


def appsecret_proof(token: str | SecretStr, secret: str | SecretStr) -> str:
    """Return the proof that a call with *token* comes from the owner of the app *secret*."""
    return hmac.digest(revealed(secret).encode(), revealed(token).encode(), hashlib.sha256).hex()
