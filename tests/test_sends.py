"""The send over real sockets against the sandbox: what is raised, and what was delivered."""

import functools
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Unpack

import aiohttp
import faults
import pytest
from aioresponses import aioresponses
from conftest import PSID
from waits import Waits

from messengerkit import (
    Delivery,
    DeliveryUnknownError,
    InvalidRequestError,
    MemoryOutboundLog,
    MessengerClient,
    MessengerError,
    OutsideWindowError,
    RateLimitError,
    SendOptions,
    TokenError,
    TransportError,
    UserNotFoundError,
)
from messengerkit.sandbox import Fault, Page, Sandbox


def client_of(sandbox: Sandbox, waits: Waits, **options: Unpack[SendOptions]) -> MessengerClient:
    """Return a client of the sandbox's page on a fake clock."""
    return MessengerClient(
        page_access_token=sandbox.page.access_token,
        app_secret=sandbox.page.app_secret,
        graph_url=sandbox.url,
        sleep=waits,
        **options,
    )


@pytest.fixture
async def client(sandbox: Sandbox, waits: Waits) -> AsyncIterator[MessengerClient]:
    """A client of the sandbox's page."""
    async with client_of(sandbox, waits) as client:
        yield client


# aiohttp 3.14 reads the writer's `output_size`; aioresponses 0.7.9 hands it no writer
# (pnuckowski/aioresponses#289), so the class of its answers brings one along.
PATCHED = functools.partial(
    aiohttp.ClientResponse,
    stream_writer=SimpleNamespace(output_size=0),  # type: ignore[arg-type]  # all that is read of it
)


def sends(sandbox: Sandbox) -> int:
    """Return how many calls to the send edge reached the sandbox."""
    return sum(call.path.endswith("/messages") for call in sandbox.requests)


async def test_a_text_arrives(sandbox: Sandbox, client: MessengerClient) -> None:
    """The person has it, under the id that the client was given."""
    sent = await client.send_text(PSID, "Grüße 👋 / \u1019\u103c\u1014\u103a\u1019\u102c")

    (delivered,) = sandbox.delivered
    assert delivered.text == "Grüße 👋 / \u1019\u103c\u1014\u103a\u1019\u102c"
    assert (delivered.psid, delivered.mid) == (PSID, sent.message_id)
    assert delivered.messaging_type == "RESPONSE"
    assert sent.recipient_id == PSID


async def test_the_page_and_the_signs_of_life(sandbox: Sandbox, client: MessengerClient) -> None:
    """`me` and the sender actions are real calls."""
    page = await client.me()
    await client.typing_on(PSID)
    await client.typing_off(PSID)
    await client.mark_seen(PSID)

    assert (page.id, page.name) == (sandbox.page.id, sandbox.page.name)
    assert [call.status for call in sandbox.requests] == [200] * 4


async def test_refused_then_200(waits: Waits) -> None:
    """Nobody listens, then the sandbox does: one delivery, two attempts, 2 s apart."""
    port = faults.closed_port()
    sandbox = Sandbox(port=port, redelivery_delays=())
    client = MessengerClient(
        page_access_token=sandbox.page.access_token,
        graph_url=f"http://127.0.0.1:{port}",
        sleep=waits,
    )

    async def open_up() -> None:
        await sandbox.start()
        await sandbox.person_writes(PSID, "Hello?")

    waits.meanwhile = open_up
    try:
        async with client:
            sent = await client.send_text(PSID, "Hi")
    finally:
        await sandbox.aclose()

    assert (sent.attempts, waits, len(sandbox.delivered)) == (2, [2.0], 1)


@pytest.mark.parametrize("fault", [Fault.graph_error(613), Fault.graph_error(2, status=503)])
async def test_throttled_or_temporary_then_200(
    fault: Fault, sandbox: Sandbox, client: MessengerClient, waits: Waits
) -> None:
    """613, or code 2, then 200: one delivery, two attempts, 2 s apart."""
    sandbox.script(fault)
    sent = await client.send_text(PSID, "Hi")

    assert (sent.attempts, waits, len(sandbox.delivered), sends(sandbox)) == (2, [2.0], 1, 2)


async def test_temporary_without_trust(
    sandbox: Sandbox, client: MessengerClient, waits: Waits
) -> None:
    """Code 2 with believe_transient=False: one attempt, and nobody knows."""
    sandbox.script(Fault.graph_error(2))
    with pytest.raises(DeliveryUnknownError):
        await client.send_text(PSID, "Hi", believe_transient=False)

    assert (sends(sandbox), waits) == (1, [])


UNKNOWN = [
    (Fault.html(502), 0),
    (Fault.reset(), 0),
    (Fault.commit_then_close(), 1),
    (Fault.commit_then_reset(), 1),
    (Fault.half_head(), 1),
    (Fault.half_body(), 1),
    (Fault.not_http(), 1),
    (Fault.body(200, b'{"recipient_id":"24'), 0),
    (Fault.body(200, b"x" * 10_000_000), 0),
    (Fault.body(200, b'{"error": "a string"}'), 0),
    (Fault.body(200, b"<html>Hotel</html>"), 0),
    (Fault.graph_error(1, 99999), 0),
]


@pytest.mark.parametrize(("fault", "arrived"), UNKNOWN)
async def test_an_unknown_outcome_is_one_attempt(
    fault: Fault, arrived: int, sandbox: Sandbox, client: MessengerClient, waits: Waits
) -> None:
    """Pages, drops and rubble: one attempt, and an error that says that nobody knows."""
    sandbox.script(fault)
    with pytest.raises(DeliveryUnknownError) as caught:
        await client.send_text(PSID, "Hi")

    assert isinstance(caught.value.__cause__, MessengerError)
    assert (sends(sandbox), len(sandbox.delivered), waits) == (1, arrived, [])


async def test_silence_after_the_commit(
    sandbox: Sandbox, client: MessengerClient, waits: Waits
) -> None:
    """The timeout that makes blind retries deliver twice: here it is one attempt."""
    sandbox.script(Fault.commit_then_silence())
    with pytest.raises(DeliveryUnknownError):
        await client.send_text(PSID, "Hi", timeout=0.7)

    assert (len(sandbox.delivered), waits) == (1, [])


@pytest.mark.parametrize(("fault", "arrived"), UNKNOWN)
async def test_at_least_once_repeats_it(
    fault: Fault, arrived: int, sandbox: Sandbox, client: MessengerClient, waits: Waits
) -> None:
    """Two attempts, at least one delivery, and two where the first one had arrived."""
    sandbox.script(fault)
    sent = await client.send_text(PSID, "Hi", delivery=Delivery.AT_LEAST_ONCE)

    assert (sent.attempts, waits, len(sandbox.delivered)) == (2, [2.0], arrived + 1)


@pytest.mark.parametrize("mode", list(Delivery))
async def test_a_dead_token_is_one_attempt(mode: Delivery, sandbox: Sandbox, waits: Waits) -> None:
    """190 is never repeated, and the advice says what to renew."""
    other = MessengerClient(
        page_access_token="EAADead",
        graph_url=sandbox.url,
        sleep=waits,
        delivery=mode,
        outbound=MemoryOutboundLog(),
    )
    async with other:
        with pytest.raises(TokenError) as caught:
            await other.send_text(PSID, "Hi", retry=lambda _failure: 0.0)

    assert (caught.value.code, sends(sandbox), waits) == (190, 1, [])
    assert "FACEBOOK_PAGE_ACCESS_TOKEN" in caught.value.advice


async def test_an_error_body_on_a_200(sandbox: Sandbox, client: MessengerClient) -> None:
    """The body decides: Meta has been seen to answer so."""
    sandbox.script(Fault.graph_error(100, status=200))
    with pytest.raises(InvalidRequestError):
        await client.send_text(PSID, "Hi")


async def test_metas_own_refusals_have_their_classes(waits: Waits) -> None:
    """An id of nobody, and a window that is shut."""
    now = 1_800_000_000.0
    async with Sandbox(redelivery_delays=(), now=lambda: now) as sandbox:
        await sandbox.person_writes(PSID, "Hello?")
        async with client_of(sandbox, waits) as client:
            with pytest.raises(UserNotFoundError):
                await client.send_text("24000000000000999", "Hi")
            now += 24 * 3600 + 1
            with pytest.raises(OutsideWindowError):
                await client.send_text(PSID, "Hi")


async def test_metas_wait_is_waited_out(
    sandbox: Sandbox, client: MessengerClient, waits: Waits
) -> None:
    """Retry-After is a floor under the wait; too long a wait is given up at once."""
    sandbox.script(Fault.graph_error(613, headers={"Retry-After": "3"}))
    await client.send_text(PSID, "Hi")
    assert waits == [3.0]

    sandbox.script(Fault.graph_error(613, headers={"Retry-After": "600"}))
    with pytest.raises(RateLimitError) as caught:
        await client.send_text(PSID, "Hi")
    assert (caught.value.retry_after, waits) == (600.0, [3.0])


async def test_a_wrong_app_secret_is_refused(sandbox: Sandbox, waits: Waits) -> None:
    """The proof is really sent, and really checked."""
    wrong = MessengerClient(
        page_access_token=sandbox.page.access_token,
        app_secret="wrong",
        graph_url=sandbox.url,
        sleep=waits,
    )
    async with wrong:
        with pytest.raises(InvalidRequestError, match="appsecret_proof"):
            await wrong.send_text(PSID, "Hi")
        with pytest.raises(InvalidRequestError, match="appsecret_proof"):
            await wrong.me()


async def test_an_old_version_is_forwarded(sandbox: Sandbox, waits: Waits) -> None:
    """A client that still says v18.0 is served by the oldest version alive."""
    old = MessengerClient(
        page_access_token=sandbox.page.access_token,
        graph_url=sandbox.url,
        graph_version="v18.0",
        sleep=waits,
    )
    async with old:
        await old.send_text(PSID, "Hi")

    assert sandbox.requests[-1].path == "/v18.0/me/messages"


async def test_a_patched_session_works_too(waits: Waits) -> None:
    """Users who patch aiohttp with aioresponses in their own tests can go on doing so."""
    url = "https://graph.facebook.com/v26.0/me/messages"
    async with aiohttp.ClientSession() as session:
        client = MessengerClient(page_access_token="EAATest", session=session, sleep=waits)
        with aioresponses() as mocked:
            post: Callable[..., None] = mocked.post  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # half typed
            post(url, exception=aiohttp.ClientConnectionError("refused"))
            accepted = {"recipient_id": "24", "message_id": "m_1"}
            post(url, payload=accepted, response_class=PATCHED)
            sent = await client.send_text("24", "Hi")

    assert (sent.message_id, sent.attempts) == ("m_1", 2)


async def test_the_connection_is_reused(sandbox: Sandbox, waits: Waits) -> None:
    """One session for all sends, not one for each."""
    async with client_of(sandbox, waits) as client:
        await client.me()
        transport = client._sending.transport
        first = vars(transport)["_session"]
        await client.me()

        assert vars(transport)["_session"] is first


async def test_another_page_has_another_token(waits: Waits) -> None:
    """Two pages, two clients: neither sends for the other."""
    page = Page(id="104000000000999", access_token="EAAOtherPage")
    async with Sandbox(page, redelivery_delays=()) as sandbox, client_of(sandbox, waits) as client:
        assert (await client.me()).id == "104000000000999"


async def test_a_closed_sandbox_is_a_transport_error(waits: Waits) -> None:
    """When Meta is gone, the policy gives up after three attempts."""
    async with Sandbox(redelivery_delays=()) as sandbox:
        client = client_of(sandbox, waits)
    async with client:
        with pytest.raises(TransportError):
            await client.send_text(PSID, "Hi")

    assert waits == [2.0, 2.0]
