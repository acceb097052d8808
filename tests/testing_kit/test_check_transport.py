"""The rules of transports: the real one keeps them all, and whatever breaks one is found by it."""

import asyncio
from collections.abc import Callable

import pytest
from testing_kit.broken_exchanges import (
    Bare,
    Cuts,
    Decodes,
    DropsHeaders,
    Fine,
    Follows,
    Headless,
    OneByOne,
    Packed,
    Posts,
    Quotes,
    RaisesForStatus,
    Remembers,
    Short,
    SkipsPieces,
)
from testing_kit.broken_failures import (
    Answered,
    Answers,
    BreaksOnce,
    Cancels,
    ClosedAsFailed,
    ClosesOnce,
    Deaf,
    Discreet,
    Foreign,
    GoesOn,
    Late,
    Patient,
    Reopens,
    Repeats,
    Sent,
    TellsQuery,
    TellsToken,
    TellsUrl,
    Unsent,
)

from messengerkit import (
    AiohttpTransport,
    MessengerError,
    Transport,
    _straight,
)
from messengerkit.testing import (
    Answer,
    FakeTransport,
    Request,
    Response,
    _check_transport,
    check_transport,
)

RULES = {rule.promise: rule for rule in _check_transport.RULES}


@pytest.mark.parametrize("way", ["straight", "session"])
async def test_the_real_transport_keeps_them(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to the wire do."""
    if way == "session":
        monkeypatch.setattr(_straight, "_TRIED", ())

    await check_transport(AiohttpTransport)


def recording() -> FakeTransport:
    """Return a fake that stands before a real transport."""
    real = AiohttpTransport()

    async def otherwise(request: Request) -> Answer:
        try:
            return await real.send(request)
        except MessengerError as error:
            return error

    class Recording(FakeTransport):
        async def aclose(self) -> None:
            await super().aclose()
            await real.aclose()

    return Recording(otherwise=otherwise)


async def test_a_fake_before_a_real_transport_keeps_them() -> None:
    """So a fake adds nothing to what goes through it, and takes nothing away."""
    await check_transport(recording)


PLANTS: list[tuple[Callable[[], Transport], str, str]] = [
    (Posts, "The method, the path and the query arrive", "the method was POST"),
    (Quotes, "The method, the path and the query arrive", "the path was /v26.0/24/7/x"),
    (DropsHeaders, "The headers arrive", "Content-Type arrived as"),
    (Decodes, "The body arrives byte for byte", "256 bytes arrived otherwise"),
    (Cuts, "A large body arrives whole", "a megabyte arrived otherwise"),
    (SkipsPieces, "A streamed body arrives", "a body with its length told arrived otherwise"),
    (SkipsPieces, "What a streamed body raises of ours", "it gave an answer"),
    (Fine, "Every status is an answer", "201 came back as 200"),
    (Headless, "The status, the headers and the body", "in lower case, is None"),
    (Short, "A large answer", "of 1048576 bytes 65536 came back"),
    (RaisesForStatus, "Every status is an answer", "TransportError('no') was raised"),
    (Follows, "A redirect is an answer", "301 to a POST became 200"),
    (Packed, "What the transport accepts packed", "it came back as 200 b'\\x1f"),
    (Remembers, "On a kept connection", "call 1 got the answer b'0'"),
    (Remembers, "Of many calls at once", "19 of 20 calls got another one's answer"),
    (OneByOne, "Five calls can be under way", "it was not over within 2 s"),
    (Sent, "A connection that is refused", "the phase is sent"),
    (Sent, "A TLS handshake", "the phase is sent"),
    (Answered, "A reset before the body", "the phase is answered"),
    (Unsent, "A reset inside the body", "the phase is not_sent"),
    (Unsent, "A FIN instead of an answer", "the phase is not_sent"),
    (Unsent, "A RST instead of an answer", "the phase is not_sent"),
    (Unsent, "Silence instead of an answer", "the phase is not_sent"),
    (Patient, "Silence instead of an answer", "it was not over within 2 s"),
    (Unsent, "Half a head", "the phase is not_sent"),
    (Unsent, "What is not HTTP", "the phase is not_sent"),
    (Answers, "What is not HTTP", "it gave an answer, with status 500"),
    (Sent, "Half a body", "the phase is sent"),
    (Answered, "Half a body", "http_status is None, not 200"),
    (Unsent, "Half a chunk", "the phase is not_sent"),
    (Unsent, "A broken chunk", "the phase is not_sent"),
    (Cancels, "A GET that fails", "CancelledError was raised, which is no TransportError"),
    (Patient, "The time is for the whole answer", "it was not over within 2 s"),
    (Foreign, "A GET that fails", "OSError was raised, which is no TransportError"),
    (Repeats, "A POST is written once", "it arrived 2 times"),
    (Late, "An answer that comes late", "the next call got the answer b'late'"),
    (BreaksOnce, "After a failure", "ClientClosedError("),
    (TellsToken, "An error shows neither", "the token of the header shows"),
    (Discreet, "An error shows neither", "the token of the header shows"),
    (TellsQuery, "An error shows neither", "the token in the query shows"),
    (TellsUrl, "An error shows neither", "the URL shows"),
    (Deaf, "A call that is cancelled", "TransportError('cancelled')"),
    (GoesOn, "A call that is cancelled", "it went on"),
    (Late, "The answer to a cancelled call", "the next call got the answer b'late'"),
    (ClosesOnce, "Closing twice", "RuntimeError() was raised"),
    (Reopens, "After closing", "it gave an answer"),
    (ClosedAsFailed, "So it is, if", "TransportError was raised, which is no ClientClosedError"),
    (Cancels, "The body arrives", "CancelledError() was raised"),
    (FakeTransport, "The body arrives", "no answer left for its request 1"),
    (Bare, "An answer in chunks", "it came back as 200 b''"),
    (Bare, "A status 1xx", "it came back as 103 b''"),
    (Bare, "A connection that the server closed", "was raised"),
]


@pytest.mark.parametrize(
    ("make", "promise", "seen"),
    PLANTS,
    ids=[f"{getattr(make, '__name__', '')}: {promise}" for make, promise, _ in PLANTS],
)
async def test_a_broken_rule_is_found_and_named(
    make: Callable[[], Transport], promise: str, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was seen instead."""
    (rule,) = [rule for rule in RULES.values() if rule.promise.startswith(promise)]
    monkeypatch.setattr(_check_transport, "_LONGEST", 2.0)
    with pytest.raises(AssertionError) as caught:
        await _check_transport.check(make, [rule])

    assert f"  {rule.promise} But " in str(caught.value)
    assert seen in str(caught.value)


def test_every_rule_has_a_transport_that_breaks_it() -> None:
    """A rule that nothing breaks may check nothing."""
    planted = tuple(promise for _, promise, _ in PLANTS)

    assert [promise for promise in RULES if not promise.startswith(planted)] == []
    assert len(RULES) == len(_check_transport.RULES)


async def test_who_accepts_nothing_packed_is_sent_nothing_packed() -> None:
    """Then there is nothing to unpack, and the rule is kept."""
    (rule,) = [rule for rule in RULES.values() if rule.promise.startswith("What the transport acc")]

    await _check_transport.check(Bare, [rule])


async def test_all_broken_rules_are_named_at_once() -> None:
    """And the first one's error is the cause, with its traceback."""
    with pytest.raises(AssertionError) as caught:
        await check_transport(Cancels)
    first, *lines = str(caught.value).splitlines()

    assert first == f"The transport breaks {len(RULES) - 1} of {len(RULES)} rules:"
    assert len(lines) == len(RULES) - 1
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)


async def test_a_check_that_is_cancelled_ends() -> None:
    """The transport under trial is closed."""
    begun, closed = asyncio.Event(), asyncio.Event()

    class Endless(AiohttpTransport):
        async def send(self, request: Request, /) -> Response:
            begun.set()
            await asyncio.Event().wait()
            return await super().send(request)

        async def aclose(self) -> None:
            await super().aclose()
            closed.set()

    check = asyncio.ensure_future(check_transport(Endless))
    await begun.wait()
    check.cancel()
    with pytest.raises(asyncio.CancelledError):
        await check
    async with asyncio.timeout(5):
        await closed.wait()
