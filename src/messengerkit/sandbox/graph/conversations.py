"""Floor 8: conversations as Meta keeps them, seen as of a while ago if reads lag.

Platform page: /docs/messenger-platform/conversations.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.records import Attachment
from messengerkit.sandbox.world.people import DAY, Conversation, Entry, PersonState

from .ask import Ask
from .listing import listed, refuse_others, words_of
from .refusals import TOO_OLD, Refused, not_modelled

_DETAILED = 20  # the newest messages, of which Meta tells more than the id
_FOLDERS = ("inbox", "page_done", "spam", "other", "pending")
_DEFAULT = {"id", "created_time"}
_SNIPPET = 100


def list_all(ask: Ask) -> JsonObject:
    """List the conversations of the page, those with the newest messages first."""
    ask.require("pages_messaging")
    if ask.params.has("tags"):
        raise Refused(not_modelled("the filter tags"))
    platform = ask.params.one_of("platform", ("messenger", "instagram"))
    folder = ask.params.one_of("folder", _FOLDERS)
    psid = ask.params.identifier("user_id")
    people = [
        one
        for one in ask.page.people.values()
        if psid in {None, one.psid} and _visible(ask, one.conversation)
    ]
    if platform == "instagram" or folder not in {None, "inbox"}:
        people = []
    people.sort(key=lambda one: one.conversation.updated_at, reverse=True)
    by_id = {one.conversation.id: one for one in people}
    found, paging = listed(ask, f"{ask.page.page.id}/conversations", list(by_id))
    fields = words_of(ask.params, "fields") or ["id", "updated_time"]
    rows = [_conversation(ask, by_id[one], fields) for one in found]
    ask.meter("conversations")
    return {"data": rows, **paging}


def tell(ask: Ask) -> JsonObject:
    """Tell one conversation."""
    ask.require("pages_messaging")
    fields = words_of(ask.params, "fields") or ["id", "updated_time"]
    told = _conversation(ask, ask.partner(), fields)
    ask.meter("conversations")
    return told


def messages(ask: Ask) -> JsonObject:
    """List the messages of one conversation, newest first."""
    ask.require("pages_messaging")
    person = ask.partner()
    entries = {one.mid: one for one in _visible(ask, person.conversation)}
    found, paging = listed(ask, f"{ask.node}/messages", list(entries))
    fields = _asked_fields(ask)
    order = {mid: index for index, mid in enumerate(entries)}
    rows = [
        _message(ask, person, entries[mid], fields if order[mid] < _DETAILED else _DEFAULT & fields)
        for mid in found
    ]
    ask.meter("conversations")
    return {"data": rows, **paging}


def tell_message(ask: Ask) -> JsonObject:
    """Tell one message, if it is among the newest of its conversation."""
    ask.require("pages_messaging")
    person = ask.partner()
    newest = _visible(ask, person.conversation)[:_DETAILED]
    entry = next((one for one in newest if one.mid == ask.node), None)
    if entry is None:
        raise Refused(TOO_OLD)
    told = _message(ask, person, entry, _asked_fields(ask))
    ask.meter("conversations")
    return told


def _visible(ask: Ask, conversation: Conversation) -> list[Entry]:
    seen_until = ask.now - ask.lag
    newest = conversation.newest_first()
    return [one for one in newest if one.at <= seen_until] if ask.lag else list(newest)


def _asked_fields(ask: Ask) -> set[str]:
    fields = set(words_of(ask.params, "fields")) or _DEFAULT
    refuse_others(sorted(fields), {"id", "created_time", *_MESSAGE}, "the message's field")
    return fields | {"id"}


def _conversation(ask: Ask, person: PersonState, fields: list[str]) -> JsonObject:
    refuse_others(sorted(fields), {"id", *_CONVERSATION}, "the conversation's field")
    entries = _visible(ask, person.conversation)
    told: JsonObject = {
        name: _CONVERSATION[name](ask, person, entries) for name in fields if name != "id"
    }
    return told | {"id": person.conversation.id}


def _message(ask: Ask, person: PersonState, entry: Entry, fields: set[str]) -> JsonObject:
    told: JsonObject = {"id": entry.mid}
    if "created_time" in fields:
        told["created_time"] = _moment(entry.at)
    for name, make in _MESSAGE.items():
        if name in fields and (value := make(ask, person, entry)) is not None:
            told[name] = value
    return told


def _them(person: PersonState) -> JsonObject:
    address = f"{person.psid}@facebook.com"
    return {"name": person.name, "email": address, "id": person.psid}


def _us(ask: Ask) -> JsonObject:
    page = ask.page.page
    return {"name": page.name, "email": f"{page.id}@facebook.com", "id": page.id}


def _unread(entries: list[Entry]) -> int:
    """Return how many messages came since the page last wrote."""
    return next((n for n, entry in enumerate(entries) if entry.from_page), len(entries))


def _attachment(attachment: Attachment) -> JsonObject:
    told: JsonObject = {
        "id": attachment.attachment_id or "1",
        "mime_type": f"{attachment.type}/*",
        "name": attachment.name or attachment.url.rpartition("/")[2],
    }
    match attachment.type:
        case "image":
            told["image_data"] = {"url": attachment.url, "preview_url": attachment.url}
        case "video":
            told["video_data"] = {"url": attachment.url, "preview_url": attachment.url}
        case _:
            told["file_url"] = attachment.url
    return told


def _attachments(entry: Entry) -> JsonObject | None:
    if entry.template is not None:
        return {"data": [{"id": "1", "generic_template": entry.template}]}
    if not entry.attachments:
        return None
    return {"data": [_attachment(one) for one in entry.attachments]}


def _reactions(person: PersonState, page_id: str, entry: Entry) -> JsonObject | None:
    if not entry.reactions:
        return None
    ids = {"page": page_id, "person": person.psid}
    return {
        "data": [
            {"reaction": emoji, "users": [{"id": ids[by]}]} for by, emoji in entry.reactions.items()
        ]
    }


def _quoted(person: PersonState, entry: Entry) -> JsonObject | None:
    if entry.reply_to is None:
        return None
    quoted = person.conversation.entries.get(entry.reply_to)
    own = quoted is not None and quoted.from_page == entry.from_page
    return {"mid": entry.reply_to, "is_self_reply": own}


def _can_reply(ask: Ask, person: PersonState) -> bool:
    since = person.last_act_at
    return since is not None and ask.now - since < DAY and not person.blocked


_CONVERSATION: Mapping[str, Callable[[Ask, PersonState, list[Entry]], object]] = {
    "updated_time": lambda _, person, entries: _moment(
        entries[0].at if entries else person.conversation.updated_at
    ),
    "link": lambda ask, person, _: f"/{ask.page.page.id}/inbox/{person.conversation.id[2:]}/",
    "snippet": lambda _, __, entries: entries[0].text[:_SNIPPET] if entries else "",
    "message_count": lambda _, __, entries: len(entries),
    "unread_count": lambda _, __, entries: _unread(entries),
    "can_reply": lambda ask, person, _: _can_reply(ask, person),
    "is_subscribed": lambda _, __, ___: True,
    "participants": lambda ask, person, _: {"data": [_them(person), _us(ask)]},
    "senders": lambda ask, person, _: {"data": [_them(person), _us(ask)]},
    "name": lambda _, person, __: person.name,
}

_MESSAGE: Mapping[str, Callable[[Ask, PersonState, Entry], object]] = {
    "from": lambda ask, person, entry: _us(ask) if entry.from_page else _them(person),
    "to": lambda ask, person, entry: {"data": [_them(person) if entry.from_page else _us(ask)]},
    "message": lambda _, __, entry: entry.text,
    "tags": lambda _, __, entry: {
        "data": [{"name": "inbox"}, {"name": "sent" if entry.from_page else "read"}]
    },
    "attachments": lambda _, __, entry: _attachments(entry),
    "reactions": lambda ask, person, entry: _reactions(person, ask.page.page.id, entry),
    "reply_to": lambda _, person, entry: _quoted(person, entry),
    "sticker": lambda _, __, ___: None,
    "is_unsupported": lambda _, __, ___: False,
    "shares": lambda _, __, ___: None,
}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
