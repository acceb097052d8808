"""The search for what must show nowhere: in errors, log records, spans, metrics and reprs."""

import logging
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opentelemetry.sdk.metrics.export import Metric
from opentelemetry.sdk.trace import ReadableSpan


@dataclass(frozen=True)
class Canaries:
    """Marks that are put in where secrets and people are, and looked for everywhere else."""

    marks: tuple[str, ...]

    def found_in(self, texts: Iterable[str]) -> list[tuple[str, str]]:
        """Return each mark that stands in one of *texts*, with the text."""
        return [(mark, text) for text in texts for mark in self.marks if mark in text]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give *error*, its cause and its context, and theirs."""
    if error is not None:
        yield error
        yield from chain(error.__cause__)
        yield from chain(error.__context__)


def shown_by_error(error: BaseException) -> Iterator[str]:
    """Give all that a log or an error tracker shows of *error*, but for variables of frames."""
    yield "".join(traceback.format_exception(error))
    for one in chain(error):
        yield f"{one} {one!r} {one.args!r}"


def variables_of(error: BaseException) -> Iterator[str]:
    """Give the variables of the frames of *error*, but for the first one's: the test's own."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in report.stack[1:]:
        yield from (frame.locals or {}).values()


def shown_by_record(record: logging.LogRecord) -> Iterator[str]:
    """Give all that a handler can show of *record*: message, traceback, and what is beside."""
    yield record.getMessage()
    yield repr(vars(record))
    if record.exc_info is not None and record.exc_info[1] is not None:
        yield from shown_by_error(record.exc_info[1])


def shown_by_span(span: ReadableSpan) -> Iterator[str]:
    """Give all that is exported of *span*: names, attributes, events, links, the status."""
    yield span.to_json()


def shown_by_metric(metric: Metric) -> Iterator[str]:
    """Give all that is exported of *metric*: name, labels, exemplars."""
    yield metric.to_json()
    yield repr(metric)
