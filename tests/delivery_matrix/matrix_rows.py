"""One row of the matrix: a fault, how it strikes, and what is seen of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from delivery_matrix.matrix_ends import Seen
from delivery_matrix.matrix_relay import Cut
from delivery_matrix.matrix_stage import Stage

from messengerkit import MessengerClient
from messengerkit.sandbox import Fault

Strike = Callable[[Stage, MessengerClient], Awaitable[None]]
"""Arms the fault, right before the send."""


WAYS = ("straight", "session")
"""To the wire: straight through the client's own pool, or through an aiohttp session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of fault.

    Attributes:
        name: What goes wrong, in the words of the documentation.
        strike: How.
        url: Whom the client calls.
        fresh: What is seen where the send needs a new connection, or None if it cannot be.
        reused: What is seen where one is there that was kept alive, or None if it cannot be.
        times_out: Whether the struck attempt has only a moment.
        settle: How long the sandbox may still be at work.
    """

    name: str
    strike: Strike
    url: Callable[[Stage], str]
    fresh: Seen | None = None
    reused: Seen | None = None
    times_out: bool = False
    settle: float = 0.01


def to_sandbox(stage: Stage) -> str:
    """Return the sandbox's own address."""
    return stage.sandbox.url


def to_relay(stage: Stage) -> str:
    """Return the relay's address."""
    return stage.relay.url


def by_name(stage: Stage) -> str:
    """Return the sandbox's address by a name, which must be looked up."""
    return stage.sandbox.url.replace("127.0.0.1", "localhost")


def by_tls(stage: Stage) -> str:
    """Return the sandbox's address for TLS, which nobody speaks there."""
    return stage.sandbox.url.replace("http:", "https:")


def scripted(
    name: str, fault: Fault, seen: Seen, *, times_out: bool = False, settle: float = 0.01
) -> Row:
    """Return the row of a fault of the sandbox's, which is the same on both connections."""

    async def strike(stage: Stage, _client: MessengerClient) -> None:
        stage.sandbox.script(fault)

    return Row(
        name=name,
        strike=strike,
        url=to_sandbox,
        fresh=seen,
        reused=seen,
        times_out=times_out,
        settle=settle,
    )


def cut(name: str, how: Cut, seen: Seen, *, times_out: bool = False) -> Row:
    """Return the row of an exchange that the relay breaks."""

    async def strike(stage: Stage, _client: MessengerClient) -> None:
        stage.relay.cut = how

    return Row(name=name, strike=strike, url=to_relay, fresh=seen, reused=seen, times_out=times_out)


def raw(status: str, body: bytes = b"", *headers: str, told: int | None = None) -> bytes:
    """Return an answer's bytes; its length is *told* wrong if a number is given."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(one.lower().startswith("transfer-encoding") for one in headers):
        lines.append(f"Content-Length: {len(body) if told is None else told}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def instead(answer: bytes) -> Callable[[bytes], bytes]:
    """Return what answers with *answer*, whatever the sandbox's is."""

    def made(_: bytes) -> bytes:
        return answer

    return made


def first(count: int) -> Callable[[bytes], bytes]:
    """Return what lets through the first *count* bytes, or all but the last ones."""

    def made(answer: bytes) -> bytes:
        return answer[:count]

    return made


def first_of_body(count: int) -> Callable[[bytes], bytes]:
    """Return what lets through the head, and the first *count* bytes of the body."""

    def made(answer: bytes) -> bytes:
        head, gap, body = answer.partition(b"\r\n\r\n")
        return head + gap + body[:count]

    return made


def with_body(rewrite: Callable[[bytes], bytes], *headers: str) -> Callable[[bytes], bytes]:
    """Return what sends the sandbox's body rewritten, under a head of its own."""

    def made(answer: bytes) -> bytes:
        return raw("200 OK", rewrite(answer.partition(b"\r\n\r\n")[2]), *headers)

    return made


async def go_down(stage: Stage, _client: MessengerClient) -> None:
    """Let the sandbox refuse connections until the client has waited once."""
    await stage.until_wait.enter_async_context(stage.sandbox.refusing())


async def hang_up_now(stage: Stage, _client: MessengerClient) -> None:
    """End idle connections; the client has no time to notice before it writes."""
    stage.relay.hang_up()


async def hang_up_and_let_know(stage: Stage, client: MessengerClient) -> None:
    """End idle connections, and let the client notice."""
    stage.relay.hang_up()
    await until(lambda: not alive(client))


async def answer_unasked(stage: Stage, client: MessengerClient) -> None:
    """Answer on the idle connection though nobody has asked, and let the client take it in."""
    stage.relay.blurt(raw("408 Request Timeout"))
    await until(lambda: bool(_unread(client)))


def _unread(client: MessengerClient) -> int:
    session = vars(client._sending.transport)["_session"]
    pool = session.connector._conns.values()
    return sum(len(protocol._buffer) for idle in pool for protocol, _ in idle)


async def until(is_so: Callable[[], bool]) -> None:
    """Return once *is_so*, which must be soon; the loop goes round meanwhile."""
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110  # what it waits for is in the kernel's hands
            await asyncio.sleep(0)


def alive(client: MessengerClient) -> int:
    """Return how many connections the client could use again."""
    session = vars(client._sending.transport)["_session"]
    pool = session.connector._conns.values()
    return sum(protocol.is_connected() for idle in pool for protocol, _ in idle)
