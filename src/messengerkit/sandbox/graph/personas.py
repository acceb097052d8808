"""Floor 8: the personas of the page.

Platform page: /docs/messenger-platform/send-messages/personas.
"""

from messengerkit.sandbox.jsontext import JsonObject

from .ask import Ask
from .listing import listed, refuse_others, words_of
from .uploads import refuse_unfetched


def create(ask: Ask) -> JsonObject:
    """Make a persona."""
    ask.require("pages_messaging")
    name = ask.params.words("name", 50)
    picture = ask.params.words("profile_picture_url")
    refuse_unfetched(picture)
    persona_id = ask.world.ids.number("persona")
    persona: JsonObject = {"id": persona_id, "name": name, "profile_picture_url": picture}
    ask.world.keep(ask.page.personas, persona_id, persona)
    return {"id": persona_id}


def list_all(ask: Ask) -> JsonObject:
    """List the personas of the page."""
    ask.require("pages_messaging")
    personas = ask.page.personas
    found, paging = listed(ask, f"{ask.page.page.id}/personas", list(personas))
    return {"data": [_told(ask, personas[one]) for one in found], **paging}


def tell(ask: Ask) -> JsonObject:
    """Tell one persona."""
    ask.require("pages_messaging")
    return _told(ask, ask.page.personas[ask.node])


def delete(ask: Ask) -> JsonObject:
    """Remove one; what was written under its name stays."""
    ask.require("pages_messaging")
    del ask.page.personas[ask.node]
    return {"success": True}


def _told(ask: Ask, persona: JsonObject) -> JsonObject:
    fields = words_of(ask.params, "fields") or list(persona)
    refuse_others(fields, persona, "the persona's field")
    return {field: persona[field] for field in (*fields, "id")}
