"""Floor 8: brings webhooks to the backend, again if it must, and never forgets one under way.

An answer counts if it is 200 and comes within 5 seconds; everything else, a redirect
too, is a failure. Platform page: /docs/messenger-platform/webhooks, "Webhook Events".
"""

import asyncio
import secrets
from collections.abc import Sequence

import aiohttp

from . import events
from .records import Webhook
from .state import State

_OK = 200
_HANDSHAKE = aiohttp.ClientTimeout(total=5.0)


class SubscriptionError(Exception):
    """The callback did not pass Meta's handshake; the message says what it did instead."""


class Courier:
    """The way to one backend.

    Args:
        state: Where the POSTs are remembered.
        delays: Seconds before each redelivery of a body that was not acknowledged.
        patience: Seconds that the backend has to answer.
    """

    def __init__(self, state: State, *, delays: Sequence[float], patience: float) -> None:
        self._state = state
        self._delays = tuple(delays)
        self._patience = aiohttp.ClientTimeout(total=patience)
        self._under_way: set[asyncio.Task[None]] = set()
        # A connection of its own for each POST: one that idles may be closed under the next.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True), timeout=_HANDSHAKE
        )

    async def subscribe(self, callback_url: str, verify_token: str) -> None:
        """Shake hands with *callback_url* and deliver to it from now on.

        Raises:
            SubscriptionError: If the answer is not 200 with exactly the challenge.
        """
        challenge = str(secrets.randbelow(10**10))
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": verify_token,
            "hub.challenge": challenge,
        }
        try:
            async with self._http.get(
                callback_url, params=query, allow_redirects=False
            ) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # A host that cannot be one is a ValueError. No error's own text is repeated: it has
            # the URL, and with it the verify token.
            msg = f"the callback did not answer the handshake: {type(error).__name__}"
            raise SubscriptionError(msg) from None
        if status != _OK:
            msg = f"the callback answered the handshake with {status}, not with 200"
            raise SubscriptionError(msg)
        if body != challenge.encode():
            msg = "the callback answered the handshake with something other than the challenge"
            raise SubscriptionError(msg)
        self._state.callback = callback_url

    def send(self, body: bytes) -> None:
        """Deliver *body* in the background, if anybody is subscribed."""
        self._start(body)

    async def deliver(self, body: bytes) -> None:
        """Deliver *body*, and return once it is acknowledged or given up."""
        task = self._start(body)
        # The one who waits may be cancelled; the delivery goes on all the same.
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()

    async def settled(self) -> None:
        """Return once no webhook is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def cancel(self) -> None:
        """Give up every delivery that is under way."""
        for task in self._under_way:
            task.cancel()
        await self.settled()

    async def aclose(self) -> None:
        """Give up what is under way, and close the connections."""
        await self.cancel()
        await self._http.close()

    def _start(self, body: bytes) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(body, self._state.callback))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _deliver(self, body: bytes, callback_url: str | None) -> None:
        if callback_url is None:
            return
        for attempt, delay in enumerate((0.0, *self._delays), start=1):
            await asyncio.sleep(delay)
            if await self._post(callback_url, body, attempt) == _OK:
                return

    async def _post(self, callback_url: str, body: bytes, attempt: int) -> int | None:
        state = self._state
        headers, at = events.headers(state.page, body), state.now()
        status: int | None = None
        try:
            async with self._http.post(
                callback_url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=self._patience,
            ) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = None
        signature = headers["X-Hub-Signature-256"]
        state.webhooks.append(Webhook(body, signature, status, attempt, at))
        return status
