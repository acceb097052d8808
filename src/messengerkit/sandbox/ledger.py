"""Floor 8: what the sandbox has seen, and the questions that a test asks of it."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable

from .bell import Bell
from .records import Delivered, Recorded, Webhook

_SHOWN = 5  # messages that a failed assertion names


class Ledger:
    """The records of one sandbox, oldest first.

    Args:
        kept: How many of each kind are kept.

    Attributes:
        delivered: The messages that people have.
        requests: The calls to the Graph API.
        webhooks: The POSTs to backends, redeliveries too.
        arrivals: Rung when a message comes.
    """

    def __init__(self, kept: int) -> None:
        self.delivered: deque[Delivered] = deque(maxlen=kept)
        self.arrivals: Bell = Bell()
        self.requests: deque[Recorded] = deque(maxlen=kept)
        self.webhooks: deque[Webhook] = deque(maxlen=kept)

    def add_delivered(self, message: Delivered) -> None:
        """Remember *message*, and wake those who wait for one."""
        self.delivered.append(message)
        self.arrivals.ring()

    @property
    def came(self) -> asyncio.Event:
        """Set, and replaced, when a message comes."""
        return self.arrivals.next

    async def wait_for(self, match: str | Callable[[Delivered], bool]) -> Delivered:
        """Return the first delivered message that matches, once there is one.

        Args:
            match: A PSID, or a function that knows the message.
        """
        while True:
            came = self.came
            for message in tuple(self.delivered):
                if message.psid == match if isinstance(match, str) else match(message):
                    return message
            await came.wait()

    def messages(
        self,
        *,
        psid: str | None = None,
        text: str | None = None,
        metadata: str | None = None,
        where: Callable[[Delivered], bool] | None = None,
    ) -> tuple[Delivered, ...]:
        """Return the delivered messages of which all that is given is true.

        Args:
            psid: Who has it.
            text: All of its text.
            metadata: What the sender put beside it.
            where: A function that knows it.
        """
        found = (
            one
            for one in self.delivered
            if psid in {None, one.psid}
            and text in {None, one.text}
            and metadata in {None, one.metadata}
            and (where is None or where(one))
        )
        return tuple(found)

    def calls(self, method: str | None = None, *, ends: str = "") -> tuple[Recorded, ...]:
        """Return the calls with *method*, or with any, whose path *ends* so."""
        return tuple(
            one
            for one in self.requests
            if method in {None, one.method} and one.path.rstrip("/").endswith(ends)
        )

    def assert_delivered(
        self,
        text: str | None = None,
        *,
        psid: str | None = None,
        metadata: str | None = None,
        where: Callable[[Delivered], bool] | None = None,
        times: int = 1,
    ) -> tuple[Delivered, ...]:
        """Return the messages that match, of which there must be exactly *times*.

        Raises:
            AssertionError: If there are more or fewer; it names what was delivered.
        """
        found = self.messages(psid=psid, text=text, metadata=metadata, where=where)
        if len(found) != times:
            msg = (
                f"{len(found)} delivered messages match, not {times}. "
                f"{_shown(self.messages(psid=psid))}"
            )
            raise AssertionError(msg)
        return found

    def assert_not_delivered(
        self,
        text: str | None = None,
        *,
        psid: str | None = None,
        metadata: str | None = None,
        where: Callable[[Delivered], bool] | None = None,
    ) -> None:
        """Fail if a message that matches was delivered.

        Raises:
            AssertionError: If there is one; it names what was delivered.
        """
        self.assert_delivered(text, psid=psid, metadata=metadata, where=where, times=0)

    def assert_in_order(self, psid: str, texts: Iterable[str]) -> None:
        """Fail unless *psid* has exactly these texts, in this order.

        Raises:
            AssertionError: If not; it names what was delivered.
        """
        wanted, found = list(texts), [one.text for one in self.messages(psid=psid)]
        if wanted != found:
            msg = f"{psid} was to have {wanted}. {_shown(self.messages(psid=psid))}"
            raise AssertionError(msg)

    def assert_acknowledged_once(self) -> None:
        """Fail unless each webhook was answered with 200 exactly once.

        Raises:
            AssertionError: If one was not, or again after it was.
        """
        sent, answered = Counter[tuple[int, bytes]](), Counter[tuple[int, bytes]]()
        for one in self.webhooks:
            key = one.app_id, one.body
            # Two events of one moment can have the same body; each has a first attempt.
            sent[key] += one.attempt == 1
            answered[key] += one.status == 200  # noqa: PLR2004  # what Meta asks for
        # Of the oldest one kept, the first attempt may be forgotten.
        over = [answered[key] - max(count, 1) for key, count in sent.items()]
        never, again = -sum(n for n in over if n < 0), sum(n > 0 for n in over)
        if never or again:
            total = sum(max(count, 1) for count in sent.values())
            msg = f"of {total} webhooks {never} were never acknowledged, and {again} more than once"
            raise AssertionError(msg)


def _shown(messages: tuple[Delivered, ...]) -> str:
    if not messages:
        return "Nothing was delivered."
    last = [f"{one.psid}: {one.text!r}" for one in messages[-_SHOWN:]]
    return f"Delivered were {len(messages)}, the last ones: {'; '.join(last)}."
