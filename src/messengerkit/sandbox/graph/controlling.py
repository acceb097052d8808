"""Floor 8: threads that are passed, taken, asked for, let go and kept.

Platform page: /docs/messenger-platform/conversation-routing.
"""

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.page import PAGE_INBOX
from messengerkit.sandbox.world import events
from messengerkit.sandbox.world.people import DAY, PersonState

from .ask import Ask
from .owning import refuse_other_app
from .recipients import read_psid
from .refusals import NO_TAKING, NOTHING_TO_TAKE, WRONG_TARGET, Refused, must_be, required

_METADATA = 1000
_LONGEST = 7 * DAY


def pass_control(ask: Ask) -> JsonObject:
    """Give a thread to another app."""
    person, metadata = _asked(ask)
    target = known_app(ask, ask.params.identifier("target_app_id"))
    refuse_other_app(ask, person)
    pass_thread(ask, person, target, metadata)
    return {"success": True}


def take_control(ask: Ask) -> JsonObject:
    """Take a thread that is idle, or, as the default app, from the app that has it."""
    person, metadata = _asked(ask)
    default, owner = ask.page.default_app, person.conversation.owner_at(ask.now)
    if owner not in {None, ask.app.id} and default != ask.app.id:
        raise Refused(NO_TAKING)
    if default is None and owner is None:
        raise Refused(NOTHING_TO_TAKE)
    _move(ask, person, ask.app.id)
    value = _moved(owner, ask.app.id, metadata)
    if owner is not None and owner != ask.app.id:
        _tell(ask, person, owner, "take_thread_control", value)
    return {"success": True}


def request_control(ask: Ask) -> JsonObject:
    """Ask the app that has a thread for it; one that nobody has is given at once."""
    person, metadata = _asked(ask)
    owner = person.conversation.owner_at(ask.now) or ask.page.default_app
    if owner is None:
        _move(ask, person, ask.app.id)
    else:
        value: JsonObject = {"requested_owner_app_id": ask.app.id, "metadata": metadata or ""}
        _tell(ask, person, owner, "request_thread_control", value)
    return {"success": True}


def release_control(ask: Ask) -> JsonObject:
    """Let go of a thread."""
    person, _ = _asked(ask)
    refuse_other_app(ask, person)
    person.conversation.give_to(None)
    return {"success": True}


def extend_control(ask: Ask) -> JsonObject:
    """Keep a thread for longer than a day of silence."""
    person, _ = _asked(ask)
    duration = ask.params.number("duration")
    if duration is None:
        raise Refused(required("duration"))
    if not 0 < duration <= _LONGEST:
        raise Refused(must_be("duration", "at most 7 days in seconds"))
    refuse_other_app(ask, person)
    person.conversation.give_to(ask.app.id, ask.now + duration)
    return {"success": True}


def thread_owner(ask: Ask) -> JsonObject:
    """Tell who has a thread; which app it is, only to itself and to the default app."""
    ask.require("pages_messaging")
    psid = ask.params.identifier("recipient")
    if psid is None:
        raise Refused(required("recipient"))
    conversation = ask.person(psid).conversation
    owner = conversation.owner_at(ask.now)
    if owner is None:
        return {"data": []}
    told: JsonObject = {"expiration": int(conversation.owner_until)}
    if ask.app.id in {owner, ask.page.default_app}:
        told = {"app_id": str(owner)} | told
    return {"data": [{"thread_owner": told}]}


def secondary_receivers(ask: Ask) -> JsonObject:
    """List the apps that are connected to the page, but for the one that asks."""
    ask.require("pages_messaging")
    others = [app for app in ask.page.apps.values() if app.id != ask.app.id]
    return {"data": [{"id": str(app.id), "name": app.name} for app in others]}


def known_app(ask: Ask, app_id: str | None) -> int:
    """Return the app that may be given a thread of the page: a connected one, or the inbox."""
    if app_id is None:
        raise Refused(required("target_app_id"))
    known = {str(one) for one in (*ask.page.apps, PAGE_INBOX)}
    if app_id not in known:
        raise Refused(WRONG_TARGET)
    return int(app_id)


def pass_thread(ask: Ask, person: PersonState, target: int, metadata: str | None) -> None:
    """Give the thread with *person* to *target*, and tell it."""
    owner = person.conversation.owner_at(ask.now)
    _move(ask, person, target)
    _tell(ask, person, target, "pass_thread_control", _moved(owner, target, metadata))


def _asked(ask: Ask) -> tuple[PersonState, str | None]:
    ask.require("pages_messaging")
    person = ask.person(read_psid(ask.params))
    return person, ask.params.text("metadata", _METADATA)


def _move(ask: Ask, person: PersonState, app_id: int) -> None:
    person.conversation.give_to(app_id, ask.now + DAY)


def _moved(owner: int | None, target: int, metadata: str | None) -> JsonObject:
    return {
        "previous_owner_app_id": None if owner is None else str(owner),
        "new_owner_app_id": str(target),
        "metadata": metadata or "",
    }


def _tell(ask: Ask, person: PersonState, app_id: int, key: str, value: JsonObject) -> None:
    ask.world.tell(events.control_moved(person, app_id, key, value, ask.now))
