"""Who has a conversation: taken, given back, ended; and what is refused, and recorded as such."""

from dataclasses import replace
from typing import get_args
from uuid import uuid4

import pytest
from admin.desk_kit import (
    ALICE,
    BEA,
    CONTROL,
    MESSAGES,
    OTHER_PAGE,
    PRIORITY,
    REPLIED,
    SETTLE,
    Play,
    rows,
)

from messengerkit import MessengerClient
from messengerkit.admin.desk_schemas import ControlAction, ConversationStatus, SettleRequest
from messengerkit.desk import Control, MessageStatus, Settlement, Status
from messengerkit.desk.store import Store


@pytest.fixture
def play(client: MessengerClient, kept: Store) -> Play:
    """A desk that is not open."""
    return Play(client, kept)


def test_the_words_are_the_desks() -> None:
    """What a request may say, the desk knows, and the other way round."""
    settlements = get_args(SettleRequest.model_fields["settlement"].annotation)

    assert get_args(ControlAction) == tuple(one.value for one in Control)
    assert get_args(ConversationStatus) == tuple(one.value for one in Status)
    assert settlements == tuple(one.value for one in Settlement)


async def test_a_conversation_is_taken(play: Play) -> None:
    """The answer has it as it is now, and what of the bot's may arrive all the same."""
    one = await play.conversation()
    bots = await play.flying(one)
    done = await play.control(one, "assign_human", version=0)
    now = rows([done.data["conversation"]])[0]

    assert (done.status, done.message) == (200, "Done: assign_human.")
    assert (now["human_handling"], now["assigned_admin_id"], now["version"]) == (True, "alice", 1)
    assert done.data["bot_in_flight"] == [str(bots)]
    assert await play.actions(one) == [("alice", "assign_human", "done", None)]


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        ("release_human", "human_handling", False),
        ("disable_rag", "rag_enabled", False),
        ("enable_rag", "rag_enabled", True),
        ("resolve_conversation", "status", "resolved"),
        ("close_conversation", "status", "closed"),
        ("escalate", "escalation_reason", "asked for by an admin"),
    ],
)
async def test_whatever_else_may_be_done(
    play: Play, action: str, field: str, value: object
) -> None:
    """Each of the guide's actions."""
    one = await play.conversation(assigned_admin_id="alice", human_handling=True)
    done = await play.control(one, action)

    assert (done.status, rows([done.data["conversation"]])[0][field]) == (200, value)


async def test_a_reason_is_kept(play: Play) -> None:
    """It is what the next admin reads first."""
    done = await play.control(await play.conversation(), "escalate", reason="a refund")

    assert rows([done.data["conversation"]])[0]["escalation_reason"] == "a refund"


async def test_a_note_is_kept_beside_what_was_done(play: Play) -> None:
    """As a message that only admins see; the audit has where it is."""
    one = await play.conversation()
    done = await play.control(one, "resolve_conversation", note="Likes oat milk.")
    (note,) = rows((await play.told("GET", MESSAGES, of=one.id)).data["messages"])

    assert done.status == 200
    assert (note["text"], note["sent_by"], note["status"]) == ("Likes oat milk.", "alice", None)
    assert note["metadata"] == {"internal": True}


async def test_of_another_person_is_refused_and_recorded(play: Play) -> None:
    """What is typed for one person never goes to another."""
    one, other = await play.conversation(), await play.conversation()
    done = await play.send(one, recipient_id=other.psid)

    assert (done.status, done.error["code"]) == (409, "wrong_person")
    assert await play.desk.messages(one.id) == []
    assert await play.actions(one) == [("alice", "reply", "refused", "WrongPersonError")]


async def test_with_a_stale_version_is_refused_and_recorded(play: Play) -> None:
    """What was decided for somebody else's conversation is decided anew."""
    one = await play.conversation(version=3)
    sent, taken = await play.send(one, version=2), await play.control(one, "escalate", version=2)

    assert (sent.status, sent.error["code"]) == (409, "stale_version")
    assert (taken.status, taken.error["code"]) == (409, "stale_version")
    assert await play.actions(one) == [
        ("alice", "reply", "refused", "StaleVersionError"),
        ("alice", "escalate", "refused", "StaleVersionError"),
    ]


async def test_what_another_holds_is_refused_and_recorded(play: Play) -> None:
    """It is told who holds it; whoever takes it over says so."""
    one = await play.conversation(assigned_admin_id="bea", human_handling=True)
    sent, taken = await play.send(one), await play.control(one, "assign_human")

    for done in (sent, taken):
        assert (done.status, done.error["code"], done.error["admin_id"]) == (409, "held", "bea")
        assert done.error["advice"]
    assert await play.actions(one) == [
        ("alice", "reply", "refused", "HeldError"),
        ("alice", "assign_human", "refused", "HeldError"),
    ]
    assert (await play.control(one, "assign_human", take_over=True)).status == 200
    play.admin = BEA
    assert (await play.send(one, take_over=True)).status == 202


async def test_what_cannot_be_done_there_is_refused_and_recorded(play: Play) -> None:
    """Nobody holds what is given back."""
    one = await play.conversation()
    done = await play.control(one, "release_human")

    assert (done.status, done.error["code"]) == (409, "transition")
    assert await play.actions(one) == [("alice", "release_human", "refused", "TransitionError")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"note": ""}, "note"),
        ({"note": "x" * 1001}, "note"),
        ({"version": -1}, "version"),
        ({"version": "3"}, "version"),
        ({"version": True}, "version"),
        ({"version": 0.5}, "version"),
        ({"take_over": "maybe"}, "take_over"),
        ({"take_over": 1}, "take_over"),
        ({"conversation_id": "a/b"}, "conversation_id"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_a_body_that_is_wrong_is_refused(
    play: Play, changes: dict[str, object], field: str
) -> None:
    """It names the field."""
    done = await play.control(await play.conversation(), "escalate", **changes)

    assert (done.status, done.error["field"]) == (422, field)


async def test_what_nobody_can_do_is_refused(play: Play) -> None:
    """Only the guide's actions are there."""
    done = await play.control(await play.conversation(), "delete")

    assert (done.status, done.error["field"]) == (422, "action")


async def test_only_in_ones_own_name(play: Play) -> None:
    """The audit has who was authenticated; a body that says otherwise is refused."""
    one = await play.conversation()
    control = await play.control(one, "escalate", admin_id="bea")
    body = {"priority": 5, "admin_id": "bea"}
    priority = await play.told("PUT", PRIORITY, body, of=one.id)

    assert (control.status, priority.status) == (403, 403)
    assert await play.actions(one) == []


async def test_a_priority_is_given(play: Play) -> None:
    """1 to 5; 5 is the most urgent."""
    one = await play.conversation()
    done = await play.told("PUT", PRIORITY, {"priority": 5, "admin_id": "alice"}, of=one.id)
    wrong = await play.told("PUT", PRIORITY, {"priority": 6, "admin_id": "alice"}, of=one.id)

    assert (done.status, rows([done.data["conversation"]])[0]["priority"]) == (200, 5)
    assert (wrong.status, wrong.error["field"]) == (422, "priority")
    assert await play.actions(one) == [("alice", "set_priority", "done", None)]


async def test_a_person_has_replied(play: Play) -> None:
    """Here or elsewhere; no body is needed to say so."""
    one = await play.conversation()
    message = await play.message(one, requires_human=True)
    done = await play.told("POST", REPLIED, of=message.id)
    now = rows([done.data["message"]])[0]

    assert (done.status, now["id"], now["human_replied"]) == (200, str(message.id), True)
    assert await play.actions(one) == [("alice", "mark_human_replied", "done", None)]


@pytest.mark.parametrize(("settlement", "status"), [("confirm", "sent"), ("discard", "cancelled")])
async def test_what_nobody_knows_is_decided(play: Play, settlement: str, status: str) -> None:
    """By a person who has looked."""
    one = await play.conversation()
    message_id = await play.in_doubt(one)
    done = await play.told("POST", SETTLE, {"settlement": settlement}, of=message_id)
    again = await play.told("POST", SETTLE, {"settlement": settlement}, of=message_id)

    assert (done.status, rows([done.data["message"]])[0]["status"]) == (200, status)
    assert (again.status, again.error["code"]) == (409, "transition")


async def test_what_nobody_knows_is_sent_again(play: Play) -> None:
    """As a new message; twice is once."""
    one = await play.conversation()
    message_id = await play.in_doubt(one)
    done = await play.told("POST", SETTLE, {"settlement": "resend"}, of=message_id)
    new = rows([done.data["message"]])[0]

    assert (done.status, new["status"]) == (200, "queued")
    assert new["id"] != str(message_id)


async def test_what_was_not_sent_from_here_is_not_settled(play: Play) -> None:
    """The person's own message, for one."""
    message = await play.message(await play.conversation())
    done = await play.told("POST", SETTLE, {"settlement": "confirm"}, of=message.id)

    assert (done.status, done.error["code"]) == (404, "not_found")


@pytest.mark.parametrize("given", ["", "x", str(uuid4()), "%20", "a b", "٣" * 32])
async def test_what_is_not_there_is_not_found(play: Play, given: str) -> None:
    """Whatever stands in the path, and in the body."""
    await play.conversation()
    priority = await play.told("PUT", PRIORITY, {"priority": 1, "admin_id": "alice"}, of=given)
    marked = await play.told("POST", REPLIED, of=given)
    settled = await play.told("POST", SETTLE, {"settlement": "confirm"}, of=given)

    assert [one.status for one in (priority, marked, settled)] == [404, 404, 404]
    assert priority.error["reason"] == "There is no such conversation."
    assert marked.error["reason"] == settled.error["reason"] == "There is no such message."


async def test_pages_that_are_not_theirs_are_not_there(play: Play) -> None:
    """The same answers as for what nobody has, and nothing was done."""
    one = await play.conversation()
    message = await play.message(one, status=MessageStatus.SENT)
    play.admin = replace(ALICE, pages=frozenset({OTHER_PAGE}))
    answers = [
        await play.control(one, "assign_human"),
        await play.told("PUT", PRIORITY, {"priority": 1, "admin_id": "alice"}, of=one.id),
        await play.told("POST", REPLIED, of=message.id),
        await play.told("POST", SETTLE, {"settlement": "confirm"}, of=message.id),
    ]

    assert [one.status for one in answers] == [404] * 4
    assert await play.actions(one) == []
    assert await play.desk.conversation(one.id) == one


async def test_of_two_who_take_it_one_has_it(play: Play) -> None:
    """The fence decides, not the order in which they are answered."""
    one = await play.conversation()
    first = await play.control(one, "assign_human", version=0)
    play.admin = BEA
    second = await play.control(one, "assign_human", version=0)

    assert (first.status, second.status) == (200, 409)
    assert CONTROL in play.face.paths
