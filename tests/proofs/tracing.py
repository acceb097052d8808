"""What kept the main thread of a page busy, as the browser's own trace tells it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

Event: TypeAlias = Mapping[str, object]

CATEGORIES = ["toplevel", "devtools.timeline", "v8", "__metadata"]
"""What the browser has to trace for `long_tasks`."""

_TASKS = frozenset({"RunTask", "ThreadControllerImpl::RunTask"})


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work of a main thread, during which the page does nothing else.

    Attributes:
        ms: How long it took.
        cpu_ms: How long of that it had the processor.
        parts: What it consisted of, the longest first, in milliseconds.
    """

    ms: float
    cpu_ms: float
    parts: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        """Return a line for whoever reads the figures."""
        parts = ", ".join(f"{name} {ms:.0f}" for name, ms in self.parts)
        return f"{self.cpu_ms:.0f} ms of the processor, within {self.ms:.0f} ms: {parts}"


def long_tasks(trace: bytes, most: int = 10) -> list[Task]:
    """Return the *most* tasks of the pages in *trace* that had the processor the longest."""
    told = cast("dict[str, list[Event]]", json.loads(trace))["traceEvents"]
    threads = {_thread(one) for one in told if _is_main(one)}
    spans = [one for one in told if one.get("ph") == "X" and _thread(one) in threads]
    tasks = [one for one in spans if one["name"] in _TASKS]
    assert tasks, "the trace has no tasks of a page"
    longest = sorted(tasks, key=lambda one: _number(one, "tdur"), reverse=True)[:most]
    return [_task(one, spans) for one in longest]


def _task(task: Event, spans: Sequence[Event]) -> Task:
    begin, end = _at(task), _at(task) + _ms(task)
    inside = [
        one
        for one in spans
        if _thread(one) == _thread(task)
        and one["name"] not in _TASKS
        and begin <= _at(one)
        and _at(one) + _ms(one) <= end
    ]
    return Task(_ms(task), _number(task, "tdur") / 1000, _parts(inside))


def _parts(spans: Iterable[Event]) -> tuple[tuple[str, float], ...]:
    sums: Counter[str] = Counter()
    for one in spans:
        sums[str(one["name"])] += round(_ms(one))
    return tuple((name, float(ms)) for name, ms in sums.most_common(6))


def _is_main(event: Event) -> bool:
    told = event.get("args")
    named = cast("Event", told).get("name") if isinstance(told, dict) else None
    return event.get("name") == "thread_name" and named == "CrRendererMain"


def _thread(event: Event) -> tuple[object, object]:
    return event.get("pid"), event.get("tid")


def _number(event: Event, name: str) -> float:
    value = event.get(name, 0)
    assert isinstance(value, int | float)
    return float(value)


def _ms(event: Event) -> float:
    return _number(event, "dur") / 1000


def _at(event: Event) -> float:
    return _number(event, "ts") / 1000
