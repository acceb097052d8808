"""The way to each part of the API, and what is said where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox.graph.kit import OTHER_APP, OTHER_PAGE, PAGE, PSID, Api, message, numbers, refused

from messengerkit.sandbox.graph.calls import RawCall
from messengerkit.sandbox.graph.routes import ROUTES, edge_of


def raw(method: str, path: str) -> RawCall:
    """Return a call without a token or a body."""
    return RawCall(method=method, path=path, query="", headers={}, body=b"")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "999/messages", (100, 33)),
        ("GET", "999", (100, 33)),
        ("GET", "t_999", (100, 33)),
        ("GET", "t_999/messages", (100, 33)),
        ("GET", "m_gone", (100, 33)),
        ("GET", "999/insights", (2500, None)),
        ("GET", "999/messages/x", (2500, None)),
        ("POST", "me", (2500, None)),
        ("GET", "me/messages", (2500, None)),
        ("PATCH", "me/messages", (2500, None)),
        ("GET", "me/insights", (2500, None)),
        ("GET", "", (2500, None)),
        ("POST", "", (2500, None)),
        ("GET", "nowhere", (2500, None)),
        ("GET", "mew", (2500, None)),
    ],
)
def test_a_path_that_is_not_there_is_a_graph_error(
    method: str, path: str, expected: tuple[int, int | None]
) -> None:
    """A foreign object is 100/33; any other unknown path is 2500."""
    refusal = refused(Api().call(method, path))

    assert (refusal.code, refusal.subcode) == expected
    if refusal.subcode is None:
        words = f"Unknown path components: the sandbox does not model {method} /{path} yet"
        assert refusal.message == words
    else:
        assert refusal.type == "GraphMethodException"


def test_a_version_that_never_was_is_part_of_the_path() -> None:
    """It is as unknown as any other part."""
    api = Api()
    headers = {"authorization": f"Bearer {PAGE.access_token}"}
    call = RawCall(method="GET", path="/v99.0/me", query="", headers=headers, body=b"")

    assert message(api.raw(call)).endswith("does not model GET /v99.0/me yet")


def test_a_long_path_is_repeated_in_part() -> None:
    """However long it is, the refusal stays short."""
    assert len(message(Api().get("x" * 10_000))) < 200


def test_the_edge_is_known_without_a_token() -> None:
    """Faults strike by it, before a call is read."""
    api = Api()
    entry = api.writes()
    api.page.personas["7"] = {"id": "7"}

    edges = {
        f"{method} {path}": edge_of(raw(method, f"/v26.0/{path}"), api.world)
        for method, path in [
            ("POST", "me/messages"),
            ("GET", "me"),
            ("GET", PSID),
            ("DELETE", "7"),
            ("GET", api.conversation.id),
            ("GET", entry.mid),
            ("GET", "debug_token"),
            ("POST", f"{OTHER_APP.id}/subscriptions"),
            ("GET", "nowhere"),
            ("GET", "me/messages"),
        ]
    }

    assert edges == {
        "POST me/messages": "messages",
        "GET me": "me",
        f"GET {PSID}": "people",
        "DELETE 7": "personas",
        f"GET {api.conversation.id}": "conversations",
        f"GET {entry.mid}": "conversations",
        "GET debug_token": "debug_token",
        f"POST {OTHER_APP.id}/subscriptions": "subscriptions",
        "GET nowhere": None,
        "GET me/messages": None,
    }
    assert edge_of(raw("POST", f"/{OTHER_PAGE.id}/messages"), api.world) == "messages"


@given(
    method=st.sampled_from(sorted({method for method, _, _ in ROUTES})) | st.text(max_size=6),
    path=st.text() | st.sampled_from(["me", "999", "me/messages", "debug_token", "t_1", "//"]),
)
def test_any_path_has_an_answer(method: str, path: str) -> None:
    """None makes the router crash."""
    api = Api()
    headers = {"authorization": f"Bearer {PAGE.access_token}"}
    answer = api.raw(RawCall(method=method, path=path, query="", headers=headers, body=b""))

    if edge_of(raw(method, path), api.world) is None:
        assert numbers(answer) in {(2500, None), (100, 33)}
