"""What the tests of a desk's commands share: a store in a file, and something to keep in it."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from typer.testing import CliRunner, Result

from messengerkit.cli.app import app
from messengerkit.delivery import State
from messengerkit.desk import Conversation, EventState, InboxEvent, Message, OutboxRow, Sender
from messengerkit.desk.handing import Deed, Moment, record
from messengerkit.desk.message import status_of
from messengerkit.desk.sql import SqlStore
from messengerkit.desk.store import Store, Transaction
from messengerkit.outbound import Outbound

PAGE = "104000000000815"
PSID = "24000000000000007"
WORDS = "My order never came"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

T = TypeVar("T")


class Kept:
    """A desk's store in a file, which commands work on.

    Args:
        folder: Where the file is.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "desk.db"
        self.url = f"sqlite:///{self.file}"

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do *work* in the file."""

        async def done() -> T:
            store = SqlStore(self.url)
            await store.create()
            try:
                return await store.write(work)
            finally:
                await store.aclose()

        return asyncio.run(done())


def run(*arguments: str, code: int = 0) -> Result:
    """Run a command, which must end with *code*."""
    done = CliRunner().invoke(app, arguments)

    assert done.exit_code == code, done.output
    return done


def read(done: Result) -> dict[str, object]:
    """Return the JSON that was printed, which must be all that was."""
    (line,) = done.stdout.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def rows(done: Result) -> list[str]:
    """Return the lines that were printed, with single blanks."""
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def always(store: Store) -> Callable[[str], Store]:
    """Return what gives *store* for every URL."""

    def store_at(_url: str) -> Store:
        return store

    return store_at


async def write(store: Store, work: Callable[[Transaction], T]) -> T:
    """Do *work* in a store of any kind."""
    await store.create()
    return await store.write(work)


def conversation(transaction: Transaction, psid: str = PSID) -> Conversation:
    """Keep a conversation."""
    return transaction.add_conversation(Conversation(id=uuid4(), page_id=PAGE, psid=psid))


def act(transaction: Transaction, of: UUID, *actions: str, admin: str = "alice") -> None:
    """Let an admin do something to a conversation."""
    for action in actions:
        record(transaction, of, Deed(admin_id=admin, action=action), Moment(AT, uuid4))


def dead_event(transaction: Transaction, key: str = "m_dead") -> InboxEvent:
    """Keep an event that the handler failed at too often."""
    event = InboxEvent(
        key=key,
        page_id=PAGE,
        psid=PSID,
        json={"text": WORDS},
        received_at=AT,
        state=EventState.DEAD,
        conversation_id=conversation(transaction).id,
        attempts=5,
        error="ValueError",
    )
    transaction.add_events([event])
    return event


def sent(transaction: Transaction, of: UUID, state: State, by: str | None = None) -> Message:
    """Keep a message of the page, with its send."""
    message = Message(
        id=uuid4(),
        conversation_id=of,
        sender=Sender.BOT if by is None else Sender.HUMAN,
        text=WORDS,
        status=status_of(state),
        sent_by=by,
        created_at=AT,
    )
    nonce = message.id.hex
    row = Outbound(nonce, PSID, nonce, PSID, state=state, created_at=AT.timestamp())
    transaction.add_messages([message])
    transaction.add_send(
        OutboxRow(row, of, PAGE, message.id, message.sender, fence=None if by else 0)
    )
    return message
