"""Floor 7: what admins may see of a desk: all of the pages that are theirs, and nothing else."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from messengerkit.client import MessengerClient
from messengerkit.desk import (
    ActionQuery,
    AdminAction,
    Conversation,
    ConversationQuery,
    Desk,
    Message,
    Order,
    place_of,
)
from messengerkit.desk import Status as ConversationState
from messengerkit.errors import NotFoundError
from messengerkit.window import Author, window_closes_at

from .backend import Data
from .cursors import cursor_of, place_from
from .desk_json import action_json, conversation_json, message_json, preview_json
from .desk_schemas import ConversationsQuery, EscalatedQuery, MessagesQuery
from .identity import AdminIdentity, is_id, same_id
from .names import Named, Names
from .schemas import ActionsQuery


class DeskLooking:
    """What a desk shows to admins.

    What is of a page that an admin may not use is for them as if it were not there.
    """

    def __init__(
        self, desk: Desk, *, clock: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        self.desk: Desk = desk
        self._clock = clock
        self._monotonic = monotonic
        self._names = Names(monotonic)

    async def conversations(self, admin: AdminIdentity, query: ConversationsQuery, /) -> Data:
        """Return `conversations`, the newest first, and `next`."""
        wanted = ConversationQuery(
            pages=_pages(admin, query.page_id),
            status=None if query.status is None else ConversationState(query.status),
            human_handling=query.human_handling,
            assigned_admin_id=_spelled(query.assigned_admin_id, admin),
            after=None if query.after is None else place_from(query.after, "after"),
            limit=query.limit,
        )
        return await self._listed(wanted)

    async def escalated(self, admin: AdminIdentity, query: EscalatedQuery, /) -> Data:
        """Return `conversations` where a person is wanted, the most urgent first, and `next`."""
        wanted = ConversationQuery(
            order=Order.URGENT,
            pages=_pages(admin, query.page_id),
            after=None if query.after is None else place_from(query.after, "after"),
            limit=query.limit,
        )
        return await self._listed(wanted)

    async def conversation_status(self, admin: AdminIdentity, conversation_id: str, /) -> Data:
        """Return one `conversation`, until when it may be answered, and who waits.

        Raises:
            NotFoundError: If there is none that *admin* may see.
        """
        conversation = await self._seen(admin, conversation_id)
        now = self._clock()
        waiting, alert = conversation.waiting_since, conversation.alert(now)
        return {
            "conversation": conversation_json(conversation),
            "window": self._window(conversation),
            "waiting_seconds": None if waiting is None else (now - waiting).total_seconds(),
            "alert_hours": None if alert is None else alert.value,
            "open_sends": len(await self.desk.open_sends(conversation.id)),
            "now": now.isoformat(),
        }

    async def previews(self, admin: AdminIdentity, conversation_ids: Sequence[str], /) -> Data:
        """Return `previews` of these conversations, without those that *admin* may not see."""
        wanted = [one for one in map(_uuid_or_none, conversation_ids) if one is not None]
        found = await self.desk.glimpses(list(dict.fromkeys(wanted)))
        seen = [one for one in found if may_use(admin, one.conversation)]
        named = await asyncio.gather(*(self._named(one.conversation) for one in seen))
        previews = zip(seen, named, strict=True)
        return {"previews": [preview_json(one, who) for one, who in previews]}

    async def messages(
        self, admin: AdminIdentity, conversation_id: str, query: MessagesQuery, /
    ) -> Data:
        """Return `messages` of a conversation, the newest first, and `next`.

        Raises:
            NotFoundError: If there is none that *admin* may see.
        """
        conversation = await self._seen(admin, conversation_id)
        place = None if query.before is None else place_from(query.before, "before")
        before = None if place is None else (place.at, place.id)
        found = await self.desk.messages(conversation.id, before=before, limit=query.limit)
        last = found[-1] if len(found) == query.limit else None
        return {
            "messages": [message_json(one) for one in found],
            "next": None if last is None else cursor_of(last.created_at, last.id),
        }

    async def actions(self, admin: AdminIdentity, query: ActionsQuery, /) -> Data:
        """Return `actions`, the newest first, and `next`.

        Those of conversations that were erased are shown to whoever may use all pages.
        """
        before = None if query.before is None else place_from(query.before, "before")
        one = query.conversation_id
        wanted = ActionQuery(
            conversation_id=None if one is None else _uuid(one),
            admin_id=_spelled(query.admin_id, admin),
            before=None if before is None else (before.at, before.id),
            limit=query.limit,
        )
        found = await self.desk.actions(wanted)
        last = found[-1] if len(found) == query.limit else None
        return {
            "actions": [action_json(each) for each in await self._allowed(admin, found)],
            "next": None if last is None else cursor_of(last.at, last.id),
        }

    async def _listed(self, query: ConversationQuery) -> Data:
        nothing = query.pages == frozenset()
        found = list[Conversation]() if nothing else await self.desk.conversations(query)
        last = place_of(found[-1], query.order) if len(found) == query.limit else None
        return {
            "conversations": [conversation_json(one) for one in found],
            "next": last and cursor_of(last.at, last.id, priority=last.priority),
        }

    async def _seen(self, admin: AdminIdentity, conversation_id: str) -> Conversation:
        conversation = await self.desk.conversation(_uuid(conversation_id))
        if not may_use(admin, conversation):
            msg = "There is no such conversation."
            raise NotFoundError(msg)
        return conversation

    async def _seen_message(
        self, admin: AdminIdentity, message_id: str
    ) -> tuple[Conversation, Message]:
        message = await self.desk.message(_uuid(message_id, "message"))
        conversation = await self.desk.conversation(message.conversation_id)
        if not may_use(admin, conversation):
            msg = "There is no such message."
            raise NotFoundError(msg)
        return conversation, message

    async def _named(self, one: Conversation) -> Named:
        client = self._client_of(one)
        return Named() if client is None else await self._names.of(client, one.page_id, one.psid)

    def _client_of(self, one: Conversation) -> MessengerClient | None:
        try:
            return self.desk.client_for(one.page_id)
        except Exception:  # noqa: BLE001  # a user's function, perhaps of pages that are there no more
            return None

    async def _allowed(
        self, admin: AdminIdentity, actions: Sequence[AdminAction]
    ) -> Sequence[AdminAction]:
        if admin.pages is None:
            return actions
        known: dict[UUID, bool] = {}
        for one in {action.conversation_id for action in actions}:
            try:
                known[one] = may_use(admin, await self.desk.conversation(one))
            except NotFoundError:
                known[one] = False
        return [action for action in actions if known[action.conversation_id]]

    def _window(self, conversation: Conversation) -> Data:
        client, wrote = self._client_of(conversation), conversation.last_user_message_at
        feature = client is not None and client.human_agent
        if wrote is None:
            return {"human_until": None, "bot_until": None, "human_agent": feature}
        human, bot = (
            window_closes_at(wrote, author=author, human_agent=feature).isoformat()
            for author in (Author.HUMAN, Author.BOT)
        )
        return {"human_until": human, "bot_until": bot, "human_agent": feature}


def may_use(admin: AdminIdentity, conversation: Conversation) -> bool:
    """Return whether *conversation* is of a page that *admin* may use."""
    return admin.pages is None or conversation.page_id in admin.pages


def _spelled(named: str | None, admin: AdminIdentity) -> str | None:
    """Return *named* as the store has it if it is *admin*, whose UUID has several spellings."""
    return admin.admin_id if named is not None and same_id(named, admin.admin_id) else named


def _pages(admin: AdminIdentity, page_id: str | None) -> frozenset[str] | None:
    if page_id is None:
        return admin.pages
    return frozenset({page_id}) if admin.pages is None else admin.pages & {page_id}


def _uuid(text: str, what: str = "conversation") -> UUID:
    found = _uuid_or_none(text)
    if found is None:
        msg = f"There is no such {what}."
        raise NotFoundError(msg)
    return found


def _uuid_or_none(text: str) -> UUID | None:
    if not is_id(text):  # UUID() also reads digits of other scripts, and blanks
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
