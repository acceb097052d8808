"""The Graph protocol without a socket."""

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from messengerkit import (
    ConfigurationError,
    GraphError,
    InvalidRequestError,
    LostAnswerError,
    MessengerError,
    OutsideWindowError,
    RateLimitError,
    TemporaryError,
    TokenError,
    UnreadableAnswerError,
)
from messengerkit._graph import Call, Graph, Response
from messengerkit.signature import appsecret_proof

TOKEN = "EAATestTokenOfNobody"
GRAPH = Graph(access_token=SecretStr(TOKEN))


def answer(status: int, body: object, **headers: str) -> Response:
    """Return an answer; bytes go out as they are, everything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=raw,
    )


def test_a_post_is_the_guides_request_with_the_token_in_a_header() -> None:
    """Host, version and path as Meta has them, a JSON body, and no token in the URL."""
    call = Call(method="POST", path=("me", "messages"), parameters={"recipient": {"id": "24"}})
    request = GRAPH.request_for(call, timeout=30.0)

    assert (request.method, request.url, request.timeout) == (
        "POST",
        "https://graph.facebook.com/v26.0/me/messages",
        30.0,
    )
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.body == b'{"recipient":{"id":"24"}}'


def test_a_get_has_its_parameters_in_the_query() -> None:
    """A GET has no body."""
    call = Call(method="GET", path=("me",), parameters={"fields": "id,name"})
    request = GRAPH.request_for(call, timeout=1.0)

    assert request.url == "https://graph.facebook.com/v26.0/me?fields=id%2Cname"
    assert request.body is None
    assert "?" not in GRAPH.request_for(Call(method="GET", path=("me",)), timeout=1.0).url


def test_with_an_app_secret_every_call_is_proved() -> None:
    """A stolen token is of no use to who has no app secret."""
    graph = Graph(access_token=SecretStr(TOKEN), app_secret=SecretStr("secret"))
    proof = appsecret_proof(TOKEN, "secret")

    posted = graph.request_for(Call(method="POST", path=("me",)), timeout=1.0)
    assert isinstance(posted.body, bytes)
    assert json.loads(posted.body) == {"appsecret_proof": proof}
    assert "?" not in posted.url
    asked = graph.request_for(Call(method="GET", path=("me",)), timeout=1.0)
    assert asked.url.endswith(f"?appsecret_proof={proof}")


def test_a_segment_cannot_leave_its_place() -> None:
    """Slashes, dots and question marks in a segment are escaped."""
    call = Call(method="GET", path=("123/../../me", "a?b#c"))

    assert GRAPH.request_for(call, timeout=1.0).url.endswith("/v26.0/123%2F..%2F..%2Fme/a%3Fb%23c")


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://graph.example", "https://graph.example/v26.0/me"),
        ("https://proxy.example/meta/", "https://proxy.example/meta/v26.0/me"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v26.0/me"),
        ("http://127.9.9.9", "http://127.9.9.9/v26.0/me"),
        ("http://localhost:1", "http://localhost:1/v26.0/me"),
        ("http://[::1]:1", "http://[::1]:1/v26.0/me"),
    ],
)
def test_another_host_must_be_https_or_loopback(url: str, start: str) -> None:
    """A proxy or the sandbox may stand in for Meta."""
    graph = Graph(access_token=SecretStr(TOKEN), url=url)

    assert graph.request_for(Call(method="GET", path=("me",)), timeout=1.0).url == start


@pytest.mark.parametrize(
    "make",
    [
        lambda: Graph(access_token=SecretStr(TOKEN), url="http://graph.facebook.com"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="http://127.0.0.1.example"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="ftp://127.0.0.1"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://graph.example?a=b"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://graph.example#a"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://[::1"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://user:Injected@graph.example"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://graph.example?t=Injected"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://graph.example:99999"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://graph.example:x"),
        lambda: Graph(access_token=SecretStr(TOKEN), url="https://graph.ex\ud800ample"),
        lambda: Graph(access_token=SecretStr(TOKEN), app_secret=SecretStr("Injected\udcff")),
        lambda: Graph(access_token=SecretStr(TOKEN), version="26.0"),
        lambda: Graph(access_token=SecretStr(TOKEN), version="v26.0/../v1.0"),
        lambda: Graph(access_token=SecretStr("")),
        lambda: Graph(access_token=SecretStr("two words")),
        lambda: Graph(access_token=SecretStr("line\r\nInjected: yes")),
        lambda: Graph(access_token=SecretStr("schön")),
        lambda: Graph(access_token=SecretStr(TOKEN), app_secret=SecretStr("")),
    ],
)
def test_an_unsafe_setting_is_refused_at_once(make: Callable[[], Graph]) -> None:
    """Before any I/O, with an error of ours that does not repeat a secret."""
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert "Injected" not in str(caught.value)


def test_nothing_secret_shows() -> None:
    """Neither the settings nor a request print the token."""
    call = Call(method="POST", path=("me",), parameters={"text": "private"})
    request = GRAPH.request_for(call, timeout=1.0)

    shown = repr((GRAPH, call, request, answer(200, {"text": "private"})))
    assert TOKEN not in shown
    assert "private" not in shown


def test_any_number_of_paths_is_called() -> None:
    """Ids in paths are many; the addresses that are kept ready are few, and never mixed up."""
    graph = Graph(access_token=SecretStr(TOKEN))
    paths = [str(number) for number in range(200)] * 2

    for path in paths:
        request = graph.request_for(Call(method="GET", path=(path,)), timeout=1.0)
        assert request.url == f"https://graph.facebook.com/v26.0/{path}"


@pytest.mark.parametrize("status", [200, 201, 299])
def test_a_success_is_its_json_object(status: int) -> None:
    """Unknown fields are no problem."""
    assert GRAPH.read(answer(status, {"message_id": "m", "new": [1]})) == {
        "message_id": "m",
        "new": [1],
    }


@pytest.mark.parametrize(
    ("error", "status", "cls"),
    [
        ({"code": 190, "error_subcode": 463}, 400, TokenError),
        ({"code": "190"}, 401, TokenError),
        ({"code": 10, "error_subcode": 2018278}, 400, OutsideWindowError),
        ({"code": 10, "error_subcode": "2018278"}, 400, OutsideWindowError),
        ({"code": 100, "message": "(#100) no"}, 200, InvalidRequestError),
        ({"code": 2}, 503, TemporaryError),
        ({"code": 999, "is_transient": True}, 400, TemporaryError),
        ({"code": 999, "is_transient": "false"}, 400, GraphError),
        ({"code": 190}, 500, TokenError),
        ({"code": 613}, 403, RateLimitError),
        ({"code": True}, 400, GraphError),
        ({"code": [190]}, 400, GraphError),
        ({}, 400, GraphError),
        ({"code": "9" * 5000}, 400, GraphError),
    ],
)
def test_an_error_body_is_a_graph_error_on_any_status(
    error: dict[str, object], status: int, cls: type[GraphError]
) -> None:
    """The code decides, however it is spelled and whatever the status is."""
    with pytest.raises(GraphError) as caught:
        GRAPH.read(answer(status, {"error": error}))

    assert type(caught.value) is cls
    assert caught.value.http_status == status


def test_an_error_carries_what_meta_says() -> None:
    """Message, numbers, trace, hint for people, and the wait."""
    body = {
        "error": {
            "message": "(#613) Calls to this API have exceeded the rate limit.",
            "code": 613,
            "error_subcode": 1996,
            "fbtrace_id": "AbC",
            "is_transient": False,
            "error_user_msg": "Bitte später.",
        }
    }
    with pytest.raises(RateLimitError) as caught:
        GRAPH.read(answer(400, body, retry_after="7"))

    error = caught.value
    assert str(error) == "(#613) Calls to this API have exceeded the rate limit."
    assert (error.code, error.subcode, error.fbtrace_id, error.retry_after) == (
        613,
        1996,
        "AbC",
        7.0,
    )
    assert (error.is_transient, error.user_message) == (False, "Bitte später.")


def test_metas_text_is_made_safe_for_a_log() -> None:
    """A token that Meta quotes back is hidden, control characters and length are cut."""
    message = f"Malformed access token {TOKEN}\r\nFAKE LOG LINE \x1b[31m" + "x" * 1000
    with pytest.raises(TokenError) as caught:
        GRAPH.read(answer(400, {"error": {"code": 190, "message": message, "fbtrace_id": TOKEN}}))

    text = str(caught.value)
    assert text.startswith("Malformed access token ***  FAKE LOG LINE  [31mxxx")
    assert len(text) <= 500
    assert caught.value.fbtrace_id == "***"


def test_a_token_is_hidden_before_the_text_is_cut() -> None:
    """A token across the cut must not leave its first half."""
    with pytest.raises(TokenError) as caught:
        GRAPH.read(answer(400, {"error": {"code": 190, "message": "x" * 490 + TOKEN}}))

    assert TOKEN[:6] not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>Bad Gateway</html>"),
        (200, b"<html>Welcome to the hotel</html>"),
        (200, b'{"recipient_id":"24","mess'),
        (200, b""),
        (200, [1]),
        (200, "text"),
        (200, {"error": "a string"}),
        (400, {"error": "a string"}),
        (200, {"error": False}),
        (404, {"message": "no error key"}),
        (302, b""),
        (302, {"message_id": "m_1"}),
        (300, {"message_id": "m_1"}),
        (200, b"\xff\xfe"),
        (200, b"[" * 100_000),
    ],
)
def test_what_is_not_the_graph_apis_is_unreadable(status: int, body: object) -> None:
    """Pages, truncated and foreign JSON: one error of ours, with the status."""
    with pytest.raises(UnreadableAnswerError) as caught:
        GRAPH.read(answer(status, body))

    assert caught.value.http_status == status
    assert caught.value.__context__ is None


def test_an_error_beside_a_message_id_is_a_lost_answer() -> None:
    """Whatever the code says: there is a message, and it must not be sent again."""
    body = {"message_id": "m_1", "error": {"code": 613}}

    with pytest.raises(LostAnswerError):
        GRAPH.read(answer(200, body))


def test_a_token_that_json_escapes_is_hidden_too() -> None:
    """Meta writes a slash as backslash and slash."""
    graph = Graph(access_token=SecretStr("EAA/Test"))
    with pytest.raises(TokenError) as caught:
        graph.read(answer(400, rb'{"error":{"code":190,"message":"Malformed token EAA\/Test"}}'))

    assert str(caught.value) == "Malformed token ***"


def test_too_many_requests_is_a_rate_limit_whoever_says_it() -> None:
    """A proxy's 429 page means what Meta's would."""
    with pytest.raises(RateLimitError) as caught:
        GRAPH.read(answer(429, b"<html>slow down</html>", retry_after="3"))

    assert caught.value.retry_after == 3.0


@given(status=st.integers(100, 599), body=st.binary() | st.text().map(str.encode))
def test_any_answer_is_a_value_or_our_error(status: int, body: bytes) -> None:
    """Whatever arrives, nothing foreign is raised."""
    with contextlib.suppress(MessengerError):
        GRAPH.read(Response(status=status, headers={}, body=body))


@given(
    error=st.dictionaries(
        st.sampled_from(["code", "error_subcode", "message", "is_transient", "fbtrace_id"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.lists(st.none()),
    )
)
def test_any_error_object_is_a_graph_error(error: dict[str, object]) -> None:
    """Fields of the wrong type are no crash."""
    with pytest.raises(GraphError):
        GRAPH.read(answer(400, {"error": error}))
