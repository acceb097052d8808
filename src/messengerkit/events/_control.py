"""Floor 2: who has the conversation, and what Meta does to the page.

Platform page: /docs/messenger-platform/conversation-routing and
/docs/messenger-platform/reference/webhook-events.
"""

from messengerkit import _inbound as read
from messengerkit._inbound import Field

from ._event import Event


class ThreadControl(Event):
    """An app has, gives or wants the conversation: the parent of the three kinds.

    Attributes:
        metadata: What the app says to the other, if it is text.
    """

    __slots__ = ()
    metadata: Field[str | None] = read.text()


class ThreadControlPassed(ThreadControl):
    """An app gave the conversation to another.

    Attributes:
        previous_owner_app_id: Who had it; None if nobody had.
        new_owner_app_id: Who has it now.
    """

    __slots__ = ()
    previous_owner_app_id: Field[int | None] = read.number()
    new_owner_app_id: Field[int | None] = read.number()


class ThreadControlTaken(ThreadControl):
    """An app took the conversation from another.

    Attributes:
        previous_owner_app_id: Who had it; None if nobody had.
        new_owner_app_id: Who has it now.
    """

    __slots__ = ()
    previous_owner_app_id: Field[int | None] = read.number()
    new_owner_app_id: Field[int | None] = read.number()


class ThreadControlRequested(ThreadControl):
    """An app asks for the conversation that this one has.

    Attributes:
        requested_owner_app_id: Who asks.
    """

    __slots__ = ()
    requested_owner_app_id: Field[int | None] = read.number()


class AppRolesChanged(Event):
    """An app of the page got other roles; old apps only. Nobody is the sender."""

    __slots__ = ()

    @property
    def roles(self) -> dict[str, tuple[str, ...]]:
        """The roles of each app, by its id: `primary_receiver`, `secondary_receiver`."""
        return {app: read.as_texts(roles) for app, roles in self._json.items()}


class PolicyEnforced(Event):
    """Meta warns, blocks or unblocks the page. Nobody is the sender.

    Attributes:
        action: `warning`, `block` or `unblock`.
        reason: Why; None when it unblocks.
    """

    __slots__ = ()
    action: Field[str | None] = read.text()
    reason: Field[str | None] = read.text()
