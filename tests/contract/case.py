"""A case: a name, and what is asked and answered, step by step."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contract.expecting import Expect
from contract.wire import Ask

from messengerkit.sandbox import Fault

KEEP_COOKIE = re.compile(r"^set-cookie: __Host-messengerkit=(?P<cookie>[^;]+)", re.MULTILINE)
"""Keeps the cookie for the steps that follow."""
KEEP_NEXT = re.compile(r'"next":"(?P<next>[0-9]+)"')
"""Keeps the cursor of what is older."""
KEEP_CONVERSATION = re.compile(r'"conversations":\[\{"id":"(?P<conversation>[0-9a-f-]{36})"')
"""Keeps the id of the first conversation of a list."""
KEEP_MESSAGE = re.compile(r'"messages":\[\{"id":"(?P<message>[0-9a-f-]{36})"')
"""Keeps the id of the newest message of a list."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request and its answer; with *twice*, two at the same time.

    Attributes:
        ask: What is sent.
        expect: What comes back.
        times: How often.
        keep: What of the answer the later steps use; see `Ask.raw`.
        faults: What goes wrong with the sends, one by one.
        twice: What the one of two equal requests must get that is answered first, while
            the Graph API answers nobody; the other one gets *expect*.
    """

    ask: Ask
    expect: Expect
    times: int = 1
    keep: re.Pattern[str] | None = None
    faults: tuple[Fault, ...] = ()
    twice: Expect | None = None


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        name: What it shows.
        steps: What happens, in this order.
    """

    name: str
    steps: Sequence[Step]


def step(
    ask: Ask,
    expect: Expect,
    *faults: Fault,
    times: int = 1,
    keep: re.Pattern[str] | None = None,
    twice: Expect | None = None,
) -> Step:
    """Return a step in which sends meet *faults*."""
    return Step(ask=ask, expect=expect, times=times, keep=keep, faults=faults, twice=twice)


def case(name: str, *steps: Step) -> Case:
    """Return a case of *steps*."""
    return Case(name, steps)


def one(name: str, ask: Ask, expect: Expect, *faults: Fault) -> Case:
    """Return a case of one step in which sends meet *faults*."""
    return Case(name, (step(ask, expect, *faults),))


def each(name: str, asks: Sequence[Ask], expect: Expect) -> Case:
    """Return a case in which all *asks* get the same answer."""
    return Case(name, [step(ask, expect) for ask in asks])
