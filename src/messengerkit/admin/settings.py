"""Floor 7: the admin face's settings from environment variables."""

from collections.abc import Mapping

from pydantic import SecretStr

from messengerkit._environment import optional, required
from messengerkit._secret import revealed, sealed, sealed_each
from messengerkit.errors import ConfigurationError

from .auth.chain import AnyOf
from .auth.key_file import KeyFile
from .auth.key_ring import KeyRingAuth
from .auth.session import SessionAuth
from .auth.shared_key import SharedKeyAuth
from .auth.throttled import Throttled
from .auth.verifier import AdminAuthVerifier
from .backend import AdminBackend
from .face import AdminFace
from .identity import AdminIdentity
from .receiving import EventReceiver
from .routes import ROUTES
from .routes.sends import TEST_MESSAGE

_SWITCH = {None: False, "0": False, "false": False, "1": True, "true": True}


def verifier_from_env(environ: Mapping[str, str] | None = None) -> AdminAuthVerifier:
    """Return a verifier that is throttled, of one key, of a file of keys, or of both.

    Reads `ADMIN_API_KEY` with `ADMIN_USER_ID`, or `ADMIN_KEYS_FILE`, or all three; and
    `ADMIN_PROXIES`, addresses or networks with commas between them: see `Throttled`.

    Raises:
        ConfigurationError: If one is missing or wrong; it names each that is missing.
    """
    return _throttled(_ring(environ), environ)


def face_from_env(
    backend: AdminBackend,
    *,
    events: EventReceiver | None = None,
    environ: Mapping[str, str] | None = None,
) -> AdminFace:
    """Return the admin face of *backend* as the environment describes it.

    Besides the variables of `verifier_from_env` it reads `ADMIN_ORIGINS`, the pages on
    other origins that may call, with commas between them; `ADMIN_SESSION_SECRET`, with
    which browsers can sign in (two, with a comma, while they rotate); and
    `ADMIN_TEST_MESSAGE`, which switches `POST /test-message` on if it is 1.

    Args:
        backend: Does what is asked.
        events: Takes what Meta posts.
        environ: The variables; by default those of the process.

    Raises:
        ConfigurationError: If one is missing or wrong; it names each that is missing.
    """
    ring = _ring(environ)
    origins = _listed(environ, "ADMIN_ORIGINS")
    return AdminFace(
        backend=backend,
        verifier=_throttled(ring, environ),
        origins=origins,
        sessions=_sessions(ring, origins, environ),
        events=events,
        routes=(*ROUTES, TEST_MESSAGE) if _is_on(environ, "ADMIN_TEST_MESSAGE") else ROUTES,
    )


def _ring(environ: Mapping[str, str] | None) -> KeyRingAuth | None:
    path = optional(environ, "ADMIN_KEYS_FILE")
    return None if path is None else KeyRingAuth(KeyFile(path))


def _throttled(ring: KeyRingAuth | None, environ: Mapping[str, str] | None) -> Throttled:
    verifiers: list[AdminAuthVerifier] = [] if ring is None else [ring]
    if ring is None or optional(environ, "ADMIN_API_KEY") or optional(environ, "ADMIN_USER_ID"):
        verifiers.append(_shared_key(environ))
    return Throttled(AnyOf(*verifiers), proxies=_listed(environ, "ADMIN_PROXIES"))


def _shared_key(environ: Mapping[str, str] | None) -> SharedKeyAuth:
    key, admin = map(sealed, required(environ, "ADMIN_API_KEY", "ADMIN_USER_ID"))
    return SharedKeyAuth(api_key=key, admin_user_id=revealed(admin))


def _sessions(
    ring: KeyRingAuth | None, origins: tuple[str, ...], environ: Mapping[str, str] | None
) -> SessionAuth | None:
    secrets = optional(environ, "ADMIN_SESSION_SECRET")
    if secrets is None:
        return None

    def still_valid(admin: AdminIdentity) -> bool:
        # Who came in with the one shared key has no key in the ring to lose.
        return admin.key_id is None or (ring is not None and ring.is_active(admin))

    return SessionAuth(
        secrets=sealed_each(secrets),
        bound_to=_shared(environ),
        origins=origins,
        still_valid=still_valid,
    )


def _shared(environ: Mapping[str, str] | None) -> SecretStr:
    """Return the one shared key and its admin, with which the sessions end; empty without."""
    if optional(environ, "ADMIN_API_KEY") is None:
        return SecretStr("")
    return SecretStr(" ".join(required(environ, "ADMIN_API_KEY", "ADMIN_USER_ID")))


def _listed(environ: Mapping[str, str] | None, name: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in (optional(environ, name) or "").split(",") if one.strip())


def _is_on(environ: Mapping[str, str] | None, name: str) -> bool:
    value = optional(environ, name)
    if (value and value.lower()) not in _SWITCH:
        msg = f"{name} must be 1 or 0."
        raise ConfigurationError(msg)
    return _SWITCH[value and value.lower()]
