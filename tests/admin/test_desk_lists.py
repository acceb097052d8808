"""What a panel is shown of a desk: conversations, messages, actions; page by page."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from admin.desk_kit import (
    ACTIONS,
    ALICE,
    BEA,
    ESCALATED,
    LIST,
    MESSAGES,
    NOW,
    OTHER_PAGE,
    PAGE,
    STATE,
    Play,
    ids,
    rows,
)

from messengerkit import MessengerClient, TokenError
from messengerkit.admin import AdminIdentity, Role
from messengerkit.desk import MessageStatus, Sender, Status
from messengerkit.desk.store import Store

SUE = AdminIdentity(admin_id="sue", role=Role.SUPERVISOR)
HERE, THERE = frozenset({PAGE}), frozenset({OTHER_PAGE})


@pytest.fixture
def play(client: MessengerClient, kept: Store) -> Play:
    """A desk that is not open."""
    return Play(client, kept)


async def listed(play: Play, path: str, query: str = "", *, of: object = "") -> list[object]:
    """Return the ids on all pages of a list, of two entries each."""
    name = {LIST: "conversations", ESCALATED: "conversations"}.get(path, "messages")
    where = "before" if path == MESSAGES else "after"
    found: list[object] = []
    more: object = None
    while not found or more is not None:
        going_on = "" if more is None else f"&{where}={quote(str(more))}"
        done = await play.told("GET", path, of=of, query=f"limit=2{going_on}&{query}".rstrip("&"))
        assert done.status == 200, done
        assert len(rows(done.data[name])) <= 2
        found += [one["id"] for one in rows(done.data[name])] or [None]
        more = done.data["next"]
    return [one for one in found if one is not None]


async def test_conversations_are_listed_the_newest_first(play: Play) -> None:
    """Whole in themselves: what a panel shows, it need not ask for."""
    whole = await play.conversation(
        status=Status.ESCALATED,
        priority=4,
        escalation_reason="a refund",
        escalated_at=NOW,
        waiting_since=NOW,
        version=2,
    )
    done = await play.told("GET", LIST)

    assert (done.status, done.data["next"]) == (200, None)
    assert done.data["conversations"] == [
        {
            "id": str(whole.id),
            "page_id": PAGE,
            "psid": whole.psid,
            "status": "escalated",
            "human_handling": False,
            "rag_enabled": True,
            "assigned_admin_id": None,
            "priority": 4,
            "escalation_reason": "a refund",
            "escalated_at": "2026-11-28T12:00:00+00:00",
            "last_message_at": "2026-11-28T11:55:00+00:00",
            "last_user_message_at": "2026-11-28T11:55:00+00:00",
            "waiting_since": "2026-11-28T12:00:00+00:00",
            "version": 2,
        }
    ]


async def test_a_list_goes_on_where_it_ended(play: Play) -> None:
    """Nothing twice, nothing left out, also where the times are the same or missing."""
    made = [await play.conversation() for _ in range(5)]
    made += [await play.conversation(last_message_at=NOW + timedelta(seconds=1))]
    made += [await play.conversation(last_message_at=None)]
    found = await listed(play, LIST)

    assert (found[0], found[-1]) == (str(made[-2].id), str(made[-1].id))
    assert sorted(map(str, found)) == sorted(str(one.id) for one in made)


async def test_the_most_urgent_come_first(play: Play) -> None:
    """Those where a person is wanted: by priority, then who waits longest."""
    late = await play.conversation(status=Status.ESCALATED, priority=2, escalated_at=NOW)
    early = await play.conversation(
        status=Status.ESCALATED, priority=2, escalated_at=NOW - timedelta(hours=1)
    )
    urgent = await play.conversation(status=Status.ESCALATED, priority=5, escalated_at=NOW)
    await play.conversation(priority=5)

    assert await listed(play, ESCALATED) == [str(one.id) for one in (urgent, early, late)]
    assert await listed(play, ESCALATED, f"page_id={OTHER_PAGE}") == []


async def test_filters(play: Play) -> None:
    """Each alone, and both together."""
    held = await play.conversation(human_handling=True, assigned_admin_id="bea")
    closed = await play.conversation(status=Status.CLOSED)
    there = await play.conversation(page_id=OTHER_PAGE)

    assert await listed(play, LIST, "status=closed") == [str(closed.id)]
    assert await listed(play, LIST, "human_handling=true") == [str(held.id)]
    assert await listed(play, LIST, "assigned_admin_id=bea") == [str(held.id)]
    assert await listed(play, LIST, f"page_id={OTHER_PAGE}") == [str(there.id)]
    assert await listed(play, LIST, "status=closed&human_handling=true") == []


async def test_only_their_pages_are_listed(play: Play) -> None:
    """Also if they ask for another one."""
    here = await play.conversation(status=Status.ESCALATED, escalated_at=NOW)
    await play.conversation(page_id=OTHER_PAGE, status=Status.ESCALATED, escalated_at=NOW)
    play.admin = replace(ALICE, pages=HERE)

    for path in (LIST, ESCALATED):
        assert await listed(play, path) == [str(here.id)]
        assert await listed(play, path, f"page_id={PAGE}") == [str(here.id)]
        assert await listed(play, path, f"page_id={OTHER_PAGE}") == []
    play.admin = replace(ALICE, pages=frozenset())
    assert await listed(play, LIST) == []


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        (LIST, "limit=0", "limit"),
        (LIST, "limit=201", "limit"),
        (LIST, "status=new", "status"),
        (LIST, "human_handling=perhaps", "human_handling"),
        (LIST, "page_id=a/b", "page_id"),
        (LIST, "after=x", "after"),
        (LIST, "after=1", "after"),
        (LIST, f"after=0.{'9' * 18}.{'0' * 32}", "after"),
        (ESCALATED, "after=0.0.0", "after"),
        (ESCALATED, "status=closed", "status"),
        (MESSAGES, "before=0.0", "before"),
        (MESSAGES, "after=0", "after"),
        (ACTIONS, "before=5", "before"),
        (ACTIONS, "before=-1", "before"),
    ],
)
async def test_a_query_that_is_wrong_is_refused(
    play: Play, path: str, query: str, field: str
) -> None:
    """It names the parameter."""
    play.admin = SUE
    one = await play.conversation()
    done = await play.told("GET", path, of=one.id, query=query)

    assert (done.status, done.error["field"]) == (422, field)


async def test_messages_are_listed_the_newest_first(play: Play) -> None:
    """Each with all that came with it."""
    one = await play.conversation()
    made = [
        await play.message(one, created_at=NOW + timedelta(seconds=number)) for number in range(5)
    ]
    whole = await play.message(
        one,
        sender=Sender.HUMAN,
        attachments=({"type": "image", "payload": {"url": "https://a.example/"}},),
        mid="m_1",
        status=MessageStatus.REJECTED,
        error="TokenError",
        sent_by="alice",
        created_at=NOW + timedelta(hours=1),
        metadata={"batch": "b"},
    )
    done = await play.told("GET", MESSAGES, of=one.id, query="limit=1")

    assert await listed(play, MESSAGES, of=one.id) == [str(it.id) for it in (whole, *made[::-1])]
    assert done.data["messages"] == [
        {
            "id": str(whole.id),
            "conversation_id": str(one.id),
            "sender_type": "human",
            "text": "Hello?",
            "attachments": [{"type": "image", "payload": {"url": "https://a.example/"}}],
            "requires_human": False,
            "human_replied": False,
            "mid": "m_1",
            "status": "rejected",
            "error": "TokenError",
            "problem": {
                "code": "token",
                "reason": "The message was refused, and is not tried again.",
                "advice": TokenError.advice,
                "retryable": False,
                "graph": {"code": None, "subcode": None, "fbtrace_id": None},
            },
            "sent_by": "alice",
            "created_at": "2026-11-28T13:00:00+00:00",
            "metadata": {"batch": "b"},
        }
    ]


async def test_a_persons_own_message_has_no_status(play: Play) -> None:
    """It did not have to be sent."""
    one = await play.conversation()
    await play.message(one)
    done = await play.told("GET", MESSAGES, of=one.id)

    assert rows(done.data["messages"])[0]["status"] is None


async def test_how_a_conversation_is(play: Play) -> None:
    """Until when who may answer, for how long the person waits, and what is on its way."""
    wrote = NOW - timedelta(hours=25)
    one = await play.conversation(last_user_message_at=wrote, waiting_since=wrote)
    await play.flying(one)
    done = await play.told("GET", STATE, of=one.id)

    assert rows([done.data.pop("conversation")])[0]["id"] == str(one.id)
    assert done.data == {
        "window": {
            "human_until": "2026-11-28T11:00:00+00:00",
            "bot_until": "2026-11-28T11:00:00+00:00",
            "human_agent": False,
        },
        "waiting_seconds": 90000.0,
        "alert_hours": 24,
        "open_sends": 1,
        "now": NOW.isoformat(),
    }


async def test_a_conversation_in_which_nobody_wrote(play: Play) -> None:
    """There is no window to tell of, and nobody waits."""
    one = await play.conversation(last_user_message_at=None)
    done = await play.told("GET", STATE, of=str(one.id).upper())

    del done.data["conversation"]
    assert done.data == {
        "window": {"human_until": None, "bot_until": None, "human_agent": False},
        "waiting_seconds": None,
        "alert_hours": None,
        "open_sends": 0,
        "now": NOW.isoformat(),
    }


async def test_a_conversation_of_a_page_that_has_no_client_any_more(play: Play) -> None:
    """It can be looked at all the same, and closed; of the app nothing is known."""
    play.desk._client_for = {PAGE: play.client}.__getitem__
    one = await play.conversation(page_id=OTHER_PAGE)
    done = await play.told("GET", STATE, of=one.id)

    assert (done.status, done.data["window"]) == (
        200,
        {
            "human_until": "2026-11-29T11:55:00+00:00",
            "bot_until": "2026-11-29T11:55:00+00:00",
            "human_agent": False,
        },
    )


async def test_what_is_not_there_is_not_found(play: Play) -> None:
    """Nor is what is of another page."""
    one = await play.conversation()
    for path in (STATE, MESSAGES):
        assert (await play.told("GET", path, of=uuid4())).status == 404
    play.admin = replace(ALICE, pages=THERE)
    for path in (STATE, MESSAGES):
        assert (await play.told("GET", path, of=one.id)).status == 404


async def acted(play: Play) -> list[str]:
    """Let two admins act on two pages; return the conversations."""
    here, there = await play.conversation(), await play.conversation(page_id=OTHER_PAGE)
    await play.control(here, "assign_human")
    await play.control(there, "assign_human")
    play.admin = BEA
    await play.control(here, "assign_human")
    play.admin = SUE
    return [str(here.id), str(there.id)]


async def test_supervisors_see_what_was_done(play: Play) -> None:
    """Who, what, how it ended, and its place in the chain."""
    here, _ = await acted(play)
    done = await play.told("GET", ACTIONS, query=f"conversation_id={here}&admin_id=bea")

    (action,) = rows(done.data["actions"])
    assert (done.status, done.data["next"]) == (200, None)
    assert len(str(action.pop("hash"))) == len(str(action.pop("previous"))) == 64
    assert action.pop("id")
    assert action == {
        "conversation_id": here,
        "at": "2026-11-28T12:00:00+00:00",
        "admin_id": "bea",
        "action": "assign_human",
        "decision": "HeldError",
        "outcome": "refused",
        "details": {},
        "number": 2,
    }


async def test_actions_go_on_where_they_ended(play: Play) -> None:
    """All of them, once."""
    await acted(play)
    first = await play.told("GET", ACTIONS, query="limit=2")
    second = await play.told("GET", ACTIONS, query=f"limit=2&before={first.data['next']}")
    found = [
        str(one["id"]) for one in (*rows(first.data["actions"]), *rows(second.data["actions"]))
    ]

    assert len(set(ids(found))) == 3
    assert second.data["next"] is None


async def test_actions_of_other_pages_are_not_there(play: Play) -> None:
    """Nor those of a person who was erased, whose page nobody knows any more."""
    here, _ = await acted(play)
    play.admin = replace(SUE, pages=HERE)
    done = await play.told("GET", ACTIONS)
    assert {one["conversation_id"] for one in rows(done.data["actions"])} == {here}

    one = await play.store.read(lambda it: it.conversation(UUID(here)))
    assert one is not None
    await play.desk.erase("sue", one.page_id, one.psid)
    assert (await play.told("GET", ACTIONS)).data["actions"] == []
    play.admin = SUE
    assert len(rows((await play.told("GET", ACTIONS)).data["actions"])) == 4


async def test_an_admin_is_the_same_in_each_spelling_of_a_uuid(play: Play) -> None:
    """A panel may write its own id otherwise than the key does, and still finds what is its own."""
    play.admin = AdminIdentity(admin_id=str(UUID(int=10)), role=Role.SUPERVISOR)
    one, _ = await play.conversation(), await play.conversation()
    await play.control(one, "assign_human")
    written = UUID(int=10).hex.upper()
    actions = await play.told("GET", ACTIONS, query=f"admin_id={written}")

    assert await listed(play, LIST, f"assigned_admin_id={written}") == [str(one.id)]
    assert await listed(play, LIST, f"assigned_admin_id={UUID(int=11).hex}") == []
    assert [each["conversation_id"] for each in rows(actions.data["actions"])] == [str(one.id)]


async def test_actions_are_for_supervisors(play: Play) -> None:
    """And those of no conversation are not found."""
    assert (await play.told("GET", ACTIONS)).status == 403
    play.admin = SUE
    assert (await play.told("GET", ACTIONS, query="conversation_id=x")).status == 404
