"""What stands in the records of the log beside their message: names that structlog can take."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress

import pytest
from networks import ACCEPTED, LOST, REFUSED, Network, client_on
from observing.test_hooks import ANA, FAST, Silent, soon
from waits import Waits

from messengerkit import (
    ConstantBackoff,
    Delivery,
    DeliveryUnknownError,
    Failure,
    MemoryOutboundLog,
    MessengerClient,
    MessengerError,
    Outbound,
    Retry,
    TransportError,
)
from messengerkit.sandbox import Fault, Sandbox

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
WORDS = "words of nobody's business"


def told(record: logging.LogRecord) -> Mapping[str, object]:
    """Return what *record* has beside what every record has, as ExtraAdder of structlog does."""
    return {name: value for name, value in vars(record).items() if name not in PLAIN}


async def test_an_end_is_told_with_what_is_known(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for the attempt that failed, one for the end, joined by one id."""
    caplog.set_level(logging.INFO, "messengerkit")
    await client_on(Network([REFUSED, ACCEPTED]), waits).send_text(ANA, WORDS)
    attempt, end = map(told, caplog.records)

    assert attempt == {
        "call_id": end["call_id"],
        "call": "POST /me/messages",
        "attempt": 1,
        "error": "TransportError",
        "wait": 2.0,
    }
    assert end == {
        "call_id": end["call_id"],
        "call": "POST /me/messages",
        "outcome": "ok",
        "seconds": end["seconds"],
        "attempts": 2,
        "error": None,
        "cancelled": False,
        "evidence": "response",
    }


async def test_an_end_in_doubt_names_its_error(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """The outcome is unknown, and nothing is evident."""
    caplog.set_level(logging.INFO, "messengerkit")
    with pytest.raises(DeliveryUnknownError):
        await client_on(Network([LOST]), waits).send_text(ANA, WORDS)
    end = told(caplog.records[-1])

    assert (end["outcome"], end["error"], end["evidence"]) == ("unknown", "TransportError", None)


async def test_an_end_that_the_caller_made_says_so(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever cancels is seen in the log."""
    caplog.set_level(logging.INFO, "messengerkit")
    network = Silent()
    task = asyncio.create_task(client_on(network, waits).send_text(ANA, WORDS))
    await network.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    end = told(caplog.records[-1])

    assert (end["outcome"], end["cancelled"], end["error"]) == ("unknown", True, None)


async def test_a_policy_that_fails_is_told_with_its_call(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """The traceback stands beside the call that it concerns."""

    def broken(_failure: Failure) -> float | None:
        raise ZeroDivisionError

    with pytest.raises(TransportError):
        await client_on(Network([REFUSED]), waits, retry=broken).send_text(ANA, WORDS)

    assert set(told(caplog.records[0])) == {"call_id", "call"}


def assured(sandbox: Sandbox, waits: Waits, log: MemoryOutboundLog) -> MessengerClient:
    """Return a client that finds out."""
    return MessengerClient(
        page_access_token=sandbox.page.access_token,
        graph_url=sandbox.url,
        outbound=log,
        delivery=Delivery.EFFECTIVELY_ONCE,
        settling=FAST,
        limiter=None,
        retry=Retry(attempts=2, backoff=ConstantBackoff(0.0)),
        sleep=soon(waits),
    )


async def test_an_assured_send_is_told_with_its_evidence(
    sandbox: Sandbox, waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """That no read worked at first stands there, too, with the kind of its error."""
    caplog.set_level(logging.INFO, "messengerkit")
    sandbox.script(Fault.commit_then_close())
    sandbox.script(Fault.graph_error(190), path="conversations")
    async with assured(sandbox, waits, MemoryOutboundLog()) as client:
        await client.send_text(ANA, WORDS)
    lines = [told(record) for record in caplog.records]
    unread = [line for line in lines if set(line) == {"error"}]
    (end,) = [line for line in lines if line.get("evidence")]

    assert unread == [{"error": "TokenError"}]
    assert (end["call"], end["evidence"]) == ("POST /me/messages", "read")


async def test_a_send_that_was_left_behind_is_told_with_its_error(
    sandbox: Sandbox, waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """It goes on in the background, where nobody sees it fail."""
    log = MemoryOutboundLog()
    message: dict[str, object] = {"recipient": {"id": ANA}, "message": {"text": WORDS}}
    await log.add(Outbound(id="1", lane=ANA, nonce="mk1:1", psid=ANA, parameters=message))
    sandbox.script(Fault.graph_error(190))
    async with assured(sandbox, waits, log) as client:
        assert await client.recover() == 1
        await asyncio.wait(
            client._surely()._recovered, timeout=10, return_when=asyncio.FIRST_COMPLETED
        )
    found = [told(record) for record in caplog.records if "left behind" in record.getMessage()]

    assert found == [{"error": "TokenError"}]


def test_no_name_is_one_that_a_record_has() -> None:
    """`logging` refuses those, with a KeyError where the line is written."""
    names = {
        "attempt",
        "attempts",
        "call",
        "call_id",
        "cancelled",
        "error",
        "evidence",
        "outcome",
        "seconds",
        "wait",
        "was",
    }

    assert names.isdisjoint(PLAIN)
    # Those of structlog's own, by which a line would lose its message, its level or its time.
    assert names.isdisjoint({"event", "level", "logger", "timestamp", "exc_info", "stack_info"})


@pytest.mark.parametrize("step", [REFUSED, LOST, ACCEPTED])
async def test_no_line_has_words_or_a_person(
    step: tuple[int, object] | TransportError, waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in its message nor beside it."""
    caplog.set_level(logging.DEBUG)
    client = client_on(Network([step]), waits)
    with suppress(MessengerError):
        await client.send_text(ANA, WORDS)
    shown = "".join(f"{record.getMessage()} {vars(record)!r}" for record in caplog.records)

    assert caplog.records
    assert (WORDS in shown, ANA in shown) == (False, False)
