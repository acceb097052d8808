"""Requests to a desk in few words, and the usual answers; of its one conversation."""

import json
import re
from dataclasses import replace

from contract.admins import ALICE, PAGE, Admin
from contract.asking import (
    JSON,
    SEND,
    get,
    guide,
    post,
)
from contract.case import (
    KEEP_CONVERSATION,
    Step,
    step,
)
from contract.expecting import ENVELOPE, Expect, Headers
from contract.graph import PERSON
from contract.wanting import (
    MESSAGE_ID,
    TIME,
    done,
    refused,
)
from contract.wire import Ask, Header

LIST, ESCALATED = "/admin/conversations", "/admin/conversations/escalated"
ONE, MESSAGE = "/admin/conversation", "/admin/message"
CONTROL, EVENTS, METRICS = f"{ONE}/control", "/admin/events", "/admin/metrics"
HERE = f"{ONE}/<conversation>"
NOBODYS = "00000000-0000-4000-8000-000000000000"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CURSOR = re.compile(r"[0-9a-f.]+")

SAID = "A person, please."
ANSWERED = f"You wrote: {SAID}"
NO_CONVERSATION = refused(404, "not_found", "There is no such conversation.", retryable=False)
NO_MESSAGE = refused(404, "not_found", "There is no such message.")
FOUND = {
    "id": UUID,
    "page_id": PAGE,
    "psid": PERSON,
    "rag_enabled": True,
    "last_message_at": TIME,
    "last_user_message_at": TIME,
}
WAITING = {
    **FOUND,
    "status": "escalated",
    "human_handling": False,
    "assigned_admin_id": None,
    "priority": 1,
    "escalation_reason": "asked for a person",
    "escalated_at": TIME,
    "version": 0,
}


def key(value: str) -> Header:
    """Return the header with this key."""
    return ("Idempotency-Key", value)


def known(by: Admin = ALICE) -> Step:
    """Return the step in which a panel learns the id of the one conversation."""
    return step(get(LIST, by=by), done("The newest first.", next=None), keep=KEEP_CONVERSATION)


def send_there(text: str, *headers: Header, by: Admin = ALICE, **changes: object) -> Ask:
    """Return a request by which *by* sends *text* in the conversation."""
    fields = {"conversation_id": "<conversation>", "admin_id": by.admin_id, **changes}
    return post(SEND, guide(text, **fields), JSON, *headers, by=by)


def json_to(method: str, target: str, by: Admin = ALICE, **fields: object) -> Ask:
    """Return a request with *fields* as JSON."""
    body = json.dumps(fields).encode()
    return replace(post(target, body, JSON, by=by), method=method)


def control(action: str, by: Admin = ALICE, **changes: object) -> Ask:
    """Return a request that does *action* with the conversation."""
    fields = {"conversation_id": "<conversation>", "admin_id": by.admin_id, **changes}
    return json_to("POST", CONTROL, by, action=action, **fields)


def priority(priority: object, by: Admin = ALICE, **changes: object) -> Ask:
    """Return a request that gives the conversation this priority."""
    fields = {"admin_id": by.admin_id, "priority": priority, **changes}
    return json_to("PUT", f"{HERE}/priority", by, **fields)


def shows(text: str, /, **data: object) -> Expect:
    """Return a success whose data may have a message of its own."""
    return Expect(status=200, message=text, data=data)


def sent_there(text: str, *, headers: Headers | None = None, new: bool = True) -> Expect:
    """Return the answer to a text that has arrived; it does so now if it is *new*."""
    found = shows(
        "Message sent.",
        recipient_id=PERSON,
        message=text,
        message_id=MESSAGE_ID,
        attempts=1,
        delivery="sent",
        messages=[UUID],
        statuses=["sent"],
        bot_in_flight=[],
        conversation={**FOUND, "human_handling": True},
    )
    told = {**ENVELOPE, **(headers or {})}
    return replace(found, headers=told, delivers=(text,) if new else ())


def controlled(action: str, **changes: object) -> Expect:
    """Return the answer to a command after which the conversation has *changes*."""
    return done(f"Done: {action}.", conversation={**FOUND, **changes}, bot_in_flight=[])


AGAIN = {"idempotent-replayed": "true"}


def text_of(media_type: str, body: bytes) -> Expect:
    """Return the answer that is text without the envelope; *body* is a pattern of all of it."""
    headers = {"content-type": media_type, "cache-control": "no-store"}
    return Expect(status=200, headers=headers, body=re.compile(body, re.DOTALL))


def stream(body: bytes) -> Expect:
    """Return the answer that is a stream with the events of the pattern *body*."""
    return text_of("text/event-stream", rb"retry: 2000\n\n" + body + rb"id: [0-9]+\n\n")
