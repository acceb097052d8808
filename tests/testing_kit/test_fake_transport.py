"""The fake network for users' own tests: it answers what it was handed, and nothing more."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from messengerkit import (
    ClientClosedError,
    DeliveryUnknownError,
    MessengerClient,
    OutsideWindowError,
    Phase,
    TransportError,
)
from messengerkit._multipart import Streamed
from messengerkit.testing import Answer, FakeTransport, Request, answer

ACCEPTED = answer({"recipient_id": "24", "message_id": "m_1"})
TOKEN = "EAATheTokenOfNobody"


def client_on(network: FakeTransport) -> MessengerClient:
    """Return a client on *network* that never repeats a call."""
    return MessengerClient(page_access_token=TOKEN, transport=network, retry=None)


def request(body: bytes | Streamed | None = b"{}") -> Request:
    """Return a request whose headers and query hold a token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return Request("POST", f"https://example.com/me?input_token={TOKEN}", headers, body, 1.0)


async def test_answers_are_given_in_their_order() -> None:
    """The status, the headers in lower case, and the body; then there are none left."""
    network = FakeTransport(
        answer(b"one"), answer({"a": 1}, status=500, headers={"Retry-After": "7"})
    )
    first, second = [await network.send(request()) for _ in range(2)]

    assert (first.status, first.headers, first.body) == (200, {}, b"one")
    assert (second.status, second.headers, second.body) == (500, {"retry-after": "7"}, b'{"a": 1}')
    assert network.left == 0


async def test_a_client_sends_through_it() -> None:
    """What was sent can be looked at, as JSON."""
    network = FakeTransport(ACCEPTED, ACCEPTED)
    async with client_on(network) as client:
        result = await client.send_text("24", "Hello!")
        await client.send_text("24", "And more.")

    assert result.message_id == "m_1"
    assert network.json(0)["message"] == {"text": "Hello!"}
    assert network.json()["message"] == {"text": "And more."}
    assert network.closed


async def test_an_error_of_metas_is_an_answer() -> None:
    """It becomes the class that its codes select."""
    error = {"code": 10, "error_subcode": 2018278, "message": "(#10) too late"}
    async with client_on(FakeTransport(answer({"error": error}, status=400))) as client:
        with pytest.raises(OutsideWindowError):
            await client.send_text("24", "Hello!")


@pytest.mark.parametrize("phase", Phase)
async def test_it_fails_at_a_phase(phase: Phase) -> None:
    """As a real transport does: a status is known where there was an answer."""
    with pytest.raises(TransportError) as caught:
        await FakeTransport(phase).send(request())

    assert caught.value.phase is phase
    assert caught.value.http_status == (200 if phase is Phase.ANSWERED else None)


async def test_a_send_that_was_lost_is_unknown() -> None:
    """The client makes of a phase what it makes of it on a real network."""
    async with client_on(FakeTransport(Phase.SENT)) as client:
        with pytest.raises(DeliveryUnknownError):
            await client.send_text("24", "Hello!")


async def test_an_exception_is_raised_as_it_is() -> None:
    """Also one that no transport should raise."""
    with pytest.raises(KeyError):
        await FakeTransport(KeyError("odd")).send(request())


async def test_a_function_answers_what_the_answers_do_not() -> None:
    """It sees the request, and returns an answer, a phase or an exception."""

    def otherwise(asked: Request) -> Answer:
        return Phase.NOT_SENT if asked.body is None else answer(b"otherwise")

    network = FakeTransport(answer(b"first"), otherwise=otherwise)
    bodies = [(await network.send(request())).body for _ in range(3)]
    with pytest.raises(TransportError):
        await network.send(request(body=None))

    assert bodies == [b"first", b"otherwise", b"otherwise"]


async def test_a_function_that_waits_is_awaited() -> None:
    """So that a test can hold a call back, or cancel it."""
    reached = asyncio.Event()

    async def otherwise(_asked: Request) -> Answer:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    network = FakeTransport(otherwise=otherwise)
    call = asyncio.ensure_future(network.send(request()))
    await reached.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert len(network.requests) == 1


async def test_more_than_it_was_given_is_refused() -> None:
    """By an error that no `except MessengerError` hides, and that shows no token."""
    network = FakeTransport(ACCEPTED)
    async with client_on(network) as client:
        assert await client.send_message("24", "Hello!")
        with pytest.raises(AssertionError, match="no answer left for its request 2: POST https"):
            await client.send_message("24", "Hello!")
    with pytest.raises(AssertionError) as caught:
        await FakeTransport().send(request())

    assert TOKEN not in str(caught.value)


async def test_nothing_is_answered_once_it_is_closed() -> None:
    """Nor kept; closing twice is closing once."""
    network = FakeTransport(ACCEPTED)
    await network.aclose()
    await network.aclose()
    with pytest.raises(ClientClosedError):
        await network.send(request())

    assert network.requests == []


async def test_a_streamed_body_is_kept_whole() -> None:
    """It is read, as a real transport does, so that a test can look at it."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    network = FakeTransport(ACCEPTED)
    await network.send(request(Streamed("text/plain", None, b"<", pieces, b">")))

    assert network.requests[0].body == b"<ab>"


async def test_no_repr_shows_the_token() -> None:
    """Neither its own nor that of what it keeps."""
    network = FakeTransport(ACCEPTED, ACCEPTED)
    await network.send(request())

    assert repr(network) == "FakeTransport(1 requests, 1 answers left)"
    assert TOKEN not in repr(network.requests)


@pytest.mark.parametrize("body", [None, b"no JSON", b"[1]"])
async def test_what_is_no_json_object_is_not_read_as_one(body: bytes | None) -> None:
    """Nor is a request that was never made."""
    network = FakeTransport(ACCEPTED)
    with pytest.raises(AssertionError, match="no request -1 with a JSON object"):
        network.json()
    await network.send(request(body))
    with pytest.raises(AssertionError, match="no request 0 with a JSON object"):
        network.json(0)
