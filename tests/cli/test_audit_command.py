"""`messengerkit audit`: who did what, and what is found when somebody tampers with it."""

import asyncio
import sqlite3
from uuid import UUID, uuid4

import pytest
from cli.keeping import Kept, act, always, conversation, read, rows, run, write

from messengerkit.cli import audit as command
from messengerkit.cli import stores
from messengerkit.desk import AdminAction, MemoryStore
from messengerkit.desk.store import Transaction

HEAD = "AT CONVERSATION ADMIN ACTION DECISION OUTCOME"


@pytest.fixture
def both(kept: Kept) -> tuple[UUID, UUID]:
    """Two conversations, with two actions and with one."""

    def work(transaction: Transaction) -> tuple[UUID, UUID]:
        first, second = (conversation(transaction, psid).id for psid in ("1", "2"))
        act(transaction, first, "assign", "reply")
        act(transaction, second, "close", admin="bob")
        return first, second

    return kept.write(work)


def tamper(kept: Kept, statement: str) -> None:
    """Change the file behind the store's back."""
    database = sqlite3.connect(kept.file)
    with database:
        database.execute(statement)
    database.close()


def newest(kept: Kept, of: UUID) -> str:
    """Return the hash of the newest action of a conversation."""
    last = kept.write(lambda it: it.last_action(of))

    assert last is not None
    return last.hash


def test_a_whole_audit_is_counted(kept: Kept, both: tuple[UUID, UUID]) -> None:
    """Exit code 0; as JSON with the newest hash of each chain, to be kept elsewhere."""
    shown = run("audit", "verify")
    told = read(run("audit", "verify", "--json"))

    assert shown.stdout == "chains: 2, actions: 3, broken places: 0\n"
    assert told == {
        "chains": 2,
        "actions": 3,
        "broken": [],
        "newest": {str(one): newest(kept, one) for one in both},
    }


def test_one_conversation_alone_is_verified(kept: Kept, both: tuple[UUID, UUID]) -> None:
    """With the newest hash that it must have, if that is known."""
    one = ["audit", "verify", "--conversation", str(both[0])]

    assert run(*one).stdout == "chains: 1, actions: 2, broken places: 0\n"
    assert run(*one, "--newest", newest(kept, both[0])).exit_code == 0


def test_a_change_is_found(kept: Kept, both: tuple[UUID, UUID]) -> None:
    """Exit code 1, and the place: in text, and as JSON."""
    tamper(kept, "UPDATE messengerkit_actions SET admin_id = 'eve' WHERE action = 'reply'")

    shown = run("audit", "verify", code=1)
    told = read(run("audit", "verify", "--json", code=1))

    assert shown.stdout.splitlines() == [
        f"Broken: conversation {both[0]}, action 2: it was changed.",
        "chains: 2, actions: 3, broken places: 1",
    ]
    assert told["broken"] == [
        {"conversation_id": str(both[0]), "number": 2, "why": "it was changed"}
    ]


def test_what_was_cut_off_is_found_by_the_newest_hash(kept: Kept, both: tuple[UUID, UUID]) -> None:
    """Without it, a chain that was cut off at its end is whole."""
    kept_elsewhere = newest(kept, both[0])
    tamper(kept, "DELETE FROM messengerkit_actions WHERE action = 'reply'")
    one = ["audit", "verify", "--conversation", str(both[0])]

    assert run(*one).exit_code == 0
    assert "it is not the newest one" in run(*one, "--newest", kept_elsewhere, code=1).stdout


def test_a_chain_that_is_gone_is_not_whole(kept: Kept, both: tuple[UUID, UUID]) -> None:
    """If its newest hash is known."""
    kept_elsewhere = newest(kept, both[1])
    tamper(kept, "DELETE FROM messengerkit_actions WHERE action = 'close'")
    one = ["audit", "verify", "--conversation", str(both[1]), "--newest", kept_elsewhere]

    told = read(run(*one, "--json", code=1))

    assert (told["actions"], told["newest"]) == (0, {str(both[1]): ""})


def test_what_cannot_be_read_is_broken(kept: Kept, both: tuple[UUID, UUID]) -> None:
    """Other hands may write what is no JSON: exit code 1, a sentence, no traceback."""
    tamper(kept, "UPDATE messengerkit_actions SET details = '{' WHERE action = 'reply'")

    one = run("audit", "verify", "--conversation", str(both[0]), code=1)
    everything = run("audit", "verify", code=1)
    listed = run("audit", "list", code=1)

    assert "action 0: one of them: it cannot be read." in one.stdout
    assert everything.stderr == "An action is not as it was written: it cannot be read.\n"
    assert (listed.stderr, listed.stdout) == (everything.stderr, "")


@pytest.mark.usefixtures("kept")
def test_a_newest_hash_is_of_one_conversation() -> None:
    """Exit code 2."""
    assert "--conversation" in run("audit", "verify", "--newest", "abc", code=2).stderr


def test_all_of_many_are_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many reads it takes to find them."""
    store = MemoryStore()
    monkeypatch.setattr(stores, "store_at", always(store))
    monkeypatch.setattr(command, "_AT_ONCE", 3)

    def work(transaction: Transaction) -> None:
        for number in range(7):
            act(transaction, conversation(transaction, str(number)).id, "assign", "reply")

    asyncio.run(write(store, work))

    shown = run("audit", "verify", "--store", "memory")

    assert shown.stdout == "chains: 7, actions: 14, broken places: 0\n"


def test_the_list_tells_who_did_what(both: tuple[UUID, UUID]) -> None:
    """One line each; of one conversation, or of one admin, if that is said."""
    told = rows(run("audit", "list"))
    one = rows(run("audit", "list", "--conversation", str(both[0])))
    bobs = rows(run("audit", "list", "--admin", "bob"))
    limited = rows(run("audit", "list", "--limit", "1"))

    assert told[0] == HEAD
    assert [len(each) for each in (told, one, bobs, limited)] == [4, 3, 2, 2]
    assert bobs[1] == f"2026-01-02 03:04:05+00:00 {both[1]} bob close done"


def test_the_list_is_printed_as_json(kept: Kept, both: tuple[UUID, UUID]) -> None:
    """With all that is kept of an action, so that its hash can be kept elsewhere."""
    told = read(run("audit", "list", "--admin", "bob", "--json"))

    assert told == {
        "actions": [
            {
                "id": str(action_of(kept, both[1]).id),
                "conversation_id": str(both[1]),
                "at": "2026-01-02T03:04:05+00:00",
                "admin_id": "bob",
                "action": "close",
                "decision": None,
                "outcome": "done",
                "details": {},
                "number": 1,
                "previous": "",
                "hash": newest(kept, both[1]),
            }
        ]
    }


def action_of(kept: Kept, conversation_id: UUID) -> AdminAction:
    """Return the one action of a conversation."""
    (action,) = kept.write(lambda it: it.chain(conversation_id))
    return action


def test_what_somebody_wrote_is_no_command_to_a_terminal(kept: Kept) -> None:
    """A name may be chosen to hide what follows it."""
    kept.write(lambda it: act(it, uuid4(), "assign", admin="\x1b[2Jeve\n"))

    assert (
        " \N{REPLACEMENT CHARACTER}[2Jeve\N{REPLACEMENT CHARACTER} " in run("audit", "list").stdout
    )
