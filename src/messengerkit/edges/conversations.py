"""Floor 5: the page's conversations, and what was said in them.

Platform page: /docs/messenger-platform/conversations.
"""

from collections.abc import AsyncIterator, Mapping

from messengerkit._graph import Call
from messengerkit._json import JsonObject
from messengerkit._model import identifier
from messengerkit.errors import GraphError
from messengerkit.history import Conversation, ConversationMessage
from messengerkit.outgoing import Platform
from messengerkit.rates import Rate

from ._answers import id_of, rows
from ._caller import Caller
from ._paging import walk

NEWEST = 20
"""How many messages of a conversation have details."""

_FIELDS: Mapping[Platform, str] = {
    "messenger": ("id,updated_time,link,snippet,message_count,unread_count,can_reply,participants"),
    "instagram": "id,updated_time,participants",
}
_DETAILS = "id,created_time,from,to,message,sticker,tags,attachments,reply_to,is_unsupported"
_NO_DETAILS = 9000001


class Conversations:
    """What Meta keeps of the page's conversations; it takes 2 calls a second for a page.

    Conversations in the Requests folder are left out once they have been idle for 30 days.

    Platform page: /docs/messenger-platform/conversations.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def list(
        self, *, platform: Platform = "messenger", folder: str | None = None
    ) -> AsyncIterator[Conversation]:
        """Return the conversations, those with the newest messages first.

        Args:
            platform: Where the people are.
            folder: One folder alone, in Meta's words: `inbox`, `page_done`, `spam`, `other`.

        Raises:
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        asked = {"limit": 25} if folder is None else {"limit": 25, "folder": folder}
        return (
            Conversation(row) async for row in walk(self._call, _conversations(platform, asked))
        )

    async def of(self, psid: str, *, platform: Platform = "messenger") -> Conversation | None:
        """Return the conversation with a person, or None if there is none.

        Args:
            psid: The person's PSID, or Instagram-scoped id.
            platform: Where the person is.

        Raises:
            InvalidInputError: If the id is none; nothing was asked.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        found = await self._found(identifier(psid, "psid"), platform)
        return None if found is None else Conversation(found)

    def messages(
        self, psid: str, *, platform: Platform = "messenger"
    ) -> AsyncIterator[ConversationMessage]:
        """Return the messages of the conversation with a person, newest first.

        Meta tells the details of the newest 20 alone. An older message, or one that was
        taken back, comes with its id: its `has_details` is false.

        Args:
            psid: The person's PSID, or Instagram-scoped id.
            platform: Where the person is.

        Raises:
            InvalidInputError: If the id is none; nothing was asked.
            GraphError: If Meta refused for another reason.
            TransportError: If Meta could not be asked.
        """
        return self._messages(identifier(psid, "psid"), platform)

    async def _found(self, psid: str, platform: Platform) -> JsonObject | None:
        found = rows(await self._call(_conversations(platform, {"user_id": psid})))
        return found[0] if found else None

    async def _messages(self, psid: str, platform: Platform) -> AsyncIterator[ConversationMessage]:
        found = await self._found(psid, platform)
        if found is None:
            return
        pages, position = _Pages(self._call), 0
        async for row in walk(pages, _details(id_of(found), "messages", limit=NEWEST)):
            message = ConversationMessage(row)
            if pages.without_details and position < NEWEST and message.id:
                message = await self._detailed(message, message.id)
            yield message
            position += 1

    async def _detailed(self, message: ConversationMessage, mid: str) -> ConversationMessage:
        try:
            return ConversationMessage(await self._call(_details(mid)))
        except GraphError as error:
            if not _is_without_details(error):
                raise
            return message


class _Pages:
    """Asks for pages of details, and from the first that Meta refuses on for ids alone."""

    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self.without_details = False

    async def __call__(self, call: Call, /) -> JsonObject:
        if not self.without_details:
            try:
                return await self._call(call)
            except GraphError as error:
                if not _is_without_details(error):
                    raise
                self.without_details = True
        return await self._call(call._replace(parameters={**call.parameters, "fields": "id"}))


def _is_without_details(error: GraphError) -> bool:
    return _NO_DETAILS in (error.code, error.subcode)


def _conversations(platform: Platform, asked: Mapping[str, object]) -> Call:
    return Call(
        method="GET",
        path=("me", "conversations"),
        parameters={"platform": platform, "fields": _FIELDS[platform], **asked},
        repeatable=True,
        rate=Rate.CONVERSATIONS,
    )


def _details(*path: str, **asked: object) -> Call:
    return Call(
        method="GET",
        path=path,
        parameters={"fields": _DETAILS, **asked},
        repeatable=True,
        rate=Rate.CONVERSATIONS,
    )
