"""What really happened: every message that the fault server has committed, and who can see it."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

LONGEST_LAG = 6.0
"""Seconds until a read shows a message, at most."""

SAME = "ok"
"""The text of the sends that cannot be told apart by their words."""


@dataclass(frozen=True, slots=True)
class Send:
    """One message that somebody wants to be sent, once."""

    serial: int
    psid: str
    text: str

    @property
    def mark(self) -> str:
        """What the sender puts in its metadata, in front of the nonce."""
        return f"s{self.serial}"

    @property
    def is_unique(self) -> bool:
        """Whether it can be told by its text."""
        return self.text != SAME


def sends_of(number: int, people: int, texts: str) -> list[Send]:
    """Return *number* sends, to one person after the other; *texts*: unique, same or mixed."""
    made: list[Send] = []
    for serial in range(number):
        person = serial % people
        same = texts == "same" or (texts == "mixed" and person % 2 == 0)
        text = SAME if same else f"Your order {serial} has left."
        made.append(Send(serial, f"2400000000{person:07}", text))
    return made


def by_person(sends: list[Send]) -> list[list[Send]]:
    """Return the sends of each person, in their order."""
    persons: dict[str, list[Send]] = {}
    for send in sends:
        persons.setdefault(send.psid, []).append(send)
    return list(persons.values())


@dataclass(frozen=True, slots=True)
class Committed:
    """One copy that a person got."""

    mid: str
    psid: str
    text: str
    metadata: str | None
    at: float
    visible_at: float


@dataclass(slots=True)
class Ledger:
    """All copies, in the order in which they were committed."""

    copies: list[Committed] = field(default_factory=list[Committed])
    threads: dict[str, list[Committed]] = field(default_factory=dict[str, list[Committed]])

    def commit(
        self, psid: str, text: str, metadata: str | None, now: float, chance: random.Random
    ) -> Committed:
        """Write down a copy; reads show it some seconds later."""
        mid = f"m_{len(self.copies)}"
        lag = chance.uniform(0.0, LONGEST_LAG)
        copy = Committed(mid, psid, text, metadata, now, now + lag)
        self.copies.append(copy)
        self.threads.setdefault(psid, []).append(copy)
        return copy

    def visible(self, psid: str, now: float) -> list[Committed]:
        """Return what a read shows of a conversation, newest first."""
        return [one for one in reversed(self.threads.get(psid, [])) if one.visible_at <= now]

    def counted(self, sends: Iterable[Send]) -> tuple[dict[int, int], int]:
        """Return the copies of each send by serial, and how many are counted two ways unlike.

        A copy with metadata is counted by its nonce (without one, by its mark), and one with a
        text of its own by that; where it has both, both must say the same.
        """
        by_nonce = Counter(one.metadata.split()[-1] for one in self.copies if one.metadata)
        serials: dict[str, set[str]] = {}
        for one in self.copies:
            if one.metadata:
                mark, nonce = one.metadata.split()[0], one.metadata.split()[-1]
                serials.setdefault(mark, set()).add(nonce)
        by_text = Counter((one.psid, one.text) for one in self.copies)
        copies: dict[int, int] = {}
        unlike = 0
        for send in sends:
            nonces = sum(by_nonce[nonce] for nonce in serials.get(send.mark, ()))
            texts = by_text[send.psid, send.text] if send.is_unique else nonces
            unlike += bool(by_nonce) and nonces != texts
            copies[send.serial] = max(nonces, texts)
        return copies, unlike

    def disordered(self) -> int:
        """Return how many copies came after one of a later send to the same person."""
        late = 0
        for thread in self.threads.values():
            last, seen = -1, set[int]()
            for one in thread:
                serial = serial_of(one)
                late += serial < last and serial not in seen
                last = max(last, serial)
                seen.add(serial)
        return late


def serial_of(copy: Committed) -> int:
    """Return which send a copy with metadata is of."""
    return int((copy.metadata or "s-1").split()[0].removeprefix("s"))
