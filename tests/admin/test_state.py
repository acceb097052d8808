"""How the backend is, what was done through it, and who is signed in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from admin.kit import (
    ADMIN,
    CONVERSATION,
    NOW,
    PERSON,
    STATUS,
    Accepting,
    Always,
    Envelope,
    FullDisk,
    Headers,
    Panel,
    guide_headers,
    read,
    records,
)
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import MessengerClient
from messengerkit.admin import (
    AdminIdentity,
    AuditRecord,
    DirectBackend,
    JsonLinesAuditLog,
    Role,
    SessionAuth,
)
from messengerkit.errors import OutsideWindowError
from messengerkit.sandbox import Fault, Sandbox

HEALTH, ACTIONS, SESSION = "/admin/health", "/admin/actions", "/admin/session"
AGENT = AdminIdentity(admin_id="agent-1")
SUPERVISOR = AdminIdentity(admin_id="chief", role=Role.SUPERVISOR)
PAGE, EVIL = "https://panel.example.com", "https://evil.example.com"
WORDS = "User 4711 has blocked the app Secret-Name"
KEY_ONLY = guide_headers()[1:]


class Clock:
    """A time that passes when it is told to."""

    now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


async def get(
    panel: Panel,
    path: str,
    query: Mapping[str, object] | None = None,
    *,
    headers: Headers = KEY_ONLY,
) -> Envelope:
    """Return the answer of *path*, asked with *query*."""
    answer = await panel.ask(b"", headers, path, method="GET", query=urlencode(query or {}))
    return read(answer)


async def test_admins_are_told_more_than_everybody(panel: Panel, sandbox: Sandbox) -> None:
    """The status has figures; health has them too, with the page and what failed."""
    await panel.send()
    sandbox.script(Fault.graph_error(10, 2018278))
    await panel.send()
    status, health = await panel.status(), await get(panel, HEALTH)

    figures = {"status": "ok", "success_rate": 0.5, "sends": 2, "sent": 1, "unknown": 0}
    assert (status.status, status.message, status.data) == (200, "Ready to send.", figures)
    assert (health.status, health.message) == (200, "Ready to send.")
    assert health.data.pop("mean_seconds")
    assert health.data == {
        **figures,
        "page_id": sandbox.page.id,
        "refused": 1,
        "not_sent": 0,
        "errors": {"OutsideWindowError": 1},
    }


async def test_admins_are_told_what_meta_said(panel: Panel, sandbox: Sandbox) -> None:
    """Both are a 503; Meta's words and codes, which its support asks for, are for admins only."""
    sandbox.script(Fault.graph_error(190, 463, WORDS), path="me")
    status, health = await panel.status(), await get(panel, HEALTH)

    assert (status.status, health.status) == (503, 503)
    assert status.message == health.message == "Not ready to send."
    assert status.data["status"] == health.data["status"] == "degraded"
    assert set(status.error) == {"code", "advice", "retryable"}
    assert "4711" not in json.dumps(status.data)
    assert "page_id" not in status.data
    assert {**health.error, **status.error} == health.error
    assert WORDS in str(health.error["reason"])
    graph = health.error["graph"]
    assert isinstance(graph, dict)
    assert (graph["code"], graph["subcode"]) == (190, 463)
    assert graph["fbtrace_id"]
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize(
    ("path", "method"), [(HEALTH, "GET"), (ACTIONS, "GET"), (HEALTH, "HEAD"), (SESSION, "POST")]
)
@pytest.mark.parametrize("headers", [(), guide_headers(key="wrong"), guide_headers()[:2]])
async def test_what_is_for_admins_needs_the_key(
    panel: Panel, sandbox: Sandbox, path: str, method: str, headers: Headers
) -> None:
    """Without it nobody learns anything, and Meta is not asked."""
    panel.sessions = SessionAuth(secrets=["s" * 32], origins=[PAGE])
    done = read(await panel.ask(b"", headers, path, method=method))

    assert (done.status, set(done.data)) == (401, {"error"})
    assert "Set-Cookie" not in done.headers
    assert sandbox.requests == ()


async def test_an_agent_may_know_how_the_backend_is(accepting: Accepting) -> None:
    """Whoever answers people must see why nothing goes out."""
    panel = Panel(accepting, verifier=Always(AGENT))
    accepting.problem = OutsideWindowError(WORDS, code=10)

    assert (await get(panel, HEALTH)).error["reason"] == WORDS


@dataclass
class Trail(Accepting):
    """A backend whose log is given."""

    audit: object = None


def record(number: int, **changes: str | None) -> AuditRecord:
    """Return the record of one action."""
    given: dict[str, str | None] = {"admin_id": ADMIN, "conversation_id": CONVERSATION, **changes}
    return AuditRecord(
        at=NOW + timedelta(milliseconds=number),
        admin_id=given["admin_id"] or "",
        action="send_message",
        conversation_id=given["conversation_id"],
        recipient_id=PERSON,
        outcome="sent",
        message_id=f"m_{number}",
        details={"message": "two\nlines \u2028 and 👋", "rate": 0.5, "more": [None, {"a": True}]},
    )


async def filled(journal: Path, *given: AuditRecord) -> Panel:
    """Return the panel of a supervisor of a backend whose log has *given*."""
    audit = JsonLinesAuditLog(journal)
    for one in given:
        await audit.append(one)
    return Panel(Trail(audit=audit), verifier=Always(SUPERVISOR))


def ids(done: Envelope) -> list[str]:
    """Return the message ids of the actions that an answer lists."""
    actions = done.data["actions"]

    assert isinstance(actions, list)
    return [one["message_id"] for one in actions]  # pyright: ignore[reportUnknownVariableType]  # JSON


async def test_actions_are_listed_as_the_file_has_them(journal: Path) -> None:
    """The newest first, each with every field, so that a panel and a script read the same."""
    panel = await filled(journal, record(1), record(2, conversation_id=None), record(3))
    done = await get(panel, ACTIONS)

    assert (done.status, done.message) == (200, "3 actions, the newest first.")
    assert done.data == {"actions": records(journal)[::-1], "next": None}


async def test_an_empty_log_is_an_empty_list(journal: Path) -> None:
    """Nothing was done yet, which is no failure."""
    done = await get(await filled(journal), ACTIONS)

    assert (done.status, done.data) == (200, {"actions": [], "next": None})


async def test_the_cursor_leads_through_all_of_them(journal: Path) -> None:
    """Each action is on one page, whatever was added meanwhile, and the last page says so."""
    panel = await filled(journal, *(record(number) for number in range(7)))
    seen: list[list[str]] = []
    query: dict[str, object] = {"limit": 3}
    while True:
        done = await get(panel, ACTIONS, query)
        seen.append(ids(done))
        await JsonLinesAuditLog(journal).append(record(99))
        if done.data["next"] is None:
            break
        query["before"] = done.data["next"]

    assert seen == [["m_6", "m_5", "m_4"], ["m_3", "m_2", "m_1"], ["m_0"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["m_4", "m_3", "m_2", "m_1"]),
        ({"admin_id": "bob"}, ["m_4", "m_2"]),
        ({"admin_id": ADMIN.upper()}, ["m_3", "m_1"]),
        ({"conversation_id": "c-1"}, ["m_2", "m_1"]),
        ({"admin_id": "bob", "conversation_id": "c-1"}, ["m_2"]),
        ({"admin_id": "carol"}, []),
        ({"admin_id": "bob", "limit": 1}, ["m_4"]),
    ],
)
async def test_actions_are_found_by_admin_and_conversation(
    journal: Path, query: dict[str, object], found: list[str]
) -> None:
    """What both filters ask for, and UUIDs in any spelling."""
    panel = await filled(
        journal,
        record(1, conversation_id="c-1"),
        record(2, conversation_id="c-1", admin_id="bob"),
        record(3, conversation_id=None),
        record(4, conversation_id="c-2", admin_id="bob"),
    )

    assert ids(await get(panel, ACTIONS, query)) == found


def write_actions(journal: Path, many: int) -> None:
    """Write *many* actions at once."""
    line = json.dumps({"at": NOW.isoformat(), "admin_id": "a", "action": "x", "outcome": "sent"})
    journal.write_text(f"{line}\n" * many)


@pytest.mark.parametrize(("limit", "listed"), [(None, 50), (1, 1), (200, 200)])
async def test_a_page_has_50_actions_unless_told_otherwise(
    journal: Path, limit: int | None, listed: int
) -> None:
    """From 1 to 200 may be asked for."""
    write_actions(journal, 201)
    panel = await filled(journal)
    query = {} if limit is None else {"limit": limit}
    done = await get(panel, ACTIONS, query)

    assert len(ids(done)) == listed
    assert done.data["next"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("before=", "before"),
        ("before=-1", "before"),
        ("before=1a", "before"),
        ("before=%D9%A1", "before"),
        ("before=1%0A", "before"),
        ("before=" + "1" * 19, "before"),
        ("admin_id=", "admin_id"),
        ("admin_id=a/b", "admin_id"),
        ("conversation_id=%20", "conversation_id"),
        ("action=send_message", "action"),
    ],
)
async def test_a_query_that_is_wrong_is_named(journal: Path, query: str, field: str) -> None:
    """A filter that would be ignored shows what was not asked for, so that it is a 422."""
    panel = await filled(journal, record(1))
    done = read(await panel.ask(b"", (), ACTIONS, method="GET", query=query))

    assert (done.status, done.error["code"], done.error["field"]) == (422, "invalid_input", field)


@given(before=st.integers(0, 10**18 - 1), limit=st.integers(1, 200))
async def test_no_cursor_breaks_the_list(
    tmp_path_factory: pytest.TempPathFactory, before: int, limit: int
) -> None:
    """A cursor that was never given out leads somewhere or nowhere, and fails nowhere."""
    journal = tmp_path_factory.mktemp("log") / "audit.jsonl"
    panel = await filled(journal, record(1), record(2))
    done = await get(panel, ACTIONS, {"before": before, "limit": limit})

    assert done.status == 200
    assert {*ids(done)} <= {"m_1", "m_2"}


async def test_agents_do_not_see_what_the_others_did(journal: Path) -> None:
    """It is for supervisors; that somebody else tried, they find there, too."""
    panel = await filled(journal, record(1))
    panel.verifier = Always(AGENT)
    done = await get(panel, ACTIONS)

    assert (done.status, done.error["code"], set(done.data)) == (403, "admin_forbidden", {"error"})
    refused = records(journal)[-1]
    assert (refused["action"], refused["admin_id"]) == ("refused_request", "agent-1")


async def test_a_log_that_cannot_be_read_now_is_a_500(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its path and its error are for the backend's log."""
    panel = await filled(tmp_path)  # a folder, which no file is
    done = await get(panel, ACTIONS)

    assert (done.status, done.error["code"]) == (500, "backend")
    assert str(tmp_path) not in json.dumps(done.data)
    assert "GET /admin/actions failed" in caplog.text


def test_without_a_log_to_read_there_is_no_list(accepting: Accepting) -> None:
    """A backend without a log, or whose log is only written, has no such route."""
    assert ACTIONS not in Panel(accepting).face.paths
    assert ACTIONS not in Panel(Trail(audit=FullDisk())).face.paths
    assert ACTIONS in Panel(Trail(audit=JsonLinesAuditLog())).face.paths


async def test_refused_requests_are_listed_too(client: MessengerClient, journal: Path) -> None:
    """The backend's own log is where the face records them."""
    panel = Panel(DirectBackend(client, audit=JsonLinesAuditLog(journal)))
    await get(panel, HEALTH, headers=())
    done = await get(panel, ACTIONS)

    actions = done.data["actions"]
    assert actions == records(journal)
    assert [one["action"] for one in records(journal)] == ["refused_request"]


@pytest.fixture
def signing(accepting: Accepting, clock: Clock) -> Panel:
    """Return a panel whose page can sign in, for 15 minutes at a time."""
    sessions = SessionAuth(secrets=["s" * 32], origins=[PAGE], now=clock)
    return Panel(accepting, sessions=sessions)


def cookie_of(done: Envelope) -> tuple[str, str]:
    """Return the header with which a browser sends the cookie that it was given."""
    return ("Cookie", done.headers["Set-Cookie"].partition(";")[0])


async def session(panel: Panel, method: str, *headers: tuple[str, str]) -> Envelope:
    """Sign in by POST, out by DELETE."""
    return read(await panel.ask(b"", headers, SESSION, method=method))


async def signed_in(panel: Panel) -> Envelope:
    """Sign in with the key, from the panel's page."""
    return await session(panel, "POST", *KEY_ONLY, ("Origin", PAGE))


async def test_a_key_becomes_a_cookie(signing: Panel) -> None:
    """The page learns who it is, what it may do and for how long, and never the cookie itself."""
    done = await signed_in(signing)

    assert (done.status, done.message) == (200, "Signed in.")
    ends = (NOW + timedelta(minutes=15)).isoformat()
    assert done.data == {"admin_id": ADMIN, "role": "supervisor", "expires_at": ends}
    cookie = done.headers["Set-Cookie"]
    assert cookie.startswith("__Host-messengerkit=")
    assert cookie.endswith("; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Strict")
    assert cookie_of(done)[1].partition("=")[2] not in json.dumps(done.data)


async def test_the_role_is_that_of_the_key(signing: Panel) -> None:
    """A panel shows an agent nothing that they may not do."""
    signing.verifier = Always(AGENT)
    done = await signed_in(signing)

    assert (done.data["admin_id"], done.data["role"]) == ("agent-1", "agent")


async def test_a_cookie_is_as_good_as_its_key(signing: Panel, clock: Clock) -> None:
    """It sends and reads, until its time is over."""
    cookie = cookie_of(await signed_in(signing))
    json_type = guide_headers()[0]
    sent = await signing.send(headers=(json_type, cookie, ("Origin", PAGE)))
    health = await get(signing, HEALTH, headers=(cookie,))
    clock.now += timedelta(minutes=15)
    late = await get(signing, HEALTH, headers=(cookie,))

    assert (sent.status, health.status, late.status) == (200, 200, 401)


async def test_a_session_can_be_renewed(signing: Panel, clock: Clock) -> None:
    """By its cookie alone, for 15 minutes from then on."""
    cookie = cookie_of(await signed_in(signing))
    clock.now += timedelta(minutes=10)
    done = await session(signing, "POST", cookie, ("Origin", PAGE))
    ends = datetime.fromisoformat(str(done.data["expires_at"]))

    assert (done.status, ends) == (200, datetime(2026, 11, 22, 9, 55, tzinfo=UTC))
    clock.now += timedelta(minutes=10)
    assert (await get(signing, HEALTH, headers=(cookie,))).status == 401
    assert (await get(signing, HEALTH, headers=(cookie_of(done),))).status == 200


async def test_signing_out_ends_the_session(signing: Panel) -> None:
    """The browser's cookie is cleared, and a copy of it is worth nothing."""
    cookie = cookie_of(await signed_in(signing))
    done = await session(signing, "DELETE", cookie, ("Origin", PAGE))

    assert (done.status, done.message, done.data) == (200, "Signed out.", {})
    assert done.headers["Set-Cookie"] == (
        "__Host-messengerkit=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
    )
    assert (await get(signing, HEALTH, headers=(cookie,))).status == 401


async def test_signing_out_needs_no_session(signing: Panel) -> None:
    """A browser whose session is over must be able to forget it all the same."""
    done = await session(signing, "DELETE")

    assert done.status == 200
    assert "Max-Age=0" in done.headers["Set-Cookie"]


async def test_another_page_signs_nobody_in_or_out(signing: Panel) -> None:
    """Not with a key, and not with the cookie that a browser adds by itself."""
    cookie = cookie_of(await signed_in(signing))
    evil = ("Origin", EVIL)
    signing_in = await session(signing, "POST", *KEY_ONLY, evil)
    renewing = await session(signing, "POST", cookie, evil)
    signing_out = await session(signing, "DELETE", cookie, evil)

    assert [one.status for one in (signing_in, renewing, signing_out)] == [403, 401, 403]
    for done in (signing_in, renewing, signing_out):
        assert "Set-Cookie" not in done.headers
    assert (await get(signing, HEALTH, headers=(cookie,))).status == 200


def test_without_sessions_nobody_signs_in(accepting: Accepting) -> None:
    """The route is there only where it can do something."""
    assert Panel(accepting).face.paths == ("/admin/send-message", STATUS, HEALTH)


def test_with_sessions_there_is_one_path_for_both(signing: Panel) -> None:
    """One to sign in, and the same to sign out."""
    routes = [one.method for one in signing.face.routes if one.path == SESSION]

    assert sorted(routes) == ["DELETE", "POST"]
