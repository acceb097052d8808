"""Scripted faults, as a client meets them on a bare socket."""

import asyncio
from collections.abc import Callable

import pytest
from sandbox.kit import PERSON, Backend, Clock, Graph, texts

from messengerkit.sandbox import Fault, Sandbox
from messengerkit.sandbox.graph.answers import Answer
from messengerkit.sandbox.sockets import spoil

pytestmark = pytest.mark.usefixtures("person")


async def test_a_scripted_error_is_metas(sandbox: Sandbox, graph: Graph) -> None:
    """The envelope, the status and the headers are as scripted, and nothing is delivered."""
    sandbox.script(
        Fault.graph_error(
            4,
            2018022,
            "(#4) Application request limit reached",
            status=503,
            is_transient=True,
            headers={"X-App-Usage": '{"call_count":100}'},
        )
    )

    status, headers, answer = await graph.post({})

    error = answer["error"]
    assert error == {
        "message": "(#4) Application request limit reached",
        "type": "OAuthException",
        "code": 4,
        "error_subcode": 2018022,
        "is_transient": True,
        "fbtrace_id": "AScriptedFaultInTheSandbox",
    }
    assert (status, headers["X-App-Usage"]) == (503, '{"call_count":100}')
    assert sandbox.requests[0].status == 503
    assert texts(sandbox) == []


async def test_a_fault_is_met_as_often_as_scripted(sandbox: Sandbox, graph: Graph) -> None:
    """Two faults in turn, the first of them twice; then all is well again."""
    sandbox.script(Fault.graph_error(2), times=2)
    sandbox.script(Fault.graph_error(1))

    answers = [str(await graph.say()) for _ in range(4)]

    assert ["'code': 2" in answer for answer in answers] == [True, True, False, False]
    assert "'code': 1," in answers[2]
    assert texts(sandbox) == ["Hello"]


async def test_a_fault_is_met_only_on_its_edge(sandbox: Sandbox, graph: Graph) -> None:
    """A fault of `me` leaves the send edge alone, and the other way round."""
    sandbox.script(Fault.html(503), path="me")
    assert "message_id" in str(await graph.say())

    async with graph.http.get(f"{sandbox.url}/v26.0/me") as response:
        assert (response.status, response.content_type) == (503, "text/html")


async def test_a_scripted_body_is_sent_as_it_is(sandbox: Sandbox, graph: Graph) -> None:
    """Any bytes under any status, without a header of ours."""
    sandbox.script(Fault.body(200, b"not JSON"))

    answer = await graph.raw()

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nnot JSON")
    assert b"Facebook" not in answer
    assert texts(sandbox) == []


@pytest.mark.parametrize(
    ("fault", "delivered"), [(Fault.reset(), []), (Fault.commit_then_reset(), ["Hi"])]
)
async def test_a_reset_is_a_reset(
    sandbox: Sandbox, graph: Graph, fault: Fault, delivered: list[str]
) -> None:
    """The kernel says RST, before the message took effect or after."""
    sandbox.script(fault)

    with pytest.raises(ConnectionResetError):
        await graph.raw()

    assert texts(sandbox) == delivered
    assert sandbox.requests[0].status is None


async def test_a_close_is_an_end_without_a_word(sandbox: Sandbox, graph: Graph) -> None:
    """The kernel says FIN: the stream ends, and no error is raised."""
    sandbox.script(Fault.commit_then_close())

    assert await graph.raw() == b""
    assert texts(sandbox) == ["Hi"]


async def test_half_a_head_breaks_off_within_the_headers(sandbox: Sandbox, graph: Graph) -> None:
    """A status line came, and the blank line did not."""
    sandbox.script(Fault.half_head())

    answer = await graph.raw()

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n" not in answer
    assert texts(sandbox) == ["Hi"]
    assert sandbox.requests[0].status is None


async def test_half_a_body_is_shorter_than_announced(sandbox: Sandbox, graph: Graph) -> None:
    """The head is whole, the JSON is not."""
    sandbox.script(Fault.half_body())

    head, _, body = (await graph.raw()).partition(b"\r\n\r\n")

    length = int(head.lower().partition(b"content-length: ")[2])
    assert length // 2 == len(body) > 0
    assert texts(sandbox) == ["Hi"]
    assert sandbox.requests[0].status == 200


async def test_what_is_not_http_comes_after_the_delivery(sandbox: Sandbox, graph: Graph) -> None:
    """Another protocol answers, and the person has the message all the same."""
    sandbox.script(Fault.not_http())

    assert (await graph.raw()).startswith(b"SSH-2.0-")
    assert texts(sandbox) == ["Hi"]


async def test_silence_lasts_until_the_sandbox_closes(sandbox: Sandbox, graph: Graph) -> None:
    """The message is delivered, no byte comes back, and the close is not held up."""
    sandbox.script(Fault.commit_then_silence())
    reader, writer = await graph.connect()
    await sandbox.wait_for_delivery(PERSON)

    async with asyncio.timeout(5):
        await sandbox.aclose()

    assert await reader.read() == b""
    writer.close()


async def test_slowness_is_only_a_delay(sandbox: Sandbox, graph: Graph) -> None:
    """After its seconds a slow call is like any other."""
    sandbox.script(Fault.slow(0))

    assert "message_id" in str(await graph.say())


async def test_slowness_does_not_hold_up_the_close(
    sandbox: Sandbox, graph: Graph, clock: Clock
) -> None:
    """A call that would take an hour is done at once when the sandbox closes."""
    sandbox.script(Fault.slow(3600))
    clock.asked.clear()
    reader, writer = await graph.connect()
    await clock.asked.wait()

    async with asyncio.timeout(5):
        await sandbox.aclose()

    assert b'"message_id"' in await reader.read()
    writer.close()


async def test_a_refused_call_is_refused_whatever_is_scripted(
    sandbox: Sandbox, graph: Graph
) -> None:
    """What fails its checks is not committed, so its caller is told."""
    sandbox.script(Fault.commit_then_close())

    assert b'"code":100' in await graph.raw(b"{}")
    assert texts(sandbox) == []


async def test_a_committed_message_is_echoed(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """The backend hears of a message whose answer was lost."""
    sandbox.script(Fault.commit_then_reset())
    with pytest.raises(ConnectionResetError):
        await graph.raw()

    await sandbox.settled()

    (echo,) = subscribed.echoes()
    assert echo["mid"] == sandbox.delivered[0].mid


def test_nobody_is_left_to_meet_a_fault() -> None:
    """A caller who has gone has no transport, and spoiling its answer does nothing."""
    spoil("reset", None, Answer(200, b""))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fault.graph_error(1, status=99),
        lambda: Fault.html(700),
        lambda: Fault.body(200, b"", headers={"A\r\nB": "x"}),
        lambda: Fault.body(200, b"", headers={"A": "x\r\nB: y"}),
        lambda: Fault.body(200, b"", headers={"Content-Length": "7"}),
        lambda: Fault.slow(-1),
        lambda: Fault.slow(float("nan")),
        lambda: Fault.slow_answer(90_000),
        lambda: Fault.lagging_reads(-1),
    ],
)
def test_a_fault_that_cannot_be_is_refused_when_made(make: Callable[[], Fault]) -> None:
    """A fault that HTTP could not carry fails the script, not the call."""
    with pytest.raises(ValueError, match=r"status|header|frames|seconds"):
        make()


def test_faults_compare_and_print() -> None:
    """A fault is a value: two of the same kind are equal, and their repr says which."""
    assert Fault.html() == Fault.html(502)
    assert "commit_then_close" in repr(Fault.commit_then_close())
