"""Floor 7: the JSON Web Tokens of your identity provider as a way in; no network is asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from messengerkit._json import is_list
from messengerkit.admin.identity import AdminIdentity, Role, is_id
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError, ConfigurationError

from .attribution import check_admin
from .bearer import bearer
from .web_token_keys import TokenKey, keys_or_problem

_LONGEST_LEEWAY = timedelta(minutes=5)  # "no more than a few minutes", RFC 7519 §4.1.4


class JWTAuth:
    """Accepts the tokens of one issuer for one audience, sent as `Authorization: Bearer <token>`.

    The token must be signed by one of *algorithms*, whatever its own header says, and must
    have `exp`, `iss`, `aud` and the admin's claim. `X-Admin-User-ID` may be left out; if it
    is sent, it must name the same admin.

    Args:
        key: The secret of HS256 and its like, at least as many bytes as the hash has (32
            or more), or the issuer's public key as PEM. Either this or *key_set*.
        key_set: The issuer's JSON Web Key Set (RFC 7517), decoded; a token's `kid` selects
            the key. To follow a rotation, make a new verifier of the new set.
        algorithms: All that are accepted, such as `["RS256"]`.
        audience: Your backend, as the issuer names it; one of a token's `aud`.
        issuer: The token's `iss`, exactly.
        admin_claim: The claim that holds the admin's id.
        role_claim: The claim that holds "agent" or "supervisor"; without it, an agent.
        pages_claim: The claim that lists the ids of the admin's pages, as text; without
            it, all pages.
        leeway: How far the clocks may differ; up to 5 minutes.
        now: The clock, aware.

    Raises:
        ConfigurationError: If PyJWT is not installed, a key is weak, private or of another
            kind than the algorithms, or anything else is missing or unsafe.
    """

    def __init__(  # noqa: PLR0913  # each is a setting of its own, and all are named
        self,
        *,
        key: str | bytes | SecretStr | None = None,
        key_set: Mapping[str, object] | None = None,
        algorithms: Sequence[str],
        audience: str,
        issuer: str,
        admin_claim: str = "sub",
        role_claim: str = "role",
        pages_claim: str = "pages",
        leeway: timedelta = timedelta(seconds=30),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        keys = keys_or_problem(key, key_set, algorithms)
        # A report of a failure below may show this frame's variables.
        del key, key_set
        if isinstance(keys, str):
            raise ConfigurationError(keys)
        if not all((audience, issuer, admin_claim, role_claim, pages_claim)):
            msg = "audience, issuer and the names of the claims must not be empty."
            raise ConfigurationError(msg)
        if not timedelta(0) <= leeway <= _LONGEST_LEEWAY:
            msg = "leeway must be 0 to 5 minutes."
            raise ConfigurationError(msg)
        import jwt  # noqa: PLC0415  # an extra, and it takes a while

        self._read_header = jwt.get_unverified_header
        self._decode = jwt.decode
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._admin_claim = admin_claim
        self._role_claim = role_claim
        self._pages_claim = pages_claim
        self._leeway = leeway
        self._now = now

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin whom the token names.

        Raises:
            AdminAuthError: If the token is not good, or names another than the header.
        """
        try:
            return self._identity(request)
        except AdminAuthError as refusal:
            reason = refusal.reason
        # Anew: the frames of the first one hold the token and what it says.
        raise AdminAuthError(reason=reason)

    def _identity(self, request: AdminRequest) -> AdminIdentity:
        token = bearer(request)
        if token is None:
            raise AdminAuthError(reason="no token")
        claims = self._claims(token)
        return AdminIdentity(
            admin_id=self._admin(claims, request),
            role=self._role(claims),
            pages=self._pages(claims),
            expires_at=self._end(claims),
        )

    def _claims(self, token: str) -> Mapping[str, object]:
        key = self._key(token)
        if key is None:
            raise AdminAuthError(reason="unknown key")
        claims: Mapping[str, object]
        try:
            claims = self._decode(
                token,
                key.prepared,
                algorithms=key.algorithms,
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "require": ["exp", "iss", "aud", self._admin_claim],
                    # PyJWT has a clock of its own; `_end` looks at ours.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except Exception as error:  # noqa: BLE001  # hostile input in a library: no error is told
            raise AdminAuthError(reason=f"token refused: {type(error).__name__}") from None
        return claims

    def _key(self, token: str) -> TokenKey | None:
        if None in self._keys:
            return self._keys[None]
        try:
            return self._keys.get(self._read_header(token).get("kid"))
        except Exception:  # noqa: BLE001  # as above
            return None

    def _admin(self, claims: Mapping[str, object], request: AdminRequest) -> str:
        admin = claims[self._admin_claim]
        if not isinstance(admin, str) or not is_id(admin):
            raise AdminAuthError(reason="the admin's claim is no id")
        check_admin(request, admin)
        return admin

    def _role(self, claims: Mapping[str, object]) -> Role:
        if self._role_claim not in claims:
            return Role.AGENT
        role = next((one for one in Role if one.value == claims[self._role_claim]), None)
        if role is None:
            raise AdminAuthError(reason="unknown role")
        return role

    def _pages(self, claims: Mapping[str, object]) -> frozenset[str] | None:
        if self._pages_claim not in claims:
            return None
        listed = claims[self._pages_claim]
        if is_list(listed):
            pages = [one for one in listed if isinstance(one, str) and is_id(one)]
            if len(pages) == len(listed):
                return frozenset(pages)
        # What is not quite a list must not become "all pages".
        raise AdminAuthError(reason="pages are no list of ids")

    def _end(self, claims: Mapping[str, object]) -> datetime:
        now, end = self._now(), _moment(claims["exp"])
        if end <= now - self._leeway:
            raise AdminAuthError(reason="token expired")
        starts = [_moment(claims[name]) for name in ("nbf", "iat") if name in claims]
        if any(start > now + self._leeway for start in starts):
            raise AdminAuthError(reason="token not yet valid")
        return end


def _moment(value: object) -> datetime:
    try:
        # True is no time, although Python counts it as 1.
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        pass
    raise AdminAuthError(reason="a time that is none")
