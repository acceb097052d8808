"""Floor 8: the menu of one person, which takes the place of the page's.

Platform page: /docs/messenger-platform/reference/messenger-profile-api/user-level.
"""

from messengerkit.sandbox.jsontext import JsonObject

from .ask import Ask
from .listing import lower_words_of
from .menus import read_menu
from .reading import Part
from .refusals import NEEDS_GET_STARTED, Refused, must_be, required

_DONE: JsonObject = {"result": "success"}


def set_menu(ask: Ask) -> JsonObject:
    """Give one person a menu of their own."""
    psid, params = _asked_of_person(ask)
    read_menu(params, "persistent_menu")
    if "get_started" not in ask.page.profile:
        raise Refused(NEEDS_GET_STARTED)
    _count(ask, psid)
    ask.page.menus[psid] = params.raw("persistent_menu")
    return _DONE


def get_menu(ask: Ask) -> JsonObject:
    """Tell which menus one person has."""
    psid, _ = _asked_of_person(ask)
    _count(ask, psid)
    found: JsonObject = {}
    if psid in ask.page.menus:
        found["user_level_persistent_menu"] = ask.page.menus[psid]
    if "persistent_menu" in ask.page.profile:
        found["page_level_persistent_menu"] = ask.page.profile["persistent_menu"]
    return {"data": [found] if found else []}


def delete_menu(ask: Ask) -> JsonObject:
    """Take the menu of one person away."""
    psid, params = _asked_of_person(ask)
    if lower_words_of(params, "params") != ["persistent_menu"]:
        raise Refused(must_be("params", '["persistent_menu"]'))
    _count(ask, psid)
    ask.page.menus.pop(psid, None)
    return _DONE


def _asked_of_person(ask: Ask) -> tuple[str, Part]:
    ask.require("pages_messaging")
    psid = ask.params.identifier("psid")
    if psid is None:
        raise Refused(required("psid"))
    ask.person(psid)
    return psid, ask.params


def _count(ask: Ask, psid: str) -> None:
    ask.meter("user_settings", f"{ask.page.page.id}/{psid}")
