"""Many events of many people, as Meta would post them, and a plain model of what follows."""

import enum
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from messengerkit.signature import as_meta_escapes
from messengerkit.testing import PAGE
from messengerkit.threads import PAGE_INBOX

ANOTHER_APP = 815000000000001
_FIRST = 24_000_000_000_000_000


class Kind(enum.Enum):
    """What has happened."""

    WROTE = "wrote"
    TAPPED = "tapped"
    ECHO_OF_INBOX = "echo of the inbox"
    ECHO_OF_APP = "echo of an app"
    DELIVERED = "delivered"
    READ = "read"
    EDITED = "edited"
    REACTED = "reacted"


_SHARES = {
    Kind.WROTE: 9,
    Kind.TAPPED: 3,
    Kind.ECHO_OF_INBOX: 1,
    Kind.ECHO_OF_APP: 24,
    Kind.DELIVERED: 17,
    Kind.READ: 17,
    Kind.EDITED: 17,
    Kind.REACTED: 12,
}
_ECHOES: dict[Kind, dict[str, object]] = {
    Kind.ECHO_OF_INBOX: {"is_echo": True, "app_id": PAGE_INBOX},
    Kind.ECHO_OF_APP: {"is_echo": True, "app_id": ANOTHER_APP},
}
_FOR_HANDLERS = frozenset({Kind.WROTE, Kind.TAPPED})


class Happened(NamedTuple):
    """One event.

    Attributes:
        kind: What.
        psid: The person.
        at: When, in milliseconds; no two are at the same time.
        mid: The message that it is, or is about; empty for a receipt up to a time.
        until: Up to when it tells something, in milliseconds.
        edits: How often the message was changed.
    """

    kind: Kind
    psid: str
    at: int
    mid: str = ""
    until: int = 0
    edits: int = 0

    @property
    def for_handlers(self) -> bool:
        """Whether a handler is to have it."""
        return self.kind in _FOR_HANDLERS

    @property
    def is_message(self) -> bool:
        """Whether it is a message."""
        return self.for_handlers or self.kind in _ECHOES

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self.mid} as of {self.at}"

    @property
    def item(self) -> dict[str, object]:
        """It as an item of a webhook."""
        sides = ("recipient", "sender") if self.kind in _ECHOES else ("sender", "recipient")
        told: dict[str, object] = dict(zip(sides, ({"id": self.psid}, {"id": PAGE}), strict=True))
        return told | {"timestamp": self.at} | self._part

    @property
    def _part(self) -> dict[str, object]:
        match self.kind:
            case Kind.WROTE | Kind.ECHO_OF_INBOX | Kind.ECHO_OF_APP:
                message = {"mid": self.mid, "text": self.text}
                return {"message": message | _ECHOES.get(self.kind, {})}
            case Kind.TAPPED:
                return {"postback": {"mid": self.mid, "title": self.text, "payload": "TAP"}}
            case Kind.DELIVERED:
                mids = [self.mid] if self.mid else []
                return {"delivery": {"mids": mids, "watermark": self.until}}
            case Kind.READ:
                return {"read": {"watermark": self.until}}
            case Kind.EDITED:
                changed = {"mid": self.mid, "text": self.text, "num_edit": self.edits}
                return {"message_edit": changed}
            case Kind.REACTED:
                love = {"action": "react", "reaction": "love", "emoji": "\u2764"}
                return {"reaction": {"mid": self.mid, **love}}


def all_that_happens(count: int, people: int, begins: int, chance: random.Random) -> list[Happened]:
    """Return *count* events, one each millisecond from *begins* on, in their true order."""
    written: list[list[Happened]] = [[] for _ in range(people)]
    happened: list[Happened] = []
    kinds = chance.choices(list(_SHARES), list(_SHARES.values()), k=count)
    for number, kind in enumerate(kinds):
        person = chance.randrange(people)
        theirs = written[person]
        one = Happened(kind, str(_FIRST + person), begins + number, f"m_{number:07}")
        if not one.is_message:
            one = _about(one, theirs, chance)
        if one.is_message:
            theirs.append(one)
        happened.append(one)
    return happened


def _about(one: Happened, theirs: Sequence[Happened], chance: random.Random) -> Happened:
    """Return *one* about an earlier message of the person's; if there is none, as a message."""
    by_page = one.kind in {Kind.DELIVERED, Kind.READ, Kind.REACTED}
    wanted = [it for it in theirs[-40:] if by_page == (it.kind in _ECHOES)]
    if not wanted:
        return one._replace(kind=Kind.WROTE)
    about = chance.choice(wanted)
    named = one.kind is not Kind.READ and (one.kind is not Kind.DELIVERED or chance.random() < 0.5)
    return one._replace(
        mid=about.mid if named else "",
        until=about.at if one.kind in {Kind.DELIVERED, Kind.READ} else 0,
        edits=chance.randint(1, 5) if one.kind is Kind.EDITED else 0,
    )


def as_it_comes(
    happened: Sequence[Happened], duplicates: int, chance: random.Random
) -> list[Happened]:
    """Return all of *happened* and so many duplicates, shuffled."""
    coming = [*happened, *chance.choices(happened, k=duplicates)]
    chance.shuffle(coming)
    return coming


def bodies(
    coming: Iterable[Happened], most: int, chance: random.Random
) -> Iterator[tuple[bytes, int]]:
    """Yield bodies of webhooks with 1 to *most* events each, and with how many."""
    left = iter(coming)
    while batch := [one.item for _, one in zip(range(_size(most, chance)), left, strict=False)]:
        entry: dict[str, object] = {"id": PAGE, "time": 1767225600123, "messaging": batch}
        yield as_meta_escapes({"object": "page", "entry": [entry]}), len(batch)


def _size(most: int, chance: random.Random) -> int:
    return int(pow(float(most), chance.random()) + 0.5)  # small ones are as frequent as large ones


class Said(NamedTuple):
    """A message, as the model has it.

    Attributes:
        by: How it came to be.
        text: What it says.
        at: When it was said, in milliseconds.
        edits: How often it was changed.
        status: How far it has come, if it is the page's.
    """

    by: Kind
    text: str
    at: int
    edits: int = 0
    status: str | None = None


_RANKS = ("sent", "delivered", "read")


@dataclass(slots=True)
class Model:
    """What is to be known of one person, after their events in the order in which they came.

    Attributes:
        exists: Whether there is a conversation.
        user_wrote_at: When the person last did anything, in milliseconds.
        anybody_wrote_at: When anybody last wrote.
        said: The messages by mid.
        edited: The latest edit of each message, also of one that is still to come.
    """

    exists: bool = False
    user_wrote_at: int = 0
    anybody_wrote_at: int = 0
    said: dict[str, Said] = field(default_factory=dict[str, Said])
    edited: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])

    def take(self, one: Happened) -> None:
        """Take the next event that came."""
        self.exists = self.exists or one.is_message or one.kind in {Kind.REACTED, Kind.EDITED}
        if one.for_handlers or one.kind is Kind.REACTED:
            self.user_wrote_at = max(self.user_wrote_at, one.at)
        if one.for_handlers or one.kind in _ECHOES:
            self.anybody_wrote_at = max(self.anybody_wrote_at, one.at)
        if one.is_message:
            edits, text = self.edited.get(one.mid, (0, one.text))
            status = "sent" if one.kind in _ECHOES else None
            self.said[one.mid] = Said(one.kind, text, one.at, edits, status)
        elif one.kind is Kind.EDITED:
            self._edited(one)
        elif one.kind in {Kind.DELIVERED, Kind.READ}:
            self._received(one)

    def _edited(self, one: Happened) -> None:
        if one.edits < self.edited.get(one.mid, (0, ""))[0]:
            return  # a later one came earlier
        self.edited[one.mid] = (one.edits, one.text)
        said = self.said.get(one.mid)
        if said is not None:
            self.said[one.mid] = said._replace(text=one.text, edits=one.edits)

    def _received(self, one: Happened) -> None:
        for mid, said in self.said.items():
            if said.status is not None and (mid == one.mid or said.at <= one.until):
                status = max(said.status, one.kind.value, key=_RANKS.index)
                self.said[mid] = said._replace(status=status)
