"""Requests in few words, so that a case says only what it is about."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from contract.admins import ALICE, Admin
from contract.graph import PERSON
from contract.servers import ORIGIN
from contract.wire import Ask, Header

from messengerkit.sandbox import Page
from messengerkit.signature import sign

SEND, ATTACH, TEST = "/admin/send-message", "/admin/send-attachment", "/test-message"
CONVERSATION = "3f203e6d-b68c-5224-953b-b77203724042"
STATUS, HEALTH, ACTIONS = "/status", "/admin/health", "/admin/actions"
SESSION, WEBHOOK = "/admin/session", "/webhook"

JSON: Header = ("Content-Type", "application/json")
FROM_PANEL: Header = ("Origin", ORIGIN)
COOKIE: Header = ("Cookie", "__Host-messengerkit=<cookie>")
"""The cookie that an earlier step was given."""


def ask(method: str, target: str, *headers: Header, by: Admin | None = None) -> Ask:
    """Return a request without a body; *by* proves who asks."""
    return Ask(method=method, target=target, headers=(*_proof(by), *headers))


def get(target: str, *headers: Header, by: Admin | None = None) -> Ask:
    """Return a GET."""
    return ask("GET", target, *headers, by=by)


def post(
    target: str, body: bytes, *headers: Header, by: Admin | None = None, chunked: bool = False
) -> Ask:
    """Return a POST of *body*, with nothing that says what it is."""
    return Ask(
        method="POST",
        target=target,
        headers=(*_proof(by), *headers),
        body=body,
        framing="chunked" if chunked else "length",
    )


def started(target: str, body: bytes, *headers: Header, by: Admin | None = None) -> Ask:
    """Return a POST whose *headers* frame the body, truly or not."""
    return Ask(
        method="POST", target=target, headers=(*_proof(by), *headers), body=body, framing="own"
    )


def announced(target: str, limit: int, *headers: Header, by: Admin | None = None) -> Ask:
    """Return a POST that announces a gigabyte, and sends no more than it takes to be refused."""
    # gunicorn waits for the next 1024 bytes, of which the limit needs one.
    length = ("Content-Length", str(2**30))
    return started(target, b" " * (limit + 1024), *headers, length, by=by)


def guide(text: str | None, **changes: object) -> bytes:
    """Return the body that the guide sends, with *changes*; a field that is None is left out."""
    fields = {
        "conversation_id": CONVERSATION,
        "recipient_id": PERSON,
        "message_text": text,
        "admin_id": ALICE.admin_id,
        **changes,
    }
    return json.dumps({key: value for key, value in fields.items() if value is not None}).encode()


def send(text: str, *headers: Header, by: Admin = ALICE, **changes: object) -> Ask:
    """Return the guide's request: the admin *by* sends *text*."""
    body = guide(text, **{"admin_id": by.admin_id, **changes})
    return post(SEND, body, JSON, *headers, by=by)


def said(body: bytes, *headers: Header, by: Admin = ALICE, chunked: bool = False) -> Ask:
    """Return a request that sends *body*, as JSON, in place of the guide's."""
    return post(SEND, body, JSON, *headers, by=by, chunked=chunked)


def typed(text: str, *types: Header) -> Ask:
    """Return the guide's request, with *types* as its headers that tell the type."""
    return post(SEND, guide(text), *types, by=ALICE)


def attach(kind: str, url: str, *headers: Header, **changes: object) -> Ask:
    """Return a request by which Alice sends the media at *url*."""
    body = guide(None, type=kind, url=url, **changes)
    return post(ATTACH, body, JSON, *headers, by=ALICE)


def attached(
    data: bytes,
    content_type: str | bytes | None,
    *headers: Header,
    by: Admin | None = ALICE,
    chunked: bool = False,
    **changes: str | None,
) -> Ask:
    """Return a request by which Alice sends the file *data*, with *changes* of its query."""
    target = f"{ATTACH}?{file_query(**changes)}"
    types: tuple[Header, ...] = () if content_type is None else (("Content-Type", content_type),)
    return post(target, data, *types, *headers, by=by, chunked=chunked)


def file_query(**changes: str | None) -> str:
    """Return the query beside a file, with *changes*; a parameter that is None is left out."""
    fields = {
        "conversation_id": CONVERSATION,
        "recipient_id": PERSON,
        "admin_id": ALICE.admin_id,
        "type": "image",
        **changes,
    }
    return urlencode({key: value for key, value in fields.items() if value is not None})


def signed(body: bytes, *headers: Header, chunked: bool = False) -> Ask:
    """Return *body* as Meta posts it."""
    return post(WEBHOOK, body, JSON, signature(body), *headers, chunked=chunked)


def signature(body: bytes) -> Header:
    """Return the header by which Meta signs *body*."""
    return ("X-Hub-Signature-256", sign(body, Page().app_secret))


def wrote(*texts: str, psid: str = PERSON) -> bytes:
    """Return the body of a webhook in which *psid* writes *texts*."""
    page = Page().id
    items: Sequence[object] = [
        {
            "sender": {"id": psid},
            "recipient": {"id": page},
            "message": {"mid": f"m_{number}", "text": text},
        }
        for number, text in enumerate(texts)
    ]
    return json.dumps({"object": "page", "entry": [{"id": page, "messaging": items}]}).encode()


def _proof(by: Admin | None) -> tuple[Header, ...]:
    return () if by is None else by.headers
