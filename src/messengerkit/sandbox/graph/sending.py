"""Floor 8: the send edge: Meta's checks in Meta's order, and then the message is there.

Platform page: /docs/messenger-platform/reference/send-api.
"""

from dataclasses import dataclass

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.records import Delivered
from messengerkit.sandbox.world.pages import Activity
from messengerkit.sandbox.world.people import DAY, Entry, PersonState

from .actions import act, read_action, read_persona
from .ask import Ask
from .content import Content, keep_media, read_content
from .handing import after_send, read_handing
from .owning import refuse_other_app
from .reading import Part
from .recipients import Recipient, find, read_recipient
from .refusals import (
    MESSAGE_AND_ACTION,
    NEITHER_MESSAGE_NOR_ACTION,
    NO_ROLE,
    OUTSIDE_WINDOW,
    PERSON_GONE,
    RETIRED_TAG,
    TAG_WITHOUT_TYPE,
    Refused,
    must_be,
    must_be_one_of,
    no_capability,
    not_modelled,
    required,
)

_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_NOTIFICATIONS = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
_TAGS = ("HUMAN_AGENT", "CUSTOMER_FEEDBACK")
_RETIRED = ("ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE")
_KNOWN = (
    "access_token",
    "appsecret_proof",
    "appsecret_time",
    "message",
    "messaging_type",
    "notification_type",
    "payload",
    "persona_id",
    "recipient",
    "reply_to",
    "sender_action",
    "tag",
    "thread_control",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What stands around a message.

    Attributes:
        messaging_type: The type, or None if it was left out.
        tag: The tag, or None.
        persona_id: Under whose name it goes, or None.
        reply_to: The mid that it quotes, or None.
    """

    messaging_type: str | None
    tag: str | None
    persona_id: str | None
    reply_to: str | None


def send(ask: Ask) -> JsonObject:
    """Do what a call to the send edge asks.

    Raises:
        Refused: If Meta refuses it; nothing was done.
    """
    params = ask.params
    ask.require("pages_messaging")
    recipient = read_recipient(params)
    if recipient.is_private_reply:
        ask.require("pages_read_engagement", "pages_manage_metadata")
    has_message, has_action = params.has("message"), params.has("sender_action")
    if has_message and has_action:
        raise Refused(MESSAGE_AND_ACTION)
    if not has_message and not has_action:
        raise Refused(NEITHER_MESSAGE_NOR_ACTION)
    # Meta ignores what it does not know; here it would hide a slip.
    params.only(_KNOWN)
    if has_action:
        return _act(ask, recipient)
    envelope = _read_envelope(params, ask)
    content = read_content(params.needed("message"), ask)
    handing = read_handing(params, ask)
    person, activity = find(ask, recipient)
    _refuse_person(ask, person)
    refuse_other_app(ask, person)
    _refuse_time(ask, person, envelope, content, activity)
    ask.meter("private_replies" if activity else "audio_video" if content.is_heavy else "messages")
    saved = keep_media(content, ask)
    delivered = _deliver(ask, person, envelope, content)
    if activity is not None:
        activity.answered = True
    if recipient.by == "user_ref":
        del ask.page.references[recipient.value]  # it is good for the first message alone
    after_send(ask, person, handing)
    return _answer(recipient, delivered, saved)


def _act(ask: Ask, recipient: Recipient) -> JsonObject:
    action = read_action(ask)
    person, _ = find(ask, recipient)
    _refuse_person(ask, person)
    refuse_other_app(ask, person)
    if person.last_act_at is None or ask.now - person.last_act_at >= DAY:
        raise Refused(OUTSIDE_WINDOW)
    act(ask, person, action)
    return {"recipient_id": person.psid} if recipient.is_shown else {}


def _read_envelope(params: Part, ask: Ask) -> Envelope:
    kind = params.one_of("messaging_type", _TYPES)
    if kind == "UTILITY":
        raise Refused(not_modelled("messaging_type UTILITY"))
    params.one_of("notification_type", _NOTIFICATIONS)
    tag = _read_tag(params, kind)
    persona = read_persona(ask)
    quoted = params.part("reply_to")
    reply_to = None if quoted is None else quoted.words("mid")
    return Envelope(messaging_type=kind, tag=tag, persona_id=persona, reply_to=reply_to)


def _read_tag(params: Part, kind: str | None) -> str | None:
    tag = params.text("tag")
    if tag is None:
        if kind == "MESSAGE_TAG":
            raise Refused(required("tag"))
        return None
    if kind not in {None, "MESSAGE_TAG"}:
        raise Refused(TAG_WITHOUT_TYPE)
    if tag not in (*_TAGS, *_RETIRED):
        raise Refused(must_be_one_of("tag", _TAGS))
    return tag


def _refuse_person(ask: Ask, person: PersonState) -> None:
    if ask.app.development and not person.has_role:
        raise Refused(NO_ROLE)
    if person.blocked:
        raise Refused(PERSON_GONE)


def _refuse_time(
    ask: Ask,
    person: PersonState,
    envelope: Envelope,
    content: Content,
    activity: Activity | None,
) -> None:
    """Refuse a message that comes too late after the person's last act.

    The window ends exactly 24 hours after the act; HUMAN_AGENT stretches it to 7 days, and
    so does CUSTOMER_FEEDBACK for its template. Platform page:
    /docs/messenger-platform/policy/policy-overview.
    """
    tag = envelope.tag
    if tag in _RETIRED:
        raise Refused(RETIRED_TAG)
    if tag == "HUMAN_AGENT" and "human_agent" not in ask.app.permissions:
        raise Refused(no_capability("Human Agent"))
    if tag == "CUSTOMER_FEEDBACK" and content.template_type != "customer_feedback":
        raise Refused(must_be("tag", "with the template customer_feedback"))
    if activity is not None:
        return
    since = person.last_act_at
    limit = DAY if tag is None else 7 * DAY
    if since is None or ask.now - since >= limit:
        raise Refused(OUTSIDE_WINDOW)


def _deliver(ask: Ask, person: PersonState, envelope: Envelope, content: Content) -> Delivered:
    world, now = ask.world, ask.now
    entry = Entry(
        mid=world.ids.mid(),
        from_page=True,
        at=now,
        text=content.text,
        attachments=tuple(content.attachments),
        template=content.template,
        quick_replies=content.quick_replies,
        persona=ask.page.personas.get(envelope.persona_id or ""),
        reply_to=envelope.reply_to,
        app_id=ask.app.id,
    )
    delivered = Delivered(
        person.psid,
        entry.mid,
        content.text,
        content.metadata,
        envelope.messaging_type,
        now,
        envelope.tag,
        entry.attachments,
        ask.page.page.id,
        ask.app.id,
        envelope.persona_id,
        envelope.reply_to,
        content.json,
    )
    world.page_writes(person, entry, delivered)
    return delivered


def _answer(recipient: Recipient, delivered: Delivered, saved: str | None) -> JsonObject:
    answer: JsonObject = {"recipient_id": delivered.psid} if recipient.is_shown else {}
    answer["message_id"] = delivered.mid
    if saved is not None:
        answer["attachment_id"] = saved
    return answer
