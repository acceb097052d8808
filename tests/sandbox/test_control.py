"""The control surface, as curl meets it."""

import json

import pytest
from sandbox.kit import PERSON, VERIFY_TOKEN, Backend, Graph

from messengerkit.sandbox import Sandbox

KINDS = [
    {"kind": "graph_error", "code": 4, "subcode": 2018022, "message": "No", "status": 400},
    {"kind": "graph_error", "code": 2, "is_transient": True, "headers": {"X-Page-Usage": "{}"}},
    {"kind": "html"},
    {"kind": "body", "status": 200, "content": "ä"},
    {"kind": "slow", "seconds": 0.5},
    {"kind": "reset"},
    {"kind": "commit_then_close"},
    {"kind": "commit_then_reset"},
    {"kind": "commit_then_silence"},
    {"kind": "half_head"},
    {"kind": "half_body"},
    {"kind": "not_http", "times": 2, "path": "me"},
]


async def control(
    graph: Graph, path: str, body: object = None, *, method: str = "POST"
) -> tuple[int, dict[str, object]]:
    """Send *body*, bytes or JSON, to the control surface; return status and JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    url = f"{graph.sandbox.url}/_sandbox/{path}"
    async with graph.http.request(method, url, data=data) as response:
        return response.status, await response.json()


async def test_a_conversation_by_http(sandbox: Sandbox, backend: Backend, graph: Graph) -> None:
    """Subscribe, write, tap, and see all that came of it."""
    subscription = {"callback_url": backend.url, "verify_token": VERIFY_TOKEN}
    assert await control(graph, "subscription", subscription) == (200, {"subscribed": True})
    _, wrote = await control(graph, f"people/{PERSON}/messages", {"text": "Hi"})
    _, tapped = await control(
        graph, f"people/{PERSON}/postbacks", {"payload": "MENU", "title": "Menu"}
    )
    await graph.say()
    await sandbox.settled()

    assert len({wrote["message_id"], tapped["message_id"]}) == 2
    assert len(backend.posts) == 3
    _, delivered = await control(graph, "delivered", method="GET")
    _, theirs = await control(graph, f"delivered?psid={PERSON}", method="GET")
    assert (
        delivered
        == theirs
        == {
            "delivered": [
                {
                    "psid": PERSON,
                    "mid": sandbox.delivered[0].mid,
                    "text": "Hello",
                    "metadata": None,
                    "messaging_type": None,
                    "at": sandbox.delivered[0].at,
                    "tag": None,
                    "attachments": [],
                }
            ]
        }
    )
    assert (await control(graph, "delivered?psid=1", method="GET"))[1] == {"delivered": []}
    _, requests = await control(graph, "requests", method="GET")
    assert '"text": "Hello"' in json.loads(json.dumps(requests))["requests"][0]["body"]
    assert sandbox.page.access_token not in str(requests)
    _, webhooks = await control(graph, "webhooks", method="GET")
    assert [one["status"] for one in json.loads(json.dumps(webhooks))["webhooks"]] == [200] * 3


async def test_delivered_media_is_shown_by_type_and_url(sandbox: Sandbox, graph: Graph) -> None:
    """As JSON objects in a list, beside a text that is empty."""
    await sandbox.person_writes(PERSON, "Hi")
    url = "https://cdn.example.com/menu.pdf"
    attachment = {"type": "file", "payload": {"url": url}}
    await graph.post({"recipient": {"id": PERSON}, "message": {"attachment": attachment}})

    _, answer = await control(graph, "delivered", method="GET")

    assert answer == {
        "delivered": [
            {
                "psid": PERSON,
                "mid": sandbox.delivered[0].mid,
                "text": "",
                "metadata": None,
                "messaging_type": None,
                "at": sandbox.delivered[0].at,
                "tag": None,
                "attachments": [{"type": "file", "url": url}],
            }
        ]
    }


async def test_a_url_that_cannot_be_fetched_is_scripted(graph: Graph) -> None:
    """The sandbox fetches nothing, so it is told when Meta could not."""
    fault = {"kind": "graph_error", "code": 100, "subcode": 2018008}
    await control(graph, "faults", fault)

    _, _, answer = await graph.post({"message": {"attachment": {"type": "image"}}})

    assert "'error_subcode': 2018008" in str(answer)


@pytest.mark.parametrize("fault", KINDS, ids=lambda fault: str(fault["kind"]))
async def test_every_fault_has_a_name(graph: Graph, fault: dict[str, object]) -> None:
    """What the class can make, the control surface can script."""
    assert await control(graph, "faults", fault) == (200, {"scripted": fault.get("times", 1)})


async def test_a_fault_that_was_scripted_by_http_is_met(graph: Graph) -> None:
    """The next call meets it."""
    await control(graph, "faults", KINDS[0])

    assert "2018022" in str(await graph.say())


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("people/1/messages", b"{", "the body is not JSON"),
        ("people/1/messages", [], "the body is not a JSON object"),
        ("people/1/messages", {}, "the field text must be a text"),
        ("people/1/messages", {"text": ""}, "nobody can write an empty text"),
        ("people/1/messages", {"text": "Hi", "txt": "Hi"}, "nothing here has the field txt"),
        ("people/Ada/messages", {"text": "Hi"}, "a psid is 1 to 30 digits"),
        ("people/Ada/postbacks", {"payload": "P", "title": "T"}, "a psid is 1 to 30 digits"),
        ("people/1/messages", {"text": "a" * 2**19}, "the body is too large"),
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
        ("faults", {"kind": "reset", "times": 0}, "times must be 1 to 1000"),
        ("faults", {"kind": "reset", "path": "you"}, "the field path must be one of messages, me"),
        ("faults", {"kind": "reset", "seconds": 1}, "nothing here has the field seconds"),
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
    status, answer = await control(graph, path, body)

    assert status == 400
    assert reason in str(answer["error"])


@pytest.mark.parametrize("path", ["", "people", "faults"])
async def test_what_the_surface_does_not_have_is_a_404(graph: Graph, path: str) -> None:
    """A path or a method that is not there is told as such, and is no Graph call."""
    status, answer = await control(graph, path, method="DELETE")

    assert (status, answer) == (404, {"error": f"the sandbox has no DELETE /_sandbox/{path}"})
    assert graph.sandbox.requests == ()
