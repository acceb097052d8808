"""Floor 0: settings from environment variables, with one error that names all that are missing."""

import os
from collections.abc import Mapping

from .errors import ConfigurationError

PURPOSES: Mapping[str, str] = {
    "FACEBOOK_PAGE_ACCESS_TOKEN": "the page's token, to send messages",
    "FACEBOOK_APP_SECRET": "the app's secret, to verify webhooks and prove calls",
    "FACEBOOK_VERIFY_TOKEN": "the word you chose for the webhook's handshake",
    "ADMIN_API_KEY": "the key that admins send as Authorization: Bearer",
    "ADMIN_USER_ID": "the admin's id, sent as X-Admin-User-ID",
}
"""What each required variable is for, as the error says it."""


def required(environ: Mapping[str, str] | None, *names: str) -> tuple[str, ...]:
    """Return the values of *names*, stripped; `os.environ` is read if *environ* is None.

    Raises:
        ConfigurationError: If any is missing or blank; it names all of them, and what for.
    """
    missing = [name for name in names if optional(environ, name) is None]
    if missing:
        listed = "; ".join(f"{name} ({PURPOSES[name]})" for name in missing)
        msg = f"Environment variables are missing: {listed}."
        raise ConfigurationError(msg)
    return tuple(optional(environ, name) or "" for name in names)


def optional(environ: Mapping[str, str] | None, name: str) -> str | None:
    """Return the value of *name*, stripped, or None if it is missing or blank."""
    return (os.environ if environ is None else environ).get(name, "").strip() or None
