"""What three answers may differ in, and whether they differ in anything else."""

import re
from collections.abc import Sequence

from contract.case import Case, Step
from contract.expecting import SERVERS_OWN, Expect, Headers
from contract.playing import Played
from contract.wire import Answer

_MASKS = (
    (re.compile(rb'"message_id":"m_[\w-]{43}"'), b'"message_id":"m_"'),
    (re.compile(rb'"fbtrace_id":"A[\w-]{22}"'), b'"fbtrace_id":"A"'),
    (re.compile(rb'"(at|expires_at)":"2[0-9T:.+-]+Z?"'), rb'"\1":"2"'),
    (re.compile(rb'"mean_seconds":[0-9.e-]+'), b'"mean_seconds":0'),
    (re.compile(rb'"next":"[0-9a-f.]+"'), b'"next":"0"'),
    # What a desk makes up, or tells the time by; ids are those of version 4 alone.
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), b"UUID"),
    (re.compile(rb'"(\w+_at|waiting_since)":"2[0-9T:.+-]+Z?"'), rb'"\1":"2"'),
    (re.compile(rb'"(sent_at|waiting_seconds)":[0-9.e+-]+'), rb'"\1":0'),
    (re.compile(rb'"(human_until|bot_until|now)":"2[0-9T:.+-]+"'), rb'"\1":"2"'),
    (re.compile(rb'"(hash|previous)":"[0-9a-f]{64}"'), rb'"\1":"0"'),
    (re.compile(rb'"batch":"[0-9a-f]{32}"'), b'"batch":""'),
    (re.compile(rb'"mid":"m_[\w-]{43}"'), b'"mid":"m_"'),
    (re.compile(rb"^id: [0-9]+$", re.MULTILINE), b"id: 0"),
    (re.compile(rb"_seconds_total [0-9.e-]+"), b"_seconds_total 0"),
)
_COOKIE = re.compile(r"^(__Host-messengerkit=)[\w.-]+;")

Masked = tuple[int, tuple[tuple[str, str], ...], bytes]


def masked(answer: Answer) -> Masked:
    """Return *answer* without what differs from run to run, and what the server writes.

    The length of an answer without a body stays: it is all that tells of the body.
    """
    dropped = SERVERS_OWN - ({"content-length"} if answer.is_to_head else set())
    headers = sorted(
        (name, _COOKIE.sub(r"\1;", value)) for name, value in answer.headers if name not in dropped
    )
    body = answer.body
    for pattern, instead in _MASKS:
        body = pattern.sub(instead, body)
    return answer.status, tuple(headers), body


def differences(one: Played, other: Played) -> list[str]:
    """Return in what two backends have answered the same case differently."""
    pairs = zip(one.answers, other.answers, strict=True)
    views = [(masked(a), masked(b)) for a, b in pairs]
    return [
        f"{one.case.name}, answer {number}: {a} and {b}"
        for number, (first, second) in enumerate(views, 1)
        for a, b in zip(first, second, strict=True)
        if a != b
    ]


def problems(played: Played, always: Headers) -> list[str]:
    """Return in what *played* is not as its case says; *always* are headers of every answer."""
    expected = [expect for step in played.case.steps for expect in _expected(step)]
    found = zip(expected, played.answers, strict=True)
    return [
        f"{played.case.name}, answer {number}: {problem}"
        for number, (expect, answer) in enumerate(found, 1)
        for problem in expect.problems(answer, always)
    ]


def ledger_of(cases: Sequence[Case]) -> list[str]:
    """Return all that *cases* deliver."""
    return [text for case in cases for step in case.steps for text in step.expect.delivers]


def _expected(step: Step) -> list[Expect]:
    return [*([] if step.twice is None else [step.twice]), *[step.expect] * step.times]
