"""Who may call: the token, its proof, and what the app is allowed, in Meta's order."""

import pytest
from sandbox.graph.kit import (
    HI,
    OTHER_APP,
    OTHER_PAGE,
    OUT,
    PAGE,
    PSID,
    START,
    TO,
    Api,
    granted,
    message,
    numbers,
    refused,
)

from messengerkit.sandbox.graph.calls import Call, RawCall
from messengerkit.sandbox.graph.refusals import Refused
from messengerkit.sandbox.graph.routes import ask_of
from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.signature import appsecret_proof


@pytest.mark.parametrize(
    ("token", "code"), [(None, 2500), ("", 2500), ("wrong", 190), (["wrong"], 190), (7, 190)]
)
def test_the_token_is_checked_before_all_else(token: object, code: int) -> None:
    """A call without the page's token is refused, however wrong the rest may be."""
    answer = Api().call("POST", "nowhere/messages", {"access_token": token}, token=None)

    assert numbers(answer) == (code, None)


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492, 1])
def test_a_dead_token_says_of_what_it_died(subcode: int) -> None:
    """The code is 190, and the subcode tells a password from a logout."""
    api = Api()
    api.world.tokens[PAGE.access_token].dead = subcode

    answer = api.send(OUT)

    assert numbers(answer) == (190, subcode)
    assert message(answer).startswith("Error validating access token: ")


def proof(stamp: str | None = None) -> str:
    """Return the right proof, timed if there is a *stamp*."""
    words = PAGE.access_token if stamp is None else f"{PAGE.access_token}|{stamp}"
    return appsecret_proof(words, PAGE.app_secret)


NOW = f"{START:.0f}"
EDGE = f"{START - 300:.0f}"
LATE = f"{START - 301:.0f}"


@pytest.mark.parametrize(
    ("params", "accepted"),
    [
        ({"appsecret_proof": proof()}, True),
        ({"appsecret_proof": None}, True),
        ({"appsecret_proof": "0" * 64}, False),
        ({"appsecret_proof": 7}, False),
        ({"appsecret_proof": proof(NOW), "appsecret_time": NOW}, True),
        ({"appsecret_proof": proof(NOW), "appsecret_time": int(NOW)}, True),
        ({"appsecret_proof": proof(EDGE), "appsecret_time": EDGE}, True),
        ({"appsecret_proof": proof(LATE), "appsecret_time": LATE}, False),
        ({"appsecret_proof": proof(NOW), "appsecret_time": EDGE}, False),
        ({"appsecret_proof": "0" * 64, "appsecret_time": "soon"}, False),
        ({"appsecret_proof": proof("9" * 13), "appsecret_time": "9" * 13}, False),
    ],
)
def test_a_proof_that_is_present_must_be_right(params: JsonObject, *, accepted: bool) -> None:
    """Plain proofs last for ever, timed ones five minutes; a wrong one has Meta's text."""
    answer = Api().send({**OUT, **params})

    if accepted:
        assert "message_id" in granted(answer)
    else:
        assert refused(answer).type == "GraphMethodException"
        assert message(answer) == "Invalid appsecret_proof provided in the API argument"


def test_an_app_may_require_the_proof() -> None:
    """Then a call without one is refused, unless its token holds the secret already."""
    api = Api(require_proof=True)

    assert message(api.send(OUT)).endswith("require an appsecret_proof argument")
    assert refused(api.send(OUT)).type == "GraphMethodException"
    assert "message_id" in granted(api.send({**OUT, "appsecret_proof": proof()}))
    token = f"{PAGE.app_id}|{PAGE.app_secret}"
    assert "data" in granted(api.get("debug_token", token, input_token="x"))


def test_the_permission_comes_before_the_parameters() -> None:
    """An app without pages_messaging hears of nothing else."""
    answer = Api(lacking=["pages_messaging"]).send({})

    assert numbers(answer) == (200, None)
    assert message(answer) == "(#200) Requires pages_messaging permission to manage the object"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "me/messages"),
        ("POST", "me/message_attachments"),
        ("GET", "me/messenger_profile"),
        ("POST", "me/messenger_profile"),
        ("DELETE", "me/messenger_profile"),
        ("GET", "me/custom_user_settings"),
        ("GET", "me/personas"),
        ("POST", "me/personas"),
        ("GET", "me/conversations"),
        ("POST", "me/pass_thread_control"),
        ("POST", "me/take_thread_control"),
        ("POST", "me/request_thread_control"),
        ("POST", "me/release_thread_control"),
        ("POST", "me/extend_thread_control"),
        ("GET", "me/thread_owner"),
        ("GET", "me/secondary_receivers"),
    ],
)
def test_all_of_messaging_needs_its_permission(method: str, path: str) -> None:
    """Without pages_messaging each of these is code 200."""
    assert numbers(Api(lacking=["pages_messaging"]).call(method, path)) == (200, None)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_subscribing_needs_a_permission_of_its_own(method: str) -> None:
    """It is pages_manage_metadata."""
    answer = Api(lacking=["pages_manage_metadata"]).call(method, "me/subscribed_apps")

    assert numbers(answer) == (200, None)
    assert "pages_manage_metadata" in message(answer)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "me/messages"),
        ("GET", "me"),
        ("GET", PAGE.id),
        ("GET", PSID),
        ("GET", "me/conversations"),
        ("POST", f"{PAGE.id}/message_attachments"),
    ],
)
def test_what_is_of_a_page_needs_a_page_token(method: str, path: str) -> None:
    """An app's own token is refused with code 190, before anything else is looked at."""
    answer = Api().call(method, path, token=f"{PAGE.app_id}|{PAGE.app_secret}")

    assert numbers(answer) == (190, None)
    assert message(answer) == "(#190) This method must be called with a Page Access Token"


def test_the_conversation_of_a_page_needs_a_page_token() -> None:
    """A thread or a message is read with the token of its page."""
    api = Api()
    entry = api.writes()

    for path in (api.conversation.id, entry.mid):
        assert numbers(api.get(path, f"{PAGE.app_id}|{PAGE.app_secret}")) == (190, None)


def test_an_app_of_the_page_acts_as_itself() -> None:
    """What another app sends is known to be that app's."""
    api = Api()

    granted(api.send(OUT, api.other_token))

    assert api.delivered.app_id == OTHER_APP.id


def test_a_psid_is_good_for_one_page_alone() -> None:
    """The token of another page finds nobody under it."""
    api = Api()

    assert numbers(api.send(OUT, OTHER_PAGE.access_token)) == (100, 2018001)
    api.meet(PSID, "Ana", OTHER_PAGE).acts(START)
    assert "message_id" in granted(api.send(OUT, OTHER_PAGE.access_token))


def test_no_secret_shows() -> None:
    """Neither a token nor an ask has it in its `repr`."""
    api = Api()
    raw = RawCall(method="GET", path="/me", query="", headers={}, body=b"")
    ask = ask_of(raw, Call(params={}, token=PAGE.access_token), api.world, home="", lag=0)

    shown = repr(ask.call) + repr(ask.owner) + repr(api.world.tokens[PAGE.access_token])

    assert PAGE.access_token not in shown
    assert PAGE.app_secret not in shown


def test_a_refusal_is_an_exception_with_its_text() -> None:
    """Whoever logs it reads Meta's words."""
    error = Refused(refused(Api().send({"recipient": TO, "message": HI, "tag": "x"})))

    assert str(error) == error.refusal.message
