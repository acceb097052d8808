"""Spans and metrics of OpenTelemetry: the conventions, the tree, the times, and nobody's words."""

import asyncio
import importlib
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from networks import ACCEPTED, LOST, REFUSED, Network, Step, client_on, error
from observing.observed import Kept, Telemetry, attributes, id_of, parent_of
from observing.test_hooks import ANA, Silent
from opentelemetry.sdk.metrics.export import HistogramDataPoint, NumberDataPoint
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode
from waits import Waits

from messengerkit import Delivery, MessengerClient, MessengerError
from messengerkit.otel import OtelHooks

WORDS = "words of nobody's business"
SENDS, REQUESTS = "messenger.client.sends", "http.client.request.duration"
PAGE = (200, {"id": "1", "name": "Page"})


class Clock:
    """A time of day that goes on by a second each time that somebody looks."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> datetime:
        """Return the time."""
        self.seconds += 1
        return datetime.fromtimestamp(self.seconds, UTC)


async def test_a_send_is_a_span_with_one_for_each_attempt(waits: Waits) -> None:
    """They nest in the caller's span, with what the conventions ask for."""
    telemetry = Telemetry()
    client = client_on(Network([error(613), ACCEPTED]), waits, hooks=[telemetry.hooks])
    with telemetry.tracing.get_tracer("backend").start_as_current_span("answer") as mine:
        await client.send_text(ANA, WORDS)
    first, second, send, _ = telemetry.spans

    assert send.name == "messenger.send"
    assert parent_of(send) == mine.get_span_context().span_id
    assert parent_of(first) == parent_of(second) == id_of(send)
    assert (send.kind, first.kind) == (SpanKind.INTERNAL, SpanKind.CLIENT)
    assert (send.status.status_code, first.status.status_code, second.status.status_code) == (
        StatusCode.UNSET,
        StatusCode.ERROR,
        StatusCode.UNSET,
    )
    call_id = attributes(send)["messenger.call_id"]
    assert attributes(send) == {
        "messenger.call_id": call_id,
        "messenger.attempts": 2,
        "messenger.outcome": "ok",
        "messenger.evidence": "response",
    }
    http = {
        "http.request.method": "POST",
        "server.address": "graph.facebook.com",
        "server.port": 443,
        "url.scheme": "https",
        "url.full": "https://graph.facebook.com/v26.0/me/messages",
    }
    assert first.name == second.name == "POST /me/messages"
    assert attributes(first) == {
        **http,
        "http.response.status_code": 400,
        "error.type": "RateLimitError",
        "messenger.error.code": 613,
    }
    assert attributes(second) == {
        **http,
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
    }


async def test_the_times_are_those_of_the_calls(waits: Waits) -> None:
    """Spans are made at the end, and say when each thing was; an attempt is inside its call."""
    telemetry, kept = Telemetry(), Kept()
    network = Network([REFUSED, ACCEPTED])
    client = client_on(network, waits, hooks=[telemetry.hooks, kept], now=Clock())
    await client.send_text(ANA, WORDS)
    first, second, send = telemetry.spans
    times = [(span.start_time or 0, span.end_time or 0) for span in (first, second)]

    assert times == [
        (int(one.began_at * 1e9), int((one.began_at + one.seconds) * 1e9)) for one in kept.attempts
    ]
    assert [end - start for start, end in times] == [10**9, 10**9]
    assert (send.start_time or 0) <= times[0][0]
    assert times[1][1] <= (send.end_time or 0)


@pytest.mark.parametrize(
    ("step", "outcome", "kind", "status"),
    [
        (error(190, 463), "refused", "TokenError", 400),
        (REFUSED, "not_sent", "TransportError", None),
        (LOST, "unknown", "TransportError", None),
        ((502, "no JSON of Meta"), "unknown", "UnreadableAnswerError", 502),
    ],
    ids=["token", "refused", "lost", "page"],
)
async def test_a_send_that_failed_is_told_with_its_kind(
    step: Step, outcome: str, kind: str, status: int | None, waits: Waits
) -> None:
    """In the spans and in the metrics alike, without a word of Meta's."""
    telemetry = Telemetry()
    client = client_on(Network([step]), waits, hooks=[telemetry.hooks], retry=None)
    with pytest.raises(MessengerError):
        await client.send_text(ANA, WORDS)
    attempt, send = telemetry.spans

    assert (attributes(send)["messenger.outcome"], attributes(send)["error.type"]) == (
        outcome,
        kind,
    )
    assert (
        attributes(attempt)["error.type"],
        attributes(attempt).get("http.response.status_code"),
    ) == (
        kind,
        status,
    )
    assert {span.status.status_code for span in telemetry.spans} == {StatusCode.ERROR}
    assert {span.status.description for span in telemetry.spans} == {None}
    (counted,) = telemetry.points(SENDS)
    assert isinstance(counted, NumberDataPoint)
    assert (counted.value, dict(counted.attributes or {})) == (
        1,
        {"messenger.outcome": outcome, "error.type": kind},
    )


async def test_sends_and_requests_are_measured(waits: Waits) -> None:
    """A send of two attempts is one send and two requests; other calls are requests alone."""
    telemetry = Telemetry()
    network = Network([error(613), ACCEPTED, PAGE])
    client = client_on(network, waits, hooks=[telemetry.hooks])
    await client.send_text(ANA, WORDS)
    await client.me()
    http = {"server.address": "graph.facebook.com", "server.port": 443, "url.scheme": "https"}
    counts = {
        name: [
            (dict(point.attributes or {}), point.count)
            for point in telemetry.points(name)
            if isinstance(point, HistogramDataPoint)
        ]
        for name in (REQUESTS, "messenger.client.send.duration")
    }
    post = {**http, "http.request.method": "POST", "http.response.status_code": 200}
    get = {**post, "http.request.method": "GET"}
    failed = {**post, "http.response.status_code": 400, "error.type": "RateLimitError"}

    assert sorted(counts[REQUESTS], key=str) == sorted([(failed, 1), (post, 1), (get, 1)], key=str)
    assert counts["messenger.client.send.duration"] == [({"messenger.outcome": "ok"}, 1)]
    assert [metric.unit for _, metric in sorted(telemetry.metrics.items())] == [
        "s",
        "s",
        "{send}",
    ]
    bounds = {
        name: point.explicit_bounds
        for name in counts
        for point in telemetry.points(name)
        if isinstance(point, HistogramDataPoint)
    }
    assert bounds[REQUESTS][-1] == 10.0
    assert bounds["messenger.client.send.duration"][-1] == 600.0


async def test_another_call_is_a_span_with_its_name(waits: Waits) -> None:
    """Without the ids that are in its path, and without its query."""
    telemetry = Telemetry()
    network = Network([(200, {})])
    client = client_on(network, waits, hooks=[telemetry.hooks])
    await client.call("GET", f"{ANA}/conversations", {"user_id": ANA})
    attempt, call = telemetry.spans

    assert (call.name, attempt.name) == ("GET /…/conversations",) * 2
    assert attributes(attempt)["url.full"] == (
        "https://graph.facebook.com/v26.0/REDACTED/conversations"
    )
    assert "messenger.evidence" not in attributes(call)
    assert SENDS not in telemetry.metrics
    assert ANA not in "".join(span.to_json() for span in telemetry.spans)


@pytest.mark.parametrize(
    ("url", "address", "port", "full"),
    [
        ("http://127.0.0.1:8080/", "127.0.0.1", 8080, "http://127.0.0.1:8080/v26.0/me"),
        ("http://localhost/graph", "localhost", 80, "http://localhost/graph/v26.0/me"),
        ("https://[2001:db8::1]:8443", "2001:db8::1", 8443, "https://[2001:db8::1]:8443/v26.0/me"),
    ],
)
async def test_the_server_is_the_one_that_was_called(
    url: str, address: str, port: int, full: str
) -> None:
    """Also where it is a proxy, or the sandbox."""
    telemetry = Telemetry()
    client = MessengerClient(
        page_access_token="EAATest",
        graph_url=url,
        transport=Network([PAGE]),
        hooks=[telemetry.hooks],
    )
    await client.me()
    told = attributes(telemetry.spans[0])

    assert (told["server.address"], told["server.port"], told["url.full"]) == (address, port, full)


async def test_a_send_that_was_given_up_is_an_error(waits: Waits) -> None:
    """Its span and that of its attempt end when the caller leaves."""
    telemetry, network = Telemetry(), Silent()
    client = client_on(network, waits, hooks=[telemetry.hooks])
    task = asyncio.create_task(client.send_text(ANA, WORDS))
    await network.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    attempt, send = telemetry.spans

    assert attributes(attempt)["error.type"] == attributes(send)["error.type"] == "CancelledError"
    assert attributes(send)["messenger.outcome"] == "unknown"
    assert {span.status.status_code for span in telemetry.spans} == {StatusCode.ERROR}


async def test_what_is_not_sampled_costs_no_children() -> None:
    """A provider that samples nothing gets no spans, and the metrics all the same."""
    telemetry = Telemetry()
    hooks = OtelHooks(TracerProvider(sampler=ALWAYS_OFF), telemetry.metering)
    client = client_on(Network([ACCEPTED]), Waits(), hooks=[hooks])
    await client.send_text(ANA, WORDS)

    assert len(telemetry.points(SENDS)) == 1


async def test_without_a_provider_nothing_happens() -> None:
    """The API package alone does nothing, and needs nothing."""
    client = client_on(Network([ACCEPTED]), Waits(), hooks=[OtelHooks()])

    assert (await client.send_text(ANA, WORDS)).message_id == "m_1"


async def test_repetitions_by_choice_are_told_too(waits: Waits) -> None:
    """AT_LEAST_ONCE repeats what nobody knows, and each attempt is a span."""
    telemetry = Telemetry()
    client = client_on(
        Network([LOST, LOST, ACCEPTED]),
        waits,
        hooks=[telemetry.hooks],
        delivery=Delivery.AT_LEAST_ONCE,
    )
    await client.send_text(ANA, WORDS)
    counts = [
        attributes(span).get("http.request.resend_count")
        for span in telemetry.spans_named("POST /me/messages")
    ]

    assert counts == [None, 1, 2]


def test_only_who_asks_imports_opentelemetry() -> None:
    """The whole of the core, the admin face and the sandbox do without it."""
    code = (
        "import sys; from messengerkit import *; import messengerkit.admin, messengerkit.sandbox; "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert done.stdout.strip() == "[]"


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the other extras do, instead of the name of a package that nobody asked for."""
    monkeypatch.delitem(sys.modules, "messengerkit.otel")
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)

    with pytest.raises(ImportError, match=r'pip install "messengerkit\[otel\]"'):
        importlib.import_module("messengerkit.otel")
