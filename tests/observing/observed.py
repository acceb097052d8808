"""What observes the clients of these tests: hooks that keep, and OpenTelemetry in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    HistogramDataPoint,
    InMemoryMetricReader,
    Metric,
    NumberDataPoint,
)
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from messengerkit import Attempt, Result
from messengerkit.otel import OtelHooks


@dataclass
class Kept:
    """Hooks that keep what they are told."""

    attempts: list[Attempt] = field(default_factory=list[Attempt])
    results: list[Result] = field(default_factory=list[Result])

    def on_attempt(self, attempt: Attempt, /) -> None:
        """Keep it."""
        self.attempts.append(attempt)

    def on_result(self, result: Result, /) -> None:
        """Keep it."""
        self.results.append(result)


class Broken:
    """Hooks that fail."""

    def on_attempt(self, _attempt: Attempt, /) -> None:
        """Fail."""
        raise ZeroDivisionError

    def on_result(self, _result: Result, /) -> None:
        """Fail."""
        raise ZeroDivisionError


class Telemetry:
    """OpenTelemetry of its own, in memory."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracing = TracerProvider()
        self.tracing.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.metering = MeterProvider([self._reader])
        self.hooks = OtelHooks(self.tracing, self.metering)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """The spans that have ended, in that order."""
        return self._exporter.get_finished_spans()

    def spans_named(self, name: str) -> list[ReadableSpan]:
        """Return the spans with this name, in the order in which they ended."""
        return [span for span in self.spans if span.name == name]

    @property
    def metrics(self) -> dict[str, Metric]:
        """The metrics so far, by their name."""
        return {metric.name: metric for metric in self._metrics()}

    def points(self, name: str) -> list[NumberDataPoint | HistogramDataPoint]:
        """Return the points of a metric so far."""
        points: list[NumberDataPoint | HistogramDataPoint] = []
        for point in self.metrics[name].data.data_points:
            assert isinstance(point, NumberDataPoint | HistogramDataPoint)
            points.append(point)
        return points

    def _metrics(self) -> Iterator[Metric]:
        data = self._reader.get_metrics_data()
        if data is None:
            return
        for resource in data.resource_metrics:
            for scope in resource.scope_metrics:
                yield from scope.metrics


def attributes(span: ReadableSpan) -> Mapping[str, object]:
    """Return the attributes of *span*."""
    return dict(span.attributes or {})


def parent_of(span: ReadableSpan) -> int | None:
    """Return the id of the span that *span* is a child of."""
    return None if span.parent is None else span.parent.span_id


def id_of(span: ReadableSpan) -> int:
    """Return the id of *span*."""
    context = span.get_span_context()
    assert context is not None
    return context.span_id
