"""Leaks that are planted, one in each channel: the search is known to find them."""

import logging

import pytest
from leaks.searching import (
    Canaries,
    shown_by_error,
    shown_by_metric,
    shown_by_record,
    shown_by_span,
    variables_of,
)
from networks import ACCEPTED, Network, client_on, error
from observing.observed import Telemetry
from opentelemetry.trace import Status, StatusCode
from waits import Waits

from messengerkit import Attempt, MessengerError, Outbound, Result
from messengerkit.otel import OtelHooks

MARK = "EAACanaryThatIsPlanted"
CANARIES = Canaries(("another mark", MARK))


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """Return *error* once it was raised, with *cause*."""
    token = MARK  # a variable of a frame below the first one
    try:
        raise error from cause
    except type(error) as caught:
        assert token
        return caught


def in_context(error: BaseException) -> BaseException:
    """Return an error in the handling of which *error* was handled."""
    try:
        try:
            raise error
        except type(error):
            raise MessengerError("It failed.")  # noqa: B904, EM101, TRY003  # the leak that is planted
    except MessengerError as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        MessengerError(f"It failed with {MARK}."),
        raised(MessengerError("It failed."), ValueError(MARK)),
        in_context(KeyError(MARK)),
        KeyError("It failed.", MARK),
    ],
    ids=["message", "cause", "context", "argument"],
)
def test_a_leak_in_an_error_is_found(error: BaseException) -> None:
    """In its message, in what it came from, and in its arguments."""
    assert CANARIES.found_in(shown_by_error(error))


def test_a_leak_in_a_variable_is_found() -> None:
    """In a frame, where only a debugger or an error tracker looks; not in the error itself."""
    try:
        _hold(MARK)
    except ZeroDivisionError as error:
        found = CANARIES.found_in(variables_of(error)), CANARIES.found_in(shown_by_error(error))

        assert found[0]
        assert not found[1]


def _hold(token: str) -> None:
    assert token
    raise ZeroDivisionError


def log_of(planted: logging.Logger, how: str) -> None:
    """Log a line with a leak in it."""
    match how:
        case "message":
            planted.warning("The token is " + MARK)
        case "argument":
            planted.warning("The token is %s.", MARK)
        case "extra":
            planted.warning("It failed.", extra={"token": MARK})
        case "traceback":
            planted.warning("It failed.", exc_info=raised(MessengerError(MARK)))
        case _:
            planted.warning("It failed.", exc_info=raised(MessengerError("No."), KeyError(MARK)))


@pytest.mark.parametrize("how", ["message", "argument", "extra", "traceback", "cause"])
def test_a_leak_in_the_log_is_found(how: str, caplog: pytest.LogCaptureFixture) -> None:
    """In the message, in an argument, beside it, and in the traceback."""
    log_of(logging.getLogger("messengerkit"), how)
    shown = [text for record in caplog.records for text in shown_by_record(record)]

    assert CANARIES.found_in(shown)
    assert Canaries(("another mark",)).found_in(shown) == []


@pytest.mark.parametrize("how", ["name", "attribute", "event", "status", "exception"])
def test_a_leak_in_a_span_is_found(how: str) -> None:
    """Wherever OpenTelemetry keeps it."""
    telemetry = Telemetry()
    tracer = telemetry.tracing.get_tracer("leaky")
    span = tracer.start_span(MARK if how == "name" else "GET /me")
    match how:
        case "attribute":
            span.set_attribute("url.full", f"https://graph.facebook.com/me?access_token={MARK}")
        case "event":
            span.add_event("retry", {"token": MARK})
        case "exception":
            span.record_exception(raised(MessengerError(MARK)))
        case "status":
            span.set_status(Status(StatusCode.ERROR, MARK))
        case _:
            pass
    span.end()

    assert CANARIES.found_in(shown_by_span(telemetry.spans[0]))


@pytest.mark.parametrize("how", ["name", "label"])
def test_a_leak_in_a_metric_is_found(how: str) -> None:
    """In a label above all."""
    telemetry = Telemetry()
    meter = telemetry.metering.get_meter("leaky")
    meter.create_counter(MARK if how == "name" else "sends").add(1, {"page": MARK})
    shown = [text for metric in telemetry.metrics.values() for text in shown_by_metric(metric)]

    assert CANARIES.found_in(shown)


def test_a_leak_in_a_repr_is_found() -> None:
    """A row that shows what it sends; ours does not."""
    row = Outbound(id="1", lane="1", nonce=MARK, psid="1")

    assert CANARIES.found_in([repr(row)])
    row = Outbound(id="1", lane="1", nonce="1", psid="1", parameters={"message": {"text": MARK}})
    assert CANARIES.found_in([repr(row)]) == []


class Leaky(OtelHooks):
    """Hooks that put Meta's words into their spans, as one might."""

    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__(telemetry.tracing, telemetry.metering)
        self._leak = telemetry.tracing.get_tracer("leaky")
        self._counter = telemetry.metering.get_meter("leaky").create_counter("failures")

    def on_attempt(self, attempt: Attempt, /) -> None:
        """Make a span, and a label, of what the error says."""
        super().on_attempt(attempt)
        if attempt.error is not None:
            self._leak.start_span("failed", attributes={"why": str(attempt.error)}).end()

    def on_result(self, result: Result, /) -> None:
        """Count by the id of the call, which says nothing, and is too much all the same."""
        super().on_result(result)
        self._counter.add(1, {"call": result.call_id})


async def test_a_leak_in_hooks_is_found() -> None:
    """The run of a real client shows it, beside what does not leak."""
    telemetry = Telemetry()
    step = (400, {"error": {"code": 100, "message": f"Bad {MARK[:-1]}{MARK[-1]}"}})
    client = client_on(Network([step, ACCEPTED]), Waits(), hooks=[Leaky(telemetry)])
    with pytest.raises(MessengerError):
        await client.send_text("24", "Hi")
    found = [span.name for span in telemetry.spans if CANARIES.found_in(shown_by_span(span))]

    assert found == ["failed"]
    assert {span.name for span in telemetry.spans} > {"failed", "messenger.send"}


async def test_a_clean_run_has_no_leak() -> None:
    """The search does not cry where there is none."""
    telemetry = Telemetry()
    client = client_on(Network([error(190)]), Waits(), hooks=[telemetry.hooks])
    with pytest.raises(MessengerError) as caught:
        await client.send_text("24", MARK)
    spans = [text for span in telemetry.spans for text in shown_by_span(span)]

    assert CANARIES.found_in([*spans, *shown_by_error(caught.value)]) == []
