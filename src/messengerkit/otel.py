"""Floor 6: tells OpenTelemetry of calls: spans and metrics, without words, ids or tokens.

It needs the extra `otel`, and is imported only by who asks for it. A call and its attempts
are told when the call has ended, with the times at which they were made, so that nothing is
kept meanwhile. Attributes follow the stable semantic conventions for HTTP clients; those
that begin with `messenger.` are our own.

Source: https://opentelemetry.io/docs/specs/semconv/http/
"""

from urllib.parse import urlsplit

from ._version import __version__
from .errors import GraphError
from .hooks import Attempt, Result

try:
    from opentelemetry.metrics import MeterProvider, get_meter
    from opentelemetry.trace import (
        Span,
        SpanKind,
        Status,
        StatusCode,
        TracerProvider,
        get_tracer,
        set_span_in_context,
    )
    from opentelemetry.util.types import AttributeValue
except ModuleNotFoundError:
    _msg = 'messengerkit.otel needs its extra: pip install "messengerkit[otel]"'
    raise ImportError(_msg) from None

_NAME = "messengerkit"
_SCHEMA = "https://opentelemetry.io/schemas/1.23.0"  # the first one in which HTTP is stable
_PORTS = {"https": 443, "http": 80}

# What the conventions advise for HTTP; sends may take longer, for waits are in them.
_HTTP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_SEND_SECONDS = (*_HTTP_SECONDS, 30.0, 60.0, 300.0, 600.0)

Attributes = dict[str, AttributeValue]


class OtelHooks:
    """Hooks that make spans and metrics: `MessengerClient(…, hooks=[OtelHooks()])`.

    A call is a span (`messenger.send`, or its name, such as `GET /me`), a child of the span
    in which it was made; each attempt is a child of it. The metrics are
    `http.client.request.duration`, `messenger.client.send.duration` and
    `messenger.client.sends`.

    Args:
        tracer_provider: Who makes the spans; by default the global one.
        meter_provider: Who makes the metrics; by default the global one.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._tracer = get_tracer(_NAME, __version__, tracer_provider, _SCHEMA)
        meter = get_meter(_NAME, __version__, meter_provider, _SCHEMA)
        self._requests = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_HTTP_SECONDS,
        )
        self._durations = meter.create_histogram(
            "messenger.client.send.duration",
            unit="s",
            description="How long sends took, waits included.",
            explicit_bucket_boundaries_advisory=_SEND_SECONDS,
        )
        self._sends = meter.create_counter(
            "messenger.client.sends", unit="{send}", description="How sends ended."
        )

    def on_attempt(self, attempt: Attempt, /) -> None:
        """Record how long an attempt took."""
        self._requests.record(attempt.seconds, _http(attempt))

    def on_result(self, result: Result, /) -> None:
        """Make the spans of a call that has ended, and count it if it is a send."""
        about = _about(result)
        if result.is_send:
            self._sends.add(1, about)
            self._durations.record(result.seconds, about)
        # The clocks of a call and of its attempts differ by a little; a child keeps inside.
        first = min([result.began_at, *(one.began_at for one in result.tried)])
        ends = (one.began_at + one.seconds for one in result.tried)
        last = max([result.began_at + result.seconds, *ends])
        span = self._tracer.start_span(
            "messenger.send" if result.is_send else result.call,
            kind=SpanKind.INTERNAL,
            attributes={**about, **_more(result)},
            start_time=_nanoseconds(first),
        )
        if span.is_recording():
            for attempt in result.tried:
                self._tell(attempt, span)
        _end(span, last, failed=result.error is not None or result.cancelled)

    def _tell(self, attempt: Attempt, parent: Span) -> None:
        span = self._tracer.start_span(
            attempt.call,
            context=set_span_in_context(parent),
            kind=SpanKind.CLIENT,
            attributes={**_http(attempt), **_details(attempt)},
            start_time=_nanoseconds(attempt.began_at),
        )
        failed = attempt.error is not None or attempt.cancelled
        _end(span, attempt.began_at + attempt.seconds, failed=failed)


def _about(result: Result) -> Attributes:
    """Return what a span and a metric say of a call: few values, and nobody's id."""
    about: Attributes = {
        "messenger.outcome": "ok" if result.outcome is None else result.outcome.value
    }
    error = "CancelledError" if result.cancelled else result.error
    return about if error is None else {**about, "error.type": error}


def _more(result: Result) -> Attributes:
    more: Attributes = {
        "messenger.call_id": result.call_id,
        "messenger.attempts": result.attempts,
    }
    if result.evidence is not None:
        more["messenger.evidence"] = result.evidence.value
    return more


def _http(attempt: Attempt) -> Attributes:
    """Return what a span and a metric say of an attempt, by the conventions."""
    parts = urlsplit(attempt.url)
    http: Attributes = {
        "http.request.method": attempt.call.partition(" ")[0],
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS[parts.scheme],
        "url.scheme": parts.scheme,
    }
    if attempt.status is not None:
        http["http.response.status_code"] = attempt.status
    if attempt.cancelled:
        http["error.type"] = "CancelledError"
    elif attempt.error is not None:
        http["error.type"] = type(attempt.error).__name__
    return http


def _details(attempt: Attempt) -> Attributes:
    # Ids are left out of the name of a call, and so of this; a query never was in it.
    path = attempt.call.partition(" ")[2].replace("…", "REDACTED")
    details: Attributes = {"url.full": f"{attempt.url.rstrip('/')}/{attempt.version}{path}"}
    if attempt.number > 1:
        details["http.request.resend_count"] = attempt.number - 1
    error = attempt.error
    if isinstance(error, GraphError):
        # Not its message: Meta's words may be a person's.
        known = {
            "messenger.error.code": error.code,
            "messenger.error.subcode": error.subcode,
            "messenger.fbtrace_id": error.fbtrace_id,
        }
        details |= {name: value for name, value in known.items() if value is not None}
    return details


def _end(span: Span, at: float, *, failed: bool) -> None:
    if failed:
        span.set_status(Status(StatusCode.ERROR))
    span.end(_nanoseconds(at))


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
