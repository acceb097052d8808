"""What hooks are told of calls: each attempt, and the end; and that they decide nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from networks import ACCEPTED, LOST, REFUSED, Network, Step, client_on, error
from observing.observed import Broken, Kept
from waits import Waits

from messengerkit import (
    Delivery,
    Failure,
    MemoryOutboundLog,
    MessengerClient,
    MessengerError,
    Retry,
    Settling,
    TransportError,
)
from messengerkit._graph import Request, Response
from messengerkit.delivery import Evidence, Outcome
from messengerkit.sandbox import Fault, Sandbox

ANA = "24000000000000007"
EMPTY: Step = (200, {})
FAST = Settling(settle=0.0, echo_wait=0.0, again=0.0, skew=1.0)


def soon(waits: Waits) -> Callable[[float], Awaitable[None]]:
    """Return a wait of no length that lets others go on."""

    async def soon(seconds: float) -> None:
        await waits(seconds)
        await asyncio.sleep(0)

    return soon


async def test_attempts_and_their_result_are_told(waits: Waits) -> None:
    """Two attempts and one result, with what each was, joined by one id."""
    kept = Kept()
    client = client_on(Network([REFUSED, ACCEPTED]), waits, hooks=[kept])
    await client.send_text(ANA, "Hi")
    first, second = kept.attempts
    (result,) = kept.results

    assert {first.call_id, second.call_id} == {result.call_id}
    assert result.tried == (first, second)
    assert (first.number, first.outcome, first.status) == (1, Outcome.NOT_SENT, None)
    assert isinstance(first.error, TransportError)
    assert (second.number, second.outcome, second.status, second.error) == (2, None, 200, None)
    assert (first.url, first.version) == ("https://graph.facebook.com", "v26.0")
    assert (first.call, first.is_send, result.call, result.is_send) == (
        "POST /me/messages",
        True,
        "POST /me/messages",
        True,
    )
    assert (result.attempts, result.outcome, result.error) == (2, None, None)
    assert (result.evidence, result.cancelled) == (Evidence.RESPONSE, False)
    assert result.seconds >= 0 <= first.seconds


async def test_two_calls_have_two_ids(waits: Waits) -> None:
    """What joins the attempts of a call joins no others."""
    kept = Kept()
    client = client_on(Network([ACCEPTED]), waits, hooks=[kept])
    await client.send_text(ANA, "Hi")
    await client.send_text(ANA, "Hi")

    assert len({result.call_id for result in kept.results}) == 2


@pytest.mark.parametrize(
    ("step", "status", "outcome", "name"),
    [
        (error(190), 400, Outcome.REFUSED, "TokenError"),
        (error(613, status=429), 429, Outcome.NOT_SENT, "RateLimitError"),
        ((502, "not of Meta"), 502, Outcome.UNKNOWN, "UnreadableAnswerError"),
        (EMPTY, 200, None, "UnreadableAnswerError"),
        (LOST, None, Outcome.UNKNOWN, "TransportError"),
    ],
    ids=["token", "limit", "page", "empty", "lost"],
)
async def test_the_status_of_an_answer_is_told(
    step: Step, status: int | None, outcome: Outcome | None, name: str, waits: Waits
) -> None:
    """Whatever came of it; no status means that no answer came."""
    kept = Kept()
    client = client_on(Network([step]), waits, hooks=[kept], retry=None)
    with pytest.raises(MessengerError):
        await client.send_text(ANA, "Hi")

    assert (kept.attempts[0].status, kept.attempts[0].outcome) == (status, outcome)
    assert kept.results[0].error == name
    assert kept.results[0].evidence is None


async def test_what_is_no_send_has_no_evidence(waits: Waits) -> None:
    """Whether a person has a message is no question there."""
    kept = Kept()
    client = client_on(Network([(200, {"id": "1", "name": "Page"})]), waits, hooks=[kept])
    await client.me()
    (result,) = kept.results

    assert (result.call, result.is_send, result.evidence) == ("GET /me", False, None)


class Silent(Network):
    """A network in which nothing is ever answered."""

    def __init__(self) -> None:
        super().__init__([])
        self.reached = asyncio.Event()

    async def send(self, request: Request, /) -> Response:
        """Wait for ever."""
        self.reached.set()
        await asyncio.Event().wait()
        return await super().send(request)


async def test_an_attempt_that_is_given_up_is_told(waits: Waits) -> None:
    """It has left, so nobody knows; the caller learns of neither."""
    kept, network = Kept(), Silent()
    task = asyncio.create_task(client_on(network, waits, hooks=[kept]).send_text(ANA, "Hi"))
    await network.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (attempt,), (result,) = kept.attempts, kept.results

    assert (attempt.cancelled, attempt.outcome, attempt.error) == (True, Outcome.UNKNOWN, None)
    assert (result.cancelled, result.outcome, result.tried) == (True, Outcome.UNKNOWN, (attempt,))


async def test_a_call_that_never_left_has_no_attempt(waits: Waits) -> None:
    """A deadline that is over before the first byte: there is a result, and nothing tried."""
    kept = Kept()
    client = client_on(Network([ACCEPTED]), waits, hooks=[kept], retry=None)
    with pytest.raises(MessengerError):
        await client.send_text(ANA, "Hi", deadline=1e-12)
    (result,) = kept.results

    assert (kept.attempts, result.tried) == ([], ())
    assert (result.error, result.outcome) == ("DeadlineError", Outcome.NOT_SENT)


async def test_of_very_many_attempts_the_newest_are_kept(waits: Waits) -> None:
    """A policy that never gives up does not fill the memory."""

    def often(failure: Failure) -> float | None:
        return 0.0 if failure.attempt < 250 else None

    kept = Kept()
    client = client_on(
        Network([REFUSED]), waits, hooks=[kept], retry=often, budget=None, breaker=None
    )
    with pytest.raises(TransportError):
        await client.send_text(ANA, "Hi")
    (result,) = kept.results

    assert result.attempts == len(kept.attempts) == 250
    assert [one.number for one in result.tried] == list(range(151, 251))


async def test_hooks_that_fail_change_nothing(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """The message is sent, the other hooks are told, and the log says what failed."""
    kept = Kept()
    client = client_on(Network([ACCEPTED]), waits, hooks=[Broken(), kept])
    sent = await client.send_text(ANA, "Hi")

    assert (sent.message_id, len(kept.attempts), len(kept.results)) == ("m_1", 1, 1)
    errors = [one.message for one in caplog.records if one.levelno == logging.ERROR]
    assert errors == ["A hook failed."] * 2


@pytest.mark.parametrize(
    ("fault", "evidence", "tries"),
    [
        (None, Evidence.RESPONSE, 1),
        (Fault.commit_then_close(), Evidence.READ, 1),
        (Fault.reset(), Evidence.RESPONSE, 2),
    ],
    ids=["answered", "found", "sent again"],
)
async def test_an_assured_send_tells_how_it_is_known(
    sandbox: Sandbox, waits: Waits, fault: Fault | None, evidence: Evidence, tries: int
) -> None:
    """By the answer, or by the conversation where no answer came; counted, too."""
    kept = Kept()
    if fault is not None:
        sandbox.script(fault)
    async with MessengerClient(
        page_access_token=sandbox.page.access_token,
        graph_url=sandbox.url,
        outbound=MemoryOutboundLog(),
        delivery=Delivery.EFFECTIVELY_ONCE,
        settling=FAST,
        sleep=waits,
        retry=Retry(attempts=3),
        hooks=[kept],
    ) as client:
        await client.send_text(ANA, "Hi")
    (result,) = [one for one in kept.results if one.is_send]

    assert (result.evidence, len(result.tried), result.error) == (evidence, tries, None)
    assert client.stats.evidence == {evidence.value: 1}
