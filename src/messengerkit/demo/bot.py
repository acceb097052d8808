"""Floor 9: the demo's bot at work: events in, answers out, and silence while a person has it."""

from messengerkit.client import MessengerClient
from messengerkit.events import Event, MessageReceived

from .conversations import Conversations, Entry
from .faq import Faq, reply_to


class Bot:
    """Answers what people write, from a page of questions."""

    def __init__(self, client: MessengerClient, conversations: Conversations, faq: Faq) -> None:
        self._client = client
        self._conversations = conversations
        self._faq = faq

    async def answer(self, event: Event) -> None:
        """Answer *event* if it is a message, and nobody else has the conversation.

        Raises:
            MessengerError: If the answer was not accepted.
        """
        if not isinstance(event, MessageReceived) or event.sender_id is None:
            return
        conversation = self._conversations.of(event.sender_id)
        if event.key in conversation.seen:
            return  # delivered again by Meta
        conversation.seen.add(event.key)
        said = event.text or " ".join(f"[{one.type}]" for one in event.attachments)
        reply = reply_to(self._faq, said)
        answers = conversation.bot_may_answer
        conversation.user_wrote(said, requires_human=reply.requires_human)
        if answers:
            await self._client.send_text(event.sender_id, reply.text)
            conversation.entries.append(Entry(sender_type="bot", text=reply.text))
