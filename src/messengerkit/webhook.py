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
    MalformedBodyError,
    SignatureError,
)
from .events import Event, parse_events
from .signature import verify

MAX_BODY = 4 * 1024 * 1024
"""Bytes. Meta batches up to 1000 updates in one body, more than some servers' own limit."""

Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
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
        self._secrets = () if one_text else tuple(sealed(secret) for secret in app_secrets)
        self._verify_token = sealed(verify_token)
        self.max_body = max_body
        # A report of a failure below may show this frame's variables.
        del app_secrets, verify_token
        if not self._secrets or not all(is_key(secret) for secret in self._secrets):
            msg = "app_secrets must be a list of one or more secrets, each of them text, not empty"
            raise ConfigurationError(msg)
        if not is_key(self._verify_token):
            msg = "verify_token must be text, and not empty"
            raise ConfigurationError(msg)

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

    def receive(self, headers: Headers, body: bytes) -> tuple[Event, ...]:
        """Verify *body*, then return all its events.

        Args:
            headers: The request's headers.
            body: The raw bytes, as they arrived.

        Raises:
            BodyTooLargeError: If it is larger than `max_body`.
            SignatureError: If it is not signed with a secret of ours.
            MalformedBodyError: If it is signed and is not JSON.
        """
        if len(body) > self.max_body:
            msg = f"The body has more than {self.max_body} bytes."
            raise BodyTooLargeError(msg)
        verify(body, _signature(headers), secrets=self._secrets)
        try:
            value = decode(body)
        except ValueError:
            msg = "The body is signed, and is not JSON."
        else:
            return parse_events(value)
        raise MalformedBodyError(msg)


def _signature(headers: Headers) -> str | None:
    if isinstance(headers, Mapping):
        # A cast, since a type checker must allow for pairs that are a mapping as well.
        headers = cast("Mapping[str, str]", headers).items()
    values = [value for name, value in headers if name.lower() == "x-hub-signature-256"]
    # By a comma WSGI servers join a header that was sent twice.
    if len(values) > 1 or any("," in value for value in values):
        msg = "X-Hub-Signature-256 was sent more than once."
        raise SignatureError(msg)
    return values[0] if values else None
