"""Floor 2: messages: written, echoed, edited, deleted, delivered, read, reacted to.

Platform page: /docs/messenger-platform/reference/webhook-events/messages and its neighbours.
"""

from datetime import datetime

from typing_extensions import override

from messengerkit import _inbound as read
from messengerkit._inbound import Field, Inbound, as_object, as_text, inner
from messengerkit._json import JsonObject

from ._attachments import Attachment, attachments
from ._event import Event
from ._referrals import Referral


class Story(Inbound):
    """A story of the page's, on Instagram.

    Attributes:
        id: Its id.
        url: Where it can be seen as long as it lasts.
        link_sticker_url: Where its link sticker leads.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    url: Field[str | None] = read.text()
    link_sticker_url: Field[str | None] = read.text()


class ReplyTo(Inbound):
    """What a message answers.

    Attributes:
        mid: The message that is quoted.
        is_self_reply: Whether its author wrote it, too.
        story: The story that is answered.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()
    is_self_reply: Field[bool] = read.flag()
    story: Field[Story | None] = read.part(Story)


class Command(Inbound):
    """A command of the page's menu, which a person chose after a slash.

    Attributes:
        name: Its name, without the slash.
    """

    __slots__ = ()
    name: Field[str | None] = read.text()


class PriorMessage(Inbound):
    """What the page had sent before a person of a plugin first wrote.

    Attributes:
        source: `checkbox_plugin`.
        identifier: The plugin's `user_ref`, to know the person by.
    """

    __slots__ = ()
    source: Field[str | None] = read.text()
    identifier: Field[str | None] = read.text()


class MessageEvent(Event):
    """A message, whoever wrote it: the parent of `MessageReceived` and `MessageEcho`.

    Attributes:
        mid: The message's id; Meta sends it always, hand-made tests may not.
        text: What was written; None where there is no text.
        attachments: What was sent with it.
        reply_to: What it answers.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()
    text: Field[str | None] = read.private()
    attachments: Field[tuple[Attachment, ...]] = attachments()
    reply_to: Field[ReplyTo | None] = read.part(ReplyTo)


class MessageReceived(MessageEvent):
    """A person wrote to the page: text, attachments, or a tap on a quick reply.

    Attributes:
        referral: Where the person came from, if this message opened the conversation.
        commands: The commands that it holds.
        nlp: What Meta's language processing found; its entities have names of their own.
    """

    __slots__ = ()
    referral: Field[Referral | None] = read.part(Referral)
    commands: Field[tuple[Command, ...]] = read.parts(Command)
    nlp: Field[JsonObject | None] = read.json_object()

    @property
    def quick_reply_payload(self) -> str | None:
        """What you gave the quick reply that was tapped; `text` is its title."""
        return as_text(inner(self._json, "quick_reply").get("payload"))

    @property
    def prior_message(self) -> PriorMessage | None:
        """What the page had sent through a plugin, with the first message after it."""
        prior = as_object(self._item.get("prior_message"))
        return None if prior is None else PriorMessage(prior)

    @override
    def _identity(self) -> str | None:
        return self.mid and f"message:{self.mid}"


class MessageUnsupported(MessageReceived):
    """A person sent what the API cannot show: look into the inbox of the page itself."""

    __slots__ = ()


class MessageEcho(MessageEvent):
    """The page wrote to a person: our own send, another app's, or the Page Inbox's.

    It may arrive before the answer to the send.
    Platform page: /docs/messenger-platform/reference/webhook-events/message-echoes.

    Attributes:
        app_id: The app that sent it; None where a person typed it in some inboxes.
        metadata: What the sender attached for itself.
        is_self: Whether an Instagram account wrote to itself.
    """

    __slots__ = ()
    # The documentation says text, webhooks hold a number; both happen.
    app_id: Field[int | None] = read.number()
    metadata: Field[str | None] = read.text()
    is_self: Field[bool] = read.flag()

    @override
    def _identity(self) -> str | None:
        return self.mid and f"echo:{self.mid}"


class MessageDeleted(Event):
    """A message was taken back (Instagram): do not keep it.

    Attributes:
        mid: The message.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()

    @override
    def _identity(self) -> str | None:
        return self.mid and f"deleted:{self.mid}"


class MessageEdited(Event):
    """A person changed a message; Instagram may tell it without having told the message.

    Platform page: /docs/messenger-platform/reference/webhook-events/message-edits.

    Attributes:
        mid: The message.
        text: What it says now.
        number: How often it was changed; Meta allows 5.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()
    text: Field[str | None] = read.private()
    number: Field[int | None] = read.number("num_edit")


class MessageDelivered(Event):
    """Messages reached the person's device.

    Platform page: /docs/messenger-platform/reference/webhook-events/message-deliveries.

    Attributes:
        mids: The messages, where Meta names them.
        watermark: Every message that was sent before this time has arrived.
    """

    __slots__ = ()
    mids: Field[tuple[str, ...]] = read.texts()
    watermark: Field[datetime | None] = read.moment()


class MessageRead(Event):
    """A person read: up to a time on Messenger, one message on Instagram.

    Platform page: /docs/messenger-platform/reference/webhook-events/message-reads.

    Attributes:
        watermark: Every message that was sent before this time has been read.
        mid: The message, on Instagram.
    """

    __slots__ = ()
    watermark: Field[datetime | None] = read.moment()
    mid: Field[str | None] = read.identifier()


class MessageReaction(Event):
    """A person reacted to a message, or took the reaction back.

    Platform page: /docs/messenger-platform/reference/webhook-events/message-reactions.

    Attributes:
        mid: The message.
        action: `react` or `unreact`.
        reaction: Meta's name for it: `love`, `like`, …, `other`.
        emoji: The emoji itself; both are missing where it was taken back.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()
    action: Field[str | None] = read.text()
    reaction: Field[str | None] = read.text()
    emoji: Field[str | None] = read.text()
