"""Floor 8: whom a call is for: by PSID, by what they tapped, or by what they commented.

Platform page: /docs/messenger-platform/reference/send-api, "recipient".
"""

from dataclasses import dataclass
from typing import Literal

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.pages import Activity, PageState
from messengerkit.sandbox.world.people import DAY, PSID, PersonState

from .ask import Ask
from .reading import Part
from .refusals import (
    ALREADY_REPLIED,
    BAD_ID,
    CANNOT_REPLY,
    NO_PHONE_MATCHING,
    NO_SUCH_PERSON,
    ONE_RECIPIENT,
    Refused,
    must_be,
    no_such_object,
    not_modelled,
    required,
)

By = Literal["id", "user_ref", "comment_id", "post_id"]
"""How a recipient is named."""

_WAYS: tuple[By, ...] = ("id", "user_ref", "comment_id", "post_id")
_NOT_MODELLED = (
    "notification_messages_token",
    "one_time_notif_token",
    "follow_id",
    "story_id",
    "login_id",
    "player_id",
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a call names, before anybody has looked whether there is such a person.

    Attributes:
        by: How they are named.
        value: By which id.
    """

    by: By
    value: str

    @property
    def is_private_reply(self) -> bool:
        """Whether it answers a comment or a post."""
        return self.by in {"comment_id", "post_id"}

    @property
    def is_shown(self) -> bool:
        """Whether the answer to a send says who has it."""
        return self.by != "user_ref"


def read_recipient(params: Part) -> Recipient:
    """Return whom the call is for.

    Raises:
        Refused: If it names nobody, or nobody that there could be.
    """
    recipient = params.part("recipient")
    if recipient is None:
        raise Refused(required("recipient"))
    for name in _NOT_MODELLED:
        if recipient.has(name):
            raise Refused(not_modelled(recipient.at(name)))
    if recipient.has("phone_number"):
        raise Refused(NO_PHONE_MATCHING)
    recipient.only(_WAYS)
    ways: list[By] = [way for way in _WAYS if recipient.has(way)]
    if not ways:
        raise Refused(required("recipient[id]"))
    if len(ways) > 1:
        raise Refused(ONE_RECIPIENT)
    return Recipient(ways[0], _value(recipient, ways[0]))


def read_psid(params: Part) -> str:
    """Return the PSID of a call that takes no other recipient.

    Raises:
        Refused: If it names nobody, or in another way.
    """
    recipient = read_recipient(params)
    if recipient.by != "id":
        raise Refused(must_be("recipient", "an object with an id"))
    return recipient.value


def find(ask: Ask, recipient: Recipient) -> tuple[PersonState, Activity | None]:
    """Return who *recipient* is, and the comment or post that is answered.

    Raises:
        Refused: If there is nobody, or they cannot be answered there.
    """
    match recipient.by:
        case "id":
            return ask.person(recipient.value), None
        case "user_ref":
            return _referred(ask, recipient.value), None
        case _:
            return _author(ask, recipient.value)


def psid_of(recipient: JsonObject, page: PageState | None) -> object:
    """Return whom *recipient* stands for, before it is checked; None if nobody can tell."""
    named = recipient.get("id")
    if named is not None or page is None:
        return named
    activity = page.activities.get(str(recipient.get("comment_id") or recipient.get("post_id")))
    if activity is not None:
        return activity.psid
    return page.references.get(str(recipient.get("user_ref")))


def _value(recipient: Part, way: By) -> str:
    value = recipient.value[way]
    if way == "id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or (way == "id" and not PSID.fullmatch(value)):
        raise Refused(BAD_ID if way == "id" else must_be(recipient.at(way), "a string"))
    return value


def _referred(ask: Ask, reference: str) -> PersonState:
    psid = ask.page.references.get(reference)
    if psid is None:
        raise Refused(NO_SUCH_PERSON)
    return ask.person(psid)


def _author(ask: Ask, activity_id: str) -> tuple[PersonState, Activity]:
    activity = ask.page.activities.get(activity_id)
    if activity is None:
        raise Refused(no_such_object("POST", activity_id))
    if activity.answered:
        raise Refused(ALREADY_REPLIED)
    if ask.now - activity.at >= 7 * DAY:
        raise Refused(CANNOT_REPLY)
    return ask.person(activity.psid), activity
