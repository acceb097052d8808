"""Floor 5: what a client knows of messages of which nobody knows: it observes, looks, recovers."""

from typing_extensions import override

from ._graph import Call
from ._json import JsonObject
from .carrying import Carrier
from .edges.conversations import NEWEST, Conversations
from .errors import ConfigurationError, DeliveryUnknownError
from .events import Event, MessageEcho
from .groups import Groups, as_it_is
from .history import ConversationMessage
from .inquiring import Inquiring, Lags
from .once import Once
from .outbound import OutboundLog
from .outgoing import accepted
from .retry import as_retry
from .settling import Sought, Unconfirmed, Verdict
from .terms import Terms
from .writing import Accepted, nonce_in


class Assured(Groups):
    """A connection that finds out what became of its messages."""

    _inquiring: Inquiring | None = None
    _once: Once | None = None

    @property
    def lags(self) -> Lags:
        """How long echoes and reads took to show messages of which nobody knew."""
        return self._inquirer().lags

    async def observe(self, event: Event) -> None:
        """Take note of *event*: the echo of a send of ours settles it, however late it comes.

        Feed every event of the webhook in; the others are passed over.
        """
        if isinstance(event, MessageEcho) and event.mid is not None:
            nonce = nonce_in(event.metadata)
            if nonce is not None and self._outbound is not None:
                await self._surely().observe(nonce, event.mid)

    async def reconcile(self, error: DeliveryUnknownError) -> Verdict:
        """Find out what became of the message that *error* tells of, in its conversation.

        It takes until the message is found, or it is proven that it is not there, or until
        `Settling.horizon`: with the defaults half a minute, or two where Meta fetches media.

        Raises:
            ClientClosedError: If the client was closed.
        """
        self._check_home()
        sought = error._sought  # noqa: SLF001  # kept from users, for it has the words
        if not isinstance(sought, Sought):
            return Unconfirmed()
        if self._outbound is not None:
            return await self._surely().reconcile(sought)
        return await self._inquirer().inquire(sought, _nothing)

    async def recover(self) -> int:
        """Go on with the sends that a process left in the log when it died; return how many.

        One that was in flight is looked for, and sent again only if it is not there. They go
        on in the background.

        Raises:
            ConfigurationError: If the client has no log.
        """
        self._check_home()
        return await self._surely().recover(self._terms, accepted)

    @override
    async def aclose(self, *, drain: float = 0.0) -> None:
        """Close the client and its own session; calling it again does nothing.

        Args:
            drain: Seconds that calls under way may take to end; no other is taken meanwhile.
        """
        self._closed = True
        await self._drained(drain)
        if self._once is not None:
            await self._once.aclose()
        if self._inquiring is not None:
            self._inquiring.close()
        await super().aclose()

    def carrier(self, log: OutboundLog, *, owner: str, lease: float) -> Carrier:
        """Return what brings the sends of *log* to their end: a desk's way through this client.

        It has an end of its own, and leaves the client open.
        """
        self._check_home()
        once = Once(self._sending, log, self._new_inquirer(), owner=owner, lease=lease)
        return Carrier(once, self._terms)

    async def _assure(self, call: Call, terms: Terms) -> tuple[Accepted, int]:
        self._check_home()
        self._calls += 1
        try:
            return await self._surely().send(call, terms, accepted)
        finally:
            self._ended()

    def _surely(self) -> Once:
        if self._outbound is None:
            msg = "Delivery.EFFECTIVELY_ONCE needs an outbound log: pass outbound=…"
            raise ConfigurationError(msg)
        if self._once is None:
            self._once = Once(self._sending, self._outbound, self._inquirer())
        return self._once

    def _inquirer(self) -> Inquiring:
        if self._inquiring is None:
            self._inquiring = self._new_inquirer()
        return self._inquiring

    def _new_inquirer(self) -> Inquiring:
        return Inquiring(
            settling=self._settling,
            read=self._newest,
            accepted=self._accepted,
            clock=self._sending.clock,
            sleep=self._sending.sleep,
        )

    async def _newest(self, psid: str) -> list[ConversationMessage]:
        newest: list[ConversationMessage] = []
        async for message in Conversations(self._quietly).messages(psid):
            newest.append(message)
            if len(newest) >= NEWEST:
                break
        return newest

    async def _quietly(self, call: Call, /) -> JsonObject:
        """Make a call that also a client may make that takes no more from others."""
        # Not repeated here: whoever inquires reads again, and takes nothing from the budget.
        answer, _ = await self._sending.settle(call, Terms(retry=as_retry(None)), as_it_is)
        return answer


async def _nothing() -> frozenset[str]:
    return frozenset()
