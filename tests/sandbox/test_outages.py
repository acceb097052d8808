"""Faults of the network and of proxies: connections, slow answers, limits, and old reads."""

import asyncio
import json
from urllib.parse import urlsplit

import aiohttp
import pytest
from sandbox.kit import PERSON, START, Backend, Clock, Graph, as_object, as_objects, texts, until

from messengerkit.sandbox import Fault, Sandbox

MEGABYTES = 16 * 2**20


pytestmark = pytest.mark.usefixtures("person")


async def test_a_host_that_is_down_refuses(sandbox: Sandbox, graph: Graph) -> None:
    """No connection comes about, nothing is delivered, and afterwards all is as before."""
    url = sandbox.url
    async with sandbox.refusing():
        with pytest.raises(ConnectionRefusedError):
            await graph.raw()

    assert b'"message_id"' in await graph.raw()
    assert sandbox.url == url
    assert texts(sandbox) == ["Hi"]


async def test_a_connection_that_is_open_is_reset(sandbox: Sandbox, graph: Graph) -> None:
    """A client that keeps its connection finds that the host is down, too."""
    async with graph.http.get(f"{sandbox.url}/_sandbox/clock") as response:
        await response.read()

    async with sandbox.refusing():
        with pytest.raises(aiohttp.ClientConnectionError):
            await graph.say()

    assert "message_id" in str(await graph.say("Back"))
    assert texts(sandbox) == ["Back"]


async def test_two_outages_at_once_end_with_the_last(sandbox: Sandbox, graph: Graph) -> None:
    """One within the other does not end it."""
    async with sandbox.refusing():
        async with sandbox.refusing():
            pass
        with pytest.raises(ConnectionRefusedError):
            await graph.raw()

    assert b'"message_id"' in await graph.raw()


async def test_an_outage_may_begin_while_another_ends(sandbox: Sandbox, graph: Graph) -> None:
    """It is none the less one, and ends as others do."""
    first = sandbox.refusing()
    await first.__aenter__()
    ending = asyncio.create_task(first.__aexit__(None, None, None))
    await asyncio.sleep(0)  # now it is about to listen

    async with sandbox.refusing():
        await ending
        with pytest.raises(ConnectionRefusedError):
            await graph.raw()

    assert b'"message_id"' in await graph.raw()


async def test_an_outage_in_which_the_sandbox_closes_stays(graph: Graph) -> None:
    """The end of the block does not bring a closed sandbox back."""
    sandbox = Sandbox()
    await sandbox.start()
    async with sandbox.refusing():
        await sandbox.aclose()

    with pytest.raises(ConnectionRefusedError):
        await Graph(graph.http, sandbox).raw()


async def test_an_outage_ends_with_an_error_too(sandbox: Sandbox, graph: Graph) -> None:
    """A test that fails within the block leaves a sandbox that listens."""
    with pytest.raises(ZeroDivisionError):
        async with sandbox.refusing():
            raise ZeroDivisionError

    assert b'"message_id"' in await graph.raw()


async def test_a_connection_is_reset_as_it_is_made(sandbox: Sandbox, graph: Graph) -> None:
    """Twice as scripted; nothing is read, nothing recorded, nothing delivered."""
    sandbox.script(Fault.reset_on_connect(), times=2)

    for _ in range(2):
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            await graph.raw()

    assert (texts(sandbox), sandbox.requests) == ([], ())
    assert b'"message_id"' in await graph.raw()


async def test_a_large_upload_is_reset_on_its_way(sandbox: Sandbox, graph: Graph) -> None:
    """The connection goes while the body comes; the file is not kept, and no id is given."""
    sandbox.script(Fault.reset_in_body(), path="message_attachments")
    address = urlsplit(sandbox.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        "POST /v26.0/me/message_attachments HTTP/1.1\r\nHost: graph\r\n"
        f"Authorization: Bearer {sandbox.page.access_token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {MEGABYTES}\r\n\r\n"
    )
    writer.write(head.encode() + b" " * MEGABYTES)

    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        await writer.drain()

    writer.close()
    assert sandbox.requests == ()
    assert b'"message_id"' in await graph.raw()


async def test_a_short_call_is_reset_in_its_body(sandbox: Sandbox, graph: Graph) -> None:
    """Also where there is little to send, and only in its own part of the API."""
    sandbox.script(Fault.reset_in_body(), path="me")
    assert b'"message_id"' in await graph.raw()
    sandbox.clear_faults()
    sandbox.script(Fault.reset_in_body())

    with pytest.raises(ConnectionResetError):
        await graph.raw()

    assert texts(sandbox) == ["Hi"]


async def test_whoever_leaves_in_the_middle_of_a_body_has_asked_nothing(
    sandbox: Sandbox, graph: Graph
) -> None:
    """With a reset to come or not, no error is logged and nothing is delivered."""
    for faults in range(2):
        before = len(asyncio.all_tasks())
        _, writer = await graph.connect(missing=10)
        if not faults:
            await until(lambda: len(asyncio.all_tasks()) > before)  # noqa: B023  # called at once
        writer.close()
        await writer.wait_closed()
        sandbox.script(Fault.reset_in_body())
    sandbox.clear_faults()

    assert b'"message_id"' in await graph.raw()
    assert len(sandbox.requests) == 1


async def test_a_slow_call_is_delivered_after_its_caller_left(
    sandbox: Sandbox, graph: Graph
) -> None:
    """The caller gives up, and the message comes all the same."""
    sandbox.script(Fault.slow(0.2))
    impatient = aiohttp.ClientTimeout(total=0.05)
    body = {"recipient": {"id": PERSON}, "message": {"text": "Late"}}
    bearer = {"Authorization": f"Bearer {sandbox.page.access_token}"}

    with pytest.raises(TimeoutError):
        await graph.http.post(
            f"{sandbox.url}/v26.0/me/messages", json=body, headers=bearer, timeout=impatient
        )

    assert texts(sandbox) == []
    assert (await sandbox.wait_for_delivery(PERSON)).text == "Late"


async def test_a_slow_answer_comes_after_the_delivery(sandbox: Sandbox, graph: Graph) -> None:
    """The message is there before its answer."""
    sandbox.script(Fault.slow_answer(3600))
    sending = asyncio.create_task(graph.raw())

    await sandbox.wait_for_delivery(PERSON)
    assert not sending.done()
    await sandbox.aclose()

    assert b'"message_id"' in await sending


async def test_a_slow_answer_comes_by_itself(sandbox: Sandbox, graph: Graph) -> None:
    """After its seconds it is like any other."""
    sandbox.script(Fault.slow_answer(0.01))

    assert b'"message_id"' in await graph.raw()
    assert texts(sandbox) == ["Hi"]


async def test_reads_lag_behind(sandbox: Sandbox, graph: Graph, clock: Clock) -> None:
    """A conversation is told as it was, and as it is once the lag is over."""
    await graph.say("Old")
    clock.time += 10
    await graph.say("New")
    (thread,) = as_objects((await graph.get("/v26.0/me/conversations"))["data"])
    path = f"/v26.0/{thread['id']}/messages"
    clock.time += 1  # two calls a second are allowed

    sandbox.script(Fault.lagging_reads(5), path="conversations")
    lagging = await graph.get(path, fields="message")
    current = await graph.get(path, fields="message")

    assert ("Old" in str(lagging), "New" in str(lagging)) == (True, False)
    assert ("Old" in str(current), "New" in str(current)) == (True, True)


async def test_usage_is_told_beside_the_answer(sandbox: Sandbox, graph: Graph) -> None:
    """The message is delivered, and both headers say how much is used up."""
    sandbox.script(Fault.usage(sandbox.page.id, 95, minutes=5))

    status, headers, answer = await graph.post(
        {"recipient": {"id": PERSON}, "message": {"text": "Hello"}}
    )

    used = {"call_count": 95, "total_cputime": 95, "total_time": 95}
    business = as_object(json.loads(headers["X-Business-Use-Case-Usage"]))
    assert (status, "message_id" in answer) == (200, True)
    assert json.loads(headers["X-App-Usage"]) == used
    assert as_objects(business[sandbox.page.id]) == [
        {"type": "messenger", **used, "estimated_time_to_regain_access": 5}
    ]
    assert texts(sandbox) == ["Hello"]


@pytest.mark.parametrize(("seconds", "header"), [(None, None), (7, "7")])
async def test_too_many_requests_are_a_429(
    sandbox: Sandbox, graph: Graph, seconds: int | None, header: str | None
) -> None:
    """With or without a word on when to come again; nothing is delivered."""
    sandbox.script(Fault.too_many_requests(seconds))
    body = {"recipient": {"id": PERSON}, "message": {"text": "Hello"}}
    bearer = {"Authorization": f"Bearer {sandbox.page.access_token}"}

    async with graph.http.post(
        f"{sandbox.url}/v26.0/me/messages", json=body, headers=bearer
    ) as response:
        assert (response.status, await response.read()) == (429, b"")
        assert response.headers.get("Retry-After") == header
    assert texts(sandbox) == []


async def test_a_body_too_large_is_refused_as_unreadable(sandbox: Sandbox, graph: Graph) -> None:
    """Meta's envelope says so, and the call is remembered without it."""
    address = urlsplit(sandbox.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    size = 26 * 2**20 + 1
    writer.write(
        b"POST /v26.0/me/messages HTTP/1.1\r\nHost: graph\r\nConnection: close\r\n"
        + f"Content-Length: {size}\r\n\r\n".encode()
        + b" " * size
    )
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"the body is too large" in answer
    assert [(one.body, one.status) for one in sandbox.requests] == [(b"", 400)]
    assert b'"message_id"' in await graph.raw()


async def test_silence_does_not_hold_up_others(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """While one call is never answered, the next is, and both are echoed."""
    sandbox.script(Fault.commit_then_silence())
    _, writer = await graph.connect()
    await sandbox.wait_for_delivery(PERSON)

    assert "message_id" in str(await graph.say("Next"))
    await sandbox.settled()

    assert texts(sandbox) == ["Hi", "Next"]
    assert {echo["text"] for echo in subscribed.echoes()} == {"Hi", "Next"}
    assert sandbox.requests[-1].at == START
    writer.close()


async def test_an_outage_by_http_lasts_as_long_as_it_was_told(
    sandbox: Sandbox, graph: Graph
) -> None:
    """Who asked is answered; then nobody is, until it is over."""
    status, answer = await graph.control("outage", {"seconds": 0.2})
    with pytest.raises(ConnectionRefusedError):
        await graph.raw()

    running = sandbox._running
    assert running is not None
    await until(lambda: not running.outage.endpoint.refusing)

    assert b'"message_id"' in await graph.raw()
    assert (status, answer) == (200, {"seconds": 0.2})
    assert texts(sandbox) == ["Hi"]


@pytest.mark.parametrize("seconds", [0, -1, 3601])
async def test_an_outage_lasts_up_to_an_hour(graph: Graph, seconds: float) -> None:
    """Or nobody could end it."""
    status, answer = await graph.control("outage", {"seconds": seconds})

    assert (status, answer["error"]) == (400, "seconds must be above 0, and 3600 at most")
    assert b'"message_id"' in await graph.raw()


async def test_a_sandbox_closes_in_the_middle_of_an_outage(graph: Graph) -> None:
    """What waits for the end of it goes, and nothing listens again."""
    async with Sandbox() as sandbox:
        await Graph(graph.http, sandbox).control("outage", {"seconds": 3600})

    assert all("_end_after" not in repr(task) for task in asyncio.all_tasks())
    with pytest.raises(ConnectionRefusedError):
        await Graph(graph.http, sandbox).raw()
