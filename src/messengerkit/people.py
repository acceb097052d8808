"""Floor 2: what Meta tells about a person, and the personas that a page may write as.

Platform pages: /docs/messenger-platform/identity/user-profile,
/docs/messenger-platform/instagram/features/user-profile and
/docs/messenger-platform/send-messages/personas.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from . import _inbound as read
from ._inbound import Field, Inbound
from .errors import GraphError

MESSENGER_FIELDS = ("name", "first_name", "last_name", "profile_pic")
"""What a page may ask about a person of Messenger without permissions of their own."""

INSTAGRAM_FIELDS = (
    "name",
    "username",
    "profile_pic",
    "follower_count",
    "is_verified_user",
    "is_user_follow_business",
    "is_business_follow_user",
)
"""What an account may ask about a person of Instagram who has written to it."""


def _as_offset(value: object) -> timedelta | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return timedelta(hours=value) if -24 < value < 24 else None  # noqa: PLR2004  # a day


class Person(Inbound):
    """What Meta tells about a person; a field that was not asked, or not told, is None.

    Attributes:
        id: The person's PSID, or Instagram-scoped id.
        name: The whole name.
        first_name: The first name.
        last_name: The last name.
        username: The user name, on Instagram.
        profile_pic: The picture's URL. It expires: keep the picture, not the URL.
        locale: Language and country, like `en_US`.
        timezone: How far the clock is ahead of GMT.
        gender: The gender.
        follower_count: How many follow the person, on Instagram.
        is_verified_user: Whether Instagram has verified the account.
        is_user_follow_business: Whether the person follows the account, on Instagram.
        is_business_follow_user: Whether the account follows the person, on Instagram.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    name: Field[str | None] = read.private()
    first_name: Field[str | None] = read.private()
    last_name: Field[str | None] = read.private()
    username: Field[str | None] = read.private()
    profile_pic: Field[str | None] = read.private()
    locale: Field[str | None] = read.text()
    timezone: Field[timedelta | None] = Field(_as_offset)
    gender: Field[str | None] = read.private()
    follower_count: Field[int | None] = read.number()
    is_verified_user: Field[bool] = read.flag()
    is_user_follow_business: Field[bool] = read.flag()
    is_business_follow_user: Field[bool] = read.flag()

    @property
    def has_data(self) -> bool:
        """Whether Meta told anything beside the id."""
        return bool(self._json.keys() - {"id"})


class UnavailableReason(enum.Enum):
    """Why Meta tells nothing about a person."""

    NO_ACCOUNT = "no_account"
    """The person has no Facebook profile: a login by phone number."""
    NO_PERMISSION = "no_permission"
    """The app lacks Business Asset User Profile Access, or the person's consent."""
    NOT_FOUND = "not_found"
    """The id is nobody's of this page, or nobody's whom the app may see."""
    NO_DATA = "no_data"
    """Meta answered, and told nothing beside the id."""


_REASONS: Mapping[int | None, UnavailableReason] = {
    2018218: UnavailableReason.NO_ACCOUNT,
    2018247: UnavailableReason.NO_PERMISSION,
    33: UnavailableReason.NOT_FOUND,
}
_INVALID_PARAMETER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileUnavailable:
    """Meta tells nothing about a person, which is ordinary, and no reason to fail.

    Attributes:
        reason: Why.
    """

    reason: UnavailableReason

    @classmethod
    def of(cls, error: GraphError) -> Self | None:
        """Return what *error* says, or None if it is another matter.

        The error page prints 2018247 bare, and people meet it as a subcode of 100.
        """
        number = error.subcode if error.code == _INVALID_PARAMETER else error.code
        reason = _REASONS.get(number)
        return None if reason is None else cls(reason=reason)


class Persona(Inbound):
    """A name and a face that a page may write as.

    Attributes:
        id: Its id, the `persona_id` of a send.
        name: The name that the person sees.
        profile_picture_url: Where the picture is.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    name: Field[str | None] = read.text()
    profile_picture_url: Field[str | None] = read.text()
