"""Floor 8: Meta's checks of persistent menus; pure.

Platform page: /docs/messenger-platform/send-messages/persistent-menu.
"""

from .buttons import read_button
from .reading import Part
from .refusals import NESTED_MENU, Refused

_ITEMS = 20
_TITLE = 30


def read_menu(params: Part, name: str) -> None:
    """Refuse a menu that Meta refuses."""
    for menu in params.by_locale(name):
        menu.only(("locale", "composer_input_disabled", "call_to_actions"))
        menu.flag("composer_input_disabled")
        for item in menu.parts("call_to_actions", _ITEMS):
            if item.text("type") == "nested":
                raise Refused(NESTED_MENU)
            item.one_of("type", ("postback", "web_url"))
            read_button(item, _TITLE)
