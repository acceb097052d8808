"""Floor 2: the event classes; each is frozen, typed, and keeps the JSON it was made from."""

from typing import Annotated

from pydantic import BeforeValidator
from typing_extensions import override

from messengerkit._json import integer
from messengerkit._model import Inbound, WireId, WireTime


class Event(Inbound):
    """What every webhook event has; a field is None where Meta sent none.

    Attributes:
        page_id: The page that the event is for.
        sender_id: Who caused it: a person's PSID, or the page in an echo.
        recipient_id: Whom it is for: the page, or a person's PSID in an echo.
        timestamp: When it happened, aware.
        key: A stable identity: equal for two deliveries of one event, to de-duplicate by.
    """

    page_id: WireId | None = None
    sender_id: WireId | None = None
    recipient_id: WireId | None = None
    timestamp: WireTime = None
    key: str

    @override
    def __hash__(self) -> int:
        return hash(self.key)


class MessageReceived(Event):
    """A person wrote to the page.

    Platform page: /docs/messenger-platform/reference/webhook-events/messages.
    """

    mid: str
    text: str
    quick_reply_payload: str | None = None


class MessageEcho(Event):
    """The page wrote to a person: our own send, another app's, or the Page Inbox's.

    Platform page: /docs/messenger-platform/reference/webhook-events/message-echoes.

    Attributes:
        app_id: The app that sent it; None where a person typed it in some inboxes.
        metadata: What the sender attached for itself.
    """

    mid: str
    text: str | None = None
    # The documentation says text, webhooks hold a number; both happen.
    app_id: Annotated[int | None, BeforeValidator(integer)] = None
    metadata: str | None = None


class Postback(Event):
    """A person tapped a button, a menu item or Get Started.

    Platform page: /docs/messenger-platform/reference/webhook-events/messaging_postbacks.
    """

    mid: str | None = None
    title: str | None = None
    payload: str


class UnknownEvent(Event):
    """An item that has no class here, or that breaks its own; nothing of it is lost.

    Attributes:
        reason: Why it is unknown, in words.
    """

    reason: str
