"""Floor 3: what Meta sends us: the handshake and signed bodies, bytes in, events out."""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Self, TypeAlias, cast

from pydantic import SecretStr

from ._environment import required
from ._json import decode
from ._secret import is_key, revealed, sealed, sealed_each
from .errors import (
    BodyTooLargeError,
    ConfigurationError,
    HandshakeError,
    InvalidInputError,
    MalformedBodyError,
    SignatureError,
)
from .events import Event, parse_events
from .signature import SigningKey, verify_with

MAX_BODY = 4 * 1024 * 1024
"""Bytes. Meta batches up to 1000 updates in one body, more than some servers' own limit."""

Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
"""Request headers as any framework has them: a mapping or pairs, names in any case."""

# What is echoed lands in a page of ours, so it must not be able to carry markup.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Webhook:
    """Verifies and parses what Meta posts to the backend.

    Platform page: /docs/graph-api/webhooks/getting-started.

    Args:
        app_secrets: The app's secrets; two while they rotate, never none.
        verify_token: The word that the app dashboard has for the handshake.
        max_body: Largest body in bytes.

    Raises:
        ConfigurationError: If there is no secret or no verify token: unsigned bodies are
            never accepted, and there is no switch that would.
    """

    def __init__(
        self,
        *,
        app_secrets: Sequence[str | SecretStr],
        verify_token: str | SecretStr,
        max_body: int = MAX_BODY,
    ) -> None:
        one_text = isinstance(app_secrets, str)
        secrets = () if one_text else tuple(sealed(secret) for secret in app_secrets)
        self._verify_token = sealed(verify_token)
        self.max_body = max_body
        # A report of a failure below may show this frame's variables.
        del app_secrets, verify_token
        if not secrets or not all(is_key(secret) for secret in secrets):
            msg = "app_secrets must be a list of one or more secrets, each of them text, not empty"
            raise ConfigurationError(msg)
        if not is_key(self._verify_token):
            msg = "verify_token must be text, and not empty"
            raise ConfigurationError(msg)
        self._keys = tuple(SigningKey(secret) for secret in secrets)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Return a webhook from `FACEBOOK_APP_SECRET` and `FACEBOOK_VERIFY_TOKEN`.

        `FACEBOOK_APP_SECRET` may hold two secrets, separated by a comma, while they rotate.

        Raises:
            ConfigurationError: If either is missing; it names both if both are.
        """
        names = ("FACEBOOK_APP_SECRET", "FACEBOOK_VERIFY_TOKEN")
        secrets, token = map(sealed, required(environ, *names))
        return cls(app_secrets=sealed_each(revealed(secrets)), verify_token=token)

    def challenge(self, query: Mapping[str, str]) -> str:
        """Return the text to answer Meta's GET handshake with, as `text/plain`.

        Args:
            query: The parameters of the request's query.

        Raises:
            HandshakeError: If the mode, the verify token or the challenge is not as agreed.
        """
        agreed = self._is_verify_token(query.get("hub.verify_token", ""))
        if query.get("hub.mode") != "subscribe" or not agreed:
            msg = "The handshake's mode or verify token is not as agreed."
            raise HandshakeError(msg)
        challenge = query.get("hub.challenge", "")
        if not _CHALLENGE.fullmatch(challenge):
            msg = "The handshake's challenge is missing or is not a plain word."
            raise HandshakeError(msg)
        return challenge

    def _is_verify_token(self, given: str) -> bool:
        expected = revealed(self._verify_token).encode()
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected)

    def receive(self, headers: Headers, body: bytes | bytearray | memoryview) -> tuple[Event, ...]:
        """Verify *body*, then return all its events.

        Args:
            headers: The request's headers.
            body: The raw bytes, as they arrived.

        Raises:
            InvalidInputError: If *body* is no bytes: text was decoded, and perhaps changed.
            BodyTooLargeError: If it is larger than `max_body`.
            SignatureError: If it is not signed with a secret of ours.
            MalformedBodyError: If it is signed and is not JSON.
        """
        if not isinstance(body, bytes):
            body = _raw(body)
        if len(body) > self.max_body:
            msg = f"The body has more than {self.max_body} bytes."
            raise BodyTooLargeError(msg)
        verify_with(self._keys, body, _signature(headers))
        try:
            value = decode(body)
        except ValueError:
            msg = "The body is signed, and is not JSON."
        else:
            return parse_events(value)
        raise MalformedBodyError(msg)


def _raw(body: object) -> bytes:
    if isinstance(body, memoryview):
        return body.tobytes()
    if isinstance(body, bytearray):
        return bytes(body)
    msg = f"body: must be the raw bytes of the request, not {type(body).__name__}"
    raise InvalidInputError(msg, field="body")


def _signature(headers: Headers) -> str | None:
    found: str | None = None
    pairs: Iterable[tuple[str | bytes, str | bytes]]
    # A dict is named, too, because that is told at once, and a mapping is not; and a cast,
    # since a type checker must allow for pairs that are a mapping as well.
    if isinstance(headers, (dict, Mapping)):
        pairs = cast("Mapping[str, str]", headers).items()
    else:
        pairs = headers
    for name, value in pairs:
        if len(name) != _NAME_LENGTH:
            continue
        if (name if isinstance(name, str) else name.decode("latin-1")).lower() != _NAME:
            continue
        text = value if isinstance(value, str) else value.decode("latin-1")
        # By a comma WSGI servers join a header that was sent twice.
        if found is not None or "," in text:
            msg = "X-Hub-Signature-256 was sent more than once."
            raise SignatureError(msg)
        found = text
    return found


_NAME = "x-hub-signature-256"
_NAME_LENGTH = len(_NAME)
