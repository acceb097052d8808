"""Floor 8: Meta's checks of a call to the send edge, one short pure function each.

Each takes the parameters and returns a refusal or None; `CHECKS` has them in Meta's
order. Platform page: /docs/messenger-platform/reference/send-api.
"""

import re
from collections.abc import Callable

from .attachments import refuse_attachment
from .jsontext import JsonObject, is_object
from .refusals import (
    BAD_ID,
    EMPTY_MESSAGE,
    MESSAGE_AND_ACTION,
    NEITHER_MESSAGE_NOR_ACTION,
    TAG_WITHOUT_TYPE,
    TEXT_AND_ATTACHMENT,
    Refusal,
    must_be,
    must_be_one_of,
    not_modelled,
    required,
    too_long,
)

Check = Callable[[JsonObject], Refusal | None]
"""A look at the parameters of one call."""

RETIRED_TAGS = frozenset({"ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE"})
"""The tags that ended on 2026-04-27; the window's check refuses them, later."""

_TEXT_LIMIT = 2000  # UTF-16 code units: undocumented, and the count that never passes too much
_METADATA_LIMIT = 1000
_ACTIONS = ("typing_on", "typing_off", "mark_seen")
_UNMODELLED_ACTIONS = frozenset({"react", "unreact"})
_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_NOTIFICATIONS = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
_TAGS = ("HUMAN_AGENT", "CUSTOMER_FEEDBACK")
_MESSAGE = frozenset({"text", "attachment", "metadata"})
_UNMODELLED = ("persona_id", "reply_to", "thread_control", "suggestion_action", "folder")
_ID = re.compile(r"[0-9]{1,30}")


def psid(params: JsonObject) -> str:
    """Return the recipient's id as text; Meta takes it as a number too."""
    recipient = params.get("recipient")
    return str(recipient.get("id")) if is_object(recipient) else ""


def message(params: JsonObject) -> JsonObject:
    """Return the message, or an empty one if there is none."""
    value = params.get("message")
    return value if is_object(value) else {}


def _recipient(params: JsonObject) -> Refusal | None:
    value = params.get("recipient")
    if value is None:
        return required("recipient")
    if not is_object(value):
        return must_be("recipient", "a JSON object")
    others = sorted(value.keys() - {"id"})
    if others:
        return not_modelled(f"recipient[{others[0]}]")
    if "id" not in value:
        return required("recipient[id]")
    return None if _ID.fullmatch(psid(params)) else BAD_ID


def _message_or_action(params: JsonObject) -> Refusal | None:
    given = [params.get("message") is not None, params.get("sender_action") is not None]
    if all(given):
        return MESSAGE_AND_ACTION
    return None if any(given) else NEITHER_MESSAGE_NOR_ACTION


def _sender_action(params: JsonObject) -> Refusal | None:
    action = params.get("sender_action")
    if action is None or action in _ACTIONS:
        return None
    if isinstance(action, str) and action in _UNMODELLED_ACTIONS:
        return not_modelled(f"the sender_action {action}")
    return must_be_one_of("sender_action", _ACTIONS)


def _modelled(params: JsonObject) -> Refusal | None:
    unmodelled = [name for name in _UNMODELLED if params.get(name) is not None]
    unmodelled += [f"message[{key}]" for key in message(params) if key not in _MESSAGE]
    return not_modelled(unmodelled[0]) if unmodelled else None


def _content(params: JsonObject) -> Refusal | None:
    if params.get("message") is None:
        return None
    if not is_object(params["message"]):
        return must_be("message", "a JSON object")
    text, attachment = message(params).get("text"), message(params).get("attachment")
    if text in (None, ""):
        return EMPTY_MESSAGE if attachment is None else refuse_attachment(attachment)
    if attachment is not None:
        return TEXT_AND_ATTACHMENT
    return _string_within(text, "message[text]", _TEXT_LIMIT)


def _metadata(params: JsonObject) -> Refusal | None:
    metadata = message(params).get("metadata")
    if metadata is None:
        return None
    return _string_within(metadata, "message[metadata]", _METADATA_LIMIT)


def _string_within(value: object, parameter: str, limit: int) -> Refusal | None:
    if not isinstance(value, str):
        return must_be(parameter, "a string")
    # JSON can carry half a surrogate pair, which plain UTF-16 would refuse to encode.
    units = len(value.encode("utf-16-le", "surrogatepass")) // 2
    return too_long(parameter, limit) if units > limit else None


def _messaging_type(params: JsonObject) -> Refusal | None:
    kind = params.get("messaging_type")
    if kind is not None and kind not in _TYPES:
        return must_be_one_of("messaging_type", _TYPES)
    return not_modelled("messaging_type UTILITY") if kind == "UTILITY" else None


def _tag(params: JsonObject) -> Refusal | None:
    kind, tag = params.get("messaging_type"), params.get("tag")
    if tag is None:
        return required("tag") if kind == "MESSAGE_TAG" else None
    if kind not in {None, "MESSAGE_TAG"}:
        return TAG_WITHOUT_TYPE
    if not isinstance(tag, str) or tag not in RETIRED_TAGS.union(_TAGS):
        return must_be_one_of("tag", _TAGS)
    return not_modelled("the tag CUSTOMER_FEEDBACK") if tag == "CUSTOMER_FEEDBACK" else None


def _notification_type(params: JsonObject) -> Refusal | None:
    kind = params.get("notification_type")
    if kind is None or kind in _NOTIFICATIONS:
        return None
    return must_be_one_of("notification_type", _NOTIFICATIONS)


CHECKS: tuple[Check, ...] = (
    _recipient,
    _message_or_action,
    _sender_action,
    _modelled,
    _content,
    _metadata,
    _messaging_type,
    _tag,
    _notification_type,
)
"""All that can be checked without knowing the person, in Meta's order."""
