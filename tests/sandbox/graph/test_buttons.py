"""Buttons: the six kinds, in Meta's numbers and words."""

import pytest
from sandbox.graph.kit import URL, Api, granted, message, numbers, template

from messengerkit.sandbox.jsontext import JsonObject

BUTTON = {"type": "postback", "title": "Yes", "payload": "YES"}
LINK = {"type": "web_url", "title": "Go", "url": "https://a.example"}


def buttons(*given: object, **more: object) -> JsonObject:
    """Return a button template."""
    return template("button", text="Well?", buttons=list(given), **more)


P = "name_placeholder"


@pytest.mark.parametrize(
    "button",
    [
        {**LINK, "title": "t" * 20},
        {
            **LINK,
            "webview_height_ratio": "tall",
            "messenger_extensions": True,
            "fallback_url": "https://a.example/f",
            "webview_share_button": "hide",
        },
        {**LINK, "url": "http://a.example", "messenger_extensions": False},
        {**LINK, "url": "HTTPS://a.example", "messenger_extensions": True},
        {**BUTTON, "payload": "p" * 1000},
        {"type": "phone_number", "title": "Call", "payload": "+15550100"},
        {"type": "account_link", "url": "https://a.example/login"},
        {"type": "account_unlink"},
        {"type": "game_play", "title": "Play", "payload": "P", "game_metadata": {"player_id": "1"}},
        {"type": "game_play", "title": "Play"},
    ],
)
def test_a_right_button_goes_out(button: JsonObject) -> None:
    """Each of the six kinds."""
    assert "message_id" in granted(Api().attach(buttons(button)))


B = f"{P}[buttons][0]"


@pytest.mark.parametrize(
    ("button", "expected", "words"),
    [
        ({}, (100, None), f"The parameter {B}[type] is required"),
        ({"type": ["postback"]}, (100, None), f"Param {B}[type] must be a string"),
        (
            {"type": "element_share"},
            (100, None),
            (
                f"Param {B}[type] must be one of {{account_link, account_unlink, game_play, "
                "phone_number, postback, web_url}"
            ),
        ),
        ({**BUTTON, "title": ""}, (100, 2018053), "Button title cannot be empty"),
        ({**LINK, "title": None}, (100, 2018053), "Button title cannot be empty"),
        ({**BUTTON, "payload": ""}, (100, 2018040), "Postback payload cannot be empty"),
        ({**LINK, "url": ""}, (100, 2018041), "Button URL cannot be empty"),
        ({**LINK, "url": "x"}, (100, None), "x should represent a valid URL"),
        (
            {**BUTTON, "title": "t" * 21},
            (100, None),
            f"Length of param {B}[title] must be less than or equal to 20",
        ),
        (
            {**BUTTON, "payload": "p" * 1001},
            (100, None),
            f"Length of param {B}[payload] must be less than or equal to 1000",
        ),
        ({**BUTTON, "url": "x"}, (100, None), f"The sandbox does not model {B}[url] yet"),
        (
            {**LINK, "webview_height_ratio": "half"},
            (100, None),
            f"Param {B}[webview_height_ratio] must be one of {{compact, full, tall}}",
        ),
        (
            {**LINK, "webview_share_button": "show"},
            (100, None),
            f"Param {B}[webview_share_button] must be one of {{hide}}",
        ),
        ({**LINK, "fallback_url": "x"}, (100, None), "x should represent a valid URL"),
        (
            {**LINK, "url": "http://a.example", "messenger_extensions": "true"},
            (100, None),
            f"Param {B}[url] must be an https URL",
        ),
        (
            {"type": "phone_number", "title": "Call", "payload": "555"},
            (100, None),
            f"Param {B}[payload] must be a phone number of + and digits",
        ),
        (
            {"type": "account_link", "url": "http://a.example"},
            (100, None),
            f"Param {B}[url] must be an https URL",
        ),
        (
            {"type": "account_link", "url": URL, "title": "Log in"},
            (100, None),
            f"The sandbox does not model {B}[title] yet",
        ),
        (
            {"type": "account_unlink", "title": "Log out"},
            (100, None),
            f"The sandbox does not model {B}[title] yet",
        ),
        (
            {"type": "game_play", "title": "Play", "game_metadata": {"level": 1}},
            (100, None),
            f"The sandbox does not model {B}[game_metadata][level] yet",
        ),
        (
            {"type": "game_play", "title": "Play", "game_metadata": "1"},
            (100, None),
            f"Param {B}[game_metadata] must be a JSON object",
        ),
    ],
)
def test_a_wrong_button_is_refused(
    button: JsonObject, expected: tuple[int, int | None], words: str
) -> None:
    """With what is wrong, and where."""
    answer = Api().attach(buttons(button))

    assert (numbers(answer), message(answer)) == (expected, f"(#100) {words}")
