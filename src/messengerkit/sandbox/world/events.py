"""Floor 8: the items of webhooks that Meta would write; pure.

Platform page: /docs/messenger-platform/webhooks and its event reference.
"""

from collections.abc import Iterable

from messengerkit.sandbox.jsontext import JsonObject, objects_in
from messengerkit.sandbox.records import Attachment

from .people import Entry, PersonState
from .telling import Telling


def person_wrote(person: PersonState, entry: Entry, quick_reply: str | None = None) -> Telling:
    """Tell that a person wrote *entry*, or tapped a quick reply with this payload."""
    message: JsonObject = {"mid": entry.mid}
    if entry.text:
        message["text"] = entry.text
    if quick_reply is not None:
        message["quick_reply"] = {"payload": quick_reply}
    if entry.reply_to is not None:
        message["reply_to"] = {"mid": entry.reply_to}
    if entry.attachments:
        message["attachments"] = [_received(one) for one in entry.attachments]
    return _from_person(person, "messages", {"message": message}, entry.at)


def person_tapped(person: PersonState, entry: Entry, payload: str) -> Telling:
    """Tell that a person tapped a button, whose title is the text of *entry*."""
    postback: JsonObject = {"mid": entry.mid, "title": entry.text, "payload": payload}
    return _from_person(person, "messaging_postbacks", {"postback": postback}, entry.at)


def person_reacted(person: PersonState, mid: str, emoji: str | None, at: float) -> Telling:
    """Tell that a person reacted to *mid*, or took it back."""
    reaction: JsonObject = {"mid": mid, "action": "unreact"}
    if emoji is not None:
        reaction |= {"action": "react", "emoji": emoji, "reaction": _WORDS.get(emoji, "other")}
    return _from_person(person, "message_reactions", {"reaction": reaction}, at)


def person_read(person: PersonState, at: float) -> Telling:
    """Tell that a person has seen all that the page wrote until *at*."""
    return _from_person(person, "message_reads", {"read": {"watermark": milliseconds(at)}}, at)


def person_has(person: PersonState, mids: Iterable[str], at: float) -> Telling:
    """Tell that *mids* are on a person's device."""
    delivery: JsonObject = {"mids": list(mids), "watermark": milliseconds(at)}
    return _from_person(person, "message_deliveries", {"delivery": delivery}, at)


def person_opted_in(person: PersonState, user_ref: str, ref: str, at: float) -> Telling:
    """Tell that somebody ticked a checkbox; who it was, the page does not know yet."""
    item: JsonObject = {
        "recipient": {"id": person.page_id},
        "timestamp": milliseconds(at),
        "optin": {"ref": ref, "user_ref": user_ref},
    }
    return Telling(page_id=person.page_id, field="messaging_optins", event=item, at=at)


def page_wrote(person: PersonState, entry: Entry, metadata: str | None) -> Telling:
    """Tell that the page wrote *entry*: its echo, with `app_id` as a number."""
    echo: JsonObject = {"mid": entry.mid, "is_echo": True}
    if entry.app_id is not None:
        echo["app_id"] = entry.app_id
    if metadata is not None:
        echo["metadata"] = metadata
    if entry.template is not None:
        echo["attachments"] = [{"type": "template", "payload": _echoed_template(entry.template)}]
    elif entry.attachments:
        echo["attachments"] = [_echoed(one) for one in entry.attachments]
    else:
        echo["text"] = entry.text
    return Telling(
        page_id=person.page_id,
        field="message_echoes",
        event=_item(person.page_id, person.psid, entry.at, {"message": echo}),
        at=entry.at,
        owner=person.conversation.owner_at(entry.at),
    )


def control_moved(
    person: PersonState, app_id: int, key: str, value: JsonObject, at: float
) -> Telling:
    """Tell *app_id* that it got, lost or should give a thread: *key* says which."""
    return Telling(
        page_id=person.page_id,
        field="messaging_handovers",
        event=_item(person.psid, person.page_id, at, {key: value}),
        at=at,
        only=app_id,
    )


_WORDS = {
    "😆": "smile",
    "😠": "angry",
    "😢": "sad",
    "😮": "wow",
    "❤": "love",
    "❤️": "love",
    "👍": "like",
    "👎": "dislike",
}


def _from_person(person: PersonState, field: str, event: JsonObject, at: float) -> Telling:
    return Telling(
        page_id=person.page_id,
        field=field,
        event=_item(person.psid, person.page_id, at, event),
        at=at,
        owner=person.conversation.owner_at(at),
    )


def _item(sender: str, recipient: str, at: float, event: JsonObject) -> JsonObject:
    parties: JsonObject = {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": milliseconds(at),
    }
    return parties | event


def _received(attachment: Attachment) -> JsonObject:
    return {"type": attachment.type, "payload": {"url": attachment.url}}


def _echoed(attachment: Attachment) -> JsonObject:
    payload: JsonObject = {"url": attachment.url}
    if attachment.attachment_id is not None:
        payload["attachment_id"] = int(attachment.attachment_id)  # as Meta has it, in echoes alone
    return {"type": attachment.type, "payload": payload}


def _echoed_template(template: JsonObject) -> JsonObject:
    if template.get("template_type") != "media":
        return template
    # The one template that has ids of attachments; in echoes they are numbers here, too.
    elements = [
        one
        if one.get("attachment_id") is None
        else one | {"attachment_id": int(str(one["attachment_id"]))}
        for one in objects_in(template.get("elements"))
    ]
    return template | {"elements": elements}


def milliseconds(at: float) -> int:
    """Return a time in unix seconds as Meta writes it."""
    return int(at * 1000)
