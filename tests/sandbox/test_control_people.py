"""People by the control surface: made, changed, and all that they do."""

import pytest
from sandbox.kit import PERSON, START, Backend, Graph, as_objects

from messengerkit.sandbox import Page, Sandbox


async def conversation(graph: Graph, psid: str = PERSON) -> dict[str, object]:
    """Return the conversation with *psid*."""
    status, told = await graph.control(f"people/{psid}/conversation", method="GET")
    assert status == 200
    return told


async def test_a_person_is_made_once(graph: Graph) -> None:
    """With an id of their own, or with one that is given, by which they are found again."""
    _, made = await graph.control("people", {"name": " Ana Maria Example "})
    _, known = await graph.control("people", {"name": "Somebody else", "psid": made["psid"]})

    assert made == known
    assert made == {
        "psid": made["psid"],
        "page_id": graph.sandbox.page.id,
        "name": "Ana Maria Example",
        "first_name": "Ana",
        "last_name": "Maria Example",
        "profile_pic": "",
        "blocked": False,
        "online": True,
        "last_act_at": None,
    }
    assert await graph.control("people", method="GET") == (200, {"people": [made]})


async def test_a_person_blocks_and_unblocks(sandbox: Sandbox, graph: Graph) -> None:
    """While the page is blocked, neither of the two can write."""
    await sandbox.person_writes(PERSON, "Hi")

    _, blocking = await graph.control(f"people/{PERSON}", {"blocked": True}, method="PATCH")
    refused = await graph.control(f"people/{PERSON}/messages", {"text": "Hi"})
    unheard = await graph.say()
    _, again = await graph.control(f"people/{PERSON}", {"blocked": False}, method="PATCH")
    heard = await graph.say()

    assert (blocking["blocked"], again["blocked"]) == (True, False)
    assert refused == (400, {"error": f"{PERSON} has blocked the page"})
    assert "'code': 551" in str(unheard)
    assert "message_id" in str(heard)


async def test_a_person_goes_offline_and_comes_back(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """What was sent meanwhile is told as delivered only then."""
    await sandbox.person_writes(PERSON, "Hi")
    _, away = await graph.control(f"people/{PERSON}", {"online": False}, method="PATCH")
    await graph.say()
    await sandbox.settled()
    before = subscribed.events("delivery")

    _, back = await graph.control(f"people/{PERSON}", {"online": True}, method="PATCH")

    assert (away["online"], back["online"], before) == (False, True, [])
    (event,) = subscribed.events("delivery")
    assert event["delivery"] == {
        "mids": [sandbox.delivered[0].mid],
        "watermark": int(START * 1000),
    }


@pytest.mark.parametrize("path", ["people/7", "people/7/conversation"])
async def test_nobody_is_changed_or_shown_who_is_not_known(graph: Graph, path: str) -> None:
    """A person of whom only the id was asked is not made by that."""
    method = "PATCH" if path == "people/7" else "GET"

    answer = await graph.control(path, method=method)

    assert answer == (400, {"error": "the page knows no such person"})
    assert await graph.control("people", method="GET") == (200, {"people": []})


async def test_a_conversation_is_shown_whole(sandbox: Sandbox, graph: Graph) -> None:
    """Both sides, what can be tapped, what was read, and until when the window is open."""
    mid = await sandbox.person_writes(PERSON, "Hi")
    replies = [{"content_type": "text", "title": "Yes", "payload": "YES"}]
    message = {"text": "Table?", "quick_replies": replies}
    await graph.post({"recipient": {"id": PERSON}, "message": message})

    before = await conversation(graph)
    await graph.control(f"people/{PERSON}/read")
    reply = {"text": "Yes", "quick_reply": "YES", "reply_to": mid}
    _, answered = await graph.control(f"people/{PERSON}/messages", reply)
    after = await conversation(graph)

    hers, pages, hers_again = as_objects(after["messages"])
    assert (hers["mid"], hers["from"], hers["text"]) == (mid, "person", "Hi")
    assert (pages["from"], pages["app_id"]) == ("page", str(sandbox.page.app_id))
    assert (pages["delivered"], pages["read"]) == (True, True)
    assert (hers_again["mid"], hers_again["reply_to"]) == (answered["message_id"], mid)
    assert [one["read"] for one in as_objects(before["messages"])] == [False, False]
    assert (before["quick_replies"], after["quick_replies"]) == (replies, [])
    assert (before["read_at"], after["read_at"]) == (None, START)
    assert (after["delivered_at"], after["window_ends_at"]) == (START, START + 86_400)
    assert (after["owner_app_id"], after["typing"], after["typing_persona"]) == (None, False, None)


async def test_a_message_keeps_the_persona_that_was_removed(sandbox: Sandbox, graph: Graph) -> None:
    """Whoever opens the conversation later still sees who wrote."""
    await sandbox.person_writes(PERSON, "Hi")
    made = {"name": "Bo", "profile_picture_url": "https://cdn.example.com/bo.png"}
    _, _, told = await graph.post(made, path="/v26.0/me/personas")
    await graph.say(persona_id=told["id"])
    url, token = f"{sandbox.url}/v26.0/{told['id']}", sandbox.page.access_token
    async with graph.http.delete(url, params={"access_token": token}) as gone:
        assert gone.status == 200

    _, written = as_objects((await conversation(graph))["messages"])

    assert written["persona"] == {"id": told["id"], **made}


async def test_an_empty_conversation_is_shown(sandbox: Sandbox, graph: Graph) -> None:
    """Somebody who was only met has nothing to show, and no window."""
    sandbox.person(psid="7")

    told = await conversation(graph, "7")

    assert (told["messages"], told["quick_replies"], told["window_ends_at"]) == ([], [], None)


async def test_a_reaction_is_put_and_taken_back(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """The message shows it, and the backend hears of both."""
    mid = await sandbox.person_writes(PERSON, "Hi")

    await graph.control(f"people/{PERSON}/reactions", {"mid": mid, "emoji": "👍"})
    (loved,) = as_objects((await conversation(graph))["messages"])
    await graph.control(f"people/{PERSON}/reactions", {"mid": mid, "emoji": None})
    (plain,) = as_objects((await conversation(graph))["messages"])

    assert loved["reactions"] == [{"by": "person", "emoji": "👍"}]
    assert plain["reactions"] == []
    assert [one["reaction"] for one in subscribed.events("reaction")] == [
        {"mid": mid, "action": "react", "emoji": "👍", "reaction": "like"},
        {"mid": mid, "action": "unreact"},
    ]


async def test_a_file_is_sent_and_served(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """The backend gets a URL, and under it the very bytes."""
    url = f"{sandbox.url}/_sandbox/people/{PERSON}/files"
    headers = {"Content-Type": "image/png"}
    async with graph.http.post(
        url, params={"filename": "../ä b.png"}, data=b"\x89PNG", headers=headers
    ) as response:
        assert response.status == 200

    (message,) = as_objects((await conversation(graph))["messages"])
    (shown,) = as_objects(message["attachments"])
    told = {"type": "image", "payload": {"url": shown["url"]}}
    assert (shown["type"], shown["name"]) == ("image", "ä b.png")
    assert str([told]) in str(subscribed.events("message"))
    async with graph.http.get(str(shown["url"])) as served:
        assert (await served.read(), served.content_type) == (b"\x89PNG", "image/png")


async def test_a_comment_is_of_the_page_that_is_named(graph: Graph) -> None:
    """The private reply to it goes to the person of that very page."""
    second = Page(id="104000000000816", access_token="EAAOther", app_id=816)
    async with Sandbox(pages=[second]) as sandbox:
        theirs = Graph(graph.http, sandbox)
        _, told = await theirs.control(f"people/{PERSON}/comments", {"page_id": second.id})
        body = {"recipient": {"comment_id": told["comment_id"]}, "message": {"text": "Thanks!"}}
        status, _, answer = await theirs.post(body, token=second.access_token)

        assert (status, str(told["comment_id"]).startswith(f"{second.id}_")) == (200, True)
        assert "message_id" in answer
        (delivered,) = sandbox.delivered
        assert (delivered.psid, delivered.page_id) == (PERSON, second.id)


async def test_a_template_is_shown_with_the_medium_that_it_names(graph: Graph) -> None:
    """The page that shows it need not know what an `attachment_id` stands for."""
    await graph.sandbox.person_writes(PERSON, "Hi")
    url = "https://cdn.example.com/menu.png"
    image = {"attachment": {"type": "image", "payload": {"url": url}}}
    _, _, saved = await graph.post({"message": image}, path="/v26.0/me/message_attachments")
    element = {"media_type": "image", "attachment_id": saved["attachment_id"]}
    payload = {"template_type": "media", "elements": [element]}
    await graph.post(
        {
            "recipient": {"id": PERSON},
            "message": {"attachment": {"type": "template", "payload": payload}},
        }
    )

    _, shown = await graph.control(f"people/{PERSON}/conversation", method="GET")

    (_, template) = as_objects(shown["messages"])
    assert template["template"] == payload
    assert template["attachments"] == [{"type": "image", "url": url, "name": ""}]


async def test_a_type_that_no_header_carries_is_served(graph: Graph) -> None:
    """A file of such a type is one of any bytes, and no crash of the sandbox."""
    ana = graph.sandbox.person(psid=PERSON)
    await ana.uploads(b"x", "a.png", "image/png\r\nX-Evil: 1")
    _, shown = await graph.control(f"people/{PERSON}/conversation", method="GET")
    (sent,) = as_objects(as_objects(shown["messages"])[-1]["attachments"])

    async with graph.http.get(str(sent["url"])) as response:
        assert (response.status, await response.read()) == (200, b"x")
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert "X-Evil" not in response.headers
