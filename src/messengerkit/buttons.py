"""Floor 1: buttons, each checked when it is made; messages and the page's menu share them.

Lengths are counted in UTF-16 code units. Of the URLs that a person opens, Meta documents no
syntax: http and https are taken, in ASCII, with a host and without a user name or password.
Platform page: /docs/messenger-platform/send-messages/buttons.
"""

import re
from typing import Annotated, ClassVar, Literal, Self, TypeAlias, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, model_validator
from typing_extensions import override

from ._model import Identifier, Outbound, WireText, length
from .errors import InvalidInputError

TITLE_LIMIT = 20
PAYLOAD_LIMIT = 1000
URL_LIMIT = 8000
"""Ours, as Meta names none: the length that RFC 9110, section 4.1, asks everybody to support."""

_PLACE = r"://[A-Za-z0-9._-]+(:[0-9]{1,5})?([/?#][!-~]*)?"


def refused(*, field: str, problem: str) -> InvalidInputError:
    """Return the error for *field*, for the rules that look at several fields at once."""
    return InvalidInputError(f"{field}: {problem}", field=field)


def matching(pattern: str, wanted: str) -> AfterValidator:
    """Return a validator for texts that *pattern* matches whole; the error asks for *wanted*."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            msg = f"must be {wanted}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


def count(most: int, *, least: int = 0) -> AfterValidator:
    """Return a validator for a tuple of *least* to *most* values."""

    def check(values: tuple[object, ...]) -> tuple[object, ...]:
        if not least <= len(values) <= most:
            msg = f"must have {least} to {most} items, and has {len(values)}"
            raise ValueError(msg)
        return values

    return AfterValidator(check)


def instance_of(*kinds: type) -> BeforeValidator:
    """Return a validator for instances of *kinds*: pydantic alone would guess one for a dict."""
    names = " or ".join(kind.__name__ for kind in kinds)

    def check(value: object) -> object:
        if not isinstance(value, kinds):
            msg = f"must be {names}, and is {type(value).__name__}"
            raise ValueError(msg)  # noqa: TRY004  # pydantic turns this one into our error
        return value

    return BeforeValidator(check)


WebUrl: TypeAlias = Annotated[
    str,
    length(URL_LIMIT),
    matching(
        f"(?i:https?){_PLACE}",
        "an http or https URL in visible ASCII: a host, no user name, no password",
    ),
]
"""What the person's browser opens, or Messenger shows."""

SecureUrl: TypeAlias = Annotated[WebUrl, matching("(?i:https):.*", "https")]
"""The same, where Meta takes https alone."""

Title: TypeAlias = Annotated[WireText, length(TITLE_LIMIT, least=1)]
"""What stands on a button."""

WebviewHeight: TypeAlias = Literal["compact", "tall", "full"]
"""How much of the screen the page takes; Meta's default is full."""


class _Button(Outbound):
    """What all buttons share: `kind` is Meta's name for what a tap does."""

    model_config: ClassVar[ConfigDict] = ConfigDict(defer_build=True)

    kind: ClassVar[str]

    def __init__(self, **fields: object) -> None:
        # Without one, type checkers think that a class takes its own fields and no other.
        super().__init__(**fields)

    def to_graph(self) -> dict[str, object]:
        """Return the button as the Graph API takes it."""
        return {"type": self.kind, **self.model_dump(exclude_none=True)}


class _Webview(_Button):
    kind: ClassVar[str] = "web_url"

    url: WebUrl
    webview_height_ratio: WebviewHeight | None = None
    messenger_extensions: bool | None = None
    fallback_url: WebUrl | None = None
    webview_share_button: Literal["hide"] | None = None

    def __init__(self, **fields: object) -> None:
        super().__init__(**fields)

    @model_validator(mode="after")
    def _check_extensions(self) -> Self:
        if self.messenger_extensions and not self.url.lower().startswith("https:"):
            raise refused(field="url", problem="must be https where messenger_extensions is on")
        if self.fallback_url is not None and not self.messenger_extensions:
            problem = "goes only where messenger_extensions is on"
            raise refused(field="fallback_url", problem=problem)
        return self


class DefaultAction(_Webview):
    """What a tap on an element opens: a `WebUrlButton` without a title.

    Attributes:
        url: http or https; https only, where `messenger_extensions` is on.
        webview_height_ratio: How much of the screen the page takes; None is Meta's "full".
        messenger_extensions: Whether the page uses the Messenger Extensions SDK.
        fallback_url: What opens where the extensions are missing; only beside them.
        webview_share_button: "hide" takes the share button away.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    def __init__(
        self,
        url: str,
        *,
        webview_height_ratio: WebviewHeight | None = None,
        messenger_extensions: bool | None = None,
        fallback_url: str | None = None,
        webview_share_button: Literal["hide"] | None = None,
    ) -> None:
        super().__init__(
            url=url,
            webview_height_ratio=webview_height_ratio,
            messenger_extensions=messenger_extensions,
            fallback_url=fallback_url,
            webview_share_button=webview_share_button,
        )


class WebUrlButton(_Webview):
    """Opens a web page; `title` has 1 to 20 characters, the rest is as in `DefaultAction`.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    title: Title

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


class PostbackButton(_Button):
    """Comes back as a `Postback` event with its payload.

    Attributes:
        title: 1 to 20 characters.
        payload: 1 to 1000 characters that the person never sees.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    kind: ClassVar[str] = "postback"

    title: Title
    payload: Annotated[WireText, length(PAYLOAD_LIMIT, least=1)]

    def __init__(self, title: str, payload: str) -> None:
        super().__init__(title=title, payload=payload)


class PhoneNumberButton(_Button):
    """Calls the phone number in `payload`: `+` and digits, as in "+15105550123".

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    kind: ClassVar[str] = "phone_number"

    title: Title
    payload: Annotated[
        str, length(PAYLOAD_LIMIT), matching(r"\+[0-9]+", "a phone number: + and digits")
    ]

    def __init__(self, title: str, payload: str) -> None:
        super().__init__(title=title, payload=payload)


class AccountLinkButton(_Button):
    """Asks the person to log in at `url`, an https page of yours; Messenger writes the title."""

    kind: ClassVar[str] = "account_link"

    url: SecureUrl

    def __init__(self, url: str) -> None:
        super().__init__(url=url)


class AccountUnlinkButton(_Button):
    """Takes the log-in back; Messenger writes the title."""

    kind: ClassVar[str] = "account_unlink"

    def __init__(self) -> None:
        super().__init__()


class GamePlayButton(_Button):
    """Starts the Instant Game that belongs to the page.

    Attributes:
        title: 1 to 20 characters.
        payload: At most 1000 characters that the game is given.
        player_id: The player to play against; or else `context_id`, or neither.
        context_id: The group to play in.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    kind: ClassVar[str] = "game_play"

    title: Title
    payload: Annotated[WireText, length(PAYLOAD_LIMIT)] | None = None
    player_id: Identifier | None = None
    context_id: Identifier | None = None

    def __init__(
        self,
        title: str,
        payload: str | None = None,
        *,
        player_id: str | None = None,
        context_id: str | None = None,
    ) -> None:
        if player_id is not None and context_id is not None:
            raise refused(field="context_id", problem="goes only without a player_id")
        super().__init__(title=title, payload=payload, player_id=player_id, context_id=context_id)

    @override
    def to_graph(self) -> dict[str, object]:
        button = super().to_graph()
        whom = {name: button.pop(name) for name in ("player_id", "context_id") if name in button}
        return {**button, "game_metadata": whom} if whom else button


Button: TypeAlias = (
    WebUrlButton
    | PostbackButton
    | PhoneNumberButton
    | AccountLinkButton
    | AccountUnlinkButton
    | GamePlayButton
)
"""Whatever a template takes among its buttons."""

CheckedButton: TypeAlias = Annotated[Button, instance_of(*get_args(Button))]
"""The same as a field of a model."""
