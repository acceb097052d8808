"""Floor 8: one connection to a callback: the handshake, and single POSTs.

An answer counts if it is 200 and comes in time; everything else, a redirect too, is a
failure. Platform page: /docs/messenger-platform/webhooks, "Webhook Events".
"""

import secrets

import aiohttp

_OK = 200
_HANDSHAKE = aiohttp.ClientTimeout(total=5.0)


class SubscriptionError(Exception):
    """The callback did not pass Meta's handshake; the message says what it did instead."""


class Post:
    """The way to callbacks.

    Args:
        patience: Seconds that a callback has to answer.
    """

    def __init__(self, patience: float) -> None:
        self._patience = aiohttp.ClientTimeout(total=patience)
        # A connection of its own for each POST: one that idles may be closed under the next.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0), timeout=_HANDSHAKE
        )

    async def shake_hands(self, callback_url: str, verify_token: str) -> None:
        """Shake hands with *callback_url*.

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

    async def __call__(self, callback_url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """POST *body*; return the status, or None if none came in time."""
        try:
            async with self._http.post(
                callback_url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=self._patience,
            ) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.close()
