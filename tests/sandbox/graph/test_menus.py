"""Menus: that of the page, and those of single people."""

import pytest
from sandbox.graph.kit import (
    EMPTY,
    PSID,
    Answer,
    Api,
    got,
    granted,
    message,
    numbers,
    put,
    rows,
)

from messengerkit.sandbox.world.meters import Rates

DONE = {"result": "success"}
START_BUTTON = {"payload": "START"}
ITEM = {"type": "postback", "title": "Help", "payload": "HELP"}
MENU = [{"locale": "default", "composer_input_disabled": False, "call_to_actions": [ITEM]}]


def remove(api: Api, *names: str) -> Answer:
    """Return the answer to a DELETE."""
    return api.call("DELETE", "me/messenger_profile", {"fields": list(names)})


def test_a_menu_needs_a_get_started_button() -> None:
    """Set before or with it; and the button stays as long as the menu."""
    api = Api()

    assert "You must set a Get Started button" in message(put(api, persistent_menu=MENU))
    granted(put(api, persistent_menu=MENU, get_started=START_BUTTON))
    assert "cannot be deleted while there is" in message(remove(api, "get_started"))
    granted(put(api, persistent_menu=MENU))
    assert granted(remove(api, "get_started", "persistent_menu")) == DONE
    assert got(api, "get_started", "persistent_menu") == []


@pytest.mark.parametrize(
    ("menu", "code", "words"),
    [
        ({}, 100, "Param persistent_menu must be an array"),
        ([], 194, "param persistent_menu has too few elements."),
        ([EMPTY], 100, "The parameter persistent_menu[0][locale] is required"),
        ([{"locale": "de_DE"}], 100, "Param persistent_menu must be with the locale default"),
        (
            [{"locale": "default", "call_to_actions": [ITEM] * 21}],
            105,
            "param persistent_menu[0][call_to_actions] has too many elements.",
        ),
        (
            [{"locale": "default", "call_to_actions": [{"type": "nested"}]}],
            11,
            "Nested persistent menus are deprecated",
        ),
        (
            [{"locale": "default", "call_to_actions": [{"type": "phone_number"}]}],
            100,
            "Param persistent_menu[0][call_to_actions][0][type] must be one of {postback, web_url}",
        ),
        (
            [{"locale": "default", "call_to_actions": [{"type": ["nested"]}]}],
            100,
            "Param persistent_menu[0][call_to_actions][0][type] must be a string",
        ),
        (
            [{"locale": "default", "call_to_actions": [EMPTY]}],
            100,
            "The parameter persistent_menu[0][call_to_actions][0][type] is required",
        ),
        (
            [{"locale": "default", "call_to_actions": [{**ITEM, "title": "t" * 31}]}],
            100,
            (
                "Length of param persistent_menu[0][call_to_actions][0][title] must be "
                "less than or equal to 30"
            ),
        ),
        (
            [{"locale": "default", "composer_input_disabled": 7}],
            100,
            "Param persistent_menu[0][composer_input_disabled] must be a boolean",
        ),
        (
            [{"locale": "default", "color": "red"}],
            100,
            "The sandbox does not model persistent_menu[0][color] yet",
        ),
    ],
)
def test_a_wrong_menu_is_refused(menu: object, code: int, words: str) -> None:
    """On the page and for one person alike."""
    api = Api()
    granted(put(api, get_started=START_BUTTON))
    before = api.state()

    for answer in (
        put(api, persistent_menu=menu),
        api.post("me/custom_user_settings", {"psid": PSID, "persistent_menu": menu}),
    ):
        assert (numbers(answer), message(answer)) == ((code, None), f"(#{code}) {words}")
    assert api.state() == before


def settings(api: Api, method: str, **params: object) -> Answer:
    """Return the answer to a call about the menu of the person."""
    return api.call(method, "me/custom_user_settings", {"psid": PSID, **params})


def test_one_person_may_have_a_menu_of_their_own() -> None:
    """It is told beside that of the page."""
    api = Api()
    assert granted(settings(api, "GET")) == {"data": []}
    assert "Get Started" in message(settings(api, "POST", persistent_menu=MENU))
    granted(put(api, get_started=START_BUTTON))
    assert granted(settings(api, "POST", persistent_menu=MENU)) == DONE
    assert rows(settings(api, "GET")) == [{"user_level_persistent_menu": MENU}]
    granted(put(api, persistent_menu=MENU))

    assert rows(settings(api, "GET")) == [
        {"user_level_persistent_menu": MENU, "page_level_persistent_menu": MENU}
    ]
    for _ in range(2):
        assert granted(settings(api, "DELETE", params=["persistent_menu"])) == DONE
    assert rows(settings(api, "GET")) == [{"page_level_persistent_menu": MENU}]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_menu_is_somebodys(method: str) -> None:
    """The PSID is needed, and must be the page's."""
    api = Api()

    assert message(settings(api, method, psid=None)) == "(#100) The parameter psid is required"
    assert numbers(settings(api, method, psid="2")) == (100, 2018001)
    assert numbers(settings(api, method, psid=[2])) == (100, None)


@pytest.mark.parametrize("params", [None, [], "greeting", ["persistent_menu", "x"]])
def test_what_is_taken_away_is_named(params: object) -> None:
    """It can only be the menu."""
    answer = settings(Api(), "DELETE", params=params)

    assert message(answer) == '(#100) Param params must be ["persistent_menu"]'


def test_a_persons_menu_has_a_meter_of_its_own() -> None:
    """Ten calls for each person in ten minutes; refused ones do not count."""
    api = Api(rates=Rates())
    api.meet("2")
    for _ in range(10):
        settings(api, "GET")
        settings(api, "DELETE")

    assert numbers(settings(api, "GET")) == (613, None)
    assert numbers(settings(api, "DELETE", params=["persistent_menu"])) == (613, None)
    granted(put(api, get_started=START_BUTTON))
    assert numbers(settings(api, "POST", persistent_menu=MENU)) == (613, None)
    assert granted(settings(api, "GET", psid="2")) == {"data": []}
