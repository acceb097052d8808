"""Threads and several apps: who is told what, and under which key."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sandbox.kit import PERSON, VERIFY_TOKEN, Backend, Graph, as_object, listening

from messengerkit.sandbox import PAGE_INBOX, App, Page, Sandbox

OTHER = App(id=555, secret="s" * 32, name="Other")
MINE = Page().app_id


@dataclass
class Two:
    """A sandbox with two apps, each with a backend of its own."""

    sandbox: Sandbox
    mine: Backend
    other: Backend
    graph: Graph

    def clear(self) -> None:
        """Forget what came so far."""
        self.mine.posts.clear()
        self.other.posts.clear()

    async def call(self, edge: str, app: App | None = None, **body: object) -> dict[str, object]:
        """Let an app, or the page's own, call an edge about the person."""
        token = None if app is None else self.sandbox.access_token(app)
        asked = {"recipient": {"id": PERSON}, **body}
        _, _, answer = await self.graph.post(asked, path=f"/v26.0/me/{edge}", token=token)
        await self.sandbox.settled()
        return answer


@pytest.fixture
async def two(backend: Backend, graph: Graph) -> AsyncIterator[Two]:
    """Yield two apps at one page; the person has not yet written."""
    async with listening(Backend()) as other, Sandbox(apps=[OTHER]) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await sandbox.subscribe(other.url, VERIFY_TOKEN, app=OTHER)
        yield Two(sandbox, backend, other, Graph(graph.http, sandbox))


async def test_without_a_default_app_all_are_told_and_may_answer(two: Two) -> None:
    """Both get the message, and both answers are echoed to both."""
    await two.sandbox.person_writes(PERSON, "Hi")
    mine = await two.call("messages", message={"text": "One", "metadata": "key-1"})
    others = await two.call("messages", OTHER, message={"text": "Two"})

    assert {"message_id"} <= set(mine) & set(others)
    for backend in (two.mine, two.other):
        assert backend.texts() == ["Hi"]
        assert [(one["app_id"], one.get("metadata")) for one in backend.echoes()] == [
            (MINE, "key-1"),
            (OTHER.id, None),
        ]
        assert len(backend.events("delivery")) == 2
        assert backend.events(under="standby") == []


async def test_each_app_signs_with_its_own_secret(two: Two) -> None:
    """The same body has another signature at each backend."""
    await two.sandbox.person_writes(PERSON, "Hi")

    ((mine, body),), ((other, same),) = two.mine.posts, two.other.posts
    assert body == same
    assert mine["X-Hub-Signature-256"] != other["X-Hub-Signature-256"]
    assert {one.app_id for one in two.sandbox.webhooks} == {MINE, OTHER.id}


async def test_the_default_app_gets_the_thread(two: Two) -> None:
    """The other one is told under `standby`, and may not answer."""
    two.sandbox.set_default_app(two.sandbox.page.app)

    await two.sandbox.person_writes(PERSON, "Hi")
    refused = await two.call("messages", OTHER, message={"text": "Mine?"})
    await two.call("messages", message={"text": "Hello"})

    assert two.mine.texts() == ["Hi"]
    assert [one["text"] for one in two.mine.echoes()] == ["Hello"]
    assert "2018300" in str(refused)
    assert two.other.events() == []
    (written, *_) = two.other.events("message", under="standby")
    assert as_object(written["message"])["text"] == "Hi"
    assert [one["text"] for one in two.other.echoes(under="standby")] == ["Hello"]
    assert len(two.other.events("delivery", under="standby")) == 1


async def test_a_postback_under_standby_has_no_payload(two: Two) -> None:
    """Whose button it is learns which one; the other app learns that it was tapped."""
    two.sandbox.set_default_app(two.sandbox.page.app)

    mid = await two.sandbox.person_taps(PERSON, "MENU", "Menu")

    (mine,) = two.mine.events("postback")
    (other,) = two.other.events("postback", under="standby")
    assert mine["postback"] == {"mid": mid, "title": "Menu", "payload": "MENU"}
    assert other["postback"] == {"mid": mid, "title": "Menu"}


async def test_reads_and_reactions_come_under_standby(two: Two) -> None:
    """All that a person does is told to the app that waits."""
    two.sandbox.set_default_app(two.sandbox.page.app)
    ana = two.sandbox.person(psid=PERSON)
    mid = await ana.writes("Hi")
    await two.call("messages", message={"text": "Hello"})

    await ana.reads()
    await ana.reacts(mid, "❤")

    for kind in ("read", "reaction"):
        assert len(two.mine.events(kind)) == 1
        assert len(two.other.events(kind, under="standby")) == 1


async def test_a_thread_is_passed(two: Two) -> None:
    """The app that gets it is told, and gets `messaging` from then on."""
    await two.sandbox.person_writes(PERSON, "Hi")
    two.clear()

    await two.call("pass_thread_control", target_app_id=str(OTHER.id), metadata="for you")
    await two.sandbox.person_writes(PERSON, "Still me")

    (passed,) = two.other.events("pass_thread_control")
    assert passed["pass_thread_control"] == {
        "previous_owner_app_id": None,
        "new_owner_app_id": str(OTHER.id),
        "metadata": "for you",
    }
    assert (passed["sender"], two.mine.events("pass_thread_control")) == ({"id": PERSON}, [])
    assert two.other.texts() == ["Still me"]
    assert two.mine.events() == []
    assert len(two.mine.events("message", under="standby")) == 1


async def test_a_thread_is_asked_for_and_taken(two: Two) -> None:
    """The owner is told of both, by the default app that takes it."""
    two.sandbox.set_default_app(two.sandbox.page.app)
    await two.sandbox.person_writes(PERSON, "Hi")
    await two.call("pass_thread_control", target_app_id=str(OTHER.id))
    two.clear()

    await two.call("request_thread_control", metadata="please")
    await two.call("take_thread_control", metadata="now")

    asked, taken = two.other.events()
    request = as_object(asked["request_thread_control"])
    assert (str(request["requested_owner_app_id"]), request["metadata"]) == (str(MINE), "please")
    assert as_object(taken["take_thread_control"])["new_owner_app_id"] == str(MINE)
    assert two.mine.events() == []


async def test_who_writes_keeps_a_thread_for_a_day(two: Two) -> None:
    """Each message renews it; a day of silence ends it, and the default app has it again."""
    two.sandbox.set_default_app(two.sandbox.page.app)
    await two.sandbox.person_writes(PERSON, "Hi")
    await two.call("pass_thread_control", target_app_id=str(OTHER.id))
    two.sandbox.advance("23h")
    await two.sandbox.person_writes(PERSON, "Wait")
    two.sandbox.advance("23h")
    two.clear()

    await two.sandbox.person_writes(PERSON, "Still there?")
    assert (two.mine.texts(), two.other.texts()) == ([], ["Still there?"])
    two.sandbox.advance("24h")
    await two.sandbox.person_writes(PERSON, "Hello?")

    assert (two.mine.texts(), two.other.texts()) == (["Hello?"], ["Still there?"])


async def test_an_answer_by_hand_takes_the_thread(two: Two) -> None:
    """Both apps read on under `standby`, and neither may answer until a day has passed."""
    two.sandbox.set_default_app(two.sandbox.page.app)
    await two.sandbox.person_writes(PERSON, "Hi")
    two.clear()

    await two.sandbox.inbox_writes(PERSON, "Let me look")
    refused = await two.call("messages", message={"text": "A bot"})
    owner = await two.graph.get("/v26.0/me/thread_owner", recipient=PERSON)

    for backend in (two.mine, two.other):
        assert backend.events() == []
        assert [one["text"] for one in backend.echoes(under="standby")] == ["Let me look"]
    assert "2018300" in str(refused)
    assert str(PAGE_INBOX) in str(owner)
    assert PAGE_INBOX not in {one.app_id for one in two.sandbox.delivered}

    two.sandbox.advance("24h")
    await two.sandbox.person_writes(PERSON, "Thanks")
    assert "message_id" in await two.call("messages", message={"text": "A bot"})


async def test_without_a_default_app_an_answer_by_hand_takes_nothing(two: Two) -> None:
    """Then all apps may answer, and the people at the page as well."""
    await two.sandbox.person_writes(PERSON, "Hi")

    await two.sandbox.inbox_writes(PERSON, "Let me look")

    assert "message_id" in await two.call("messages", message={"text": "A bot"})
    assert [one["text"] for one in two.other.echoes()] == ["Let me look", "A bot"]


async def test_what_the_page_writes_keeps_no_thread(two: Two) -> None:
    """A thread is idle once the person has been silent for a day, whoever else wrote."""
    await two.sandbox.person_writes(PERSON, "Hi")
    await two.call("pass_thread_control", target_app_id=str(OTHER.id))
    two.sandbox.advance("23h")
    await two.sandbox.inbox_writes(PERSON, "We are looking into it")
    two.sandbox.advance("2h")

    assert await two.graph.get("/v26.0/me/thread_owner", recipient=PERSON) == {"data": []}


async def test_an_app_without_the_field_is_not_told(two: Two) -> None:
    """Of the fields that it is subscribed to it hears, and of no other; `standby` is one."""
    await two.sandbox.subscribe(two.mine.url, VERIFY_TOKEN, fields=["messaging_postbacks"])
    await two.sandbox.subscribe(
        two.other.url, VERIFY_TOKEN, app=OTHER, fields=["messages", "messaging_postbacks"]
    )
    two.sandbox.set_default_app(two.sandbox.page.app)

    await two.sandbox.person_writes(PERSON, "Hi")
    await two.sandbox.person_taps(PERSON, "MENU", "Menu")
    await two.call("pass_thread_control", target_app_id=str(OTHER.id))

    assert [set(one) & {"message", "postback"} for one in two.mine.events()] == [{"postback"}]
    assert two.other.posts == []


async def test_only_what_is_the_sandboxs_is_subscribed(two: Two) -> None:
    """An app that is not connected, a page of another sandbox, and a field that is no field."""
    strange = App(id=7, secret="s" * 32)
    with pytest.raises(ValueError, match="the app 7 is not connected to a page"):
        await two.sandbox.subscribe(two.mine.url, VERIFY_TOKEN, app=strange)
    with pytest.raises(ValueError, match="the page is not the sandbox's"):
        await two.sandbox.subscribe(two.mine.url, VERIFY_TOKEN, page=Page(id="1"))
    with pytest.raises(ValueError, match="no webhook field mesages"):
        await two.sandbox.subscribe(two.mine.url, VERIFY_TOKEN, fields=["mesages", "messages"])
    with pytest.raises(ValueError, match="the app 7 is not connected to a page"):
        two.sandbox.access_token(strange)

    assert strange.id not in two.sandbox._world.callbacks


async def test_a_field_of_which_nothing_happens_may_be_subscribed(two: Two) -> None:
    """Meta knows it, so a backend may ask for it."""
    await two.sandbox.subscribe(two.mine.url, VERIFY_TOKEN, fields=["feed", "messages"])

    await two.sandbox.person_writes(PERSON, "Hi")

    assert two.mine.texts() == ["Hi"]


async def test_one_page_of_two_is_subscribed(backend: Backend) -> None:
    """Of the other one nothing is told."""
    second = Page(id="104000000000816", access_token="EAAOther", app_id=816)
    async with Sandbox(pages=[second]) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN, page=second)
        await sandbox.person(psid="1").writes("To the first")
        await sandbox.person(psid="1", page=second).writes("To the second")

    assert backend.texts() == ["To the second"]


async def test_a_token_dies_and_revives(two: Two) -> None:
    """As Meta's subcode says; the other app's token is not touched."""
    await two.sandbox.person_writes(PERSON, "Hi")
    two.sandbox.end_token(467)
    dead = await two.call("messages", message={"text": "Hello"})
    others = await two.call("messages", OTHER, message={"text": "Hello"})
    two.sandbox.end_token(None)
    alive = await two.call("messages", message={"text": "Hello"})

    assert ("'code': 190" in str(dead), "467" in str(dead)) == (True, True)
    assert {"message_id"} <= set(others) & set(alive)
