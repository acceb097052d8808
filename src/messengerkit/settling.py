"""Floor 3: how an unknown outcome is settled: what is looked for, and what counts as proof.

Found is found, whenever it is seen. Absence is proven only by two reads that began long
enough after the attempt had ended, for Meta may still be at work, and its reads lag behind
its writes. That no echo came proves nothing. All durations are in seconds, and times in
unix seconds.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ._graph import Call
from ._inbound import as_list
from ._json import is_object
from .delivery import Evidence
from .errors import ConfigurationError
from .history import ConversationMessage

DETAILED = 20
"""Of how many messages of a conversation Meta tells more than the id: the newest so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """How long to look before something is believed; the defaults are generous.

    Attributes:
        settle: After so long Meta has applied a call, and its reads show it, or it never
            will.
        settle_fetched: The same for a message of which Meta fetches a part first.
        horizon: After so long nobody looks any more, and a person decides. The time in which
            a read waits for its turn does not count.
        echo_wait: How long the echo is waited for before the conversation is read.
        again: How long between two reads of one conversation.
        reads: How many reads must find nothing.
        skew: By how much Meta's clock may be behind ours.

    Raises:
        ConfigurationError: If a number makes no sense.
    """

    settle: float = 30.0
    settle_fetched: float = 120.0
    horizon: float = 600.0
    echo_wait: float = 2.0
    again: float = 2.0
    reads: int = 2
    skew: float = 5.0

    def __post_init__(self) -> None:
        waits = (self.settle, self.settle_fetched, self.echo_wait, self.again, self.skew)
        # Each by itself, for `min` may pass over a NaN.
        good = all(wait >= 0 for wait in waits)
        if not (good and self.reads >= 1 and self.horizon > 0):
            msg = "settling: each duration must be 0 or more, reads 1 or more, horizon above 0"
            raise ConfigurationError(msg)

    def quiet(self, *, fetches: bool) -> float:
        """Return how long after an attempt a read may begin that counts if it finds nothing."""
        return self.settle_fetched if fetches else self.settle


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The person has the message.

    Attributes:
        mid: Its id.
        evidence: How that is known.
    """

    mid: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Absent:
    """The person does not have the message, and will not get it: it may be sent again."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Nobody could find out in time: a person decides."""


Verdict: TypeAlias = Delivered | Absent | Unconfirmed
"""What became of a message that nobody knew of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A message that may be there.

    Attributes:
        psid: The person.
        nonce: What its echo carries, or None if it has none.
        text: What it says; empty for media and templates.
        attachments: What it carries, by kind.
        fetches: Whether Meta fetches a part of it first.
        began_at: When the attempt began.
        ended_at: When it ended.
    """

    psid: str
    nonce: str | None = None
    text: str = field(default="", repr=False)
    attachments: tuple[str, ...] = ()
    fetches: bool = False
    began_at: float
    ended_at: float


def sought_of(
    call: Call, *, began_at: float, ended_at: float, nonce: str | None = None
) -> Sought | None:
    """Return what is to be looked for after *call*, or None if it was no message to a person."""
    message = call.parameters.get("message")
    if call.recipient_id is None or not is_object(message):
        return None
    text, attachments = described(message)
    return Sought(
        psid=call.recipient_id,
        nonce=nonce,
        text=text,
        attachments=attachments,
        fetches=call.fetches,
        began_at=began_at,
        ended_at=ended_at,
    )


def described(message: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
    """Return the text of a message of the Send API, and what it carries, by kind."""
    text = message.get("text")
    if isinstance(text, str):
        return text, ()
    carried = as_list(message.get("attachments")) or [message.get("attachment")]
    kinds = [str(one.get("type")) for one in carried if is_object(one)]
    # A conversation tells voice messages and files alike.
    return "", tuple("file" if kind == "audio" else kind for kind in kinds)


@dataclass(slots=True, kw_only=True)
class Inquiry:
    """What has been found out about one message so far.

    Attributes:
        sought: The message.
        settling: How long to look.
        misses: How many reads found nothing, and count.
        held_until: Until when Meta is not to be asked.
    """

    sought: Sought
    settling: Settling
    misses: int = 0
    held_until: float = 0.0

    @property
    def is_absent(self) -> bool:
        """Whether it is proven that the person does not have it."""
        return self.misses >= self.settling.reads

    @property
    def over_at(self) -> float:
        """When nobody looks any more."""
        return self.sought.ended_at + self.settling.horizon

    @property
    def quiet_at(self) -> float:
        """From when on a read that finds nothing counts."""
        return self.sought.ended_at + self.settling.quiet(fetches=self.sought.fetches)

    def next_read(self, last: float | None) -> float:
        """Return when to read, after the read that began at *last*, or the first time."""
        return max(self._next_read(last), self.held_until)

    def _next_read(self, last: float | None) -> float:
        if last is None:
            return self.sought.ended_at + self.settling.echo_wait
        if last < self.quiet_at:
            return max(self.quiet_at, last + self.settling.again)
        return last + self.settling.again

    def missed(self, began_at: float, messages: Collection[ConversationMessage]) -> None:
        """Take note of a read that began at *began_at* and did not find it among *messages*.

        It counts if it began late enough, and reached back to the attempt. Where there is no
        message at all, it is not the conversation that was read.
        """
        if began_at >= self.quiet_at and messages and self._reach_back(messages):
            self.misses += 1

    def find(self, messages: Iterable[ConversationMessage], taken: Collection[str]) -> str | None:
        """Return the mid of the message among *messages*, the oldest that it can be.

        Args:
            messages: Those of the conversation, newest first.
            taken: The mids that are known to be other messages.
        """
        found = [one.id for one in messages if self._is_it(one) and one.id not in taken]
        return found[-1] if found else None

    def _reach_back(self, messages: Collection[ConversationMessage]) -> bool:
        # Behind as many that are newer it may be, and not be told.
        return len(messages) < DETAILED or any(self._is_older(one) for one in messages)

    def _is_older(self, message: ConversationMessage) -> bool:
        created = message.created_at
        # Meta tells whole seconds.
        earliest = int(self.sought.began_at - self.settling.skew)
        return created is not None and created.timestamp() < earliest

    def _is_it(self, message: ConversationMessage) -> bool:
        sought = self.sought
        if message.from_id in (None, sought.psid) or message.created_at is None:
            return False
        if self._is_older(message):
            return False
        if sought.text:
            return message.text == sought.text
        return not message.text and kinds_of(message) == sought.attachments


def kinds_of(message: ConversationMessage) -> tuple[str, ...]:
    """Return what *message* carries, by kind; a file and a voice message look alike."""
    return tuple(one.kind for one in message.attachments)
