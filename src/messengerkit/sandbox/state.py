"""Floor 8: the world of one page: its people, their windows, and all that was seen.

It lives in memory, in one event loop; times are unix seconds from the clock it is given.
"""

import asyncio
import base64
import hashlib
import itertools
import re
from collections import deque
from collections.abc import Callable

from .faults import Script
from .graph import Outgoing
from .page import Page
from .records import Delivered, Recorded, Webhook

_REMEMBERED = 10_000  # of each kind; a sandbox that runs for days must not grow for days
_PSID = re.compile(r"[0-9]{1,30}")


class State:
    """What is true of the page and its people now.

    Attributes:
        page: The page.
        now: The clock.
        people: When each person last did something, by PSID.
        delivered: The messages that reached people, oldest first.
        requests: The calls to the Graph API, oldest first.
        webhooks: The POSTs to the backend, oldest first.
        script: The faults to come.
        callback: Where webhooks go, or None if nobody is subscribed.
    """

    def __init__(self, page: Page, now: Callable[[], float]) -> None:
        self.page = page
        self.now = now
        self.people: dict[str, float] = {}
        self.delivered: deque[Delivered] = deque(maxlen=_REMEMBERED)
        self.requests: deque[Recorded] = deque(maxlen=_REMEMBERED)
        self.webhooks: deque[Webhook] = deque(maxlen=_REMEMBERED)
        self.script: Script = Script()
        self.callback: str | None = None
        self._changed = asyncio.Condition()
        # A backend that stores mids must not meet the same ones after a restart.
        self._seed = f"{page.id}/{now()}"
        self._count = itertools.count(1)

    def meet(self, psid: str) -> None:
        """Open or renew the window of *psid*, who is new here or known.

        Raises:
            ValueError: If *psid* is not digits, as every PSID is.
        """
        if not _PSID.fullmatch(psid):
            msg = "a psid is 1 to 30 digits"
            raise ValueError(msg)
        self.people[psid] = self.now()

    def new_mid(self) -> str:
        """Return a message id that was not used before."""
        return f"m_{self._unique()}"

    def new_trace(self) -> str:
        """Return an `fbtrace_id` that was not used before."""
        return f"A{self._unique()[:22]}"

    async def deliver(self, outgoing: Outgoing) -> Delivered:
        """Let the person have *outgoing*, and tell those who wait."""
        message = Delivered(
            outgoing.psid,
            self.new_mid(),
            outgoing.text,
            outgoing.metadata,
            outgoing.messaging_type,
            self.now(),
            outgoing.tag,
            outgoing.attachments,
        )
        async with self._changed:
            self.delivered.append(message)
            self._changed.notify_all()
        return message

    async def wait_for(self, matches: Callable[[Delivered], bool]) -> Delivered:
        """Return the first delivered message that *matches*, once there is one."""
        async with self._changed:
            while True:
                for message in self.delivered:
                    if matches(message):
                        return message
                await self._changed.wait()

    def _unique(self) -> str:
        digest = hashlib.sha256(f"{self._seed}/{next(self._count)}".encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
