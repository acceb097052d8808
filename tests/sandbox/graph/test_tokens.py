"""Tokens and subscriptions: what is known of them, and who hears of the page."""

import pytest
from sandbox.graph.kit import (
    DAY,
    OTHER_APP,
    OWN_APP,
    PAGE,
    PSID,
    START,
    Api,
    granted,
    message,
    numbers,
    rows,
)

from messengerkit.sandbox import Sandbox
from messengerkit.sandbox.graph.handshakes import Handshake
from messengerkit.sandbox.jsontext import JsonObject, is_object
from messengerkit.sandbox.page import PERMISSIONS
from messengerkit.sandbox.world.pages import Linking
from messengerkit.signature import appsecret_proof

SCOPES = PERMISSIONS - {"human_agent", "business_asset_user_profile_access"}
APP_TOKEN = f"{PAGE.app_id}|{PAGE.app_secret}"


def test_an_account_linking_token_is_somebodys() -> None:
    """The recipient's PSID is told; a wrong token is code 10303."""
    api = Api()
    api.page.linking["L"] = Linking(PSID, api.time)

    told = granted(api.get("me", fields="recipient", account_linking_token="L"))

    assert told == {"recipient": PSID, "id": PAGE.id}
    assert numbers(api.get("me", fields="recipient", account_linking_token="x")) == (10303, None)
    assert granted(api.get("me", account_linking_token="L"))["name"] == PAGE.name
    assert numbers(api.get("me", fields="recipient")) == (100, None)


@pytest.mark.parametrize(("elapsed", "is_good"), [(299.0, True), (300.0, False)])
def test_an_account_linking_token_lasts_5_minutes(elapsed: float, *, is_good: bool) -> None:
    """After that it is as good as a wrong one."""
    api = Api()
    api.page.linking["L"] = Linking(PSID, api.time)
    api.time += elapsed

    answer = api.get("me", fields="recipient", account_linking_token="L")

    assert is_object(answer) is is_good
    assert is_good or numbers(answer) == (10303, None)


def debug(api: Api, token: str) -> JsonObject:
    """Return what is known of *token*."""
    told = granted(api.get("debug_token", APP_TOKEN, input_token=token))["data"]
    assert is_object(told)
    return told


def test_a_page_token_is_told() -> None:
    """Whose it is, for which page, until when, and what it may."""
    scopes = sorted(SCOPES)

    assert debug(Api(), PAGE.access_token) == {
        "app_id": str(OWN_APP),
        "type": "PAGE",
        "application": "Sandbox App",
        "is_valid": True,
        "data_access_expires_at": int(START + 90 * DAY),
        "expires_at": 0,
        "issued_at": int(START),
        "profile_id": PAGE.id,
        "scopes": scopes,
        "granular_scopes": [{"scope": one, "target_ids": [PAGE.id]} for one in scopes],
    }


def test_an_apps_own_token_is_told() -> None:
    """It has no page, and no scopes."""
    told = debug(Api(), APP_TOKEN)

    assert told == {
        "app_id": str(OWN_APP),
        "type": "APP",
        "application": "Sandbox App",
        "is_valid": True,
    }


def test_a_token_that_is_not_valid_is_no_error() -> None:
    """It is told with an error in the data, dead or unknown."""
    api = Api()
    api.world.tokens[PAGE.access_token].dead = 463

    dead, unknown = debug(api, PAGE.access_token), debug(api, "x")

    assert dead["is_valid"] is False
    assert dead["error"] == {
        "code": 190,
        "message": "Error validating access token: Session has expired.",
        "subcode": 463,
    }
    assert unknown["is_valid"] is False
    assert is_object(unknown["error"])
    assert unknown["error"]["code"] == 190


def test_a_token_to_be_told_is_named() -> None:
    """The parameter is required."""
    answer = Api().get("debug_token", APP_TOKEN)

    assert message(answer) == "(#100) The parameter input_token is required"


def test_an_app_subscribes_to_the_page() -> None:
    """The fields are replaced; each app has its own."""
    api = Api()

    for fields in ("messages,feed", "messages, message_echoes"):
        answer = api.call("POST", "me/subscribed_apps", query={"subscribed_fields": fields})
        assert granted(answer) == {"success": True}
    api.post("me/subscribed_apps", {"subscribed_fields": ["standby"]}, api.other_token)

    own, other = rows(api.get("me/subscribed_apps"))
    assert own == {
        "category": "Messaging",
        "link": f"https://www.example.com/apps/{OWN_APP}",
        "name": "Sandbox App",
        "id": str(OWN_APP),
        "subscribed_fields": ["message_echoes", "messages"],
    }
    assert (other["id"], other["subscribed_fields"]) == (str(OTHER_APP.id), ["standby"])
    for _ in range(2):
        assert granted(api.call("DELETE", "me/subscribed_apps")) == {"success": True}
    assert rows(api.get("me/subscribed_apps")) == [other]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (None, "The parameter subscribed_fields is required"),
        ("", "The parameter subscribed_fields is required"),
        ("messages,gossip", "Param subscribed_fields must be one of {agent_messages, "),
        ([7], "Param subscribed_fields must be an array of strings"),
        (7, "Param subscribed_fields must be an array"),
    ],
)
def test_wrong_fields_subscribe_to_nothing(fields: object, words: str) -> None:
    """Meta knows its fields."""
    api = Api()

    answer = api.post("me/subscribed_apps", {"subscribed_fields": fields})

    assert message(answer).startswith(f"(#100) {words}")
    assert api.page.subscribed == {}


SUBSCRIPTION = {
    "object": "page",
    "callback_url": "https://a.example/webhook",
    "verify_token": "verify-me",
    "fields": "messages",
}


def test_an_apps_subscription_begins_with_a_handshake() -> None:
    """What must be asked of the callback; its token does not show."""
    answer = Api().post(f"{OWN_APP}/subscriptions", SUBSCRIPTION, APP_TOKEN)

    assert answer == Handshake(
        app_id=OWN_APP, callback_url="https://a.example/webhook", verify_token="verify-me"
    )
    assert "verify-me" not in repr(answer)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"object": None}, "The parameter object is required"),
        ({"object": "user"}, "Param object must be page"),
        ({"callback_url": None}, "The parameter callback_url is required"),
        ({"verify_token": ""}, "param verify_token must be non-empty."),
    ],
)
def test_a_wrong_subscription_shakes_no_hands(change: JsonObject, words: str) -> None:
    """All three are needed."""
    answer = Api().post(f"{OWN_APP}/subscriptions", {**SUBSCRIPTION, **change}, APP_TOKEN)

    assert message(answer) == f"(#100) {words}"


def test_an_apps_subscription_has_fields_that_there_are() -> None:
    """Misspelt, they would be heard of nowhere."""
    wrong = {**SUBSCRIPTION, "fields": "messages,mesage_echoes"}

    answer = Api().post(f"{OWN_APP}/subscriptions", wrong, APP_TOKEN)

    assert message(answer).startswith("(#100) Param fields must be one of {agent_messages, ")


@pytest.mark.parametrize(
    "field",
    [
        "messaging_in_thread_lead_form_submit",
        "message_template_status_update",
        "messaging_checkout_updates",
        "call_settings_update",
        "marketing_message_delivery_failed",
        "business_integrity",
    ],
)
def test_every_field_of_metas_can_be_subscribed_to(field: str) -> None:
    """Also one of which nothing happens here: a backend asks for all that it knows."""
    api = Api()

    granted(api.post("me/subscribed_apps", {"subscribed_fields": [field, "messages"]}))

    assert api.page.subscribed == {OWN_APP: {field, "messages"}}


@pytest.mark.parametrize(
    ("node", "token", "words"),
    [
        (OWN_APP, PAGE.access_token, "This call needs the access token of an app"),
        (OTHER_APP.id, APP_TOKEN, "Param app must be the one whose token it is"),
    ],
)
def test_an_app_subscribes_itself_alone(node: int, token: str, words: str) -> None:
    """With its own token."""
    answer = Api().post(f"{node}/subscriptions", SUBSCRIPTION, token)

    assert message(answer) == f"(#100) {words}"


TWO_HOURS = 7200


def test_the_token_of_a_user_is_told() -> None:
    """It is no page's, works for two hours, and then it has expired."""
    api = Api()
    token = api.world.let_in("Uma Example", PAGE.id, TWO_HOURS)

    told, me = debug(api, token.value), granted(api.get("me", token.value, fields="id,name"))
    api.time += TWO_HOURS

    assert (told["type"], told["is_valid"]) == ("USER", True)
    assert (told["expires_at"], told.get("profile_id")) == (int(START + TWO_HOURS), None)
    assert told["granular_scopes"] == [{"scope": one} for one in sorted(SCOPES)]
    assert me == {"id": told["user_id"], "name": "Uma Example"}
    assert numbers(api.get("me", token.value)) == (190, 463)
    assert debug(api, token.value)["is_valid"] is False


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "me/messages"), ("GET", "me/subscribed_apps"), ("GET", PAGE.id), ("GET", PSID)],
)
def test_the_token_of_a_user_is_no_pages(method: str, path: str) -> None:
    """What is of a page is refused with code 190."""
    api = Api()
    token = api.world.let_in("Uma Example", PAGE.id, TWO_HOURS).value

    answer = api.call(method, path, token=token)

    assert numbers(answer) == (190, None)
    assert message(answer) == "(#190) This method must be called with a Page Access Token"


def test_the_token_of_a_user_is_no_apps() -> None:
    """It subscribes no app, and knows of a user only what Meta tells."""
    api = Api(require_proof=True)
    token = api.world.let_in("Uma Example", PAGE.id, TWO_HOURS).value
    proof = {"appsecret_proof": appsecret_proof(token, PAGE.app_secret)}

    answer = api.post(f"{OWN_APP}/subscriptions", {**SUBSCRIPTION, **proof}, token)

    assert message(answer) == "(#100) This call needs the access token of an app"
    assert message(api.get("me", token)).endswith("require an appsecret_proof argument")
    assert message(api.get("me", token, fields="email", **proof)).startswith("(#100) The sandbox")
    assert granted(api.get("me", token, **proof))["name"] == "Uma Example"


def test_a_sandbox_gives_such_a_token() -> None:
    """Also before it listens."""
    sandbox = Sandbox()

    assert sandbox.user_token() != sandbox.user_token(page=sandbox.page)
