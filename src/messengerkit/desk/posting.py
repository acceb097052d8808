"""Floor 6: what is written to a person: its parts, each a message and a send, on disk at once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from messengerkit._inbound import as_list, canonical
from messengerkit._json import JsonObject, is_object
from messengerkit.errors import InvalidInputError
from messengerkit.messages import Message as Outgoing
from messengerkit.messages import split_text
from messengerkit.outbound import Outbound
from messengerkit.outgoing import Letter, MessageOptions, letter_of, message_call
from messengerkit.settling import described
from messengerkit.writing import NONCE, with_nonce

from .conversation import Conversation
from .entries import OutboxRow
from .handing import Moment, changed
from .message import MessageStatus, Sender
from .records import Message
from .store import Transaction

Content: TypeAlias = Outgoing | str
"""What one may write: text of any length, or a message such as an `Image`."""

MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One message of what is written.

    Attributes:
        letter: What is sent.
        text: What it says, or None.
        attachments: What it carries, as it is sent.
        digest: Of all that.
    """

    letter: Letter = field(repr=False)
    text: str | None = field(repr=False)
    attachments: tuple[JsonObject, ...] = field(repr=False)
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes, and how.

    Attributes:
        sender: The bot or a person.
        admin_id: Which person.
        fence: The version of the conversation that a bot's messages are for.
        options: How they are sent.
        human_agent: Whether Meta granted the app its "Human Agent" feature.
    """

    sender: Sender
    admin_id: str | None = None
    fence: int | None = None
    options: MessageOptions = field(default_factory=MessageOptions)
    human_agent: bool = False


def parts_of(content: Content | Sequence[Content]) -> tuple[Part, ...]:
    """Return the messages that *content* makes; long text makes several.

    Raises:
        InvalidInputError: If there is none, or there are too many, or one breaks a limit.
    """
    whole: Sequence[Content] = [content] if isinstance(content, Content) else content
    parts = tuple(_part(letter_of(one)) for each in whole for one in _pieces(each))
    if not 1 <= len(parts) <= MOST_PARTS:
        msg = f"content: must make 1 to {MOST_PARTS} messages, not {len(parts)}"
        raise InvalidInputError(msg, field="content")
    return parts


def _pieces(content: Content) -> Iterable[Content]:
    return split_text(content) if isinstance(content, str) else (content,)


def part_of(row: Outbound) -> Part:
    """Return what *row* sends, to be sent again."""
    message = row.parameters.get("message")
    content = {**message} if is_object(message) else {}
    own = str(content.pop("metadata", "")).rpartition(" ")[0]
    return _part(Letter({**content, "metadata": own} if own else content, row.fetches, row.rate))


def _part(letter: Letter) -> Part:
    text = letter.content.get("text")
    carried = as_list(letter.content.get("attachments")) or [letter.content.get("attachment")]
    return Part(
        letter,
        text if isinstance(text, str) else None,
        tuple(one for one in carried if is_object(one)),
        hashlib.sha256(canonical(letter.content).encode()).hexdigest(),
    )


def digest_of(parts: Iterable[Part], *more: object) -> str:
    """Return what tells one request to write from another."""
    told = "\0".join([*(part.digest for part in parts), *map(str, more)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def post(
    transaction: Transaction,
    conversation: Conversation,
    parts: Sequence[Part],
    author: Author,
    moment: Moment,
) -> tuple[Message, ...]:
    """Write *parts* down as messages of a conversation, and queue them to be sent.

    Raises:
        OutsideWindowError: If the reply window is over.
        InvalidInputError: If there is no room for what tells the message's echo.
    """
    batch = moment.new_id().hex if len(parts) > 1 else ""
    messages: list[Message] = []
    for number, part in enumerate(parts):
        # In their order, also where they are listed by time.
        created_at = moment.now + timedelta(microseconds=number)
        message = Message(
            id=moment.new_id(),
            conversation_id=conversation.id,
            sender=author.sender,
            text=part.text,
            attachments=part.attachments,
            status=MessageStatus.QUEUED,
            sent_by=author.admin_id,
            created_at=created_at,
            metadata={"batch": batch} if batch else {},
        )
        row = _row(conversation, part, author, message.id, moment)
        transaction.add_send(
            OutboxRow(
                row,
                conversation.id,
                conversation.page_id,
                message.id,
                author.sender,
                author.fence,
                _looks(part),
                batch,
            )
        )
        messages.append(message)
    transaction.add_messages(messages)
    transaction.add_changes([changed(conversation.id, moment, one.id) for one in messages])
    return tuple(messages)


def _looks(part: Part) -> str:
    """Return what tells *part* from another one in a conversation: its words, or its kinds."""
    return hashlib.sha256(canonical(described(part.letter.content)).encode()).hexdigest()


def _row(
    conversation: Conversation, part: Part, author: Author, message_id: UUID, moment: Moment
) -> Outbound:
    nonce = NONCE + message_id.hex
    call = message_call(
        conversation.psid,
        part.letter,
        author.options,
        lambda: moment.now,
        human_agent=author.human_agent,
    )
    return Outbound(
        id=message_id.hex,
        lane=conversation.psid,
        nonce=nonce,
        psid=conversation.psid,
        parameters=with_nonce(call.parameters, nonce),
        fetches=call.fetches,
        rate=call.rate,
        urgent=call.urgent,
        created_at=moment.now.timestamp(),
    )
