"""Floor 9: the settings as doctor holds them: sealed, and kept out of whatever is shown."""

import re
from collections.abc import Mapping

from pydantic import SecretStr

from messengerkit._environment import PURPOSES, optional
from messengerkit.demo.saying import plain

TOKEN = "FACEBOOK_PAGE_ACCESS_TOKEN"  # noqa: S105  # the name of a variable
APP_SECRET = "FACEBOOK_APP_SECRET"  # noqa: S105  # as above
VERIFY_TOKEN = "FACEBOOK_VERIFY_TOKEN"  # noqa: S105  # as above
ADMIN_KEY = "ADMIN_API_KEY"
ADMIN_ID = "ADMIN_USER_ID"
KEYS_FILE = "ADMIN_KEYS_FILE"
SESSION_SECRET = "ADMIN_SESSION_SECRET"  # noqa: S105  # as above
ORIGINS = "ADMIN_ORIGINS"
PROXIES = "ADMIN_PROXIES"
TEST_MESSAGE = "ADMIN_TEST_MESSAGE"
GRAPH_URL = "MESSENGER_GRAPH_URL"
GRAPH_VERSION = "MESSENGER_GRAPH_VERSION"

NAMES: tuple[str, ...] = (
    *PURPOSES,
    GRAPH_URL,
    GRAPH_VERSION,
    KEYS_FILE,
    ORIGINS,
    SESSION_SECRET,
    PROXIES,
    TEST_MESSAGE,
)
"""The variables, those that are required first."""

_SECRET = (TOKEN, APP_SECRET, VERIFY_TOKEN, ADMIN_KEY, SESSION_SECRET)
_SEVERAL = (APP_SECRET, SESSION_SECRET)
_PASSWORD = re.compile(r"://[^/@]*?:(.*)@")
_LONGEST = 200  # characters of what somebody else says


class Settings:
    """What the environment says.

    Args:
        environ: The variables.
        store: The store's URL, in which there may be a password, or None.
    """

    def __init__(self, environ: Mapping[str, str], store: str | None = None) -> None:
        self._values = {
            name: SecretStr(value) for name in NAMES if (value := optional(environ, name))
        }
        hidden = [one for name in _SECRET for one in self._each(name)]
        hidden += _PASSWORD.findall(store or "")
        # The longest first: one may be a part of another.
        self._hidden = [SecretStr(one) for one in sorted(hidden, key=len, reverse=True)]

    def get(self, name: str) -> str | None:
        """Return the value of *name*, or None if it is missing or blank."""
        value = self._values.get(name)
        return None if value is None else value.get_secret_value()

    def newest_secret(self) -> str | None:
        """Return the app secret with which calls are proved; two may be there while they rotate."""
        return next(iter(self._each(APP_SECRET)), None)

    def without(self, *names: str) -> "Settings":
        """Return these settings without *names*; their values are still not shown."""
        left = Settings({})
        left._values = {one: kept for one, kept in self._values.items() if one not in names}
        left._hidden = self._hidden
        return left

    def shown(self, said: object) -> str:
        """Return what somebody else *said* as it may be printed: no secret, no control character.

        It may repeat what we sent, and hold a terminal's own commands.
        """
        text = str(said)
        for one in self._hidden:
            text = text.replace(one.get_secret_value(), "***")
        return plain(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")

    def _each(self, name: str) -> list[str]:
        value = self.get(name) or ""
        parts = value.split(",") if name in _SEVERAL else [value]
        return [part for one in parts if (part := one.strip(" \"'"))]
