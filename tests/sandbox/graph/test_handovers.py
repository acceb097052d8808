"""Who has a thread: passed, taken, asked for, let go, kept; and who may answer in it."""

import pytest
from sandbox.graph.kit import (
    DAY,
    OTHER_APP,
    OUT,
    OWN_APP,
    PAGE,
    PSID,
    START,
    TO,
    Answer,
    Api,
    granted,
    numbers,
    rows,
)
from sandbox.graph.threads import told, with_default

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.page import PAGE_INBOX

DONE = {"success": True}


def control(api: Api, what: str, token: str = PAGE.access_token, **more: object) -> Answer:
    """Return the answer to a call about the thread of the person."""
    return api.post(f"me/{what}_thread_control", {"recipient": TO, **more}, token)


def test_everybody_answers_without_a_default_app() -> None:
    """Zero configuration: all connected apps may send."""
    api = Api()

    assert "message_id" in granted(api.send(OUT))
    assert "message_id" in granted(api.send(OUT, api.other_token))


def test_an_idle_thread_is_the_default_apps() -> None:
    """Nobody else may send, which is 10/2018300."""
    api = with_default()

    assert "message_id" in granted(api.send(OUT))
    assert numbers(api.send(OUT, api.other_token)) == (10, 2018300)
    typing = {"recipient": TO, "sender_action": "typing_on"}
    assert numbers(api.send(typing, api.other_token)) == (10, 2018300)


def test_an_active_thread_is_its_owners() -> None:
    """Not even the default app may send until a day of silence is over."""
    api = with_default(owner=OTHER_APP.id)

    assert numbers(api.send(OUT)) == (10, 2018300)
    assert "message_id" in granted(api.send(OUT, api.other_token))
    api.time += DAY
    api.person.acts(api.time)
    assert "message_id" in granted(api.send(OUT))


def test_a_thread_is_passed() -> None:
    """The target hears of it, and has it from then on."""
    api = with_default()

    assert granted(control(api, "pass", target_app_id=OTHER_APP.id, metadata="note")) == DONE

    assert api.conversation.owner_at(api.time) == OTHER_APP.id
    moved = {
        "previous_owner_app_id": None,
        "new_owner_app_id": str(OTHER_APP.id),
        "metadata": "note",
    }
    assert told(api) == [(OTHER_APP.id, {"pass_thread_control": moved})]
    assert granted(control(api, "pass", api.other_token, target_app_id=str(PAGE_INBOX))) == DONE
    assert told(api)[0][1]["pass_thread_control"] == {
        "previous_owner_app_id": str(OTHER_APP.id),
        "new_owner_app_id": str(PAGE_INBOX),
        "metadata": "",
    }


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (100, None)),
        ({"target_app_id": "1"}, (100, 2018164)),
        ({"target_app_id": [1]}, (100, None)),
        ({"target_app_id": OTHER_APP.id, "metadata": "m" * 1001}, (100, None)),
        ({"target_app_id": OTHER_APP.id, "recipient": {"id": "2"}}, (100, 2018001)),
        ({"target_app_id": OTHER_APP.id, "recipient": {"user_ref": "2"}}, (100, None)),
        ({"target_app_id": OTHER_APP.id, "recipient": None}, (100, None)),
    ],
)
def test_a_wrong_pass_is_refused(params: JsonObject, expected: tuple[int, int | None]) -> None:
    """The target must be connected, the recipient a PSID of the page."""
    api = Api()
    before = api.state()

    answer = api.post("me/pass_thread_control", {"recipient": TO, **params})

    assert numbers(answer) == expected
    assert api.state() == before


@pytest.mark.parametrize("what", ["pass", "release", "extend"])
def test_nobody_gives_what_another_app_has(what: str) -> None:
    """10/2018300, and the thread stays where it is."""
    api = with_default(owner=OTHER_APP.id)

    assert numbers(control(api, what, target_app_id=PAGE_INBOX, duration=5)) == (10, 2018300)
    assert api.conversation.owner_at(api.time) == OTHER_APP.id


@pytest.mark.parametrize(
    ("default", "owner", "allowed"),
    [
        (None, None, False),
        (None, OTHER_APP.id, False),
        (None, OWN_APP, True),
        (OWN_APP, None, True),
        (OWN_APP, OTHER_APP.id, True),
        (PAGE_INBOX, None, True),
        (PAGE_INBOX, OTHER_APP.id, False),
    ],
)
def test_a_thread_is_taken_if_it_is_idle_or_by_the_default_app(
    default: int | None, owner: int | None, *, allowed: bool
) -> None:
    """Without a default app there is nothing to take; whoever loses it hears of it."""
    api = with_default(default, owner)

    answer = control(api, "take", metadata="mine")

    if not allowed:
        assert numbers(answer) == (10, None)
        assert api.conversation.owner_at(api.time) == owner
        return
    assert granted(answer) == DONE
    assert api.conversation.owner_at(api.time) == OWN_APP
    loser = owner if owner == OTHER_APP.id else None
    assert [app for app, _ in told(api)] == ([] if loser is None else [loser])


@pytest.mark.parametrize("owner", [OTHER_APP.id, None])
def test_a_thread_is_asked_for(owner: int | None) -> None:
    """Its owner, or the default app of an idle one, hears of it; the thread does not move."""
    api = with_default(OTHER_APP.id, owner)

    assert granted(control(api, "request", metadata="please")) == DONE

    asked = {"requested_owner_app_id": OWN_APP, "metadata": "please"}
    assert told(api) == [(OTHER_APP.id, {"request_thread_control": asked})]
    assert api.conversation.owner_at(api.time) == owner


def test_a_thread_that_nobody_has_is_given_at_once() -> None:
    """Without a default app nobody could be asked."""
    api = Api()

    assert granted(control(api, "request")) == DONE
    assert api.conversation.owner_at(api.time) == OWN_APP
    assert told(api) == []


def test_a_thread_is_let_go() -> None:
    """It is idle then."""
    api = with_default(owner=OWN_APP)

    assert granted(control(api, "release")) == DONE
    assert api.conversation.owner_at(api.time) is None


@pytest.mark.parametrize("duration", [7 * DAY, "604800", 1])
def test_a_thread_is_kept(duration: object) -> None:
    """For up to seven days, however silent."""
    api = with_default(owner=OWN_APP)

    assert granted(control(api, "extend", duration=duration)) == DONE
    assert api.conversation.owner_until == START + float(str(duration))


@pytest.mark.parametrize(
    "duration", [None, 0, -1, 7 * DAY + 1, "nan", "inf", "long", True, [1], 10**400]
)
def test_a_thread_is_not_kept_for_ever(duration: object) -> None:
    """Nor for no time at all."""
    api = with_default(owner=OWN_APP)

    assert numbers(control(api, "extend", duration=duration)) == (100, None)
    assert api.conversation.owner_until == START + DAY


def test_an_owner_is_told_to_itself_and_to_the_default_app() -> None:
    """Others hear only until when; an idle thread has no owner."""
    api = with_default(PAGE_INBOX)
    assert granted(api.get("me/thread_owner", recipient=PSID)) == {"data": []}
    api.conversation.give_to(OTHER_APP.id, START + 60)

    (own,) = rows(api.get("me/thread_owner", api.other_token, recipient=PSID))
    (others,) = rows(api.get("me/thread_owner", recipient=PSID))

    until = int(START + 60)
    assert own == {"thread_owner": {"app_id": str(OTHER_APP.id), "expiration": until}}
    assert others == {"thread_owner": {"expiration": until}}
    api.page.default_app = OWN_APP
    assert rows(api.get("me/thread_owner", recipient=PSID)) == [own]


@pytest.mark.parametrize(
    ("query", "expected"), [({}, (100, None)), ({"recipient": "2"}, (100, 2018001))]
)
def test_the_owner_of_no_thread_is_not_told(
    query: dict[str, str], expected: tuple[int, int | None]
) -> None:
    """The recipient is needed, and must be the page's."""
    assert numbers(Api().get("me/thread_owner", **query)) == expected


def test_the_other_apps_are_listed() -> None:
    """All but the one that asks."""
    answer = Api().get("me/secondary_receivers", fields="id,name")

    assert rows(answer) == [{"id": str(OTHER_APP.id), "name": OTHER_APP.name}]
