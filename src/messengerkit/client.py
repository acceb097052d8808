"""Floor 5: the client: what a backend says to Meta, in one object that it opens and closes."""

import logging
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from functools import partial
from os import PathLike
from secrets import token_hex
from typing import Unpack

from ._inbound import as_identifier
from ._json import JsonObject
from .any_call import Method, any_call
from .assured import Assured
from .delivery import Delivery
from .errors import (
    DeliveryUnknownError,
    GraphError,
    InvalidInputError,
    InvalidRequestError,
    TransportError,
    UnreadableAnswerError,
)
from .groups import as_it_is
from .many import Send, SendOutcome, Sends, send_many
from .messages import AttachmentType, Message, Reaction, ReactionRemoval, SenderAction, SendResult
from .outgoing import (
    ActionOptions,
    Letter,
    MessageOptions,
    UploadOptions,
    accepted,
    action_call,
    call_options,
    letter_of,
    message_call,
    page_call,
    upload_call,
)
from .page import Page
from .parts import send_parts
from .terms import SendOptions
from .uploads import Uploaded, source_of

_log = logging.getLogger("messengerkit")


class MessengerClient(Assured):
    """An async client of one page; how it is made is told by `Connection`.

    It belongs to the first event loop and process that use it. One aiohttp session is
    made on first use and closed with the client; a session handed in is never closed.
    """

    async def send(
        self, recipient_id: str, message: Message, **options: Unpack[MessageOptions]
    ) -> SendResult:
        """Send *message* to a person, and return once Meta has accepted it.

        Platform page: /docs/messenger-platform/reference/send-api.

        Args:
            recipient_id: The person's PSID, from a webhook of this page.
            message: What to send: a `Text`, an `Image`, a `ButtonTemplate`, …
            **options: For this call only: see `MessageOptions`.

        Raises:
            InvalidInputError: If an id or an option is not as it must be; nothing was sent.
            OutsideWindowError: If the reply window is over, as Meta or this client says.
            GraphError: If Meta refused, or throttled until the policy gave up.
            TransportError: If the call did not leave until the policy gave up.
            DeliveryUnknownError: If nobody knows whether the person has it.
        """
        return await self._send(recipient_id, letter_of(message), options)

    async def send_text(
        self, recipient_id: str, text: str, **options: Unpack[MessageOptions]
    ) -> SendResult:
        """Send *text*, 1 to 2000 characters; otherwise as `send`."""
        return await self._send(recipient_id, letter_of(text), options)

    async def send_message(
        self, recipient_id: str, message_text: str, **options: Unpack[MessageOptions]
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

    async def send_long_text(
        self, recipient_id: str, text: str, **options: Unpack[MessageOptions]
    ) -> tuple[SendResult, ...]:
        """Send *text* of any length, in as many messages as it takes, one after the other.

        Raises:
            PartialSendError: If some were sent and one was not; it has what is left.
            MessengerError: As `send`, if the first one was not sent.
        """
        return await send_parts(partial(self.send, recipient_id, **options), text)

    async def send_with_fallback(
        self,
        recipient_id: str,
        message: Message,
        fallback: Message,
        **options: Unpack[MessageOptions],
    ) -> SendResult:
        """Send *message*, or *fallback* where Meta finds *message* itself wrong.

        A picture that Meta cannot fetch becomes the words that you have for it. Whatever
        else goes wrong is raised: an unknown outcome is not followed by a second message.
        """
        try:
            return await self.send(recipient_id, message, **options)
        except InvalidRequestError as error:
            _log.warning("The fallback is sent: %s %s", error, error.advice)
        return await self.send(recipient_id, fallback, **options)

    def send_many(
        self, sends: Sends, *, concurrency: int = 16, most: int = 1000
    ) -> AsyncGenerator[SendOutcome, None]:
        """Yield the outcome of each of *sends*, as they end: in order for each person.

        Closing the generator, or cancelling who reads it, cancels what is under way.

        Args:
            sends: An iterator of `Send`, or an async one; read no faster than it is sent.
            concurrency: How many are under way at once, each to another person.
            most: How many are held in memory at once.
        """
        return send_many(sends, self._send_one, concurrency=concurrency, most=most)

    async def upload(
        self,
        kind: AttachmentType,
        *,
        path: str | PathLike[str] | None = None,
        data: bytes | None = None,
        stream: AsyncIterable[bytes] | None = None,
        **about: Unpack[UploadOptions],
    ) -> Uploaded:
        """Upload a file to Meta, piece by piece, to be sent as often as you like for 90 days.

        Platform page: /docs/messenger-platform/reference/attachment-upload-api.

        Args:
            kind: `image`, `video`, `audio` or `file`.
            path: The file, or
            data: its bytes, or
            stream: what gives them; a stream that fails is not tried again.
            **about: What it is called, and more: see `UploadOptions`.

        Raises:
            InvalidInputError: If Meta would refuse it by its size or its type.
            MessengerError: As `send`.
        """
        source = await source_of(
            kind,
            path=path,
            data=data,
            stream=stream,
            filename=about.get("filename"),
            content_type=about.get("content_type"),
            size=about.get("size"),
        )
        call = upload_call(kind, source, about, boundary=token_hex(16))
        options = call_options(about)
        if not source.repeatable:
            options = options | SendOptions(retry=None)
        attachment_id, _ = await self.settle(call, options, _attachment_id)
        return Uploaded(kind=kind, attachment_id=attachment_id)

    async def call(
        self,
        method: Method,
        path: str,
        parameters: Mapping[str, object] | None = None,
        *,
        repeatable: bool | None = None,
        **options: Unpack[SendOptions],
    ) -> JsonObject:
        """Make any call to the Graph API, with the same retries, pace and errors.

        Args:
            method: `GET`, `POST` or `DELETE`.
            path: What stands after the version, such as `me/subscribed_apps`.
            parameters: What a POST sends as JSON, and the others in their query.
            repeatable: Whether doing it twice is the same as doing it once; by default
                all but POST are.
            **options: For this call only: see `SendOptions`.

        Raises:
            InvalidInputError: If the path is none.
            RetiredTagError: If it is a send with a tag that Meta has retired.
            MessengerError: As `send`.
        """
        made = any_call(method, path, parameters, repeatable=repeatable)
        answer, _ = await self.settle(made, options, as_it_is)
        return answer

    async def typing_on(self, recipient_id: str, **options: Unpack[ActionOptions]) -> None:
        """Show the person that somebody is typing, for 20 seconds or until a message."""
        call = action_call(recipient_id, SenderAction.TYPING_ON, options)
        await self.settle(call, call_options(options), dict)

    async def typing_off(self, recipient_id: str, **options: Unpack[ActionOptions]) -> None:
        """Stop showing that somebody is typing."""
        call = action_call(recipient_id, SenderAction.TYPING_OFF, options)
        await self.settle(call, call_options(options), dict)

    async def mark_seen(self, recipient_id: str, **options: Unpack[SendOptions]) -> None:
        """Show the person that the last message was seen."""
        await self.settle(action_call(recipient_id, SenderAction.MARK_SEEN, {}), options, dict)

    async def react(
        self, recipient_id: str, message_id: str, reaction: str, **options: Unpack[SendOptions]
    ) -> None:
        """React to a message with an emoji, or with `love` on Instagram; a second one replaces."""
        payload = Reaction(message_id, reaction).to_graph()
        call = action_call(recipient_id, SenderAction.REACT, {}, payload=payload)
        await self.settle(call, options, dict)

    async def unreact(
        self, recipient_id: str, message_id: str, **options: Unpack[SendOptions]
    ) -> None:
        """Take the reaction to a message back."""
        payload = ReactionRemoval(message_id).to_graph()
        call = action_call(recipient_id, SenderAction.UNREACT, {}, payload=payload)
        await self.settle(call, options, dict)

    async def me(self, **options: Unpack[SendOptions]) -> Page:
        """Return the page that the token belongs to: the check that the token is good.

        Raises:
            TokenError: If it is not.
            MessengerError: If Meta could not be asked.
        """
        page, _ = await self.settle(page_call(), options, _page)
        return page

    async def _send_one(self, send: Send) -> SendResult:
        options = MessageOptions(author=send.author, last_user_message_at=send.last_user_message_at)
        return await self._send(send.recipient_id, letter_of(send.message), options)

    async def _send(self, recipient_id: str, letter: Letter, options: MessageOptions) -> SendResult:
        call = message_call(recipient_id, letter, options, self._now, human_agent=self._human_agent)
        terms = self._terms_for(call_options(options)) if options else self._terms
        if terms.delivery is Delivery.EFFECTIVELY_ONCE:
            (to, mid), attempts = await self._assure(call, terms)
        else:
            (to, mid), attempts = await self._settled(call, terms, accepted)
            self._accepted.append(mid)
        return SendResult(recipient_id=to, message_id=mid, attempts=attempts)


def _page(answer: JsonObject) -> Page:
    match answer:
        case {"id": str() as page_id, "name": str() as name}:
            return Page(id=page_id, name=name)
        case _:
            msg = "Meta's answer to `me` has no id and name."
            raise UnreadableAnswerError(msg)


def _attachment_id(answer: JsonObject) -> str:
    attachment_id = as_identifier(answer.get("attachment_id"))
    if attachment_id is None:
        msg = "Meta's answer to an upload has no attachment_id."
        raise UnreadableAnswerError(msg)
    return attachment_id
