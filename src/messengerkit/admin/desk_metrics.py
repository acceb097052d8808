"""Floor 7: a desk's figures in the text format of Prometheus; pure, and of no person.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from messengerkit.delivery import State, is_open
from messengerkit.desk import Counts, EventState
from messengerkit.stats import Stats


def exposition(counts: Counts, stats: Sequence[Stats]) -> str:
    """Return what there is at a desk, and what its clients have done since they were made."""
    events = {one.value: counts.events.get(one, 0) for one in EventState}
    del events[EventState.DONE.value]  # they are not counted
    sends = {one.value: counts.sends.get(one, 0) for one in State if is_open(one)}
    families = (
        _gauge("escalated", "Conversations where a person is wanted.", counts.escalated),
        _gauge("held", "Conversations that a person has.", counts.held),
        _gauge("events", "Events that are not done.", events),
        _gauge("sends", "Sends that are not settled.", sends),
        *(_of_clients(stats) if stats else ()),
    )
    return "".join(families)


def _of_clients(stats: Sequence[Stats]) -> tuple[str, ...]:
    ended = {
        "sent": sum(one.sent for one in stats),
        "refused": sum(one.refused for one in stats),
        "not_sent": sum(one.not_sent for one in stats),
        "unknown": sum(one.unknown for one in stats),
    }
    errors = sum((one.errors for one in stats), Counter[str]())
    seconds = sum(one.seconds for one in stats)
    return (
        _family("ended_total", "counter", "Sends that have ended.", _each("outcome", ended)),
        _family("errors_total", "counter", "Errors that sends ended with.", _each("class", errors)),
        _family("seconds_total", "counter", "Time that sends took.", {"": seconds}),
    )


def _gauge(name: str, told: str, value: int | Mapping[str, int]) -> str:
    values = {"": value} if isinstance(value, int) else _each("state", value)
    return _family(name, "gauge", told, values)


def _each(label: str, values: Mapping[str, int]) -> Mapping[str, int]:
    # States and the names of classes need no escape.
    return {f'{{{label}="{name}"}}': value for name, value in values.items()}


def _family(name: str, kind: str, told: str, values: Mapping[str, float]) -> str:
    name = f"messengerkit_{name}"
    lines = [f"# HELP {name} {told}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {value}" for labels, value in values.items()]
    return "\n".join([*lines, ""])
