"""What the Graph API decides: each check by itself, and their order; no socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.sandbox import Attachment, Page
from messengerkit.sandbox.calls import Call
from messengerkit.sandbox.graph import Decision, Outgoing, decide
from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.refusals import Refusal
from messengerkit.signature import appsecret_proof

NOW = 1_767_225_600.0
DAY = 86_400
PAGE = Page()
TO = {"id": "1"}
HI = {"text": "Hi"}
OUT = {"recipient": TO, "message": HI}
URL = "https://cdn.example.com/menu.png"
UNSUPPORTED = (
    "Param message[attachment][type] is not supported. Please check developer docs for details"
)
IMAGE = {"type": "image", "payload": {"url": URL}}


def ask(params: JsonObject, *, token: object = PAGE.access_token, elapsed: float = 0.0) -> Decision:
    """Return what becomes of a call to the send edge, *elapsed* seconds after person 1 wrote."""
    return decide(
        Call(params=params, token=token),
        "POST",
        ("me", "messages"),
        page=PAGE,
        people={"1": NOW - elapsed},
        now=NOW,
    )


def numbers(decision: Decision) -> tuple[int, int | None]:
    """Return code and subcode of what must be a refusal."""
    assert isinstance(decision, Refusal)
    return decision.code, decision.subcode


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"message": HI}, (100, None)),
        ({"recipient": "1", "message": HI}, (100, None)),
        ({"recipient": {}, "message": HI}, (100, None)),
        ({"recipient": {"user_ref": "r"}, "message": HI}, (100, None)),
        ({"recipient": {"id": "1", "comment_id": "2"}, "message": HI}, (100, None)),
        ({"recipient": {"id": "Ada"}, "message": HI}, (100, None)),
        ({"recipient": {"id": True}, "message": HI}, (100, None)),
        ({"recipient": TO, "message": HI, "sender_action": "typing_on"}, (100, 2018014)),
        ({"recipient": TO}, (100, 2018015)),
        ({"recipient": TO, "sender_action": "dance"}, (100, None)),
        ({"recipient": TO, "sender_action": ["typing_on"]}, (100, None)),
        ({"recipient": TO, "sender_action": "react"}, (100, None)),
        ({"recipient": TO, "message": "Hi"}, (100, None)),
        ({"recipient": TO, "message": {}}, (100, 2018034)),
        ({"recipient": TO, "message": {"text": ""}}, (100, 2018034)),
        ({"recipient": TO, "message": {"text": ["Hi"]}}, (100, None)),
        ({"recipient": TO, "message": {"text": "Hi", "metadata": 7}}, (100, None)),
        ({"recipient": TO, "message": {"text": None, "attachment": None}}, (100, 2018034)),
        ({"recipient": TO, "message": {"text": "Hi", "attachment": IMAGE}}, (100, 2018018)),
        ({"recipient": TO, "message": {"text": "Hi", "attachment": []}}, (100, 2018018)),
        ({"recipient": TO, "message": {"attachment": IMAGE, "metadata": 7}}, (100, None)),
        ({"recipient": {"id": "2"}, "message": {"attachment": IMAGE}}, (100, 2018001)),
        ({**OUT, "messaging_type": "LETTER"}, (100, None)),
        ({**OUT, "messaging_type": "UTILITY"}, (100, None)),
        ({**OUT, "messaging_type": "MESSAGE_TAG"}, (100, None)),
        ({**OUT, "messaging_type": "RESPONSE", "tag": "HUMAN_AGENT"}, (100, None)),
        ({**OUT, "messaging_type": "MESSAGE_TAG", "tag": "SHIPPING_UPDATE"}, (100, None)),
        ({**OUT, "messaging_type": "MESSAGE_TAG", "tag": ["HUMAN_AGENT"]}, (100, None)),
        ({**OUT, "messaging_type": "MESSAGE_TAG", "tag": "CUSTOMER_FEEDBACK"}, (100, None)),
        ({**OUT, "notification_type": "LOUD"}, (100, None)),
        ({"recipient": {"id": "2"}, "message": HI}, (100, 2018001)),
    ],
)
def test_a_wrong_call_is_refused_by_metas_numbers(
    params: JsonObject, expected: tuple[int, int | None]
) -> None:
    """Each fault of a call has its code and subcode."""
    assert numbers(ask(params)) == expected


@pytest.mark.parametrize(
    ("params", "subject"),
    [
        ({**OUT, "message": {"attachments": [IMAGE]}}, "message[attachments]"),
        ({**OUT, "message": {**HI, "quick_replies": []}}, "message[quick_replies]"),
        ({**OUT, "persona_id": "5"}, "persona_id"),
        ({**OUT, "reply_to": {"mid": "m_1"}}, "reply_to"),
        ({**OUT, "recipient": {"user_ref": "r"}}, "recipient[user_ref]"),
        ({**OUT, "messaging_type": "UTILITY"}, "messaging_type UTILITY"),
        ({"recipient": TO, "sender_action": "unreact"}, "the sender_action unreact"),
    ],
)
def test_what_is_not_modelled_is_said_to_be(params: JsonObject, subject: str) -> None:
    """Nothing that the sandbox does not model passes in silence."""
    decision = ask(params)

    assert isinstance(decision, Refusal)
    assert decision.message == f"(#100) The sandbox does not model {subject} yet"


def attach(attachment: object, **beside: object) -> Decision:
    """Return what becomes of a message that carries *attachment*."""
    return ask({"recipient": TO, "message": {"attachment": attachment, **beside}})


@pytest.mark.parametrize(
    ("attachment", "words"),
    [
        (URL, "Param message[attachment] must be a JSON object"),
        ({"payload": {"url": URL}}, "The parameter message[attachment][type] is required"),
        ({"type": None, "payload": 7}, "The parameter message[attachment][type] is required"),
        (
            {"type": "sticker"},
            UNSUPPORTED,
        ),
        (
            {"type": ["image"]},
            UNSUPPORTED,
        ),
        ({"type": "image"}, "The parameter message[attachment][payload] is required"),
        (
            {"type": "image", "payload": URL},
            "Param message[attachment][payload] must be a JSON object",
        ),
        (
            {"type": "image", "payload": {}},
            "The parameter message[attachment][payload][url] is required",
        ),
        (
            {"type": "image", "payload": {"url": [URL]}},
            "Param message[attachment][payload][url] must be a string",
        ),
        (
            {"type": "template", "payload": {}},
            "The sandbox does not model message[attachment][type] template yet",
        ),
        (
            {**IMAGE, "title": "Menu"},
            "The sandbox does not model message[attachment][title] yet",
        ),
        (
            {"type": "image", "payload": {"url": URL, "is_reusable": False}},
            "The sandbox does not model message[attachment][payload][is_reusable] yet",
        ),
        (
            {"type": "image", "payload": {"attachment_id": "1857777774821032"}},
            "The sandbox does not model message[attachment][payload][attachment_id] yet",
        ),
    ],
)
def test_a_wrong_attachment_is_refused_in_metas_words(attachment: object, words: str) -> None:
    """The first fault is told, from the outside in; its code is 100 without a subcode."""
    decision = attach(attachment)

    assert numbers(decision) == (100, None)
    assert isinstance(decision, Refusal)
    assert decision.message == f"(#100) {words}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "menu.png",
        "//cdn.example.com/menu.png",
        "ftp://cdn.example.com/menu.png",
        "file:///menu.png",
        "data:image/png;base64,AA==",
        "https:///menu.png",
        "http://localhost:8000/menu.png",
        "https://minio/menu.png",
        "https://cdn.example.com:port/menu.png",
        "https://[cdn.example.com/menu.png",
        " https://cdn.example.com/menu.png",
        "https://cdn.example.com/the menu.png",
        "https://cdn.example.com/menu.png\n",
        "https://cdn.example.com/\ud83d",
    ],
)
def test_what_is_no_url_is_refused_with_what_was_given(url: str) -> None:
    """Neither http nor https, no public host, or characters that no URL has."""
    decision = attach({"type": "file", "payload": {"url": url}})

    assert numbers(decision) == (100, None)
    assert isinstance(decision, Refusal)
    assert decision.message == f"(#100) {url} should represent a valid URL"


def test_a_refusal_repeats_no_more_than_the_beginning() -> None:
    """However long the URL, the refusal stays short."""
    decision = attach({"type": "file", "payload": {"url": "x" * 100_000}})

    assert isinstance(decision, Refusal)
    assert decision.message == f"(#100) {'x' * 80} should represent a valid URL"


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
@pytest.mark.parametrize("url", [URL, "http://203.0.113.7:8080/a?b#c", "HTTPS://A.EXAMPLE"])
@pytest.mark.parametrize("text", [{}, {"text": ""}, {"text": None}])
def test_media_by_url_goes_out(kind: str, url: str, text: JsonObject) -> None:
    """The four kinds, over http as well as https; an empty text beside them is none."""
    decision = attach({"type": kind, "payload": {"url": url}}, metadata="k", **text)

    assert decision == Outgoing(
        psid="1",
        text="",
        metadata="k",
        messaging_type=None,
        tag=None,
        attachments=(Attachment(kind, url),),
    )


@pytest.mark.parametrize(("text", "allowed"), [("a" * 2000, True), ("a" * 2001, False)])
def test_a_text_has_at_most_2000_characters(text: str, *, allowed: bool) -> None:
    """2000 pass, 2001 do not, and the refusal has Meta's words."""
    decision = ask({"recipient": TO, "message": {"text": text}})

    assert isinstance(decision, Outgoing) is allowed
    if isinstance(decision, Refusal):
        words = "(#100) Length of param message[text] must be less than or equal to 2000"
        assert decision.message == words


@pytest.mark.parametrize(("text", "allowed"), [("🙂" * 1000, True), ("🙂" * 1001, False)])
def test_length_is_counted_in_utf_16_units(text: str, *, allowed: bool) -> None:
    """A character outside the BMP counts twice."""
    assert isinstance(ask({"recipient": TO, "message": {"text": text}}), Outgoing) is allowed


@pytest.mark.parametrize(("length", "allowed"), [(1000, True), (1001, False)])
def test_metadata_has_at_most_1000_characters(length: int, *, allowed: bool) -> None:
    """1000 pass, 1001 do not."""
    decision = ask({"recipient": TO, "message": {"text": "Hi", "metadata": "m" * length}})

    assert isinstance(decision, Outgoing) is allowed


@pytest.mark.parametrize(
    ("extra", "elapsed", "expected"),
    [
        ({}, DAY - 1, None),
        ({}, DAY, (10, 2018278)),
        ({"messaging_type": "RESPONSE"}, DAY - 1, None),
        ({"messaging_type": "RESPONSE"}, DAY, (10, 2018278)),
        ({"messaging_type": "UPDATE"}, DAY, (10, 2018278)),
        ({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}, 7 * DAY - 1, None),
        ({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}, 7 * DAY, (10, 2018278)),
        ({"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, 0, (100, 1893061)),
        ({"messaging_type": "MESSAGE_TAG", "tag": "CONFIRMED_EVENT_UPDATE"}, 0, (100, 1893061)),
        ({"messaging_type": "MESSAGE_TAG", "tag": "POST_PURCHASE_UPDATE"}, 0, (100, 1893061)),
        ({"tag": "HUMAN_AGENT"}, 2 * DAY, None),
        ({"notification_type": "SILENT_PUSH"}, 0, None),
    ],
)
def test_the_window_depends_on_type_and_tag(
    extra: JsonObject, elapsed: float, expected: tuple[int, int] | None
) -> None:
    """24 hours for all, 7 days for HUMAN_AGENT, and never for the tags that ended."""
    decision = ask({**OUT, **extra}, elapsed=elapsed)

    assert isinstance(decision, Outgoing) if expected is None else numbers(decision) == expected


@pytest.mark.parametrize("action", ["typing_on", "typing_off", "mark_seen"])
def test_an_action_is_answered_with_the_recipient_alone(action: str) -> None:
    """Nothing is sent, so there is no message id."""
    assert ask({"recipient": TO, "sender_action": action}) == {"recipient_id": "1"}


def test_a_recipient_may_be_a_number() -> None:
    """Meta takes a PSID as a JSON number too, and answers with text."""
    decision = ask({"recipient": {"id": 1}, "message": {"text": "Hi", "metadata": "k"}})

    assert decision == Outgoing(
        psid="1", text="Hi", metadata="k", messaging_type=None, tag=None, attachments=()
    )


@pytest.mark.parametrize(
    ("token", "code"), [(None, 2500), ("", 2500), ("wrong", 190), (["wrong"], 190)]
)
def test_the_token_is_checked_before_all_else(token: object, code: int) -> None:
    """A call without the page's token is refused, however wrong the rest may be."""
    assert numbers(ask({}, token=token)) == (code, None)


@pytest.mark.parametrize(
    ("proof", "accepted"),
    [
        ({"appsecret_proof": appsecret_proof(PAGE.access_token, PAGE.app_secret)}, True),
        ({"appsecret_proof": "0" * 64}, False),
        ({"appsecret_proof": 7}, False),
        (
            {
                "appsecret_proof": appsecret_proof(
                    f"{PAGE.access_token}|{NOW:.0f}", PAGE.app_secret
                ),
                "appsecret_time": f"{NOW:.0f}",
            },
            True,
        ),
        (
            {
                "appsecret_proof": appsecret_proof(
                    f"{PAGE.access_token}|{NOW - 301:.0f}", PAGE.app_secret
                ),
                "appsecret_time": f"{NOW - 301:.0f}",
            },
            False,
        ),
        ({"appsecret_proof": "0" * 64, "appsecret_time": "soon"}, False),
    ],
)
def test_a_proof_that_is_present_must_be_right(proof: JsonObject, *, accepted: bool) -> None:
    """Plain proofs last for ever, timed ones five minutes; a wrong one has Meta's text."""
    decision = ask({**OUT, **proof})

    assert isinstance(decision, Outgoing) is accepted
    if isinstance(decision, Refusal):
        assert decision.type == "GraphMethodException"
        assert decision.message == "Invalid appsecret_proof provided in the API argument"


@pytest.mark.parametrize(
    ("method", "segments", "expected"),
    [
        ("POST", ("999", "messages"), (100, 33)),
        ("POST", ("me",), (2500, None)),
        ("GET", ("me", "messages"), (2500, None)),
        ("GET", (), (2500, None)),
        ("GET", ("v99.0", "me"), (2500, None)),
    ],
)
def test_a_path_that_is_not_there_is_a_graph_error(
    method: str, segments: tuple[str, ...], expected: tuple[int, int | None]
) -> None:
    """A foreign object is 100/33; any other unknown path is 2500."""
    call = Call(params={}, token=PAGE.access_token)

    decision = decide(call, method, segments, page=PAGE, people={}, now=NOW)

    assert numbers(decision) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, {"id": PAGE.id, "name": PAGE.name}),
        ({"fields": "name"}, {"name": PAGE.name, "id": PAGE.id}),
        ({"fields": "id, name"}, {"id": PAGE.id, "name": PAGE.name}),
    ],
)
@pytest.mark.parametrize("node", ["me", PAGE.id])
def test_the_page_tells_who_it_is(node: str, params: JsonObject, expected: JsonObject) -> None:
    """`me` and the page's own id are one node, and the id comes unasked."""
    call = Call(params=params, token=PAGE.access_token)

    assert decide(call, "GET", (node,), page=PAGE, people={}, now=NOW) == expected


def test_a_field_that_is_not_modelled_is_refused() -> None:
    """The page has more fields at Meta than here, and the refusal says so."""
    call = Call(params={"fields": "id,about"}, token=PAGE.access_token)

    decision = decide(call, "GET", ("me",), page=PAGE, people={}, now=NOW)

    assert isinstance(decision, Refusal)
    assert "the page's field about" in decision.message


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
NAMES = ("recipient", "message", "sender_action", "messaging_type", "tag", "notification_type")


@given(
    params=st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, VALUES)),
    addressed=st.booleans(),
)
def test_any_json_gets_a_decision(params: JsonObject, *, addressed: bool) -> None:
    """No JSON whatever makes a check crash."""
    decision = ask({**params, "recipient": TO} if addressed else params)

    assert isinstance(decision, Refusal | Outgoing | dict)


URLS = VALUES | st.text().map("https://".__add__) | st.text().map("http://a.example/".__add__)
PAYLOADS = VALUES | st.fixed_dictionaries({}, optional={"url": URLS})
ATTACHMENTS = VALUES | st.fixed_dictionaries(
    {"type": VALUES | st.just("image")}, optional={"payload": PAYLOADS}
)


@given(
    content=st.fixed_dictionaries(
        {}, optional={"text": VALUES, "metadata": VALUES, "attachment": ATTACHMENTS}
    )
)
def test_any_message_gets_a_decision(content: JsonObject) -> None:
    """No message whatever makes a check crash."""
    decision = ask({"recipient": TO, "message": content})

    assert isinstance(decision, Refusal | Outgoing)
    if isinstance(decision, Outgoing):
        assert bool(decision.text) is not bool(decision.attachments)
