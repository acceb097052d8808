"""Floor 8: what Meta tells of people and of the page itself.

Platform page: /docs/messenger-platform/identity/user-profile.
"""

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.media import NOBODY
from messengerkit.sandbox.world.pages import User
from messengerkit.sandbox.world.people import PersonState

from .ask import Ask
from .listing import refuse_others, words_of
from .refusals import (
    BAD_LINKING,
    NO_PROFILE,
    PROFILE_NOT_ALLOWED,
    Refused,
    not_permitted,
)

_PLAIN = ("first_name", "last_name", "profile_pic", "name")
_NEEDED = {"pages_messaging", "business_asset_user_profile_access"}
_GUARDED = {
    "locale": "pages_user_locale",
    "timezone": "pages_user_timezone",
    "gender": "pages_user_gender",
}
_PAGE = ("id", "name", "category", "messaging_feature_status")
_USER = ("id", "name")
_LINKING_LIFE = 300  # seconds


def profile(ask: Ask) -> JsonObject:
    """Tell of a person; the id is always there."""
    person = ask.page.people[ask.node]
    fields = words_of(ask.params, "fields") or ["first_name", "last_name", "profile_pic"]
    refuse_others(fields, {*_PLAIN, *_GUARDED, "id"}, "the person's field")
    if not ask.app.permissions >= _NEEDED:
        raise Refused(PROFILE_NOT_ALLOWED)
    for field in fields:
        if field in _GUARDED and _GUARDED[field] not in ask.app.permissions:
            raise Refused(not_permitted(_GUARDED[field]))
    if not person.has_profile:
        raise Refused(NO_PROFILE)
    told = {field: _value(ask, person, field) for field in (*fields, "id")}
    # What a person has not is left out; a timezone of 0 is one that they have.
    return {field: value for field, value in told.items() if value not in {None, ""}}


def page(ask: Ask) -> JsonObject:
    """Tell of the page, or the user, or whom an account linking token belongs to."""
    if ask.user is not None and ask.node == "me":
        return _user(ask.user, words_of(ask.params, "fields"))
    state = ask.page
    linking = ask.params.text("account_linking_token")
    fields = words_of(ask.params, "fields") or ["id", "name"]
    if linking is not None and "recipient" in fields:
        found = state.linking.get(linking)
        if found is None or ask.now - found.at >= _LINKING_LIFE:
            raise Refused(BAD_LINKING)
        return {"recipient": found.psid, "id": state.page.id}
    refuse_others(fields, _PAGE, "the page's field")
    known: JsonObject = {
        "id": state.page.id,
        "name": state.page.name,
        "category": "Software",
        "messaging_feature_status": {
            "hop_v2": True,
            "msgr_multi_app": state.default_app is None,
            "ig_multi_app": False,
        },
    }
    # Meta adds the id even where nobody asked for it.
    return {field: known[field] for field in (*fields, "id")}


def _user(user: User, fields: list[str]) -> JsonObject:
    refuse_others(fields, _USER, "the user's field")
    known = {"id": user.id, "name": user.name}
    return {field: known[field] for field in (*(fields or _USER), "id")}


def _value(ask: Ask, person: PersonState, field: str) -> object:
    values: JsonObject = {
        "id": person.psid,
        "name": person.name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "profile_pic": person.profile_pic or f"{ask.home}{NOBODY}",
        "locale": person.locale,
        "timezone": person.timezone,
        "gender": person.gender,
    }
    return values[field]
