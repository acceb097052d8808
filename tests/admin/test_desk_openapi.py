"""The routes of a desk in the OpenAPI document: whole, and no answer is missing in it."""

import json
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
from admin.desk_kit import (
    ACTIONS,
    ALICE,
    CONTROL,
    ESCALATED,
    EVENTS,
    LIST,
    MESSAGES,
    METRICS,
    PREVIEWS,
    PRIORITY,
    REPLIED,
    SEND,
    SETTLE,
    STATE,
    TYPING,
    Play,
)
from admin.test_openapi import fits

from messengerkit import MessengerClient
from messengerkit.admin import Role, document, operation
from messengerkit.admin.openapi import DESCRIPTIONS, inlined_schema, statuses
from messengerkit.admin.routes import DESK
from messengerkit.desk import Conversation, Message, Status
from messengerkit.desk.store import Store

Json: TypeAlias = dict[str, Any]

ALL = {f"{route.method} {route.path}": route for route in DESK}
DOCUMENT: Json = document(DESK)


@pytest.fixture
def play(client: MessengerClient, kept: Store) -> Play:
    """A desk that is not open, of a supervisor."""
    return Play(client, kept, admin=replace(ALICE, role=Role.SUPERVISOR))


async def asked(play: Play, one: Conversation, message: Message) -> dict[str, tuple[Any, ...]]:
    """Return for each route a good request: body, id, query."""
    doubt = await play.in_doubt(one)
    me = {"admin_id": "alice"}
    control = {"conversation_id": str(one.id), "action": "escalate", **me}
    return {
        f"POST {CONTROL}": (control, "", ""),
        f"PUT {PRIORITY}": ({"priority": 5, **me}, one.id, ""),
        f"POST {TYPING}": ({"typing": True, **me}, one.id, ""),
        f"POST {REPLIED}": (None, message.id, ""),
        f"POST {SETTLE}": ({"settlement": "confirm"}, doubt, ""),
        f"GET {LIST}": (None, "", "limit=1&status=active&human_handling=true"),
        f"GET {ESCALATED}": (None, "", "page_id=101"),
        f"GET {PREVIEWS}": (None, "", f"ids={one.id},{uuid4()}"),
        f"GET {STATE}": (None, one.id, ""),
        f"GET {MESSAGES}": (None, one.id, "limit=1"),
        f"GET {EVENTS}": (None, "", "after=start"),
        f"GET {METRICS}": (None, "", ""),
    }


async def answered(play: Play, name: str, body: object, of: object, query: str) -> int:
    """Return the status of an answer, which must be declared and be what is declared."""
    route = ALL[name]
    answer = await play.ask(route.method, route.path, body, of=of, query=query)
    described = DOCUMENT["paths"][route.path][route.method.lower()]

    assert answer.status in statuses(route)
    ((media_type, content),) = described["responses"][str(answer.status)]["content"].items()
    text = answer.body.decode()
    assert dict(answer.headers)["Content-Type"] == media_type
    assert fits(json.loads(text) if media_type == "application/json" else text, content["schema"])
    return answer.status


async def test_what_is_right_is_declared(play: Play) -> None:
    """Each route has its 200, with the body that it says."""
    one = await play.conversation(status=Status.ESCALATED)
    good = await asked(play, one, await play.message(one))

    assert good.keys() == ALL.keys()
    for name, rest in good.items():
        assert (name, await answered(play, name, *rest)) == (name, 200)


async def test_what_is_wrong_is_declared(play: Play) -> None:
    """Nobody's id, another's conversation, a body or a query that is none."""
    one = await play.conversation(assigned_admin_id="bea", human_handling=True)
    message = await play.message(one)
    missing, me = uuid4(), {"admin_id": "alice"}
    control = {"conversation_id": str(one.id), "action": "assign_human", **me}
    wrong: list[tuple[int, str, tuple[Any, ...]]] = [
        (409, f"POST {CONTROL}", (control, "", "")),
        (404, f"POST {CONTROL}", (control | {"conversation_id": "x"}, "", "")),
        (422, f"POST {CONTROL}", ({}, "", "")),
        (404, f"PUT {PRIORITY}", ({"priority": 5, **me}, missing, "")),
        (422, f"PUT {PRIORITY}", ({"priority": 0, **me}, one.id, "")),
        (403, f"PUT {PRIORITY}", ({"priority": 1, "admin_id": "bea"}, one.id, "")),
        (415, f"PUT {PRIORITY}", (None, one.id, "")),
        (404, f"POST {TYPING}", ({"typing": True, **me}, missing, "")),
        (422, f"POST {TYPING}", ({"typing": 1, **me}, one.id, "")),
        (403, f"POST {TYPING}", ({"typing": True, "admin_id": "bea"}, one.id, "")),
        (404, f"POST {REPLIED}", (None, missing, "")),
        (404, f"POST {SETTLE}", ({"settlement": "confirm"}, message.id, "")),
        (422, f"GET {LIST}", (None, "", "status=new")),
        (422, f"GET {ESCALATED}", (None, "", "limit=0")),
        (422, f"GET {PREVIEWS}", (None, "", "")),
        (422, f"GET {PREVIEWS}", (None, "", "ids=" + ",".join("a" * 51))),
        (404, f"GET {STATE}", (None, missing, "")),
        (404, f"GET {MESSAGES}", (None, missing, "")),
        (422, f"GET {MESSAGES}", (None, one.id, "before=x")),
        (422, f"GET {EVENTS}", (None, "", "after=,")),
    ]

    for status, name, rest in wrong:
        assert (name, await answered(play, name, *rest)) == (name, status)


def test_each_is_described() -> None:
    """A person reads what it does; a program finds the id in the path, and what it may say."""
    for name, route in ALL.items():
        described: Json = operation(route)
        places = [one["name"] for one in described["parameters"] if one["in"] == "path"]

        assert places == (["id"] if "{id}" in route.path else []), name
        assert described["summary"].endswith(".")
        assert described["responses"].keys() == {str(one) for one in statuses(route)}
        assert {int(one) for one in described["responses"]} <= DESCRIPTIONS.keys()
        assert ("requestBody" in described) is (route.body is not None)
        if route.body is not None:
            content = described["requestBody"]["content"]["application/json"]
            assert content["schema"] == inlined_schema(route.body)


def test_what_is_no_envelope_is_declared_as_text() -> None:
    """The figures and the events; their failures are envelopes like any other."""
    for path, media_type in ((METRICS, "text/plain; version=0.0.4"), (EVENTS, "text/event-stream")):
        responses = DOCUMENT["paths"][path]["get"]["responses"]

        assert list(responses["200"]["content"]) == [media_type]
        assert list(responses["401"]["content"]) == ["application/json"]


def test_where_the_events_go_on_is_declared() -> None:
    """By the header that a browser sends, too; no other route reads it."""
    readers: list[str] = []
    for route in ALL.values():
        described: Json = operation(route)
        if any(one["name"] == "Last-Event-ID" for one in described["parameters"]):
            readers.append(route.path)

    assert readers == [EVENTS]


async def test_a_desk_serves_them_all(play: Play) -> None:
    """And a backend without conversations none of them, but its own list of actions."""
    assert {one.path for one in DESK} <= {*play.face.paths}
    assert {ACTIONS, SEND} <= {*play.face.paths}
