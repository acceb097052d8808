"""Floor 8: the messenger profile of the page: set, told and removed.

Platform page: /docs/messenger-platform/reference/messenger-profile-api.
"""

from messengerkit.sandbox.jsontext import JsonObject, objects_in

from .ask import Ask
from .listing import lower_words_of, refuse_instagram
from .properties import PROPERTIES
from .reading import Part
from .refusals import (
    MENU_NEEDS_GET_STARTED,
    NEEDS_GET_STARTED,
    Refused,
    must_be_one_of,
    required,
)

_CALL = ("access_token", "appsecret_proof", "appsecret_time", "platform")
_EU = "subject_to_new_eu_privacy_rules"  # told, and never set
_DONE: JsonObject = {"result": "success"}


def set_profile(ask: Ask) -> JsonObject:
    """Replace properties whole.

    Raises:
        Refused: If Meta refuses one; then none was changed.
    """
    params = _asked(ask)
    params.only((*_CALL, *PROPERTIES))
    given = [name for name in PROPERTIES if params.has(name)]
    if not given:
        raise Refused(must_be_one_of("fields", PROPERTIES))
    for name in given:
        PROPERTIES[name](params, name)
    profile = ask.page.profile
    if "persistent_menu" in given and "get_started" not in {*given, *profile}:
        raise Refused(NEEDS_GET_STARTED)
    ask.meter("messenger_profile")
    for name in given:
        profile[name] = _kept(params, name)
    return _DONE


def get_profile(ask: Ask) -> JsonObject:
    """Tell the properties that are set."""
    asked = _asked_fields(_asked(ask), told=(_EU,))
    ask.meter("messenger_profile")
    profile = {**ask.page.profile, _EU: False}
    found = {name: profile[name] for name in asked if name in profile}
    return {"data": [found] if found else []}


def delete_profile(ask: Ask) -> JsonObject:
    """Remove properties."""
    asked = _asked_fields(_asked(ask))
    profile = ask.page.profile
    keeps_menu = "persistent_menu" in profile and "persistent_menu" not in asked
    if "get_started" in asked and keeps_menu:
        raise Refused(MENU_NEEDS_GET_STARTED)
    ask.meter("messenger_profile")
    for name in asked:
        profile.pop(name, None)
    return _DONE


def _asked(ask: Ask) -> Part:
    ask.require("pages_messaging", "pages_manage_metadata")
    refuse_instagram(ask.params)
    return ask.params


def _asked_fields(params: Part, told: tuple[str, ...] = ()) -> list[str]:
    names = lower_words_of(params, "fields")
    if not names:
        raise Refused(required("fields"))
    for name in names:
        if name not in {*PROPERTIES, *told}:
            raise Refused(must_be_one_of("fields", PROPERTIES))
    return names


def _kept(params: Part, name: str) -> object:
    """Return a property as a GET tells it: ice breakers in the new form."""
    if name in {"account_linking_url", "description"}:
        return params.text(name)  # even one that looks like JSON in a form
    value = params.raw(name)
    if name == "ice_breakers" and any("question" in one for one in objects_in(value)):
        return [{"call_to_actions": value, "locale": "default"}]
    return value
