"""Floor 7: a short signed cookie for a browser, so that no key of long life lives in one."""

import math
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from pydantic import SecretBytes, SecretStr

from messengerkit._secret import is_key, revealed, sealed
from messengerkit.admin.identity import AdminIdentity, same_id
from messengerkit.admin.origins import origin_of, origins_from
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import (
    AdminAuthError,
    AdminForbiddenError,
    BackendError,
    ConfigurationError,
)

from .attribution import check_admin
from .session_token import MOST, SessionToken, SignedIn, key_from, read, written

COOKIE = "__Host-messengerkit"
"""The cookie's name. A browser takes the prefix from this host only, over HTTPS, for all paths."""

_RULES = "HttpOnly; Secure; SameSite=Strict"
_SHORTEST_SECRET = 32
_LONGEST = timedelta(days=30)
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that a browser is given.

    Attributes:
        cookie: The value of the `Set-Cookie` header.
        expires_at: When the session ends unless it is renewed, aware.
    """

    cookie: str = field(repr=False)
    expires_at: datetime


class SessionAuth:
    """Accepts the cookie that `start` gives out in exchange for a key or token.

    The cookie itself is the session, signed: nothing is kept but the ids of sessions that
    were ended. The panel's page must be on the same site as the backend, for a browser
    sends the cookie nowhere else; and whatever changes something must come from *origins*.
    In an `AnyOf` of your own it belongs last, so that a key in a request counts more than a
    cookie; `AdminFace` sees to that by itself.

    Args:
        secrets: At least 32 characters each. The first signs and all verify, so that a new
            one is put in front, and the old one removed after *lifetime*.
        bound_to: What each session ends with, such as the one key that all admins share:
            once it is another, every cookie is refused, whoever's it is.
        origins: The panel's own, such as "https://panel.example.com".
        lifetime: How long a cookie is good.
        longest: How long a session can be renewed, from its key or token on; up to 30 days.
        now: The clock, aware.
        still_valid: Asked at each request whether the admin may still come in; with a key
            ring, `ring.is_active`, so that a revoked key ends its sessions.
        ended: Session ids that were ended, with the time at which they can be forgotten.
            By default a dict of this process: with several, give one that they share.

    Raises:
        ConfigurationError: If a secret is short, no origin is given, or a time is not sound.
    """

    def __init__(
        self,
        *,
        secrets: Sequence[str | SecretStr],
        bound_to: str | SecretStr = "",
        origins: Iterable[str],
        lifetime: timedelta = timedelta(minutes=15),
        longest: timedelta = timedelta(hours=12),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        still_valid: Callable[[AdminIdentity], bool] = lambda _admin: True,
        ended: MutableMapping[str, datetime] | None = None,
    ) -> None:
        keys = _keys(secrets, bound_to)
        del secrets, bound_to
        self.origins: frozenset[str] = origins_from(origins)
        problems = {
            "secrets: one or more, each of 32 or more characters.": not keys,
            "origins: at least one, the panel's own.": not self.origins,
            "lifetime, longest: 0 < lifetime <= longest <= 30 days.": not (
                timedelta(0) < lifetime <= longest <= _LONGEST
            ),
        }
        if any(problems.values()):
            msg = " ".join(text for text, is_one in problems.items() if is_one)
            raise ConfigurationError(msg)
        self._keys = keys
        self._lifetime = lifetime
        self._longest = longest
        self._now = now
        self._still_valid = still_valid
        self._ended: MutableMapping[str, datetime] = {} if ended is None else ended

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin whose session the cookie is.

        Raises:
            AdminAuthError: If the cookie is not good, or a page that is not ours sent it.
        """
        token = self._token(request)
        if token is None:
            raise AdminAuthError(reason="wrong session" if _values(request) else "no session")
        if not self._is_from_us(request):
            raise AdminAuthError(reason="wrong origin")
        admin = self._alive(token)
        check_admin(request, admin.admin_id)
        return admin

    def start(self, admin: AdminIdentity, request: AdminRequest) -> Session:
        """Return a session for *admin*, whom *request* has authenticated.

        It renews the session that *admin* comes with: by what `verify` returned, or by a
        cookie of the same admin without any `Authorization`. Otherwise it is a new one.
        Neither outlives the key or token that it was begun with.

        Raises:
            AdminForbiddenError: If a page that is not ours asks.
            AdminAuthError: If there is nothing left to renew.
            BackendError: If *admin* has more pages than a cookie can hold.
        """
        if origin_of(request) not in {None, *self.origins}:
            msg = "This page may not sign in."
            raise AdminForbiddenError(msg)
        old = self._renewed(admin, request)
        now = self._now()
        started = old.started if old else now
        left = min(self._lifetime, self._longest - (now - started))
        limits = (admin.expires_at, old.credential_ends if old else None)
        credential_ends = min((one for one in limits if one is not None), default=None)
        ends = now + left if credential_ends is None else min(now + left, credential_ends)
        if ends <= now:
            raise AdminAuthError(reason="session at its end")
        token = SessionToken(
            session_id=old.session_id if old else token_urlsafe(16),
            admin_id=admin.admin_id,
            role=admin.role,
            pages=admin.pages,
            key_id=admin.key_id,
            credential_ends=credential_ends,
            started=started,
            ends=ends,
        )
        return Session(cookie=self._cookie(token, now), expires_at=ends)

    def end(self, request: AdminRequest) -> str:
        """End the session of *request*, if it has one; return the `Set-Cookie` that clears it.

        Every copy of the cookie ends with it, and every renewal.

        Raises:
            AdminForbiddenError: If a page that is not ours asks.
        """
        if _values(request) and not self._is_from_us(request):
            msg = "This page may not sign out."
            raise AdminForbiddenError(msg)
        token, now = self._token(request), self._now()
        if token is not None:
            # A copy may have been renewed since, up to here; `token.ends` would be too soon.
            self._ended[token.session_id] = token.started + self._longest
        for past in [key for key, until in list(self._ended.items()) if until <= now]:
            self._ended.pop(past, None)
        return f"{COOKIE}=; Path=/; Max-Age=0; {_RULES}"

    def _renewed(self, admin: AdminIdentity, request: AdminRequest) -> SessionToken | None:
        token = self._token(request)
        if token is not None and not same_id(token.admin_id, admin.admin_id):
            token = None
        if not isinstance(admin, SignedIn) and (token is None or request.values("authorization")):
            return None
        if token is None:
            raise AdminAuthError(reason="no session to renew")
        self._alive(token)
        return token

    def _token(self, request: AdminRequest) -> SessionToken | None:
        values = _values(request)
        return read(values[0], self._keys) if len(values) == 1 else None

    def _is_from_us(self, request: AdminRequest) -> bool:
        origin = origin_of(request)
        return origin in self.origins or (origin is None and request.method in _SAFE)

    def _alive(self, token: SessionToken) -> AdminIdentity:
        if token.session_id in self._ended:
            raise AdminAuthError(reason="session was ended")
        if token.ends <= self._now():
            raise AdminAuthError(reason="session expired")
        if not self._still_valid(token.identity):
            raise AdminAuthError(reason="session of a key that is no longer valid")
        return token.identity

    def _cookie(self, token: SessionToken, now: datetime) -> str:
        value = written(token, self._keys[0])
        if len(value) > MOST:
            msg = "The admin has more pages than a session's cookie can hold."
            raise BackendError(msg)
        seconds = math.ceil((token.ends - now).total_seconds())
        return f"{COOKIE}={revealed(value)}; Path=/; Max-Age={seconds}; {_RULES}"


def _keys(secrets: Sequence[str | SecretStr], bound_to: str | SecretStr) -> tuple[SecretBytes, ...]:
    """Return the keys, or none if one of *secrets* is not fit to be one."""
    each = [] if isinstance(secrets, str | SecretStr) else [sealed(secret) for secret in secrets]
    fit = all(len(secret) >= _SHORTEST_SECRET and is_key(secret) for secret in each)
    return tuple(key_from(secret, bound_to) for secret in each) if fit else ()


def _values(request: AdminRequest) -> list[str]:
    """Return the value of each of our cookies in *request*; a browser sends one at most."""
    pairs = (pair.partition("=") for one in request.values("cookie") for pair in one.split(";"))
    return [value.strip() for name, _, value in pairs if name.strip() == COOKIE]
