"""Floor 8: Meta's checks of buttons; pure.

Platform page: /docs/messenger-platform/reference/buttons.
"""

import re
from collections.abc import Callable, Mapping

from .reading import Part, is_https
from .refusals import (
    EMPTY_PAYLOAD,
    EMPTY_TITLE,
    EMPTY_URL,
    Refusal,
    Refused,
    must_be,
    must_be_one_of,
    required,
)

_TITLE = 20
_PAYLOAD = 1000
_RATIOS = ("compact", "tall", "full")
_WEBVIEW = (
    "webview_height_ratio",
    "messenger_extensions",
    "fallback_url",
    "webview_share_button",
)
_PHONE = re.compile(r"\+[0-9]{4,20}")
_MOST = 3


def read_buttons(part: Part, *, least: int = 0) -> None:
    """Refuse the buttons of *part* that Meta refuses; one bad one fails the message."""
    for button in part.parts("buttons", _MOST, least):
        read_button(button)


def read_button(button: Part, title: int = _TITLE) -> None:
    """Refuse a button that Meta refuses; *title* is how long its title may be."""
    kind = button.text("type")
    if kind is None:
        raise Refused(required(button.at("type")))
    if kind not in _KINDS:
        raise Refused(must_be_one_of(button.at("type"), _KINDS))
    _KINDS[kind](button, title)


def read_default_action(action: Part) -> None:
    """Refuse what a tap on a card cannot open."""
    if action.text("type") != "web_url":
        raise Refused(must_be(action.at("type"), "web_url"))
    action.only(("type", "url", *_WEBVIEW))
    _read_url(action)
    _read_webview(action)


def _web_url(button: Part, title: int) -> None:
    button.only(("type", "title", "url", *_WEBVIEW))
    _filled(button, "title", title, EMPTY_TITLE)
    _read_url(button)
    _read_webview(button)


def _postback(button: Part, title: int) -> None:
    button.only(("type", "title", "payload"))
    _filled(button, "title", title, EMPTY_TITLE)
    _filled(button, "payload", _PAYLOAD, EMPTY_PAYLOAD)


def _phone_number(button: Part, title: int) -> None:
    button.only(("type", "title", "payload"))
    _filled(button, "title", title, EMPTY_TITLE)
    number = button.words("payload", _PAYLOAD)
    if not _PHONE.fullmatch(number):
        raise Refused(must_be(button.at("payload"), "a phone number of + and digits"))


def _account_link(button: Part, _: int) -> None:
    button.only(("type", "url"))
    _read_url(button)
    _need_https(button)


def _account_unlink(button: Part, _: int) -> None:
    button.only(("type",))


def _game_play(button: Part, title: int) -> None:
    button.only(("type", "title", "payload", "game_metadata"))
    _filled(button, "title", title, EMPTY_TITLE)
    button.text("payload", _PAYLOAD)
    if (metadata := button.part("game_metadata")) is not None:
        metadata.only(("player_id", "context_id"))
        metadata.identifier("player_id")
        metadata.identifier("context_id")


_KINDS: Mapping[str, Callable[[Part, int], None]] = {
    "web_url": _web_url,
    "postback": _postback,
    "phone_number": _phone_number,
    "account_link": _account_link,
    "account_unlink": _account_unlink,
    "game_play": _game_play,
}


def _filled(button: Part, name: str, limit: int, otherwise: Refusal) -> None:
    if not button.text(name, limit):
        raise Refused(otherwise)


def _read_url(button: Part) -> None:
    if not button.text("url"):
        raise Refused(EMPTY_URL)
    button.url("url")


def _read_webview(button: Part) -> None:
    button.one_of("webview_height_ratio", _RATIOS)
    button.url("fallback_url")
    button.one_of("webview_share_button", ("hide",))
    if button.flag("messenger_extensions"):
        _need_https(button)


def _need_https(button: Part) -> None:
    if not is_https(str(button.value["url"])):
        raise Refused(must_be(button.at("url"), "an https URL"))
