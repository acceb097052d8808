"""Floor 8: the personas of the page.

Platform page: /docs/messenger-platform/send-messages/personas.
"""

from messengerkit.sandbox.jsontext import JsonObject

from .ask import Ask
from .listing import listed, words_of
from .reading import is_public, is_unreachable
from .refusals import NOT_FETCHED, Refused, must_be_url, not_modelled


def create(ask: Ask) -> JsonObject:
    """Make a persona."""
    ask.require("pages_messaging")
    name = ask.params.words("name", 50)
    picture = ask.params.words("profile_picture_url")
    if not is_public(picture):
        raise Refused(must_be_url(picture))
    if is_unreachable(picture):
        raise Refused(NOT_FETCHED)
    persona_id, personas = ask.world.ids.number("persona"), ask.page.personas
    personas[persona_id] = {
        "id": persona_id,
        "name": name,
        "profile_picture_url": picture,
    }
    while len(personas) > ask.world.retention:
        personas.pop(next(iter(personas)))
    return {"id": persona_id}


def list_all(ask: Ask) -> JsonObject:
    """List the personas of the page."""
    ask.require("pages_messaging")
    personas = ask.page.personas
    found, paging = listed(ask, f"{ask.page.page.id}/personas", list(personas))
    data = [personas[one] for one in found]
    return {"data": data, "paging": paging} if data else {"data": data}


def tell(ask: Ask) -> JsonObject:
    """Tell one persona."""
    ask.require("pages_messaging")
    persona = ask.page.personas[ask.node]
    fields = words_of(ask.params, "fields") or list(persona)
    for field in fields:
        if field not in persona:
            raise Refused(not_modelled(f"the persona's field {field}"))
    return {field: persona[field] for field in (*fields, "id")}


def delete(ask: Ask) -> JsonObject:
    """Remove one; what was written under its name stays."""
    ask.require("pages_messaging")
    del ask.page.personas[ask.node]
    return {"success": True}
