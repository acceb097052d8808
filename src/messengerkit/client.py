"""Floor 5: the client: what a backend says to Meta, in one object that it opens and closes."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Self, TypeVar, Unpack

import aiohttp
from pydantic import SecretStr

from ._environment import optional, required
from ._graph import GRAPH_URL, GRAPH_VERSION, Call, Graph
from ._json import JsonObject
from ._model import identifier
from ._secret import sealed, sealed_each
from ._transport import AiohttpTransport, Transport
from .errors import (
    ClientClosedError,
    DeliveryUnknownError,
    GraphError,
    InvalidInputError,
    TransportError,
    UnreadableAnswerError,
    WrongLoopError,
)
from .messages import Attachment, Message, SenderAction, SendResult, Text
from .page import Page
from .sending import Sending, SendOptions, Terms
from .stats import Stats

_log = logging.getLogger("messengerkit")

T = TypeVar("T")

_MESSAGES = ("me", "messages")


class MessengerClient:
    """An async client of one page.

    It belongs to the first event loop and process that use it. One aiohttp session is
    made on first use and closed with the client; a session handed in is never closed.

    Args:
        page_access_token: The page's token. It travels in a header, never in a URL.
        app_secret: The app's secret; with it every call carries an `appsecret_proof`.
        graph_url: Another host, for a proxy or the sandbox: https, or http on loopback.
        graph_version: The Graph API's version, like "v26.0".
        session: An aiohttp session to use instead of one of the client's own.
        transport: A way to the network other than aiohttp.
        sleep: How to wait between attempts; tests hand in a clock of theirs.
        **options: `retry`, `delivery`, `timeout` and `believe_transient`: see
            `SendOptions`. The default is three attempts, 2 s apart, 30 s each (90 s
            where Meta must fetch a URL first), and never two copies.

    Raises:
        ConfigurationError: If a setting is missing or unsafe.
    """

    def __init__(
        self,
        *,
        page_access_token: str | SecretStr,
        app_secret: str | SecretStr | None = None,
        graph_url: str = GRAPH_URL,
        graph_version: str = GRAPH_VERSION,
        session: aiohttp.ClientSession | None = None,
        transport: Transport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        **options: Unpack[SendOptions],
    ) -> None:
        token = sealed(page_access_token)
        key = None if app_secret is None else sealed(app_secret)
        # A report of a failure below may show this frame's variables.
        del page_access_token, app_secret
        self._terms = Terms().but(options)
        self._sending = Sending(
            graph=Graph(
                access_token=token,
                app_secret=key,
                url=graph_url,
                version=graph_version,
            ),
            transport=AiohttpTransport(session) if transport is None else transport,
            sleep=sleep,
        )
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._closed = False

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, **options: Unpack[SendOptions]
    ) -> Self:
        """Return a client from environment variables.

        Reads `FACEBOOK_PAGE_ACCESS_TOKEN` and, if they are set, `FACEBOOK_APP_SECRET`
        (the first one, while two rotate), `MESSENGER_GRAPH_URL` and
        `MESSENGER_GRAPH_VERSION`.

        Raises:
            ConfigurationError: If the token is missing, or a value is unsafe.
        """
        return cls(
            page_access_token=sealed(required(environ, "FACEBOOK_PAGE_ACCESS_TOKEN")[0]),
            app_secret=_newest(optional(environ, "FACEBOOK_APP_SECRET")),
            graph_url=optional(environ, "MESSENGER_GRAPH_URL") or GRAPH_URL,
            graph_version=optional(environ, "MESSENGER_GRAPH_VERSION") or GRAPH_VERSION,
            **options,
        )

    @property
    def stats(self) -> Stats:
        """How the sends of this client have ended so far."""
        return self._sending.stats

    async def send(
        self, recipient_id: str, message: Message, **options: Unpack[SendOptions]
    ) -> SendResult:
        """Send *message* to a person, and return once Meta has accepted it.

        Platform page: /docs/messenger-platform/reference/send-api.

        Args:
            recipient_id: The person's PSID, from a webhook of this page.
            message: What to send: a `Text`, or an `Image`, `Video`, `Audio` or `File`.
            **options: For this call only: see `SendOptions`.

        Raises:
            InvalidInputError: If the id is none; nothing was sent.
            GraphError: If Meta refused, or throttled until the policy gave up.
            TransportError: If the call did not leave until the policy gave up.
            DeliveryUnknownError: If nobody knows whether the person has it.
        """
        call = Call(
            method="POST",
            path=_MESSAGES,
            parameters={
                "recipient": {"id": identifier(recipient_id, "recipient_id")},
                "messaging_type": "RESPONSE",
                "message": message.to_graph(),
            },
            fetches=isinstance(message, Attachment),
            recipient_id=recipient_id,
        )
        (to, mid), attempts = await self._settle(call, options, _accepted)
        return SendResult(recipient_id=to, message_id=mid, attempts=attempts)

    async def send_text(
        self, recipient_id: str, text: str, **options: Unpack[SendOptions]
    ) -> SendResult:
        """Send *text*, 1 to 2000 characters; otherwise as `send`."""
        return await self.send(recipient_id, Text(text), **options)

    async def send_message(
        self, recipient_id: str, message_text: str, **options: Unpack[SendOptions]
    ) -> bool:
        """Send text and return whether Meta accepted it: the guide's verb.

        False means refused, not sent, or unknown. The three call for different things
        (an unknown message may have arrived); `send_text` tells them apart.
        """
        try:
            await self.send_text(recipient_id, message_text, **options)
        except (
            DeliveryUnknownError,
            GraphError,
            InvalidInputError,
            TransportError,
        ) as error:
            _log.error("The message was not accepted: %s %s", error, error.advice)
            return False
        return True

    async def typing_on(self, recipient_id: str, **options: Unpack[SendOptions]) -> None:
        """Show the person that somebody is typing, for 20 seconds or until a message."""
        await self._act(recipient_id, SenderAction.TYPING_ON, options)

    async def typing_off(self, recipient_id: str, **options: Unpack[SendOptions]) -> None:
        """Stop showing that somebody is typing."""
        await self._act(recipient_id, SenderAction.TYPING_OFF, options)

    async def mark_seen(self, recipient_id: str, **options: Unpack[SendOptions]) -> None:
        """Show the person that the last message was seen."""
        await self._act(recipient_id, SenderAction.MARK_SEEN, options)

    async def me(self, **options: Unpack[SendOptions]) -> Page:
        """Return the page that the token belongs to: the check that the token is good.

        Raises:
            TokenError: If it is not.
            MessengerError: If Meta could not be asked.
        """
        call = Call(method="GET", path=("me",), parameters={"fields": "id,name"}, repeatable=True)
        page, _ = await self._settle(call, options, _page)
        return page

    async def aclose(self) -> None:
        """Close the client and its own session; calling it again does nothing."""
        self._closed = True
        await self._sending.transport.aclose()

    async def __aenter__(self) -> Self:
        self._check_home()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _act(self, recipient_id: str, action: SenderAction, options: SendOptions) -> None:
        call = Call(
            method="POST",
            path=_MESSAGES,
            parameters={
                "recipient": {"id": identifier(recipient_id, "recipient_id")},
                "sender_action": action.value,
            },
            repeatable=True,
        )
        await self._settle(call, options, dict)

    async def _settle(
        self, call: Call, options: SendOptions, read: Callable[[JsonObject], T]
    ) -> tuple[T, int]:
        self._check_home()
        return await self._sending.settle(call, self._terms.but(options), read)

    def _check_home(self) -> None:
        here = (os.getpid(), asyncio.get_running_loop())
        self._home = self._home or here
        if self._home != here:
            msg = "This client was first used in another event loop or process."
            raise WrongLoopError(msg)
        if self._closed:
            msg = "This client was closed."
            raise ClientClosedError(msg)


def _newest(secrets: str | None) -> SecretStr | None:
    return None if secrets is None else sealed_each(secrets)[0]


def _accepted(answer: JsonObject) -> tuple[str | None, str]:
    to, mid = answer.get("recipient_id"), answer.get("message_id")
    if not isinstance(mid, str) or not mid:
        msg = "Meta's answer to a send has no message_id."
        raise UnreadableAnswerError(msg)
    return to if isinstance(to, str) else None, mid


def _page(answer: JsonObject) -> Page:
    match answer:
        case {"id": str() as page_id, "name": str() as name}:
            return Page(id=page_id, name=name)
        case _:
            msg = "Meta's answer to `me` has no id and name."
            raise UnreadableAnswerError(msg)
