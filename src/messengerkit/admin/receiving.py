"""Floor 7: what Meta posts is verified, answered at once, and worked on in the background."""

from collections.abc import Mapping
from typing import Protocol

from messengerkit.background import Background, Handle
from messengerkit.webhook import Headers, Webhook


class EventReceiver(Protocol):
    """What stands behind `/webhook`."""

    @property
    def max_body(self) -> int:
        """Bytes of the largest body that it takes."""
        ...

    def challenge(self, query: Mapping[str, str], /) -> str:
        """Return the text to answer Meta's handshake with; see `Webhook.challenge`."""
        ...

    async def receive(self, headers: Headers, body: bytes, /) -> None:
        """Take the events of *body*. Meta has its 200 when this returns.

        Raises:
            WebhookError: If the body is refused.
            Exception: If it could not be taken: Meta gets a 503, and delivers again.
        """
        ...


class InBackground(Background):
    """Takes what Meta posts, and lets *handle* have the events, in order for each person.

    What it has taken lives in this process and ends with it. One event that fails is
    logged, and stops no other.

    Args:
        webhook: Verifies and parses the bodies.
        handle: What to do with one event: your bot, or a router's `dispatch`.
        most: How many events may wait; when they are reached, Meta is asked to come again.
    """

    def __init__(self, webhook: Webhook, handle: Handle, *, most: int = 10_000) -> None:
        super().__init__(handle, most=most)
        self._webhook = webhook

    @property
    def max_body(self) -> int:
        """Bytes of the largest body that the webhook takes."""
        return self._webhook.max_body

    def challenge(self, query: Mapping[str, str], /) -> str:
        """Return the text to answer Meta's handshake with; see `Webhook.challenge`."""
        return self._webhook.challenge(query)

    async def receive(self, headers: Headers, body: bytes, /) -> None:
        """Verify *body*, and take its events.

        Raises:
            WebhookError: If the body is refused.
            EventsNotTakenError: If too many events wait already, or the process is going.
        """
        self.take(self._webhook.receive(headers, body))
