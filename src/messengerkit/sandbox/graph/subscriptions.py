"""Floor 8: which apps hear of the page, of what, and where.

Platform page: /docs/graph-api/reference/page/subscribed_apps.
"""

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.pages import FIELDS, OTHER_FIELDS

from .ask import Ask
from .listing import words_of
from .reading import Part
from .refusals import Refused, must_be_one_of, required


def subscribe(ask: Ask) -> JsonObject:
    """Let the app hear of the page; the fields are replaced."""
    ask.require("pages_manage_metadata")
    fields = read_fields(ask.params, "subscribed_fields")
    if not fields:
        raise Refused(required("subscribed_fields"))
    ask.world.subscribe(ask.page.page.id, ask.app.id, fields)
    return {"success": True}


def read_fields(params: Part, name: str) -> frozenset[str]:
    """Return the webhook fields under *name*.

    Raises:
        Refused: If Meta has no such field.
    """
    fields = frozenset(words_of(params, name))
    if not fields <= FIELDS | OTHER_FIELDS:
        raise Refused(must_be_one_of(name, FIELDS | OTHER_FIELDS))
    return fields


def list_all(ask: Ask) -> JsonObject:
    """List the apps that hear of the page."""
    ask.require("pages_manage_metadata")
    page = ask.page
    return {
        "data": [
            {
                "category": "Messaging",
                "link": f"https://www.example.com/apps/{app_id}",
                "name": page.apps[app_id].name,
                "id": str(app_id),
                "subscribed_fields": sorted(fields),
            }
            for app_id, fields in page.subscribed.items()
        ]
    }


def unsubscribe(ask: Ask) -> JsonObject:
    """Let the app hear no more of the page."""
    ask.require("pages_manage_metadata")
    ask.page.subscribed.pop(ask.app.id, None)
    return {"success": True}
