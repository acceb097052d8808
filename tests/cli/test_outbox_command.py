"""`messengerkit outbox`: what is to be sent, and a person's word where nobody could find out."""

import asyncio
from functools import partial
from uuid import UUID, uuid4

import pytest
from cli.keeping import AT, WORDS, Kept, always, conversation, read, rows, run, sent, write

from messengerkit.cli import main, stores
from messengerkit.cli import outbox as command
from messengerkit.delivery import State
from messengerkit.desk import AdminAction, MemoryStore, Message, MessageStatus
from messengerkit.desk.store import Transaction
from messengerkit.errors import TransitionError


def wanted(transaction: Transaction, psid: str = "1") -> UUID:
    """Keep a conversation where a person is wanted."""
    kept = conversation(transaction, psid)
    transaction.put_conversations([kept.escalate("lost", at=AT)])
    return kept.id


@pytest.fixture
def lost(kept: Kept) -> Message:
    """A message of which nobody could find out, beside one that is queued and one that is not."""

    def work(transaction: Transaction) -> Message:
        one = wanted(transaction)
        sent(transaction, one, State.QUEUED)
        sent(transaction, one, State.SENT)
        return sent(transaction, one, State.UNCONFIRMED, by="bob")

    return kept.write(work)


def test_it_tells_what_waits_for_whom(lost: Message) -> None:
    """What the machine is at is counted; what it left to people is listed."""
    done = run("outbox", "list")

    assert rows(done) == [
        "queued: 1, in_flight: 0, unknown: 0",
        "unconfirmed: 1",
        "MESSAGE WRITTEN SENDER CONVERSATION",
        f"{lost.id} 2026-01-02 03:04:05+00:00 bob {lost.conversation_id}",
    ]
    assert WORDS not in done.output


def test_it_is_printed_as_json(lost: Message) -> None:
    """Without any words."""
    assert read(run("outbox", "list", "--json")) == {
        "sends": {"queued": 1, "in_flight": 0, "unknown": 0},
        "unconfirmed": [
            {
                "id": str(lost.id),
                "conversation_id": str(lost.conversation_id),
                "sender": "human",
                "sent_by": "bob",
                "created_at": "2026-01-02T03:04:05+00:00",
                "status": "unconfirmed",
            }
        ],
    }


def test_where_nobody_is_wanted_any_more_is_looked_if_asked(kept: Kept) -> None:
    """Somebody may have resolved the conversation, and forgotten the message."""
    kept.write(lambda it: sent(it, conversation(it).id, State.UNCONFIRMED))

    assert rows(run("outbox", "list"))[1:] == ["unconfirmed: 0"]
    assert rows(run("outbox", "list", "--all"))[1] == "unconfirmed: 1"


@pytest.mark.parametrize("everywhere", [(), ("--all",)])
def test_all_of_many_are_found(
    monkeypatch: pytest.MonkeyPatch, everywhere: tuple[str, ...]
) -> None:
    """However many reads it takes."""
    store = MemoryStore()
    monkeypatch.setattr(stores, "store_at", always(store))
    monkeypatch.setattr(command, "_AT_ONCE", 3)

    def work(transaction: Transaction) -> None:
        for number in range(7):
            sent(transaction, wanted(transaction, str(number)), State.UNCONFIRMED)

    asyncio.run(write(store, work))

    done = run("outbox", "list", *everywhere, "--store", "memory")

    assert len(rows(done)) == 3 + 7
    assert all(" bot " in row for row in rows(done)[3:])


@pytest.mark.parametrize(
    ("decision", "status"), [("confirm", MessageStatus.SENT), ("discard", MessageStatus.CANCELLED)]
)
def test_a_person_decides(kept: Kept, lost: Message, decision: str, status: MessageStatus) -> None:
    """And the audit has it, under that person's name."""
    done = run("outbox", "settle", str(lost.id), decision, "--by", "alice")
    message = kept.write(lambda it: it.message(lost.id))
    actions = kept.write(lambda it: it.chain(lost.conversation_id))

    assert message is not None
    assert message.status is status
    assert done.stdout == f"The message is {status.value}.\n"
    assert ("alice", decision, "done") in [
        (one.admin_id, one.action, one.outcome) for one in actions
    ]
    assert rows(run("outbox", "list"))[1:] == ["unconfirmed: 0"]


def test_the_decision_is_printed_as_json(lost: Message) -> None:
    """With what the message is now."""
    told = read(run("outbox", "settle", str(lost.id), "confirm", "--by", "alice", "--json"))

    assert (told["id"], told["status"]) == (str(lost.id), "sent")
    assert "text" not in told


def refused(kept: Kept, of: UUID) -> list[AdminAction]:
    """Return what admins were refused in a conversation."""
    chain = kept.write(lambda it: it.chain(of))
    return [one for one in chain if one.outcome == "refused"]


def fails(capsys: pytest.CaptureFixture[str], message_id: UUID) -> str:
    """Settle a message, which must not work; return what is said."""
    with pytest.raises(SystemExit) as caught:
        main(["outbox", "settle", str(message_id), "confirm", "--by", "alice"])
    shown = capsys.readouterr()

    assert (caught.value.code, shown.out) == (1, "")
    return shown.err


def test_what_is_decided_stays_so(
    kept: Kept, lost: Message, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, a sentence, and a line in the audit."""
    run("outbox", "settle", str(lost.id), "discard", "--by", "bob")
    told = fails(capsys, lost.id)
    (action,) = refused(kept, lost.conversation_id)

    assert told.startswith("this message is cancelled: there is nothing to decide. ")
    assert (action.admin_id, action.action) == ("alice", "confirm")
    assert action.decision == "TransitionError"


@pytest.mark.usefixtures("lost")
def test_a_message_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and a sentence."""
    assert fails(capsys, uuid4()).startswith("There is no such message. ")


def test_a_person_who_is_erased_meanwhile_leaves_no_refusal(kept: Kept) -> None:
    """The message was there a moment ago, and now there is no chain to write to."""
    error, now = TransitionError("no"), stores.moment()
    kept.write(partial(command._refused, uuid4(), "alice", "confirm", error, now))

    assert run("audit", "verify").stdout == "chains: 0, actions: 0, broken places: 0\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["settle"],
        ["settle", "x", "confirm", "--by", "a"],
        ["settle", str(UUID(int=1)), "resend", "--by", "a"],
        ["settle", str(UUID(int=1)), "confirm"],
        ["settle", str(UUID(int=1)), "confirm", "--by", ""],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("kept")
def test_a_wrong_call_is_told(arguments: list[str]) -> None:
    """Exit code 2, as of any command."""
    assert "Usage: " in run("outbox", *arguments, code=2).stderr
