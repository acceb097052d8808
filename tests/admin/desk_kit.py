"""What the tests of a desk behind the admin face share: a desk, and panels that ask it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypedDict, Unpack, cast
from uuid import UUID, uuid4

from admin.kit import Always, Envelope, read

from messengerkit import MessengerClient
from messengerkit.admin import (
    ROUTES,
    TEST_MESSAGE,
    AdminAnswer,
    AdminFace,
    AdminIdentity,
    AdminRequest,
    DeskBackend,
)
from messengerkit.delivery import State
from messengerkit.desk import (
    ActionQuery,
    Conversation,
    Desk,
    MemoryStore,
    Message,
    MessageStatus,
    OutboxRow,
    Sender,
)
from messengerkit.desk.store import Store
from messengerkit.outbound import Outbound

PAGE, OTHER_PAGE = "101", "202"
PSID = "24000000000000007"
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ALICE = AdminIdentity(admin_id="alice")
BEA = AdminIdentity(admin_id="bea")
SUE = AdminIdentity(admin_id="sue")

SEND = "/admin/send-message"
CONTROL = "/admin/conversation/control"
PRIORITY = "/admin/conversation/{id}/priority"
REPLIED = "/admin/message/{id}/mark-human-replied"
SETTLE = "/admin/message/{id}/settle"
TYPING = "/admin/conversation/{id}/typing"
PREVIEWS = "/admin/conversations/previews"
LIST, ESCALATED = "/admin/conversations", "/admin/conversations/escalated"
STATE = "/admin/conversation/{id}/status"
MESSAGES = "/admin/conversation/{id}/messages"
ACTIONS, EVENTS, METRICS = "/admin/actions", "/admin/events", "/admin/metrics"
PATIENCE = 30.0
JSON = ("Content-Type", "application/json")


class Asked(TypedDict, total=False):
    """What a request may have besides its body."""

    of: object
    query: str
    headers: Sequence[tuple[str, str]]


@dataclass
class Play:
    """A desk that is not open, so that nothing leaves it unless a test says so.

    Attributes:
        client: The client of all pages.
        store: What the desk keeps.
        backend: The desk behind the face.
        admin: Who asks.
    """

    client: MessengerClient
    store: Store = field(default_factory=MemoryStore)
    admin: AdminIdentity = ALICE
    within: float = 0.0
    events_wait: float = 0.0

    def __post_init__(self) -> None:
        self.desk: Desk = Desk(self.client, self.store, clock=lambda: NOW)
        self.backend: DeskBackend = DeskBackend(
            self.desk, within=self.within, events_wait=self.events_wait, clock=lambda: NOW
        )
        self._people = count(1)

    async def conversation(self, **changes: Any) -> Conversation:  # noqa: ANN401  # as of the record
        """Return a new conversation, in which the person has just written."""
        at = NOW - timedelta(minutes=5)
        fresh = Conversation(
            id=uuid4(),
            page_id=PAGE,
            psid=f"{PSID}{next(self._people)}",
            last_message_at=at,
            last_user_message_at=at,
        )
        one = replace(fresh, **changes)
        return await self.store.write(lambda it: it.add_conversation(one))

    async def message(self, of: Conversation, **changes: Any) -> Message:  # noqa: ANN401  # as of the record
        """Return a new message of the person's."""
        fresh = Message(
            id=uuid4(), conversation_id=of.id, sender=Sender.USER, text="Hello?", created_at=NOW
        )
        one = replace(fresh, **changes)
        await self.store.write(lambda it: it.add_messages([one]))
        return one

    async def ends(self, message_id: str, status: MessageStatus, error: str | None = None) -> None:
        """Let the sending of a message come to this."""
        message = await self.desk.message(UUID(message_id))
        ended = replace(message, status=status, mid=f"m_{message_id}", error=error)
        await self.store.write(lambda it: it.put_messages([ended]))
        self.desk._wake()

    async def written(self, of: Conversation, number: int = 1) -> Sequence[Message]:
        """Return the messages of a conversation, the newest first, once there are so many."""
        while True:
            rung = self.desk._changed.rung
            messages = await self.desk.messages(of.id)
            if len(messages) >= number:
                return messages
            await self.desk._changed.wait(rung, PATIENCE)

    async def flying(self, of: Conversation) -> UUID:
        """Return the id of a message of the bot's that has left already."""
        message = await self.message(of, sender=Sender.BOT, status=MessageStatus.IN_FLIGHT)
        row = Outbound(
            id=message.id.hex,
            lane=of.psid,
            nonce=message.id.hex,
            psid=of.psid,
            state=State.IN_FLIGHT,
            created_at=NOW.timestamp(),
        )
        send = OutboxRow(row, of.id, of.page_id, message.id, Sender.BOT, of.version)
        await self.store.write(lambda it: it.add_send(send))
        return message.id

    async def in_doubt(self, of: Conversation) -> UUID:
        """Return the id of an admin's message of which nobody could find out."""
        done = await self.send(of)
        message_id = UUID(ids(done.data["messages"])[0])
        send = await self.desk.send_of(message_id)
        assert send is not None
        row = send.row._replace(state=State.UNCONFIRMED)
        await self.store.write(lambda it: it.put_send(send._replace(row=row)))
        await self.ends(str(message_id), MessageStatus.UNCONFIRMED)
        return message_id

    async def upload(self, path: str, query: str, data: bytes, key: str) -> Envelope:
        """Return the answer of *path* to a picture as the body."""
        headers = (("Content-Type", "image/png"), ("Idempotency-Key", key))
        request = AdminRequest(method="POST", path=path, query=query, headers=headers, body=data)
        return read(await self.face.respond(path, request))

    async def actions(self, of: Conversation) -> Sequence[tuple[str, str, str, str | None]]:
        """Return who did what in a conversation, and how it ended, oldest first."""
        actions = await self.desk.actions(ActionQuery(conversation_id=of.id))
        found = sorted(actions, key=lambda one: one.number)
        return [(one.admin_id, one.action, one.outcome, one.decision) for one in found]

    @property
    def face(self) -> AdminFace:
        """What is asked."""
        return AdminFace(
            backend=self.backend,
            verifier=Always(self.admin),
            routes=(*ROUTES, TEST_MESSAGE),
        )

    async def ask(
        self, method: str, path: str, body: object = None, **more: Unpack[Asked]
    ) -> AdminAnswer:
        """Return the answer of *path*, in which `of` stands for its id, under a prefix."""
        headers = more.get("headers", ())
        request = AdminRequest(
            method=method,
            path=f"/desk/v1{path.replace('{id}', str(more.get('of', '')))}",
            query=more.get("query", ""),
            headers=(JSON, *headers) if body is not None else tuple(headers),
            body=b"" if body is None else json.dumps(body).encode(),
        )
        return await self.face.respond(path, request)

    async def told(
        self, method: str, path: str, body: object = None, **more: Unpack[Asked]
    ) -> Envelope:
        """Return the answer of *path* as an envelope; otherwise as `ask`."""
        return read(await self.ask(method, path, body, **more))

    async def send(
        self, to: Conversation, text: str = "Hi", *, key: str | None = None, **changes: object
    ) -> Envelope:
        """Send *text* in a conversation."""
        body = {
            "conversation_id": str(to.id),
            "recipient_id": to.psid,
            "message_text": text,
            "admin_id": self.admin.admin_id,
            **changes,
        }
        headers = () if key is None else (("Idempotency-Key", key),)
        return await self.told("POST", SEND, body, headers=headers)

    async def control(self, of: Conversation, action: str, **changes: object) -> Envelope:
        """Do something with a conversation."""
        body = {"conversation_id": str(of.id), "action": action, "admin_id": self.admin.admin_id}
        return await self.told("POST", CONTROL, {**body, **changes})


def ids(data: object) -> list[str]:
    """Return what *data* is: a list of ids."""
    return cast("list[str]", data)


def rows(data: object) -> list[dict[str, object]]:
    """Return what *data* is: a list of objects."""
    return cast("list[dict[str, object]]", data)
