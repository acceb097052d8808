"""The OpenAPI document: whole, valid, and true: no answer of the face is missing in it."""

import asyncio
import enum
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from types import NoneType
from typing import Any, Literal, TypeAlias, cast

import pytest
from admin.kit import (
    ADMIN,
    KEY,
    NOW,
    PERSON,
    Accepting,
    Always,
    Headers,
    guide_body,
    guide_headers,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from messengerkit import MessengerClient, Webhook
from messengerkit.admin import (
    ROUTES,
    TEST_MESSAGE,
    ActionsQuery,
    AdminAnswer,
    AdminAttachmentRequest,
    AdminFace,
    AdminIdentity,
    AdminMessageRequest,
    AdminRequest,
    DirectBackend,
    Handler,
    InBackground,
    JsonLinesAuditLog,
    MemoryIdempotencyKeys,
    Role,
    Route,
    SessionAuth,
    SharedKeyAuth,
    Throttled,
    Wiring,
    document,
    operation,
)
from messengerkit.admin.idempotency import once
from messengerkit.admin.openapi import DESCRIPTIONS, FILES, inlined_schema, statuses
from messengerkit.admin.routes import DESK
from messengerkit.admin.schemas import MAX_BODY, MessageTestQuery
from messengerkit.admin.upload import AdminUploadQuery
from messengerkit.errors import AdminConflictError
from messengerkit.events import Event
from messengerkit.sandbox import Fault, Sandbox
from messengerkit.signature import sign

Json: TypeAlias = dict[str, Any]

PAGE, EVIL = "https://panel.example.com", "https://evil.example.com"
APP_SECRET, VERIFY_TOKEN = "app-secret", "verify-token"
# Those of a desk are looked at in `test_desk_openapi.py`: another backend serves them.
ALL = {
    f"{route.method} {route.path}": route for route in (*ROUTES, TEST_MESSAGE) if route not in DESK
}
SENDS = [name for name, route in ALL.items() if route.idempotent]
CLOSED = [name for name, route in ALL.items() if not route.public]
OPEN = [name for name, route in ALL.items() if route.public]
AGENT = AdminIdentity(admin_id=ADMIN)
ELSEWHERE = AdminIdentity(admin_id=ADMIN, role=Role.SUPERVISOR, pages=frozenset({"4711"}))
EVENTS = b'{"object":"page","entry":[]}'
MESSAGE = json.dumps(
    {
        "object": "page",
        "entry": [
            {
                "id": "1",
                "time": 1,
                "messaging": [
                    {
                        "sender": {"id": "2"},
                        "recipient": {"id": "1"},
                        "timestamp": 1,
                        "message": {"mid": "m", "text": "Hi"},
                    }
                ],
            }
        ],
    }
).encode()


def read_json(value: object) -> Json:
    """Return *value* after a journey as JSON, which it must survive."""
    found: Json = json.loads(json.dumps(value, allow_nan=False))

    assert found == value
    return found


DOCUMENT = read_json(document(ALL.values()))
OPERATIONS: dict[str, Json] = {
    f"{method.upper()} {path}": described
    for path, methods in DOCUMENT["paths"].items()
    for method, described in methods.items()
}


TYPES = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": NoneType,
    "object": dict,
    "string": str,
}


def fits(value: Any, schema: Json) -> bool:  # noqa: ANN401  # any JSON
    """Return whether *value* is what *schema* says; a word that is unknown here fails."""
    if "type" in schema and type(value) is not TYPES[schema["type"]]:
        return False
    if "items" in schema and not all_fit(cast("list[Any]", value), schema["items"]):
        return False
    return all(_says(word, said, value, schema) for word, said in schema.items())


def _says(word: str, said: Any, value: Any, schema: Json) -> bool:  # noqa: ANN401  # any JSON
    held: bool
    match word:
        case "title" | "description" | "default" | "type" | "items":
            held = True
        case "enum":
            held = value in said
        case "anyOf":
            held = any(fits(value, kind) for kind in said)
        case "pattern":
            held = re.search(said, value) is not None
        case "minLength" | "minimum":
            held = said <= (value if word == "minimum" else len(value))
        case "maxLength" | "maximum" | "maxItems":
            held = said >= (value if word == "maximum" else len(value))
        case "required":
            held = value.keys() >= set(said)
        case "properties":
            held = all(fits(one, said[name]) for name, one in value.items() if name in said)
        case "additionalProperties":
            known = schema.get("properties", {})
            others = [one for name, one in value.items() if name not in known]
            held = said is True or (not others if said is False else all_fit(others, said))
        case _:
            raise AssertionError(word)
    return held


def all_fit(values: list[Any], schema: Json) -> bool:
    """Return whether each of *values* is what *schema* says."""
    return all(fits(one, schema) for one in values)


def test_the_document_is_of_openapi_31() -> None:
    """It has what the specification demands at the top, and nothing that no tool knows."""
    assert DOCUMENT.keys() == {"openapi", "info", "paths", "components"}
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"].keys() == {"title", "version"}
    assert OPERATIONS.keys() == ALL.keys()


def test_it_has_the_name_that_it_is_given() -> None:
    """A backend with routes of its own has a version of its own."""
    info = document((), title="Support desk", version="7.1")["info"]

    assert info == {"title": "Support desk", "version": "7.1"}


def test_it_refers_to_nothing() -> None:
    """An operation can be lifted out of it: FastAPI takes each by itself."""
    assert "$ref" not in json.dumps(DOCUMENT)
    assert "$defs" not in json.dumps(DOCUMENT)


@pytest.mark.parametrize("name", ALL)
def test_an_operation_is_whole(name: str) -> None:
    """A person reads what it does and what each status means; a program reads each answer."""
    described = OPERATIONS[name]

    assert described["summary"] == ALL[name].summary
    assert described["summary"].endswith(".")
    assert {**read_json(operation(ALL[name])), "security": described["security"]} == described
    assert described["responses"].keys() == {str(status) for status in statuses(ALL[name])}
    for status, response in described["responses"].items():
        assert response["description"] == DESCRIPTIONS[int(status)]
        ((media_type, content),) = response["content"].items()
        plain = ALL[name].media_type == "text/plain" and status == "200"
        assert media_type == ("text/plain" if plain else "application/json")
        assert content["schema"]["type"] == ("string" if plain else "object")


@pytest.mark.parametrize("name", ALL)
def test_a_failure_is_described_as_one(name: str) -> None:
    """Its envelope has the error in it, and that of a success has whatever the route tells."""
    for status, response in OPERATIONS[name]["responses"].items():
        ((_, content),) = response["content"].items()
        data = content["schema"].get("properties", {}).get("data", {})

        assert ("error" in data.get("properties", {})) is (int(status) >= 300)


@pytest.mark.parametrize("name", ALL)
def test_parameters_are_unique_and_have_a_schema(name: str) -> None:
    """OpenAPI forbids two of the same name and place, and asks for a schema of each."""
    parameters = OPERATIONS[name]["parameters"]
    places = [(one["name"].lower(), one["in"]) for one in parameters]

    assert len(set(places)) == len(places)
    assert all(one["schema"]["type"] in TYPES for one in parameters)
    assert all(isinstance(one["required"], bool) for one in parameters)


@pytest.mark.parametrize("name", ALL)
def test_a_body_is_described_where_there_is_one(name: str) -> None:
    """As JSON, or as a file where one is taken: with any other type it is refused."""
    route, described = ALL[name], OPERATIONS[name]

    assert ("requestBody" in described) is (route.body is not None)
    if route.body is not None:
        assert described["requestBody"]["required"] is True
        (media_type, content), *files = described["requestBody"]["content"].items()
        assert media_type == "application/json"
        assert [one for one, _ in files] == [*(FILES if route.upload else ())]
        assert content["schema"] == inlined_schema(route.body)
        assert content["schema"]["additionalProperties"] is False


@pytest.mark.parametrize("name", ALL)
def test_only_what_is_not_public_needs_a_key(name: str) -> None:
    """And the scheme that it names is declared."""
    security = OPERATIONS[name]["security"]

    assert security == ([] if ALL[name].public else [{"AdminKey": []}])
    scheme = DOCUMENT["components"]["securitySchemes"]["AdminKey"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def headers_of(name: str) -> set[str]:
    """Return the headers that an operation describes."""
    return {one["name"] for one in OPERATIONS[name]["parameters"] if one["in"] == "header"}


@pytest.mark.parametrize("name", ALL)
def test_headers_are_described_where_they_are_read(name: str) -> None:
    """The admin's id wherever a key is, and the `Idempotency-Key` on what sends."""
    expected = {"X-Admin-User-ID"} if name in CLOSED else set[str]()

    assert headers_of(name) == expected | ({"Idempotency-Key"} if name in SENDS else set())
    assert ALL[name].idempotent is ("send" in name or "test" in name)


def query_of(described: Json) -> dict[str, Json]:
    """Return the query's parameters by their names."""
    return {one["name"]: one for one in described["parameters"] if one["in"] == "query"}


def test_a_query_cannot_say_null() -> None:
    """What may be left out is not required; what is there has its limits, and its default."""
    actions = query_of(OPERATIONS["GET /admin/actions"])
    test = query_of(OPERATIONS["POST /test-message"])

    assert actions.keys() == {"limit", "before", "admin_id", "conversation_id"}
    assert not any(one["required"] for one in actions.values())
    limit = actions["limit"]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 200, 50)
    assert actions["before"]["schema"] == {
        "title": "Before",
        "type": "string",
        "pattern": "^[0-9a-f.]{1,80}$",
    }
    assert {name: one["required"] for name, one in test.items()} == {
        "recipient_id": True,
        "message": False,
    }
    assert test["message"]["schema"]["default"] == "Hello from messengerkit!"


class Kind(enum.Enum):
    """What a note is about."""

    PERSON = "person"
    ORDER = "order"


class Line(BaseModel):
    """One line of a note."""

    text: str
    kind: Kind = Kind.PERSON


class Note(BaseModel):
    """A user's own body, of models within models."""

    lines: list[Line]
    kind: Kind | None = None


class NoteQuery(BaseModel):
    """A user's own query."""

    either: int | str | None = None
    both: int | str = 1
    kind: Kind = Kind.ORDER
    level: Literal["low", "high"] | None = "low"


def served(_wiring: Wiring) -> Handler | None:
    """Serve nothing: only the description is asked for."""
    return None


OWN = Route(
    method="PUT",
    path="/admin/conversation/{conversation}/note/{note}",
    summary="Keep a note.",
    wire=served,
    statuses=(200, 404, 418, 499),
    body=Note,
    query=NoteQuery,
)


def test_a_route_of_ones_own_is_described_too() -> None:
    """Its path's names are parameters, and its models are inlined, however deep."""
    described = read_json(operation(OWN))

    assert [one["name"] for one in described["parameters"] if one["in"] == "path"] == [
        "conversation",
        "note",
    ]
    assert all(one["required"] for one in described["parameters"] if one["in"] == "path")
    assert "$ref" not in json.dumps(described)
    body = described["requestBody"]["content"]["application/json"]["schema"]
    kinds = ["person", "order"]
    line = body["properties"]["lines"]["items"]["properties"]
    assert (line["kind"]["enum"], line["kind"]["default"]) == (kinds, "person")
    assert body["properties"]["kind"]["anyOf"][0]["enum"] == kinds
    assert body["properties"]["kind"]["default"] is None


def test_a_query_of_ones_own_cannot_say_null_either() -> None:
    """However many types a parameter may have."""
    query = {name: one["schema"] for name, one in query_of(read_json(operation(OWN))).items()}
    either = [{"type": "integer"}, {"type": "string"}]

    assert query["either"] == {"title": "Either", "anyOf": either}
    assert query["both"] == {"title": "Both", "anyOf": either, "default": 1}
    assert (query["kind"]["enum"], query["kind"]["default"]) == (["person", "order"], "order")
    assert (query["level"]["enum"], query["level"]["default"]) == (["low", "high"], "low")


def test_any_status_has_a_meaning() -> None:
    """One that we have not is told by its name; one that nobody has, by its number."""
    responses = read_json(operation(OWN))["responses"]

    assert responses["404"]["description"] == DESCRIPTIONS[404]
    assert responses["418"]["description"] == f"{HTTPStatus.IM_A_TEAPOT.phrase}."
    assert responses["499"]["description"] == "Status 499."


BARE = Route(method="POST", path="/admin/bell", summary="Ring.", wire=served, public=True)


@pytest.mark.parametrize(
    ("route", "added"),
    [
        (BARE, set[int]()),
        (replace(BARE, statuses=(204,)), {204}),
        (replace(BARE, public=False), {401, 403, 429, 502, 503}),
        (replace(BARE, query=NoteQuery), {422}),
        (replace(BARE, idempotent=True), {409, 422}),
        (replace(BARE, body=Note), {413, 415, 422}),
    ],
    ids=["nothing", "its own", "closed", "query", "idempotent", "body"],
)
def test_what_every_route_of_a_kind_answers_is_added(route: Route, added: set[int]) -> None:
    """Whoever writes a route names what is its own, and nothing else."""
    assert statuses(route) == tuple(sorted({*route.statuses, 500} | added))


def test_two_methods_of_one_path_stand_side_by_side() -> None:
    """Neither hides the other."""
    assert DOCUMENT["paths"]["/webhook"].keys() == {"get", "post"}
    assert DOCUMENT["paths"]["/admin/session"].keys() == {"post", "delete"}


# What the face really answers.


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that a route takes."""

    query: str = ""
    body: bytes = b""
    headers: Headers = ()


def media_body() -> Json:
    """Return the body that sends a picture."""
    url = "https://cdn.example.com/a.jpg"
    body = {**guide_body(), "type": "image", "url": url}
    del body["message_text"]
    return body


def signed(body: bytes) -> Headers:
    """Return the headers that Meta sends with *body*."""
    return (("X-Hub-Signature-256", sign(body, APP_SECRET)),)


HANDSHAKE = f"hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=4711"
GOOD: Mapping[str, Call] = {
    "POST /admin/send-message": Call(body=json.dumps(guide_body()).encode()),
    "POST /admin/send-attachment": Call(body=json.dumps(media_body()).encode()),
    "POST /test-message": Call(query=f"recipient_id={PERSON}"),
    "GET /admin/actions": Call(query="limit=2"),
    "GET /webhook": Call(query=HANDSHAKE),
    "POST /webhook": Call(body=EVENTS, headers=signed(EVENTS)),
}


@dataclass
class Asking:
    """Asks a face, and checks that each answer is declared, with the schema that it has."""

    face: AdminFace

    async def __call__(self, name: str, **changes: Any) -> int:  # noqa: ANN401  # as of `Call`
        """Return the status of the answer to a good request with *changes*."""
        route = ALL[name]
        call = GOOD.get(name, Call())
        if not route.public:
            call = replace(call, headers=guide_headers())
        call = replace(call, **changes)
        request = AdminRequest(
            method=route.method,
            path=route.path,
            query=call.query,
            headers=call.headers,
            body=call.body,
            peer="192.0.2.7",
        )
        answer = await self.face.respond(route.path, request)
        check(name, answer)
        return answer.status


def check(name: str, answer: AdminAnswer) -> None:
    """Check that *answer* is declared, and is what is declared."""
    assert answer.status in statuses(ALL[name])
    response = OPERATIONS[name]["responses"][str(answer.status)]
    ((media_type, content),) = response["content"].items()
    assert dict(answer.headers)["Content-Type"].partition(";")[0] == media_type
    text = answer.body.decode()
    assert fits(text if media_type == "text/plain" else json.loads(text), content["schema"])


async def ignore(_event: Event) -> None:
    """Do nothing."""


@dataclass
class World:
    """What a face of everything is made of."""

    client: MessengerClient
    journal: Path
    backend: Any = None
    verifier: Any = None
    events: Any = None
    idempotency: MemoryIdempotencyKeys = field(default_factory=MemoryIdempotencyKeys)

    def __post_init__(self) -> None:
        self.backend = DirectBackend(self.client, audit=JsonLinesAuditLog(self.journal))
        self.verifier = Throttled(SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN))
        webhook = Webhook(app_secrets=[APP_SECRET], verify_token=VERIFY_TOKEN)
        self.events = InBackground(webhook, ignore)

    @property
    def asking(self) -> Asking:
        """Return who asks a face of this world."""
        return Asking(
            AdminFace(
                backend=self.backend,
                verifier=self.verifier,
                origins=[PAGE],
                sessions=SessionAuth(secrets=["s" * 32], origins=[PAGE], now=lambda: NOW),
                events=self.events,
                idempotency=self.idempotency,
                routes=ALL.values(),
            )
        )


@pytest.fixture
def world(client: MessengerClient, journal: Path) -> World:
    """Return a world in which all is well."""
    return World(client, journal)


async def test_a_face_with_everything_has_every_route(world: World) -> None:
    """So that the document of its routes is the one that is looked at here."""
    routes = world.asking.face.routes

    assert {f"{one.method} {one.path}" for one in routes} == ALL.keys()
    assert read_json(document(routes))["paths"].keys() == DOCUMENT["paths"].keys()


async def statuses_of(asking: Asking, names: list[str], **changes: object) -> set[int]:
    """Return the statuses of all of *names*."""
    return {await asking(name, **changes) for name in names}


async def test_what_is_right_is_declared(world: World) -> None:
    """Each route has its 200, with the body that it says."""
    assert await statuses_of(world.asking, [*ALL]) == {200}


async def test_refused_keys_are_declared(world: World) -> None:
    """No key and a wrong one are a 401; too many of them, a 429."""
    asking = world.asking
    wrong = guide_headers(key="wrong")

    assert await statuses_of(asking, CLOSED[:5], headers=()) == {401}
    for name in CLOSED:
        assert [await asking(name, headers=wrong) for _ in range(7)][-1] == 429


async def test_refused_admins_are_declared(world: World) -> None:
    """Another role, another page, another's name: a 403."""
    world.verifier = Always(AGENT)
    assert await world.asking("GET /admin/actions") == 403

    world.verifier = Always(ELSEWHERE)
    assert await statuses_of(world.asking, CLOSED) == {403}

    world.verifier = Always(AdminIdentity(admin_id="bob"))
    for name in SENDS[:2]:
        assert await world.asking(name) == 403


async def test_refused_bodies_are_declared(world: World) -> None:
    """Too large, of another type, or wrong; where no body is read, none is refused."""
    asking = world.asking
    large = b" " * (MAX_BODY + 1)
    with_body = [name for name, route in ALL.items() if route.body is not None]
    without = [name for name in ALL if name not in {*with_body, "POST /webhook"}]

    assert await statuses_of(asking, with_body, body=large) == {413}
    assert await statuses_of(asking, with_body, headers=guide_headers()[1:]) == {415}
    assert await statuses_of(asking, with_body, body=b"{}") == {422}
    assert await statuses_of(asking, with_body, body=b"\xff") == {422}
    assert await statuses_of(asking, without, body=large) == {200}


async def test_refused_queries_are_declared(world: World) -> None:
    """Only of routes that have one; the others do not read it."""
    with_query = [name for name, route in ALL.items() if route.query is not None]
    without = [name for name in ALL if name not in {*with_query, "GET /webhook"}]

    assert await statuses_of(world.asking, with_query, query="limit=0&nobody=1") == {422}
    assert await statuses_of(world.asking, without, query="limit=0&nobody=1") == {200}


async def test_refused_idempotency_keys_are_declared(world: World) -> None:
    """Malformed, used for another request, or still at work."""
    keyed = (*guide_headers(), ("Idempotency-Key", "key-1"))
    assert await statuses_of(
        world.asking, SENDS, headers=(*guide_headers(), ("Idempotency-Key", ","))
    ) == {422}

    reached, released = asyncio.Event(), asyncio.Event()
    world.backend = Accepting()
    asking = world.asking
    name = "POST /test-message"
    request = AdminRequest(
        method="POST", path="/test-message", query=GOOD[name].query, headers=keyed
    )

    async def act() -> AdminAnswer:
        reached.set()
        await released.wait()
        return await asking.face.respond("/status", replace(request, method="GET", headers=()))

    first = asyncio.create_task(once(world.idempotency, request, AGENT, act))
    await reached.wait()
    at_work = await asking(name, headers=keyed)
    other = await asking(name, headers=keyed, query="recipient_id=1")
    released.set()

    assert (await first).status == 200
    assert (at_work, other) == (409, 422)


@pytest.mark.parametrize(
    ("fault", "sent", "looked"),
    [
        (Fault.graph_error(10, 2018278), 502, 502),
        (Fault.graph_error(190), 502, 502),
        (Fault.graph_error(613, headers={"Retry-After": "3"}), 429, 429),
        (Fault.graph_error(4), 429, 429),
        (Fault.graph_error(2, status=500, is_transient=True), 502, 502),
        (Fault.graph_error(1, 1357046), 202, 502),
        (Fault.graph_error(4711, status=418), 202, 502),
        (Fault.reset(), 202, 503),
        (Fault.commit_then_close(), 202, 503),
        (Fault.html(502), 202, 502),
        (Fault.body(200, b"{}"), 202, 502),
        (Fault.half_head(), 202, 503),
    ],
    ids=[
        "window",
        "token",
        "limit",
        "app's limit",
        "transient",
        "lost",
        "unknown",
        "reset",
        "close",
        "html",
        "empty",
        "half",
    ],
)
async def test_what_meta_refuses_is_declared(
    world: World, sandbox: Sandbox, fault: Fault, sent: int, looked: int
) -> None:
    """Of a send; and of the look at the page, which an admin of some pages needs."""
    sandbox.script(fault, times=1000)
    sandbox.script(fault, times=1000, path="me")

    assert await statuses_of(world.asking, SENDS) == {sent}
    world.verifier = Always(ELSEWHERE)
    assert await statuses_of(world.asking, CLOSED) == {looked}
    assert await world.asking("GET /status") == 503


async def test_a_closed_client_is_declared(world: World) -> None:
    """A backend that shuts down answers 503, on whatever needs Meta."""
    await world.client.aclose()

    assert await statuses_of(world.asking, [*SENDS, "GET /status", "GET /admin/health"]) == {503}


@dataclass
class Failing:
    """A backend, a verifier and a receiver that all fail."""

    error: Exception
    max_body: int = MAX_BODY

    async def fail(self, *_: object) -> Any:  # noqa: ANN401  # never returns
        """Fail."""
        raise self.error

    def challenge(self, _query: Mapping[str, str], /) -> str:
        """Fail."""
        raise self.error

    admits = send_message = send_attachment = status = verify = latest = append = receive = fail

    @property
    def audit(self) -> "Failing":
        """The log, which fails."""
        return self


async def test_a_crash_is_declared(world: World) -> None:
    """Every route can meet a bug in what a user wrote."""
    failing = Failing(ZeroDivisionError())
    world.verifier = failing
    assert await statuses_of(world.asking, CLOSED) == {500}

    world.backend, world.events = failing, failing
    world.verifier = Always(ELSEWHERE)
    assert await statuses_of(world.asking, CLOSED) == {500}

    world.verifier = Always(replace(ELSEWHERE, pages=None))
    sessions = {"POST /admin/session", "DELETE /admin/session"}
    crashing = [name for name in ALL if name not in {*sessions, "POST /webhook"}]
    assert await statuses_of(world.asking, crashing) == {500}
    # Meta delivers again what it gets a 503 for.
    assert await world.asking("POST /webhook") == 503


async def test_a_conflict_is_declared(world: World) -> None:
    """A backend that keeps conversations may say that the person is another one's."""
    world.backend = Failing(AdminConflictError("This person is in another conversation."))
    world.verifier = Always(replace(ELSEWHERE, pages=None))

    assert await statuses_of(world.asking, SENDS) == {409}


async def test_what_sessions_refuse_is_declared(world: World) -> None:
    """Another page, a session at its end, and more pages than a cookie holds."""
    asking = world.asking
    signing_in, signing_out = "POST /admin/session", "DELETE /admin/session"
    cookie = ("Cookie", "__Host-messengerkit=x")
    evil = ("Origin", EVIL)

    assert await asking(signing_in, headers=(*guide_headers(), evil)) == 403
    assert await asking(signing_out, headers=(cookie, evil)) == 403
    assert await asking(signing_in, headers=(cookie, ("Origin", PAGE))) == 401
    many = frozenset(str(number) for number in range(1, 10_000))
    world.backend = Accepting()
    world.verifier = Always(replace(AGENT, expires_at=NOW - timedelta(seconds=1)))
    assert await world.asking(signing_in) == 401
    world.verifier = Always(replace(AGENT, pages=many))
    assert await world.asking(signing_in) == 500


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"body": EVENTS, "headers": ()}, 401),
        ({"body": b"{", "headers": signed(b"{")}, 400),
        ({"body": b"[" * 9999, "headers": signed(b"[" * 9999)}, 400),
        ({"body": b" " * (2**22 + 1)}, 413),
        ({"body": MESSAGE, "headers": signed(MESSAGE)}, 200),
    ],
    ids=["unsigned", "no JSON", "deep", "large", "good"],
)
async def test_what_the_webhook_answers_is_declared(
    world: World, changes: Json, status: int
) -> None:
    """Whoever posts there."""
    assert await world.asking("POST /webhook", **changes) == status


async def test_a_full_webhook_and_a_wrong_handshake_are_declared(world: World) -> None:
    """Meta is asked to come again; a stranger is not answered."""
    webhook = Webhook(app_secrets=[APP_SECRET], verify_token=VERIFY_TOKEN)
    world.events = InBackground(webhook, ignore, most=0)

    assert await world.asking("POST /webhook", body=MESSAGE, headers=signed(MESSAGE)) == 503
    assert await world.asking("GET /webhook", query="") == 403
    assert await world.asking("GET /webhook", query=HANDSHAKE.replace("verify-", "x")) == 403


# The models' limits: a page that checks by the schema must refuse nothing that we take.


def taken(model: type[BaseModel], value: Json) -> bool:
    """Return whether *model* takes *value*."""
    try:
        model.model_validate(value)
    except ValidationError:
        return False
    return True


def file_query() -> Json:
    """Return the query beside a file."""
    query = media_body()
    del query["url"]
    return query


LONGEST = "https://a.example/" + "x" * (8000 - 18)
AT_LIMITS: list[tuple[type[BaseModel], Json]] = [
    (AdminMessageRequest, guide_body()),
    (AdminMessageRequest, guide_body(message_text="x" * 2000)),
    (AdminMessageRequest, guide_body(message_text="👋" * 1000)),
    (AdminMessageRequest, guide_body(message_text="\n")),
    (AdminMessageRequest, guide_body(conversation_id="Team.A_1@desk:7-b")),
    (AdminMessageRequest, guide_body(conversation_id="c" * 128, admin_id="@" * 128)),
    (AdminMessageRequest, guide_body(recipient_id="2" * 128)),
    (AdminMessageRequest, guide_body(recipient_id="a_B-9")),
    (AdminAttachmentRequest, media_body()),
    *((AdminAttachmentRequest, media_body() | {"type": one}) for one in ("video", "audio", "file")),
    *(
        (AdminAttachmentRequest, media_body() | {"url": url})
        for url in (
            LONGEST,
            "HTTPS://A.EXAMPLE",
            "https://a.example?q",
            "https://a.example#f",
            "https://a.example:65535/",
            "https://1.2.3.4/|{}<>^`[]@",
            "https://a_b.xn--9ca.example/%zz",
        )
    ),
    (MessageTestQuery, {"recipient_id": "1"}),
    (MessageTestQuery, {"recipient_id": "1", "message": "x" * 2000}),
    (ActionsQuery, {}),
    (ActionsQuery, {"limit": 1, "before": "0", "admin_id": "a", "conversation_id": "b"}),
    (ActionsQuery, {"limit": 200, "before": "9" * 18}),
    *(
        (AdminUploadQuery, file_query() | {"filename": name})
        for name in ("x", "👋" * 255, "תפריט (2).png", "..", "\ufffd\u2028")
    ),
]


@pytest.mark.parametrize(("model", "value"), AT_LIMITS, ids=lambda one: str(one)[-40:])
def test_what_is_taken_fits_the_schema(model: type[BaseModel], value: Json) -> None:
    """The last values that are allowed are allowed by both."""
    assert taken(model, value)
    assert fits(value, described_of(model))


def described_of(model: type[BaseModel]) -> Json:
    """Return the schema of *model* as the document has it."""
    for name, route in ALL.items():
        if route.body is model:
            body = OPERATIONS[name]["requestBody"]["content"]["application/json"]
            schema: Json = body["schema"]
            return schema
    (name,) = (name for name, route in ALL.items() if model in {route.query, route.upload})
    query = query_of(OPERATIONS[name])
    return {
        "type": "object",
        "properties": {one: of["schema"] for one, of in query.items()},
        "required": [one for one, of in query.items() if of["required"]],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("model", "value"),
    [
        (AdminMessageRequest, guide_body(message_text="")),
        (AdminMessageRequest, guide_body(message_text="x" * 2001)),
        (AdminMessageRequest, guide_body(conversation_id="c" * 129)),
        (AdminMessageRequest, guide_body(recipient_id="a b")),
        (AdminMessageRequest, guide_body(admin_id=1)),
        (AdminMessageRequest, guide_body(tag="x")),
        (AdminAttachmentRequest, media_body() | {"type": "link"}),
        (AdminAttachmentRequest, media_body() | {"url": "http://a.example"}),
        (AdminAttachmentRequest, media_body() | {"url": LONGEST + "x"}),
        (MessageTestQuery, {}),
        (ActionsQuery, {"limit": 0}),
        (ActionsQuery, {"limit": 201}),
        (ActionsQuery, {"before": "x"}),
        (AdminUploadQuery, file_query() | {"type": "link"}),
        (AdminUploadQuery, file_query() | {"url": "https://a.example"}),
        *(
            (AdminUploadQuery, file_query() | {"filename": name})
            for name in ("", "👋" * 256, "a/b", "a\\b", "a\nb", "\x7f")
        ),
    ],
    ids=lambda one: str(one)[-40:],
)
def test_what_is_refused_does_not_fit(model: type[BaseModel], value: Json) -> None:
    """A schema that lets everything pass would help nobody."""
    assert not taken(model, value)
    assert not fits(value, described_of(model))


ID = st.from_regex(r"[A-Za-z0-9._@:-]{1,128}", fullmatch=True) | st.text(max_size=10)
URLS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "HTTPS", "hTTpS", "http"]),
    st.from_regex(r"[A-Za-z0-9_-]{1,5}(\.[A-Za-z0-9_-]{1,5}){0,2}", fullmatch=True),
    st.sampled_from(["", ":0", ":443", ":65535", ":65536", ":"]),
    st.sampled_from(["", "/", "?", "#"]).flatmap(
        lambda first: st.text(st.characters(max_codepoint=130), max_size=9).map(first.__add__)
    ),
)


@given(
    conversation=ID,
    recipient=ID,
    text=st.text(max_size=20) | st.sampled_from(["x", "👋"]).map(lambda one: one * 1000),
    url=URLS,
)
def test_the_schema_is_never_stricter(
    conversation: str, recipient: str, text: str, url: str
) -> None:
    """Whatever the validator takes, a page that checks by the schema lets through."""
    ids = {"conversation_id": conversation, "recipient_id": recipient}
    message, media = guide_body(**ids, message_text=text), {**media_body(), **ids, "url": url}

    for model, value in ((AdminMessageRequest, message), (AdminAttachmentRequest, media)):
        for name, one in value.items():
            kind = model.model_fields[name]
            annotated = TypeAdapter[object](kind.rebuild_annotation())
            try:
                annotated.validate_python(one)
            except ValidationError:
                continue
            assert fits(one, described_of(model)["properties"][name])
