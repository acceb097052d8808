"""A person as a test holds them: what they do, and what they get."""

import asyncio

import pytest
from sandbox.kit import PERSON, START, Backend, Graph, as_object, until

from messengerkit.sandbox import App, Page, Person, Sandbox


@pytest.fixture
async def ana(sandbox: Sandbox) -> Person:
    """Return somebody who has written."""
    ana = sandbox.person("Ana Example", psid=PERSON)
    await ana.writes("Hi")
    return ana


async def test_a_person_is_known_by_their_id(sandbox: Sandbox) -> None:
    """The same one for a page, another for another, and new without an id."""
    ana, again = sandbox.person("Ana Example", psid="7"), sandbox.person("Bob", psid="7")
    new = sandbox.person("Cleo")

    assert (ana.psid, ana.name, again.name) == ("7", "Ana Example", "Ana Example")
    assert (new.name, len(new.psid), new.psid.isdecimal()) == ("Cleo", 16, True)
    assert new.psid != sandbox.person("Cleo").psid


@pytest.mark.parametrize("psid", ["Ana", "", "1" * 31, "\uff11"])
def test_an_id_is_digits(psid: str) -> None:
    """An id that no PSID could be is refused where it is made up."""
    with pytest.raises(ValueError, match="1 to 30 digits"):
        Sandbox().person(psid=psid)


async def test_a_page_must_be_the_sandboxs() -> None:
    """A page of which the sandbox does not know has no people in it."""
    with pytest.raises(ValueError, match="the page is not the sandbox's"):
        Sandbox().person(page=Page(id="1"))


async def test_each_page_knows_its_own_people(graph: Graph) -> None:
    """The same id at two pages is two people."""
    second = Page(id="104000000000816", access_token="EAAOther", app_id=816)
    async with Sandbox(pages=[second]) as sandbox:
        here, there = sandbox.person(psid="7"), sandbox.person(psid="7", page=second)
        await here.writes("Hi")
        await there.writes("Hi")
        body = {"recipient": {"id": "7"}, "message": {"text": "From the second"}}
        await Graph(graph.http, sandbox).post(body, token=second.access_token)

        assert sandbox.pages == (sandbox.page, second)
        assert (here.inbox, [one.text for one in there.inbox]) == ((), ["From the second"])


async def test_a_quote_is_told(ana: Person, subscribed: Backend, graph: Graph) -> None:
    """The backend hears which message a text answers."""
    await graph.say()
    mid = ana.inbox[0].mid

    await ana.writes("Yes", reply_to=mid)

    message = as_object(subscribed.events("message")[-1]["message"])
    assert message["reply_to"] == {"mid": mid}


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
async def test_media_is_sent(ana: Person, subscribed: Backend, kind: str) -> None:
    """Under the URL that is given, and without a text."""
    url = "https://cdn.example.com/x"

    mid = await ana.sends(kind, url)

    (event,) = subscribed.events("message")
    attachments = [{"type": kind, "payload": {"url": url}}]
    assert event["message"] == {"mid": mid, "attachments": attachments}


async def test_what_is_no_media_is_refused(ana: Person) -> None:
    """A person can send four kinds."""
    with pytest.raises(ValueError, match="one of image, video, audio, file"):
        await ana.sends("sticker", "https://cdn.example.com/x")


async def test_a_file_is_uploaded(
    sandbox: Sandbox, ana: Person, subscribed: Backend, graph: Graph
) -> None:
    """The backend gets a URL at the sandbox, and can fetch the file there."""
    await ana.uploads(b"%PDF", "menu.pdf", "application/pdf")

    attachments = str(subscribed.events("message")[0])
    assert "'type': 'file'" in attachments
    url = attachments.partition("'url': '")[2].partition("'")[0]
    assert url.startswith(f"{sandbox.url}/_sandbox/media/")
    async with graph.http.get(url) as response:
        assert await response.read() == b"%PDF"


async def test_a_quick_reply_is_tapped_by_its_title(
    ana: Person, subscribed: Backend, graph: Graph
) -> None:
    """It is a text with a payload; and once it is tapped, it is gone."""
    replies = [{"content_type": "text", "title": one, "payload": one.upper()} for one in "ab"]
    message = {"text": "Which?", "quick_replies": replies}
    await graph.post({"recipient": {"id": PERSON}, "message": message})

    await ana.taps("b")

    told = as_object(subscribed.events("message")[-1]["message"])
    assert (told["text"], told["quick_reply"]) == ("b", {"payload": "B"})
    with pytest.raises(ValueError, match=f"nothing that {PERSON} can tap is called 'a'"):
        await ana.taps("a")


@pytest.mark.parametrize("template", ["button", "generic"])
async def test_a_button_is_tapped_by_its_title(
    ana: Person, subscribed: Backend, graph: Graph, template: str
) -> None:
    """Of a template or of one of its cards, and also when other messages came since."""
    link = {"type": "web_url", "title": "Site", "url": "https://example.com"}
    buttons = [link, {"type": "postback", "title": "Menu", "payload": "MENU"}]
    card: dict[str, object] = {"title": "Card", "buttons": buttons}
    payload = {"template_type": template, "text": "Which?", "buttons": buttons}
    if template == "generic":
        payload = {"template_type": template, "elements": [card]}
    message = {"attachment": {"type": "template", "payload": payload}}
    await graph.post({"recipient": {"id": PERSON}, "message": message})
    await graph.say()

    mid = await ana.taps("Menu")

    (event,) = subscribed.events("postback")
    assert event["postback"] == {"mid": mid, "title": "Menu", "payload": "MENU"}
    with pytest.raises(ValueError, match="can tap is called 'Site'"):
        await ana.taps("Site")


async def test_nobody_taps_what_was_never_there(sandbox: Sandbox) -> None:
    """In a conversation without a word there is no button."""
    with pytest.raises(ValueError, match="can tap is called 'Menu'"):
        await sandbox.person(psid="7").taps("Menu")


async def test_a_menu_is_tapped_by_its_payload(ana: Person, subscribed: Backend) -> None:
    """Get Started, and what stands in the menu, are in no message."""
    await ana.taps_payload("START", "Get Started")

    (event,) = subscribed.events("postback")
    assert "'payload': 'START'" in str(event)


async def test_a_reaction_is_told_with_its_word(ana: Person, subscribed: Backend) -> None:
    """Meta has eight words for them, and `other` is one."""
    mid = await ana.writes("Love it")

    await ana.reacts(mid, "❤")
    await ana.reacts(mid, "🦀")
    await ana.unreacts(mid)

    assert [one["reaction"] for one in subscribed.events("reaction")] == [
        {"mid": mid, "action": "react", "emoji": "❤", "reaction": "love"},
        {"mid": mid, "action": "react", "emoji": "🦀", "reaction": "other"},
        {"mid": mid, "action": "unreact"},
    ]


async def test_what_is_not_there_gets_no_reaction(ana: Person) -> None:
    """A mid of nowhere is the test's own mistake."""
    with pytest.raises(ValueError, match="no such message"):
        await ana.reacts("m_1", "❤")


async def test_reading_is_told_once(ana: Person, subscribed: Backend, graph: Graph) -> None:
    """Only what is new is told, also when no time has passed since the last one."""
    await ana.reads()
    assert subscribed.events("read") == []

    await graph.say("One")
    await ana.reads()
    await ana.reads()
    await graph.say("Two")
    await ana.reads()

    watermark = {"watermark": int(START * 1000)}
    assert [one["read"] for one in subscribed.events("read")] == [watermark] * 2


async def test_whoever_is_away_gets_it_later(
    ana: Person, sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """Messages are accepted at once, and told as delivered when the person is back."""
    await graph.say("Before")
    ana.goes_offline()
    await graph.say("One")
    await graph.say("Two")
    await sandbox.settled()
    assert len(subscribed.events("delivery")) == 1

    await ana.comes_online()
    await ana.comes_online()

    delivery = as_object(subscribed.events("delivery")[-1]["delivery"])
    assert delivery["mids"] == [one.mid for one in ana.inbox[1:]]
    assert len(subscribed.events("delivery")) == 2


async def test_coming_back_to_nothing_is_told_nobody(ana: Person, subscribed: Backend) -> None:
    """There is nothing that could have been delivered."""
    ana.goes_offline()

    await ana.comes_online()

    assert subscribed.posts == []


async def test_a_block_ends_both_ways(ana: Person, sandbox: Sandbox, graph: Graph) -> None:
    """Until it is taken back."""
    ana.blocks()
    refused = await graph.say("Hello?")
    with pytest.raises(ValueError, match="has blocked the page"):
        await ana.writes("Hi")
    with pytest.raises(ValueError, match="has blocked the page"):
        await ana.taps_payload("MENU", "Menu")
    with pytest.raises(ValueError, match="has blocked the page"):
        await ana.sends("image", "https://cdn.example.com/x")
    with pytest.raises(ValueError, match="has blocked the page"):
        await sandbox.inbox_writes(PERSON, "By hand")
    assert "'code': 551" in str(refused)

    ana.unblocks()
    await graph.say("Welcome back")
    await ana.writes("Thanks")

    assert [one.text for one in ana.inbox] == ["Welcome back"]


async def test_a_comment_is_answered_in_private(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """Somebody who never wrote can be answered once, and no window opens."""
    ana = sandbox.person(psid=PERSON)
    comment_id = ana.comments()
    body = {"recipient": {"comment_id": comment_id}, "message": {"text": "Thanks!"}}

    _, _, first = await graph.post(body)
    _, _, second = await graph.post(body)

    assert "message_id" in first
    assert "error" in second
    assert "2018278" in str(await graph.say())
    assert [one.text for one in ana.inbox] == ["Thanks!"]
    assert subscribed.texts() == []


async def test_an_app_in_development_writes_to_testers_alone(graph: Graph) -> None:
    """Whoever has a role at the app gets messages, and nobody else."""
    page = Page()
    app = App(id=page.app_id, secret=page.app_secret, development=True)
    async with Sandbox(page, apps=[app]) as sandbox:
        theirs, ana = Graph(graph.http, sandbox), sandbox.person(psid=PERSON)
        await ana.writes("Hi")
        refused = await theirs.say("One")
        ana.becomes_tester()
        await theirs.say("Two")

        assert "error" in str(refused)
        assert [one.text for one in ana.inbox] == ["Two"]


async def test_an_act_goes_on_when_nobody_waits(ana: Person, subscribed: Backend) -> None:
    """Two people may act at the same time."""
    subscribed.statuses = [None]
    first = asyncio.create_task(ana.writes("Slow"))
    await subscribed.reached.wait()

    await ana.writes("Quick")
    assert not first.done()
    subscribed.released.set()

    await until(first.done)
    assert set(subscribed.texts()) == {"Slow", "Quick"}


async def test_nobody_quotes_what_is_not_there(ana: Person, subscribed: Backend) -> None:
    """A mid that is none is a slip in the test, and nothing is written."""
    with pytest.raises(ValueError, match="no such message in the conversation"):
        await ana.writes("This one?", reply_to="m_1")

    assert subscribed.posts == []
