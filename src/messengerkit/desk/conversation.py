"""Floor 6: a conversation, and who may answer in it: a pure machine, each step a new value.

A person writes, the bot answers, and may `escalate`. An admin takes the conversation with
`assign`, or by answering, and from then on the bot is silent. `release`, `resolve` and
`close` give it back. Whoever answers in the Page inbox itself has taken it, too.

`version` is the fence. It is raised by whatever gives the conversation into other hands, or
ends it, and by nothing else: what was decided with an older version was decided for
somebody else's conversation.
Times are aware, and given; no clock is read.
"""

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict, Unpack
from uuid import UUID

from messengerkit.errors import HeldError, InvalidInputError, TransitionError

LEAST_URGENT, MOST_URGENT = 1, 5
LONGEST_REASON = 200


class Status(enum.Enum):
    """What a conversation is about to become."""

    ACTIVE = "active"
    """Somebody answers: the bot, or a person."""
    ESCALATED = "escalated"
    """A person is wanted, or is at it."""
    RESOLVED = "resolved"
    """What the person wanted is settled; a new message opens it again."""
    CLOSED = "closed"
    """Nothing more is expected; a new message opens it again all the same."""


class Alert(enum.Enum):
    """For how long a person has waited for an answer, where that is too long."""

    DAY = 24
    """A bot may not answer any more, and a person only as a human agent."""
    TWO_DAYS = 48
    """Somebody was forgotten."""


class _Changes(TypedDict, total=False):
    """What a step changes of a conversation; `Conversation` says what they are."""

    status: Status
    human_handling: bool
    rag_enabled: bool
    assigned_admin_id: str | None
    escalation_reason: str | None
    escalated_at: datetime | None
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One person of one page.

    Attributes:
        id: The conversation's id.
        page_id: The page.
        psid: The person.
        status: What is about to become of it.
        human_handling: Whether a person answers, and the bot is silent.
        rag_enabled: Whether the bot may answer at all.
        assigned_admin_id: Who holds it; None with `human_handling` is the Page inbox.
        priority: 1 to 5; 5 is the most urgent.
        escalation_reason: Why a person was wanted.
        escalated_at: Since when.
        last_message_at: When anybody last wrote.
        last_user_message_at: When the person last wrote, from which the reply window counts.
        waiting_since: Since when the person waits for an answer; where a person is wanted,
            for a person's.
        version: The fence: raised by whatever gives it into other hands, or ends it.
    """

    id: UUID
    page_id: str
    psid: str
    status: Status = Status.ACTIVE
    human_handling: bool = False
    rag_enabled: bool = True
    assigned_admin_id: str | None = None
    priority: int = LEAST_URGENT
    escalation_reason: str | None = None
    escalated_at: datetime | None = None
    last_message_at: datetime | None = None
    last_user_message_at: datetime | None = None
    waiting_since: datetime | None = None
    version: int = 0

    @property
    def bot_may_answer(self) -> bool:
        """Whether the bot may answer now."""
        return self.rag_enabled and not self.human_handling

    @property
    def is_open(self) -> bool:
        """Whether something is expected of somebody."""
        return self.status in {Status.ACTIVE, Status.ESCALATED}

    def alert(self, now: datetime) -> Alert | None:
        """Return which alert is due, if the person waits for too long."""
        waited = timedelta() if self.waiting_since is None else now - self.waiting_since
        due = [alert for alert in Alert if waited >= timedelta(hours=alert.value)]
        return due[-1] if due else None

    def user_wrote(self, *, at: datetime) -> "Conversation":
        """Return it after the person wrote; what was settled is open again."""
        return replace(
            self,
            status=self._opened,
            last_message_at=_latest(self.last_message_at, at),
            last_user_message_at=_latest(self.last_user_message_at, at),
            waiting_since=self.waiting_since or at,
        )

    def user_reacted(self, *, at: datetime) -> "Conversation":
        """Return it after the person reacted, which lets the page write, and asks for nothing."""
        return replace(self, last_user_message_at=_latest(self.last_user_message_at, at))

    def bot_wrote(self, *, at: datetime) -> "Conversation":
        """Return it after the bot answered; who waits for a person still waits.

        Raises:
            TransitionError: If the bot may not answer.
        """
        if not self.bot_may_answer:
            why = "a person holds this conversation" if self.human_handling else "it is off here"
            msg = f"the bot may not answer: {why}"
            raise TransitionError(msg)
        return self.app_wrote(at=at)

    def app_wrote(self, *, at: datetime) -> "Conversation":
        """Return it after other software of the page wrote, whoever has it; else as `bot_wrote`."""
        if self.human_handling or self.status is Status.ESCALATED:
            return replace(self, last_message_at=_latest(self.last_message_at, at))
        return _answered(self, at)

    def human_wrote(self, admin_id: str, *, at: datetime) -> "Conversation":
        """Return it after an admin answered; who answers has taken it.

        Raises:
            HeldError: If another admin holds it.
        """
        return _answered(self.assign(admin_id), at)

    def page_wrote(self, *, at: datetime) -> "Conversation":
        """Return it after somebody answered in the Page inbox, which takes it from the bot."""
        if not self.human_handling:
            return _answered(self._handed(status=self._opened, human_handling=True), at)
        return _answered(self, at)

    def escalate(self, reason: str, *, at: datetime) -> "Conversation":
        """Return it with a person wanted; one that was wanted before waits since then.

        Who may answer does not change: the bot may go on until somebody takes it.

        Raises:
            InvalidInputError: If there is no reason in *reason*, or it is too long.
        """
        reason = reason.strip()
        if not 0 < len(reason) <= LONGEST_REASON:
            msg = f"reason: must have 1 to {LONGEST_REASON} characters"
            raise InvalidInputError(msg, field="reason")
        if self.status is Status.ESCALATED:
            return replace(self, escalation_reason=reason)
        return replace(
            self,
            status=Status.ESCALATED,
            escalation_reason=reason,
            escalated_at=at,
            waiting_since=self.waiting_since or at,
        )

    def assign(self, admin_id: str, *, take_over: bool = False) -> "Conversation":
        """Return it in the hands of an admin; the bot is silent from now on.

        Args:
            admin_id: Who takes it.
            take_over: Whether it may be taken from another admin.

        Raises:
            HeldError: If another admin holds it.
        """
        self._refuse_others(admin_id, allowed=take_over)
        if self.assigned_admin_id == admin_id:
            return self
        return self._handed(status=self._opened, human_handling=True, assigned_admin_id=admin_id)

    def release(self, admin_id: str, *, take_over: bool = False) -> "Conversation":
        """Return it in the bot's hands again.

        Raises:
            HeldError: If another admin holds it.
            TransitionError: If no person does.
        """
        self._refuse_others(admin_id, allowed=take_over)
        if not self.human_handling:
            msg = "no person holds this conversation"
            raise TransitionError(msg)
        return self._returned()

    def is_due_back(self, now: datetime, *, after: timedelta) -> bool:
        """Tell whether the bot should have it again: nobody wrote for so long, and nobody waits."""
        if not self.human_handling or self.waiting_since is not None:
            return False
        return self.last_message_at is not None and now - self.last_message_at >= after

    def back_to_bot(self, now: datetime, *, after: timedelta) -> "Conversation":
        """Return it in the bot's hands, because nobody wrote for so long.

        Raises:
            TransitionError: If it is not due.
        """
        if not self.is_due_back(now, after=after):
            msg = "a person holds this conversation, and it is not over"
            raise TransitionError(msg)
        return self._returned()

    def disable_rag(self) -> "Conversation":
        """Return it with the bot switched off."""
        return self._handed(rag_enabled=False) if self.rag_enabled else self

    def enable_rag(self) -> "Conversation":
        """Return it with the bot switched on; a person who holds it still does."""
        return self if self.rag_enabled else self._handed(rag_enabled=True)

    def resolve(self, admin_id: str, *, take_over: bool = False) -> "Conversation":
        """Return it settled; the bot has the next message.

        Raises:
            HeldError: If another admin holds it.
            TransitionError: If it is settled or closed already.
        """
        return self._ended(Status.RESOLVED, admin_id, take_over=take_over)

    def close(self, admin_id: str, *, take_over: bool = False) -> "Conversation":
        """Return it closed.

        Raises:
            HeldError: If another admin holds it.
            TransitionError: If it is closed already.
        """
        return self._ended(Status.CLOSED, admin_id, take_over=take_over)

    def set_priority(self, priority: int) -> "Conversation":
        """Return it with another priority, 1 to 5; 5 is the most urgent.

        Raises:
            InvalidInputError: If it is none.
        """
        if isinstance(priority, bool) or not LEAST_URGENT <= priority <= MOST_URGENT:
            msg = f"priority: must be {LEAST_URGENT} to {MOST_URGENT}"
            raise InvalidInputError(msg, field="priority")
        return replace(self, priority=priority)

    @property
    def _opened(self) -> Status:
        return self.status if self.is_open else Status.ACTIVE

    def _ended(self, status: Status, admin_id: str, *, take_over: bool) -> "Conversation":
        self._refuse_others(admin_id, allowed=take_over)
        if self.status in {status, Status.CLOSED}:
            msg = f"this conversation is {self.status.value} already"
            raise TransitionError(msg)
        return replace(self._returned(), status=status, waiting_since=None)

    def _returned(self) -> "Conversation":
        return self._handed(
            status=Status.ACTIVE if self.is_open else self.status,
            human_handling=False,
            assigned_admin_id=None,
            escalation_reason=None,
            escalated_at=None,
        )

    def _refuse_others(self, admin_id: str, *, allowed: bool) -> None:
        if self.assigned_admin_id not in {None, admin_id} and not allowed:
            msg = "another admin holds this conversation"
            raise HeldError(msg, admin_id=self.assigned_admin_id or "")

    def _handed(self, **changes: Unpack[_Changes]) -> "Conversation":
        return replace(self, **changes, version=self.version + 1)


def _answered(conversation: Conversation, at: datetime) -> Conversation:
    latest = _latest(conversation.last_message_at, at)
    return replace(conversation, last_message_at=latest, waiting_since=None)


def _latest(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else max(known, at)
