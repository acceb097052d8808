"""Floor 2: an app's access to a page: what its token may do, which events it is told.

Platform pages: /docs/graph-api/reference/debug_token and
/docs/graph-api/reference/page/subscribed_apps.
"""

from datetime import datetime

from typing_extensions import override

from . import _inbound as read
from ._inbound import Field, Inbound, as_identifier, as_list, as_moment
from ._json import integer


class _End(Field[datetime | None]):
    """A time that may be "never", for which Meta writes 0."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(lambda value: None if _is_never(value) else as_moment(value))

    @override
    def is_unreadable(self, instance: Inbound) -> bool:
        """Return whether there is something that is neither a time nor "never"."""
        value = instance._json.get(self._name)  # noqa: SLF001  # a part of its value
        return not _is_never(value) and super().is_unreadable(instance)


def _is_never(value: object) -> bool:
    return integer(value) == 0


def _as_identifiers(value: object) -> tuple[str, ...]:
    each = (as_identifier(one) for one in as_list(value))
    return tuple(one for one in each if one is not None)


class GranularScope(Inbound):
    """A permission, and what it was granted for.

    Attributes:
        scope: The permission.
        target_ids: The pages and accounts; empty if it was granted for all.
    """

    __slots__ = ()
    scope: Field[str | None] = read.text()
    target_ids: Field[tuple[str, ...]] = Field(_as_identifiers)


class TokenProblem(Inbound):
    """Why a token is not valid.

    Attributes:
        code: Meta's code.
        subcode: Meta's subcode.
        message: Meta's words, without the token.
    """

    __slots__ = ()
    code: Field[int | None] = read.number()
    subcode: Field[int | None] = read.number()
    message: Field[str | None] = read.text()


class TokenInfo(Inbound):
    """What Meta knows about a token; one that is not valid has an `error`.

    Attributes:
        is_valid: Whether it works now.
        type: `PAGE`, `USER` or `APP`.
        app_id: The app that it was made for.
        application: The app's name.
        issued_at: When it was made; Meta does not always tell.
        expires_at: Until when it works; None if it never expires.
        data_access_expires_at: Until when it reads people's data: 90 days after the last
            login; None if it never stops.
        scopes: Its permissions.
        granular_scopes: Its permissions, and what each was granted for.
        profile_id: The page that it is for.
        user_id: Who granted it.
        error: Why it does not work, if it does not.
    """

    __slots__ = ()
    is_valid: Field[bool] = read.flag()
    type: Field[str | None] = read.text()
    app_id: Field[int | None] = read.number()
    application: Field[str | None] = read.text()
    issued_at: Field[datetime | None] = read.moment()
    expires_at: Field[datetime | None] = _End()
    data_access_expires_at: Field[datetime | None] = _End()
    scopes: Field[tuple[str, ...]] = read.texts()
    granular_scopes: Field[tuple[GranularScope, ...]] = read.parts(GranularScope)
    profile_id: Field[str | None] = read.identifier()
    user_id: Field[str | None] = read.identifier()
    error: Field[TokenProblem | None] = read.part(TokenProblem)

    @property
    def error_message(self) -> str | None:
        """Why it does not work, in Meta's words, or None if it does."""
        return None if self.error is None else self.error.message


class SubscribedApp(Inbound):
    """An app that is told what happens on the page.

    Attributes:
        app_id: Its id.
        name: Its name.
        category: Its category.
        link: Where it is.
        subscribed_fields: What it is told about: `messages`, `messaging_postbacks`, ….
    """

    __slots__ = ()
    app_id: Field[int | None] = read.number("id")
    name: Field[str | None] = read.text()
    category: Field[str | None] = read.text()
    link: Field[str | None] = read.text()
    subscribed_fields: Field[tuple[str, ...]] = read.texts()
