"""Floor 8: people and conversations as plain JSON, for whoever shows them; pure."""

from messengerkit.sandbox.jsontext import JsonObject, is_object, objects_in
from messengerkit.sandbox.records import Attachment

from .pages import PageState, Upload
from .people import DAY, Conversation, Entry, PersonState


def shown(page: PageState, entry: Entry, conversation: Conversation | None = None) -> JsonObject:
    """Return *entry*; whether it was delivered and read, where the conversation is given."""
    delivered = conversation.delivered_at if conversation else None
    read = conversation.read_at if conversation else None
    return {
        "mid": entry.mid,
        "from": "page" if entry.from_page else "person",
        "at": entry.at,
        "text": entry.text,
        "attachments": _media(page, entry),
        "template": entry.template,
        "quick_replies": list(entry.quick_replies),
        "persona": entry.persona,
        "reply_to": entry.reply_to,
        "reactions": [{"by": by, "emoji": emoji} for by, emoji in entry.reactions.items()],
        "delivered": delivered is not None and entry.at <= delivered,
        "read": read is not None and entry.at <= read,
        "app_id": None if entry.app_id is None else str(entry.app_id),
        "is_postback": entry.postback is not None,
    }


def shown_conversation(page: PageState, person: PersonState, now: float) -> JsonObject:
    """Return the conversation with *person*."""
    conversation = person.conversation
    entries = list(conversation.entries.values())
    owner = conversation.owner_at(now)
    last_act = person.last_act_at
    return {
        "psid": person.psid,
        "page_id": person.page_id,
        "messages": [shown(page, entry, conversation) for entry in entries],
        "typing": conversation.typing,
        "typing_persona": page.personas.get(conversation.typing_persona or ""),
        **marks(conversation),
        # Messenger shows them until the next message, whoever writes it.
        "quick_replies": list(entries[-1].quick_replies) if entries else [],
        "owner_app_id": None if owner is None else str(owner),
        "get_started": _start_payload(page),
        "window_ends_at": None if last_act is None else last_act + DAY,
    }


def _start_payload(page: PageState) -> str | None:
    """Return the payload of the page's Get Started button, or None if it has no such button."""
    button = page.profile.get("get_started")
    return str(button.get("payload")) if is_object(button) else None


def shown_person(person: PersonState) -> JsonObject:
    """Return *person*."""
    return {
        "psid": person.psid,
        "page_id": person.page_id,
        "name": person.name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "profile_pic": person.profile_pic,
        "blocked": person.blocked,
        "online": person.online,
        "last_act_at": person.last_act_at,
    }


def marks(conversation: Conversation) -> JsonObject:
    """Return until when the page's messages were delivered, and read."""
    return {"delivered_at": conversation.delivered_at, "read_at": conversation.read_at}


def _media(page: PageState, entry: Entry) -> list[JsonObject]:
    """Return the media of *entry*; also those that a template has by their ids alone."""
    elements = objects_in((entry.template or {}).get("elements"))
    ids = [str(one.get("attachment_id")) for one in elements]
    saved = [page.uploads[one] for one in ids if one in page.uploads]
    found: list[Attachment | Upload] = [*entry.attachments, *saved]
    return [{"type": one.type, "url": one.url, "name": one.name} for one in found]
