"""The phase of a failure, on real sockets: the table of what was written and read."""

import asyncio
import ssl
import zlib
from collections.abc import Awaitable

import aiohttp
import faults
import pytest
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from messengerkit import (
    AiohttpTransport,
    ClientClosedError,
    ConfigurationError,
    Phase,
    TransportError,
    WrongLoopError,
    _straight,
)
from messengerkit._bodies import MAX_ANSWER, Mark, MarkedBody
from messengerkit._graph import Request, Response

TOKEN = "EAATestTokenOfNobody"


@pytest.fixture(params=["straight", "session"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to the wire: straight through the pool, and through a session as it is."""
    chosen: str = request.param
    if chosen == "session":
        monkeypatch.setattr(_straight, "_TRIED", ())
    return chosen


def request(url: str, *, timeout: float = 20.0, method: str = "POST", size: int = 2) -> Request:
    """Return a request to *url*."""
    return Request(
        method=method,
        url=f"{url}/v26.0/me/messages",
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        body=b"x" * size if method == "POST" else None,
        timeout=timeout,
    )


async def send(asked: Request) -> Response:
    """Send *asked* over a transport of its own."""
    transport = AiohttpTransport()
    try:
        return await transport.send(asked)
    finally:
        await transport.aclose()


async def failure_of(asked: Request) -> TransportError:
    """Return the error with which *asked* fails."""
    with pytest.raises(TransportError) as caught:
        await send(asked)
    return caught.value


def answering(raw: bytes, *, then_reset: bool = False) -> faults.Behaviour:
    """Act on the request, send *raw*, then close."""

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await faults.whole_request(reader)
        writer.write(raw)
        await writer.drain()
        if then_reset:
            faults.reset(writer)

    return behaviour


async def reset_on_accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up before reading anything."""
    faults.reset(writer)


async def reset_in_the_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up after the head."""
    await reader.readuntil(b"\r\n\r\n")
    faults.reset(writer)


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Act on the request and never answer."""
    await faults.whole_request(reader)
    await asyncio.Event().wait()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n"

AFTER_THE_BODY: list[tuple[str, faults.Behaviour, Phase]] = [
    ("reset on accept", reset_on_accept, Phase.SENT),
    ("reset in the body", reset_in_the_body, Phase.SENT),
    ("FIN, no answer", answering(b""), Phase.SENT),
    ("RST, no answer", answering(b"", then_reset=True), Phase.SENT),
    ("half a head", answering(b"HTTP/1.1 200 O"), Phase.SENT),
    ("not HTTP", answering(b"\x00\x01\x02 hello\r\n\r\n"), Phase.SENT),
    ("half a body", answering(HEAD + b"\r\n{"), Phase.ANSWERED),
    (
        "broken gzip",
        answering(HEAD + b"Content-Encoding: gzip\r\n\r\n" + b"x" * 50),
        Phase.ANSWERED,
    ),
    (
        "broken chunks with the head",
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Phase.SENT,
    ),
]


@pytest.mark.parametrize(
    ("behaviour", "phase"),
    [row[1:] for row in AFTER_THE_BODY],
    ids=[row[0] for row in AFTER_THE_BODY],
)
async def test_once_the_body_is_written_the_call_may_have_been_acted_on(
    behaviour: faults.Behaviour, phase: Phase, way: str
) -> None:
    """Whatever class aiohttp raises: written and unanswered is SENT, a status is ANSWERED."""
    async with faults.serving(behaviour) as url:
        error = await failure_of(request(url, size=300 if way == "straight" else 300_000))

    assert error.phase is phase
    assert error.http_status == (200 if phase is Phase.ANSWERED else None)
    assert error.retryable is False


async def test_silence_after_the_request_is_sent() -> None:
    """A total timeout after Meta got the call is the dangerous one."""
    async with faults.serving(silence) as url:
        error = await failure_of(request(url, timeout=0.5))

    assert error.phase is Phase.SENT
    assert "TimeoutError" in str(error)


async def test_silence_inside_the_answer_is_answered() -> None:
    """A timeout while the body trickles: the status is known."""

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await faults.whole_request(reader)
        writer.write(HEAD + b"\r\n{")
        await asyncio.Event().wait()

    async with faults.serving(behaviour) as url:
        error = await failure_of(request(url, timeout=0.5))

    assert error.phase is Phase.ANSWERED


async def test_connection_refused_is_not_sent() -> None:
    """Nobody listens: it may be repeated."""
    error = await failure_of(request(f"http://127.0.0.1:{faults.closed_port()}"))

    assert error.phase is Phase.NOT_SENT
    assert error.retryable is True


async def test_a_name_that_does_not_resolve_is_not_sent() -> None:
    """DNS fails before anything leaves."""
    error = await failure_of(request("http://nobody.invalid"))

    assert error.phase is Phase.NOT_SENT


async def test_a_failed_tls_handshake_is_not_sent() -> None:
    """A server that does not speak TLS never sees the call."""

    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with faults.serving(plain) as url:
        error = await failure_of(request(url.replace("http:", "https:")))

    assert error.phase is Phase.NOT_SENT


async def test_a_total_timeout_while_connecting_is_not_sent() -> None:
    """The same TimeoutError as after the commit, and yet nothing left."""
    connector = aiohttp.TCPConnector(limit=1)
    async with (
        faults.serving(silence) as url,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        transport = AiohttpTransport(session)
        first = asyncio.create_task(transport.send(request(url)))
        await asyncio.sleep(0)  # the first one takes the only connection
        with pytest.raises(TransportError) as caught:
            await transport.send(request(url, timeout=0.2))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)

    assert caught.value.phase is Phase.NOT_SENT


async def test_a_get_that_fails_unanswered_counts_as_sent() -> None:
    """Without a body there is no mark, so the careful answer is given."""
    error = await failure_of(request(f"http://127.0.0.1:{faults.closed_port()}", method="GET"))

    assert error.phase is Phase.SENT


async def test_an_endless_answer_is_cut() -> None:
    """Ten megabytes of garbage cost at most the limit."""
    sent = 0

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await faults.whole_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(400):
            writer.write(b"x" * 100_000)
            sent += 100_000
            await writer.drain()

    async with faults.serving(behaviour) as url:
        error = await failure_of(request(url))

    assert error.phase is Phase.ANSWERED
    assert sent < 10 * MAX_ANSWER


async def test_a_small_answer_that_unpacks_to_a_large_one_is_cut() -> None:
    """A gzip bomb is stopped by what it unpacks to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(b"\0" * (8 * MAX_ANSWER)) + packer.flush()
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    async with faults.serving(answering(head + bomb)) as url:
        error = await failure_of(request(url))

    assert error.phase is Phase.ANSWERED


async def test_a_whole_answer_comes_back_as_values() -> None:
    """Status, headers in lower case, and the bytes; an error status is an answer, too."""
    raw = b"HTTP/1.1 400 Bad\r\nX-App-Usage: {}\r\nContent-Length: 2\r\n\r\n{}"
    async with faults.serving(answering(raw)) as url:
        answer = await send(request(url))

    assert (answer.status, answer.body, answer.headers["x-app-usage"]) == (400, b"{}", "{}")


async def test_redirects_are_answers() -> None:
    """The token is not carried to wherever a redirect points."""
    raw = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with faults.serving(answering(raw)) as url:
        answer = await send(request(url))

    assert answer.status == 302


async def test_a_session_that_was_handed_in_is_used_and_left_open() -> None:
    """What is not ours is not closed by us."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    async with faults.serving(answering(raw)) as url, aiohttp.ClientSession() as session:
        transport = AiohttpTransport(session)
        await transport.send(request(url))
        await transport.aclose()

        assert not session.closed


async def test_a_session_closed_by_its_owner_is_our_error() -> None:
    """Even aiohttp's RuntimeError does not come through."""
    session = aiohttp.ClientSession()
    await session.close()

    with pytest.raises(TransportError) as caught:
        await AiohttpTransport(session).send(request("http://127.0.0.1:1"))
    assert caught.value.phase is Phase.NOT_SENT


async def test_closing_twice_is_closing_once() -> None:
    """And a transport that was never used has nothing to close."""
    transport = AiohttpTransport()
    await transport.aclose()
    await transport.aclose()


async def test_a_cancelled_send_is_cancelled() -> None:
    """Cancellation is the caller's, and is not turned into an error."""
    arrived = asyncio.Event()

    async def behaviour(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await faults.whole_request(reader)
        arrived.set()
        await asyncio.Event().wait()

    async with faults.serving(behaviour) as url:
        task = asyncio.create_task(send(request(url)))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("fails", [ssl.SSLError("x"), zlib.error("x"), EOFError(), KeyError("x")])
async def test_no_foreign_class_passes(fails: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is raised below, ours comes out, and the foreign one does not ride along."""

    async def broken(*_: object, **__: object) -> Awaitable[None]:
        raise fails

    async with aiohttp.ClientSession() as session:
        monkeypatch.setattr(session, "_request", broken)
        with pytest.raises(TransportError) as caught:
            await AiohttpTransport(session).send(request("http://127.0.0.1:1"))

    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("status", [400, 503])
async def test_a_session_that_raises_for_a_status_does_not_hide_metas_answer(status: int) -> None:
    """A session of the caller's with raise_for_status=True still gives what Meta said."""
    raw = b"HTTP/1.1 %d No\r\nContent-Length: 2\r\n\r\n{}" % status
    async with (
        faults.serving(answering(raw)) as url,
        aiohttp.ClientSession(raise_for_status=True) as session,
    ):
        answer = await AiohttpTransport(session).send(request(url))

    assert answer.status == status


async def test_a_session_that_does_not_unpack_is_refused() -> None:
    """Meta compresses its answers, and every send would end as unknown."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        with pytest.raises(ConfigurationError, match="auto_decompress"):
            AiohttpTransport(session)


async def test_nothing_is_sent_once_it_is_closed() -> None:
    """A send that waits to be repeated must not open a session that nobody closes."""
    async with faults.serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as url:
        transport = AiohttpTransport()
        await transport.send(request(url))
        await transport.aclose()

        with pytest.raises(ClientClosedError):
            await transport.send(request(url))


class Sink(AbstractStreamWriter):
    """A connection that only takes."""

    taken = b""

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take a chunk."""
        self.taken += bytes(chunk)

    async def write_eof(self, chunk: bytes = b"") -> None:
        """Take the last chunk."""
        self.taken += chunk

    async def drain(self) -> None:
        """Be done."""

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        """Compress nothing."""

    def enable_chunking(self) -> None:
        """Chunk nothing."""

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        """Take no head."""


class BrokenError(Exception):
    """A connection that breaks while it takes."""


@pytest.mark.parametrize("with_length", [True, False])
async def test_the_mark_is_set_before_the_first_byte(*, with_length: bool) -> None:
    """If writing breaks half way, some of it may have left."""

    class Breaks(Sink):
        async def write(self, chunk: bytes | bytearray | memoryview) -> None:
            self.taken += bytes(chunk[:1])
            raise BrokenError

    mark = Mark()
    body = MarkedBody(b"{}", mark)
    with pytest.raises(BrokenError):
        await (body.write_with_length(Breaks(), 2) if with_length else body.write(Breaks()))

    assert mark.written


@pytest.mark.parametrize("length", [None, 2])
async def test_the_body_is_marked_however_aiohttp_writes_it(length: int | None) -> None:
    """Two methods hand a body over; if a release of aiohttp took the other one, the mark holds."""
    marks = [Mark(), Mark()]
    writer = Sink()
    await MarkedBody(b"{}", marks[0]).write(writer)
    assert [mark.written for mark in marks] == [True, False]
    await MarkedBody(b"{}", marks[1]).write_with_length(writer, length)

    assert [mark.written for mark in marks] == [True, True]
    assert writer.taken == b"{}{}"


ACCEPTED = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def keeping(*answers: bytes) -> faults.Behaviour:
    """Answer each request on one connection with the next of *answers*, then close."""

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for raw in answers:
            await faults.whole_request(reader)
            writer.write(raw)
            await writer.drain()

    return behaviour


async def test_a_connection_is_kept_and_used_again() -> None:
    """Two calls, one connection; the second one's answer is its own."""
    second = ACCEPTED.replace(b"{}", b"[]")
    async with faults.serving(keeping(ACCEPTED, second)) as url:
        transport = AiohttpTransport()
        bodies = [(await transport.send(request(url))).body for _ in range(2)]
        await transport.aclose()

    assert bodies == [b"{}", b"[]"]


async def test_a_kept_connection_that_the_server_closed_is_never_used_for_a_second_answer() -> None:
    """`Connection: close` is obeyed: the next call has a connection of its own."""
    closing = ACCEPTED.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")
    async with faults.serving(answering(closing)) as url:
        transport = AiohttpTransport()
        answers = [await transport.send(request(url)) for _ in range(2)]
        await transport.aclose()

    assert [answer.status for answer in answers] == [200, 200]


async def test_information_before_the_answer_is_not_the_answer() -> None:
    """A 103, or a 100 that nobody asked for, says nothing of the call."""
    early = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    async with faults.serving(answering(early + ACCEPTED)) as url:
        answer = await send(request(url))

    assert (answer.status, answer.body) == (200, b"{}")


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_a_body_is_one(status: int) -> None:
    """Some statuses have none."""
    async with faults.serving(answering(b"HTTP/1.1 %d No\r\n\r\n" % status)) as url:
        answer = await send(request(url))

    assert (answer.status, answer.body) == (status, b"")


@pytest.mark.parametrize("size", [0, 2, 70_000])
async def test_the_request_is_whole(size: int) -> None:
    """Head and body arrive as they were, whatever way they go."""
    seen: list[bytes] = []

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.extend((head, await reader.readexactly(size)))
        writer.write(ACCEPTED)
        await writer.drain()

    async with faults.serving(behaviour) as url:
        await send(request(url, size=size))

    head, body = seen
    lines = {line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:] if line}
    assert head.startswith(b"POST /v26.0/me/messages HTTP/1.1\r\n")
    assert b"Authorization: Bearer EAATestTokenOfNobody\r\n" in head
    wanted = {b"host", b"accept", b"accept-encoding", b"user-agent", b"content-type"}
    assert wanted | {b"authorization", b"content-length"} == lines
    assert body == b"x" * size


async def test_what_is_patched_is_not_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that replaces the session's requests, as aioresponses does, gets them all."""
    asked: list[object] = []

    async def replaced(_session: object, *arguments: object, **_named: object) -> Awaitable[None]:
        asked.append(arguments)
        raise aiohttp.ClientConnectionError

    monkeypatch.setattr(aiohttp.ClientSession, "_request", replaced)
    with pytest.raises(TransportError):
        await send(request("http://127.0.0.1:1"))

    assert len(asked) == 1


async def test_a_connection_lost_before_it_is_used_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Nothing was written, so nothing can have been acted on."""
    if way == "session":
        pytest.skip("a session tells it by itself")

    class Lost:
        protocol = None
        transport = None

        def close(self) -> None:
            """Be closed."""

    async def connect(*_: object, **__: object) -> Lost:
        return Lost()

    monkeypatch.setattr(aiohttp.BaseConnector, "connect", connect)
    error = await failure_of(request("http://127.0.0.1:1"))

    assert error.phase is Phase.NOT_SENT


async def test_heads_are_kept_for_some_urls_only() -> None:
    """Ids in paths do not fill the memory; every head is right all the same."""
    paths: list[bytes] = []

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            paths.append(head.split(b" ")[1])
            await reader.readexactly(2)
            writer.write(ACCEPTED)

    async with faults.serving(behaviour) as url:
        transport = AiohttpTransport()
        for number in range(70):
            asked = request(f"{url}/{number}")
            for one in (asked, asked, asked._replace(headers=dict(asked.headers))):
                await transport.send(one)
        await transport.aclose()

    assert paths == [b"/%d/v26.0/me/messages" % (number // 3) for number in range(210)]


async def test_a_call_outside_a_task_is_our_error() -> None:
    """It could not be ended when it is late."""

    class NoTask(AiohttpTransport):
        """A transport that is awaited by hand."""

    waiting = NoTask().send(request("http://127.0.0.1:1"))
    loop = asyncio.get_running_loop()
    outcome: list[BaseException] = []

    def step() -> None:
        try:
            waiting.send(None)
        except WrongLoopError as error:
            outcome.append(error)

    loop.call_soon(step)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert [type(error) for error in outcome] == [WrongLoopError]
