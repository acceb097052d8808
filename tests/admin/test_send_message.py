"""`POST /admin/send-message`, from the panel's bytes to the person, over a real socket."""

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from admin.kit import (
    ADMIN,
    KEY,
    PERSON,
    TEXT,
    Accepting,
    Panel,
    guide_headers,
    read,
    records,
)
from waits import Waits

from messengerkit import MessengerClient
from messengerkit.admin import (
    AdminIdentity,
    AdminRequest,
    DirectBackend,
    JsonLinesAuditLog,
    SharedKeyAuth,
)
from messengerkit.sandbox import Fault, Sandbox

GUIDE = """{
    "conversation_id": "test-uuid",
    "recipient_id": "24000000000000007",
    "message_text": "Test message from HITL",
    "admin_id": "admin-uuid"
  }"""
"""The body of the guide's curl as it stands, with a person who exists."""


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Yield a port that refuses connections: bound, so that nobody takes it, and not listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_what_the_guide_sends_is_delivered(panel: Panel, sandbox: Sandbox) -> None:
    """The guide's headers and body reach the person, once, and the answer says so."""
    done = await panel.send()

    (delivered,) = sandbox.delivered
    assert (delivered.psid, delivered.text) == (PERSON, TEXT)
    assert (done.status, done.success, done.message) == (200, True, "Message sent.")
    assert done.data == {
        "recipient_id": PERSON,
        "message": TEXT,
        "message_id": delivered.mid,
        "attempts": 1,
        "delivery": "sent",
    }


async def test_the_curl_of_the_guide_works_as_it_stands(panel: Panel, sandbox: Sandbox) -> None:
    """Its ids are not UUIDs, whatever the guide's model says, and they are welcome."""
    panel.verifier = SharedKeyAuth(api_key="your_admin_api_key", admin_user_id="admin-uuid")
    headers = guide_headers(key="your_admin_api_key", admin="admin-uuid")
    done = await panel.send(GUIDE.encode(), headers=headers)

    assert done.status == 200
    assert [one.text for one in sandbox.delivered] == ["Test message from HITL"]


async def test_no_client_side_secret_is_sent_to_meta(panel: Panel, sandbox: Sandbox) -> None:
    """Meta gets the person and the text; who the admin is, stays here."""
    await panel.send()

    (call,) = sandbox.requests
    everything = f"{call.path} {call.query} {call.headers} {call.body.decode()}"
    assert KEY not in everything
    assert ADMIN not in everything


@pytest.mark.parametrize(
    "text", ["x" * 2000, "👋" * 1000, "\n", "<b>&amp;</b>", "null", '"}{"'], ids=len
)
async def test_text_arrives_as_it_was_typed(panel: Panel, sandbox: Sandbox, text: str) -> None:
    """Up to the limit, every character arrives, and none is changed."""
    await panel.send(message_text=text)

    assert [one.text for one in sandbox.delivered] == [text]


async def test_a_dead_page_token_tells_to_renew_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """Meta's refusal is a 502 that says what to do, with Meta's codes for its support."""
    async with MessengerClient(page_access_token="EAAExpired", graph_url=sandbox.url) as client:
        audit = JsonLinesAuditLog(tmp_path / "audit.jsonl")
        done = await Panel(DirectBackend(client, audit=audit)).send()

    assert done.status == 502
    assert done.error["code"] == "token"
    assert done.error["retryable"] is False
    assert str(done.error["advice"]).startswith("Renew the page access token")
    graph = done.error["graph"]
    assert isinstance(graph, dict)
    assert graph["code"] == 190
    assert graph["fbtrace_id"]


@pytest.mark.parametrize(
    ("fault", "delivered"),
    [(Fault.commit_then_close(), 1), (Fault.commit_then_reset(), 1), (Fault.html(502), 0)],
    ids=["close", "reset", "html"],
)
async def test_an_unknown_outcome_is_no_failure_to_repeat_by_hand(
    panel: Panel, sandbox: Sandbox, journal: Path, fault: Fault, delivered: int
) -> None:
    """202, success, and "unknown": the message is not sent again, by nobody."""
    sandbox.script(fault)
    done = await panel.send()

    assert (done.status, done.success) == (202, True)
    assert done.data["delivery"] == "unknown"
    assert done.data["recipient_id"] == PERSON
    assert done.data["attempts"] == 1
    assert "before you send again" in str(done.data["advice"])
    assert len(sandbox.delivered) == delivered
    assert len(sandbox.requests) == 1
    assert [(one["outcome"], one["error"]) for one in records(journal)] == [
        ("unknown", "DeliveryUnknownError")
    ]


@pytest.mark.parametrize(
    ("asked", "header", "wait"), [("7", "7", 7.0), ("0.2", "1", 2.0), (None, None, 2.0)]
)
async def test_a_rate_limit_that_lasts_is_passed_on(
    panel: Panel, sandbox: Sandbox, waits: Waits, asked: str | None, header: str | None, wait: float
) -> None:
    """When the attempts are used up, the panel learns for how long Meta asked to wait."""
    headers = {"Retry-After": asked} if asked else {}
    sandbox.script(Fault.graph_error(613, headers=headers), times=3)
    done = await panel.send()

    assert done.status == 429
    assert done.headers.get("Retry-After") == header
    assert (done.error["code"], done.error["retryable"]) == ("rate_limit", True)
    assert waits == [wait, wait]
    assert sandbox.delivered == ()


async def test_a_rate_limit_that_lifts_is_not_noticed(
    panel: Panel, sandbox: Sandbox, waits: Waits
) -> None:
    """What surely was not sent is sent again, by itself, and arrives once."""
    sandbox.script(Fault.graph_error(613))
    done = await panel.send()

    assert (done.status, done.data["attempts"]) == (200, 2)
    assert len(sandbox.delivered) == 1
    assert waits == [2.0]


async def test_meta_out_of_reach_is_a_503(closed_port: int, journal: Path, waits: Waits) -> None:
    """A call that never left may be repeated, and the answer says so."""
    async with MessengerClient(
        page_access_token="EAAToken", graph_url=f"http://127.0.0.1:{closed_port}", sleep=waits
    ) as client:
        audit = JsonLinesAuditLog(journal)
        done = await Panel(DirectBackend(client, audit=audit)).send()

    assert done.status == 503
    assert (done.error["code"], done.error["retryable"]) == ("transport", True)
    assert waits == [2.0, 2.0]
    assert [one["outcome"] for one in records(journal)] == ["not_sent"]


async def test_a_closed_client_is_a_503(panel: Panel, client: MessengerClient) -> None:
    """A backend that shuts down says so, instead of failing without a word."""
    await client.aclose()
    done = await panel.send()

    assert done.status == 503
    assert done.error["code"] == "client_closed"


async def test_a_crash_is_logged_and_not_told(
    accepting: Accepting, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a backend raises becomes the envelope, and its text stays in the log."""
    accepting.failure = ZeroDivisionError("postgres://root:hunter2@db")
    done = await Panel(accepting).send()

    assert (done.status, done.error["code"]) == (500, "backend")
    assert "hunter2" not in json.dumps(done.data) + done.message
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert record.exc_info[1] is accepting.failure
    assert record.getMessage() == "POST /admin/send-message failed"


async def test_a_crash_of_a_verifier_lets_nobody_in(
    accepting: Accepting, caplog: pytest.LogCaptureFixture
) -> None:
    """A verifier that breaks is a 500, never a way in."""

    class Broken:
        async def verify(self, _request: AdminRequest, /) -> AdminIdentity:
            raise ZeroDivisionError

    answer = await Panel(accepting, verifier=Broken()).ask(b"{}", guide_headers())

    assert read(answer).status == 500
    assert accepting.sent == []
    assert "ZeroDivisionError" in caplog.text
