"""Floor 6: who answers: a bot inside its fence, a person who takes the conversation with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict
from uuid import UUID

from messengerkit._author import Author as Kind
from messengerkit.errors import IdempotencyKeyError, WrongPersonError
from messengerkit.outgoing import MessageOptions
from messengerkit.window import permit

from .conversation import Conversation
from .entries import OutboxRow, ReplyKey
from .handing import Deed, Moment, changed, check_version, found, hand_on, record
from .message import Sender
from .posting import Author, Part, digest_of, post
from .records import Message
from .store import Transaction

_NEWEST = 50  # messages, among which those are looked for that a reply answers


class ReplyOptions(TypedDict, total=False):
    """What a person's reply may have besides its words.

    Attributes:
        recipient_id: Whom it is for: it must be the conversation's person.
        version: The conversation's version that the admin saw; in another, it is refused.
        take_over: Whether the conversation may be taken from another admin.
        reply_to: The message (mid) that it answers.
        persona_id: The persona that says it.
    """

    recipient_id: str | None
    version: int | None
    take_over: bool
    reply_to: str | None
    persona_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """What came of a reply.

    Attributes:
        messages: What is written down now, and on its way.
        in_flight: The bot's messages that had left already: they may arrive, too.
        replayed: Whether it had been written before, with the same key.
    """

    messages: tuple[Message, ...]
    in_flight: tuple[Message, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsReply:
    """A reply of a person, as it is asked for.

    Attributes:
        conversation_id: In which conversation.
        admin_id: Who replies, as authenticated.
        parts: What.
        key: The request's idempotency key, or None.
        fingerprint: What tells *parts* from others under that key, or None for themselves.
        options: What it has besides.
        human_agent: Whether Meta granted the app its "Human Agent" feature.
    """

    conversation_id: UUID
    admin_id: str
    parts: Sequence[Part]
    key: str | None = None
    fingerprint: str | None = None
    options: ReplyOptions = field(default_factory=ReplyOptions)
    human_agent: bool = False


def person_replies(transaction: Transaction, reply: PersonsReply, moment: Moment) -> Replied:
    """Write a person's reply down; the conversation is theirs from now on.

    Raises:
        NotFoundError: If there is no such conversation.
        IdempotencyKeyError: If the key was used for another reply.
        WrongPersonError: If it is for another person.
        StaleVersionError: If the conversation changed hands.
        HeldError: If another admin holds it.
        OutsideWindowError: If the reply window is over.
    """
    before = found(transaction, reply.conversation_id)
    options = reply.options
    if options.get("recipient_id") not in {None, before.psid}:
        msg = "The message is for another person than the one of this conversation."
        raise WrongPersonError(msg)
    key, digest = _told_apart(reply)
    known = _known(transaction, key, digest)
    if known is not None:
        return Replied(messages=known, replayed=True)
    check_version(before, options.get("version"))
    taken = before.assign(reply.admin_id, take_over=options.get("take_over", False))
    author = _author_of(reply, before)
    allowed = permit(
        author=Kind.HUMAN,
        last_user_message_at=before.last_user_message_at,
        now=moment.now,
        human_agent=reply.human_agent,
    )
    out = hand_on(transaction, before, taken.human_wrote(reply.admin_id, at=moment.now), moment)
    messages = post(transaction, before, reply.parts, author, moment)
    _remember(transaction, key, digest, messages, moment)
    _answer(transaction, before.id, moment)
    details = {
        "messages": [str(one.id) for one in messages],
        "digests": [part.digest for part in reply.parts],
        "took_over": taken.version != before.version,
    }
    deed = Deed(
        admin_id=reply.admin_id,
        action="reply",
        decision=allowed.tag or allowed.messaging_type,
        outcome="queued",
        details=details,
    )
    record(transaction, before.id, deed, moment)
    return Replied(messages=messages, in_flight=messages_of(transaction, out))


def _told_apart(reply: PersonsReply) -> tuple[str | None, str]:
    """Return the key of *reply*, if it has one, and what tells it from others under that."""
    # How long the name is, too, for else "a b" and "c" would be "a" and "b c".
    who = f"{len(reply.admin_id)} {reply.admin_id}"
    key = None if reply.key is None else f"person {who} {reply.key}"
    options, told = reply.options, reply.fingerprint
    more = reply.conversation_id, options.get("reply_to"), options.get("persona_id")
    return key, digest_of(reply.parts, *more) if told is None else digest_of((), told, *more)


def _author_of(reply: PersonsReply, conversation: Conversation) -> Author:
    return Author(
        sender=Sender.HUMAN,
        admin_id=reply.admin_id,
        options=MessageOptions(
            author=Kind.HUMAN,
            last_user_message_at=conversation.last_user_message_at,
            reply_to=reply.options.get("reply_to"),
            persona_id=reply.options.get("persona_id"),
        ),
        human_agent=reply.human_agent,
    )


def bot_replies(
    transaction: Transaction,
    conversation_id: UUID,
    version: int,
    key: str,
    parts: Sequence[Part],
    moment: Moment,
) -> tuple[Message, ...]:
    """Write a bot's reply down, or return what was written with the same key before.

    Raises:
        NotFoundError: If there is no such conversation.
        StaleVersionError: If the conversation changed hands since *version*.
        TransitionError: If the bot may not answer.
        OutsideWindowError: If the reply window is over.
    """
    before = found(transaction, conversation_id)
    key = f"bot {key}"
    # The same words need not come out of a model twice: the first ones count.
    known = _known(transaction, key, None)
    if known is not None:
        return known
    check_version(before, version)
    now = before.bot_wrote(at=moment.now)
    options = MessageOptions(author=Kind.BOT, last_user_message_at=before.last_user_message_at)
    author = Author(sender=Sender.BOT, fence=version, options=options)
    messages = post(transaction, before, parts, author, moment)
    hand_on(transaction, before, now, moment)
    _remember(transaction, key, "", messages, moment)
    return messages


def messages_of(transaction: Transaction, sends: Sequence[OutboxRow]) -> tuple[Message, ...]:
    """Return the messages of *sends*."""
    found_ones = (transaction.message(one.message_id) for one in sends)
    return tuple(one for one in found_ones if one is not None)


def _answer(transaction: Transaction, conversation_id: UUID, moment: Moment) -> None:
    """Note that the newest messages that wanted a person have one's answer."""
    newest = transaction.messages(conversation_id, None, _NEWEST)
    wanting = [one for one in newest if one.requires_human and not one.human_replied]
    transaction.put_messages([replace(one, human_replied=True) for one in wanting])
    transaction.add_changes([changed(conversation_id, moment, one.id) for one in wanting])


def _known(
    transaction: Transaction, key: str | None, digest: str | None
) -> tuple[Message, ...] | None:
    known = None if key is None else transaction.reply_key(key)
    if known is None:
        return None
    if digest is not None and known.digest != digest:
        msg = "This idempotency key was used for another reply."
        raise IdempotencyKeyError(msg)
    messages = (transaction.message(one) for one in known.message_ids)
    return tuple(one for one in messages if one is not None)


def _remember(
    transaction: Transaction,
    key: str | None,
    digest: str,
    messages: Sequence[Message],
    moment: Moment,
) -> None:
    if key is not None:
        transaction.add_reply_key(
            ReplyKey(
                key=key,
                digest=digest,
                conversation_id=messages[0].conversation_id,
                message_ids=tuple(one.id for one in messages),
                at=moment.now,
            )
        )
