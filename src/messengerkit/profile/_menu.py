"""Floor 2: the menu beside the composer, of the page or of one person.

Platform page: /docs/messenger-platform/send-messages/persistent-menu.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import model_validator
from typing_extensions import override

from messengerkit._model import Outbound, WireText, length
from messengerkit.buttons import (
    PAYLOAD_LIMIT,
    WebviewHeight,
    _Webview,
    count,
    instance_of,
    refused,
)

from ._locales import DEFAULT, EachLocale, Localised

Payload: TypeAlias = Annotated[WireText, length(PAYLOAD_LIMIT, least=1)]
"""What a tap tells you; the person never sees it."""

MenuTitle: TypeAlias = Annotated[WireText, length(30, least=1)]
"""What a menu item says."""


class MenuPostback(Outbound):
    """A menu item that sends you a postback.

    Attributes:
        title: What it says: 1 to 30 characters.
        payload: What the postback carries: 1 to 1000 characters.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    title: MenuTitle
    payload: Payload

    def __init__(self, title: str, payload: str) -> None:
        super().__init__(title=title, payload=payload)

    def to_graph(self) -> dict[str, object]:
        """Return the item as Meta wants it."""
        return {"type": "postback", "title": self.title, "payload": self.payload}


class MenuLink(_Webview):
    """A menu item that opens a web page; all but the title is as in a `WebUrlButton`.

    Attributes:
        title: What it says: 1 to 30 characters.
        url: http or https; https only, where `messenger_extensions` is on.
        webview_height_ratio: How much of the screen the page takes; None is Meta's "full".
        messenger_extensions: Whether the page uses the Messenger Extensions SDK.
        fallback_url: What opens where the extensions are missing; only beside them.
        webview_share_button: "hide" takes the share button away.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    title: MenuTitle

    def __init__(
        self,
        title: str,
        url: str,
        *,
        webview_height_ratio: WebviewHeight | None = None,
        messenger_extensions: bool | None = None,
        fallback_url: str | None = None,
        webview_share_button: Literal["hide"] | None = None,
    ) -> None:
        super().__init__(
            title=title,
            url=url,
            webview_height_ratio=webview_height_ratio,
            messenger_extensions=messenger_extensions,
            fallback_url=fallback_url,
            webview_share_button=webview_share_button,
        )


MenuItem: TypeAlias = MenuPostback | MenuLink
"""Whatever a menu may hold; Meta has taken no menus in menus since v8."""


class Menu(Localised):
    """The menu for one language.

    Attributes:
        items: At most 20.
        composer_input_disabled: Whether the person can only tap, and not write; then there
            must be something to tap.
        locale: For whom.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    items: Annotated[
        tuple[Annotated[MenuItem, instance_of(MenuPostback, MenuLink)], ...], count(20)
    ]
    composer_input_disabled: bool = False

    def __init__(
        self,
        items: Sequence[MenuItem],
        *,
        locale: str = DEFAULT,
        composer_input_disabled: bool = False,
    ) -> None:
        super().__init__(
            items=items, locale=locale, composer_input_disabled=composer_input_disabled
        )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.composer_input_disabled and not self.items:
            raise refused(field="items", problem="must not be empty if the person cannot write")
        return self

    @override
    def to_graph(self) -> dict[str, object]:
        return {
            "locale": self.locale,
            "composer_input_disabled": self.composer_input_disabled,
            "call_to_actions": [item.to_graph() for item in self.items],
        }


class UserMenuSetting(Outbound):
    """The menu of one person, who sees it at once, and instead of the page's.

    Attributes:
        menu: One for each language.

    Raises:
        InvalidInputError: If none is for the locale `default`.
    """

    menu: EachLocale[Menu]

    def to_graph(self) -> dict[str, object]:
        """Return what a custom_user_settings call says beside whose menu it is."""
        return {"persistent_menu": [menu.to_graph() for menu in self.menu]}
