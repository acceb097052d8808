"""The control surface, as curl meets it: clock, faults, records, subscription, wrong input."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest
from sandbox.kit import PERSON, START, VERIFY_TOKEN, Backend, Graph, as_object, as_objects, until

from messengerkit.sandbox import Fault, Page, Sandbox

PAGE = Page().id

KINDS = [
    {"kind": "graph_error", "code": 4, "subcode": 2018022, "message": "No", "status": 400},
    {"kind": "graph_error", "code": 2, "is_transient": True, "headers": {"X-Page-Usage": "{}"}},
    {"kind": "html"},
    {"kind": "body", "status": 200, "content": "ä"},
    {"kind": "too_many_requests"},
    {"kind": "too_many_requests", "retry_after": 7},
    {"kind": "usage", "of_page": "1", "call_count": 80, "minutes": 5},
    {"kind": "slow", "seconds": 0.5},
    {"kind": "slow_answer", "seconds": 0.5},
    {"kind": "lagging_reads", "seconds": 5, "path": "conversations"},
    {"kind": "reset"},
    {"kind": "reset_on_connect"},
    {"kind": "reset_in_body"},
    {"kind": "commit_then_close"},
    {"kind": "commit_then_reset"},
    {"kind": "commit_then_silence"},
    {"kind": "half_head"},
    {"kind": "half_body"},
    {"kind": "not_http", "times": 2, "path": "me"},
    {"kind": "html", "times": None, "path": "any", "rate": 0.5, "psid": "1", "page_id": PAGE},
]


async def test_a_conversation_by_http(sandbox: Sandbox, backend: Backend, graph: Graph) -> None:
    """Subscribe, write, tap, and see all that came of it."""
    subscription = {"callback_url": backend.url, "verify_token": VERIFY_TOKEN}
    assert await graph.control("subscription", subscription) == (200, {"subscribed": True})
    _, wrote = await graph.control(f"people/{PERSON}/messages", {"text": "Hi"})
    _, tapped = await graph.control(
        f"people/{PERSON}/postbacks", {"payload": "MENU", "title": "Menu"}
    )
    await graph.say()
    await sandbox.settled()

    assert len({wrote["message_id"], tapped["message_id"]}) == 2
    assert len(backend.posts) == 4  # the echo and the delivery, too
    _, requests = await graph.control("requests", method="GET")
    assert '"text": "Hello"' in str(as_objects(requests["requests"])[0]["body"])
    assert sandbox.page.access_token not in str(requests)
    _, webhooks = await graph.control("webhooks", method="GET")
    assert [one["status"] for one in as_objects(webhooks["webhooks"])] == [200] * 4


async def test_what_was_delivered_is_told(sandbox: Sandbox, graph: Graph) -> None:
    """All that the record has, and of one person alone if that is asked."""
    await sandbox.person_writes(PERSON, "Hi")
    message = {"text": "Hello", "metadata": "key-1"}
    await graph.post(
        {"recipient": {"id": PERSON}, "message": message, "messaging_type": "RESPONSE"}
    )

    _, everything = await graph.control("delivered", method="GET")
    _, theirs = await graph.control(f"delivered?psid={PERSON}", method="GET")
    _, another = await graph.control("delivered?psid=1", method="GET")

    assert another == {"delivered": []}
    assert (
        everything
        == theirs
        == {
            "delivered": [
                {
                    "psid": PERSON,
                    "mid": sandbox.delivered[0].mid,
                    "text": "Hello",
                    "metadata": "key-1",
                    "messaging_type": "RESPONSE",
                    "at": START,
                    "tag": None,
                    "attachments": [],
                    "page_id": sandbox.page.id,
                    "app_id": sandbox.page.app_id,
                    "persona_id": None,
                    "reply_to": None,
                    "message": message,
                }
            ]
        }
    )


async def test_delivered_media_is_shown_by_type_and_url(sandbox: Sandbox, graph: Graph) -> None:
    """As JSON objects in a list, beside a text that is empty."""
    await sandbox.person_writes(PERSON, "Hi")
    url = "https://cdn.example.com/menu.pdf"
    attachment = {"type": "file", "payload": {"url": url}}
    await graph.post({"recipient": {"id": PERSON}, "message": {"attachment": attachment}})

    _, answer = await graph.control("delivered", method="GET")

    (delivered,) = as_objects(answer["delivered"])
    assert delivered["text"] == ""
    assert delivered["attachments"] == [
        {"type": "file", "url": url, "attachment_id": None, "name": ""}
    ]


async def test_the_clock_is_told_and_moved(sandbox: Sandbox, graph: Graph) -> None:
    """By a text or by seconds, and it never goes back."""
    assert await graph.control("clock", method="GET") == (200, {"now": START})
    assert await graph.control("clock", {"advance": "25h"}) == (200, {"now": START + 90_000})
    assert await graph.control("clock", {"advance": 0.5}) == (200, {"now": START + 90_000.5})
    assert sandbox.now() == START + 90_000.5


async def test_the_pages_are_told(graph: Graph) -> None:
    """By id and name, and no secret."""
    page = graph.sandbox.page
    pages = {"pages": [{"id": page.id, "name": page.name}]}

    assert await graph.control("pages", method="GET") == (200, pages)


async def test_a_url_that_cannot_be_fetched_is_scripted(graph: Graph) -> None:
    """The sandbox fetches nothing, so it is told when Meta could not."""
    fault = {"kind": "graph_error", "code": 100, "subcode": 2018008}
    await graph.control("faults", fault)

    _, _, answer = await graph.post({"message": {"attachment": {"type": "image"}}})

    assert "'error_subcode': 2018008" in str(answer)


@pytest.mark.parametrize("fault", KINDS, ids=lambda fault: str(fault["kind"]))
async def test_every_fault_has_a_name(graph: Graph, fault: dict[str, object]) -> None:
    """What the class can make, the control surface can script."""
    assert await graph.control("faults", fault) == (200, {"scripted": fault.get("times", 1)})


async def test_faults_are_listed_and_forgotten(graph: Graph) -> None:
    """What waits is told in order, and DELETE clears it."""
    await graph.control("faults", KINDS[0])
    await graph.control("faults", KINDS[-1])

    told = await graph.control("faults", method="GET")
    cleared = await graph.control("faults", method="DELETE")
    after = await graph.control("faults", method="GET")

    nobody = {"rate": None, "psid": None, "page_id": None}
    first = {"kind": "graph_error", "path": "messages", "times": 1, **nobody}
    second = {
        "kind": "html",
        "path": "any",
        "times": None,
        "rate": 0.5,
        "psid": "1",
        "page_id": PAGE,
    }
    assert told == (200, {"faults": [first, second]})
    assert cleared == after == (200, {"faults": []})


async def test_a_fault_that_was_scripted_by_http_is_met(graph: Graph) -> None:
    """The next call meets it."""
    await graph.control("faults", KINDS[0])

    assert "2018022" in str(await graph.say())


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("people/1/messages", b"{", "the body is not JSON"),
        ("people/1/messages", b'{"text": NaN}', "the body is not JSON"),
        ("people/1/messages", b"[" * 100_000, "the body is not JSON"),
        ("people/1/messages", [], "the body is not a JSON object"),
        ("people/1/messages", {}, "the field text must be a text"),
        ("people/1/messages", {"text": ""}, "nobody can write an empty text"),
        ("people/1/messages", {"text": "a" * 20_001}, "more than 20000 characters"),
        ("people/1/messages", {"text": "Hi", "txt": "Hi"}, "nothing here has the field txt"),
        ("people/1/messages", {"text": "Hi", "page_id": "7"}, "there is no such page"),
        ("people/Ada/messages", {"text": "Hi"}, "a psid is 1 to 30 digits"),
        ("people/Ada/postbacks", {"payload": "P", "title": "T"}, "a psid is 1 to 30 digits"),
        ("people/1/messages", b" " * (26 * 2**20 + 1), "the body is too large"),
        ("people/1/files", b"", "the file is empty"),
        ("people/1/reactions", {"mid": "m_1"}, "there is no such message"),
        ("people", {"name": "Ana", "psid": "Ana"}, "a psid is 1 to 30 digits"),
        ("clock", {}, "advance must be a number"),
        ("clock", {"advance": "soon"}, "'soon' is no length of time"),
        ("clock", {"advance": -1}, "a clock moves forward"),
        ("clock", {"advance": 10**400}, "a clock moves forward"),
        ("faults", {"kind": "fire"}, "the field kind must be one of graph_error, html, body,"),
        ("faults", {"kind": "graph_error"}, "the field code must be a whole number"),
        ("faults", {"kind": "graph_error", "code": True}, "code must be a whole number"),
        ("faults", {"kind": "graph_error", "code": 1, "subcode": "x"}, "subcode must be a whole"),
        ("faults", {"kind": "graph_error", "code": 1, "is_transient": 1}, "true or false"),
        ("faults", {"kind": "graph_error", "code": 1, "headers": []}, "an object of texts"),
        ("faults", {"kind": "graph_error", "code": 1, "headers": {"A": 1}}, "an object of texts"),
        ("faults", {"kind": "html", "status": 1000}, "1000 is no status"),
        ("faults", {"kind": "slow", "seconds": "1"}, "seconds must be a number"),
        ("faults", {"kind": "slow", "seconds": True}, "seconds must be a number"),
        ("faults", {"kind": "slow", "seconds": 10**400}, "seconds must be 0 to 86400"),
        ("faults", {"kind": "reset", "times": 0}, "times must be 1 to 1000000"),
        ("faults", {"kind": "reset", "rate": 2}, "rate must be 0 to 1"),
        ("faults", {"kind": "reset", "path": "you"}, "the field path must be one of conversations"),
        ("faults", {"kind": "reset", "seconds": 1}, "nothing here has the field seconds"),
        ("faults", {"kind": "reset", "page_id": "7"}, "there is no such page"),
        ("people/1/messages?txt=Hi", {"text": "Hi"}, "nothing here has the parameter txt"),
        ("people/1/messages", {"text": "Hi", "reply_to": "m_1"}, "there is no such message"),
        (
            "subscription",
            {"callback_url": "http://127.0.0.1:1/", "verify_token": "t"},
            "the callback did not answer the handshake",
        ),
    ],
)
async def test_bad_input_is_a_400_that_says_why(
    graph: Graph, path: str, body: object, reason: str
) -> None:
    """One sentence tells what is wrong, and nothing else happened."""
    status, answer = await graph.control(path, body)

    assert status == 400
    assert reason in str(answer["error"])
    assert graph.sandbox.delivered == ()
    assert graph.sandbox.now() == START


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("GET", "delivered?pisd=1", {}, "nothing here has the parameter pisd"),
        ("GET", "requests?page_id=1", {}, "nothing here has the parameter page_id"),
        ("DELETE", "faults", {"path": "messages"}, "nothing here has the field path"),
    ],
)
async def test_what_would_be_ignored_is_refused(
    graph: Graph, method: str, path: str, body: object, reason: str
) -> None:
    """A question that is misspelt must not be answered as if it were another one."""
    graph.sandbox.script(Fault.reset(), path="me")

    assert await graph.control(path, body, method=method) == (400, {"error": reason})
    _, told = await graph.control("faults", method="GET")
    assert len(as_objects(told["faults"])) == 1


@pytest.mark.parametrize("path", ["", "people", "clock"])
async def test_what_the_surface_does_not_have_is_a_404(graph: Graph, path: str) -> None:
    """A path or a method that is not there is told as such, and is no Graph call."""
    status, answer = await graph.control(path, method="DELETE")

    assert (status, answer) == (404, {"error": f"the sandbox has no DELETE /_sandbox/{path}"})
    assert graph.sandbox.requests == ()


@pytest.mark.parametrize("path", ["/_sandbox", "/_sandbox/", "/_sandbox/chat"])
async def test_the_way_to_the_chat_is_shown(graph: Graph, path: str) -> None:
    """Whoever asks for the surface itself is sent to its page."""
    async with graph.http.get(graph.sandbox.url + path, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "/_sandbox/chat/")


async def test_whoever_leaves_in_the_middle_of_a_body_has_asked_nothing(
    sandbox: Sandbox, graph: Graph
) -> None:
    """The connection ends, nobody is made, and no server logs an error."""
    before = asyncio.all_tasks()
    address = urlsplit(sandbox.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        b"POST /_sandbox/people HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
    )
    await writer.drain()
    await until(lambda: asyncio.all_tasks() != before)
    writer.close()
    await writer.wait_closed()

    people = await graph.control("people", method="GET")
    assert people == (200, {"people": []})


async def test_the_page_may_be_named_in_query_or_body(backend: Backend, graph: Graph) -> None:
    """Where there are two pages, each has its own subscription."""
    first, second = Page(), Page(id="104000000000816", access_token="EAAOther", app_id=816)
    async with Sandbox(first, pages=[second]) as sandbox:
        theirs = Graph(graph.http, sandbox)
        subscription = {
            "callback_url": backend.url,
            "verify_token": VERIFY_TOKEN,
            "page_id": second.id,
        }
        await theirs.control("subscription", subscription)
        await theirs.control("people/1/messages", {"text": "To the first"})
        await theirs.control("people/1/messages", {"text": "To both", "page_id": second.id})
        _, told = await theirs.control(f"people?page_id={second.id}", method="GET")

    assert backend.texts() == ["To both"]
    assert [one["page_id"] for one in as_objects(told["people"])] == [second.id]
    assert json.loads(backend.posts[0][1])["entry"][0]["id"] == second.id
    assert as_object(backend.events()[0]["recipient"]) == {"id": second.id}
