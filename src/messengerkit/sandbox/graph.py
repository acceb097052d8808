"""Floor 8: what the Graph API decides about a call; pure: values in, a decision out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .access import refuse_access
from .attachments import carried
from .calls import Call
from .checks import CHECKS, RETIRED_TAGS, message, psid
from .jsontext import JsonObject
from .page import Page
from .records import Attachment
from .refusals import (
    NO_SUCH_PERSON,
    OUTSIDE_WINDOW,
    RETIRED_TAG,
    Refusal,
    no_such_object,
    not_modelled,
    unknown_path,
)

Edge = Literal["messages", "me"]
"""The two parts of the Graph API that the sandbox has: the send edge and the page itself."""

_DAY = 86_400
_WINDOW = _DAY  # seconds after a person's last act
_AGENT_WINDOW = 7 * _DAY
_FIELDS = ("id", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that passed every check and may be delivered."""

    psid: str
    text: str
    metadata: str | None
    messaging_type: str | None
    tag: str | None
    attachments: tuple[Attachment, ...] = ()


Decision = Refusal | Outgoing | JsonObject
"""No; yes, deliver this; or yes, and this is the answer."""


def edge_of(method: str, segments: tuple[str, ...], page: Page) -> Edge | None:
    """Return what *method* on the path *segments* reaches, or None if nothing modelled."""
    if not segments or segments[0] not in {"me", page.id}:
        return None
    edges: dict[tuple[str, tuple[str, ...]], Edge] = {
        ("GET", ()): "me",
        ("POST", ("messages",)): "messages",
    }
    return edges.get((method, segments[1:]))


def refuse_path(method: str, segments: tuple[str, ...]) -> Refusal:
    """Return the refusal of a path that reaches nothing."""
    if method == "POST" and segments[1:] == ("messages",) and segments[0].isdecimal():
        return no_such_object(segments[0])
    return unknown_path(method, "/" + "/".join(segments))


def decide(
    call: Call,
    method: str,
    segments: tuple[str, ...],
    *,
    page: Page,
    people: Mapping[str, float],
    now: float,
) -> Decision:
    """Return what becomes of *call*; *people* maps each PSID to its last act."""
    refusal = refuse_access(call, page, now)
    if refusal:
        return refusal
    edge = edge_of(method, segments, page)
    if edge == "messages":
        return _send(call.params, people, now)
    return _describe(call.params, page) if edge == "me" else refuse_path(method, segments)


def _describe(params: JsonObject, page: Page) -> Decision:
    asked = str(params.get("fields") or ",".join(_FIELDS)).split(",")
    fields = [name.strip() for name in asked]
    unknown = [name for name in fields if name not in _FIELDS]
    if unknown:
        return not_modelled(f"the page's field {unknown[0]}")
    known = {"id": page.id, "name": page.name}
    # Meta adds the id even where nobody asked for it.
    return {name: known[name] for name in (*fields, "id")}


def _send(params: JsonObject, people: Mapping[str, float], now: float) -> Decision:
    for check in CHECKS:
        refusal = check(params)
        if refusal:
            return refusal
    person = psid(params)
    if person not in people:
        return NO_SUCH_PERSON
    refusal = _refuse_time(params, now - people[person])
    if refusal:
        return refusal
    if params.get("message") is None:
        return {"recipient_id": person}
    return _outgoing(params, person)


def _refuse_time(params: JsonObject, elapsed: float) -> Refusal | None:
    """Return why a message *elapsed* seconds after the person's last act is refused, if it is.

    The window ends exactly 24 hours after the act; HUMAN_AGENT stretches it to 7 days.
    Platform page: /docs/messenger-platform/policy/policy-overview.
    """
    if params.get("tag") in RETIRED_TAGS:
        return RETIRED_TAG
    limit = _AGENT_WINDOW if params.get("tag") == "HUMAN_AGENT" else _WINDOW
    return None if elapsed < limit else OUTSIDE_WINDOW


def _outgoing(params: JsonObject, person: str) -> Outgoing:
    content = message(params)
    return Outgoing(
        psid=person,
        text=_text_or_none(content.get("text")) or "",
        metadata=_text_or_none(content.get("metadata")),
        messaging_type=_text_or_none(params.get("messaging_type")),
        tag=_text_or_none(params.get("tag")),
        attachments=carried(content),
    )


def _text_or_none(value: object) -> str | None:
    """Return *value*, which the checks have found to be text or absent."""
    return None if value is None else str(value)
