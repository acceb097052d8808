"""Floor 2: the templates of cards and buttons, each limit checked when one is made."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict
from typing_extensions import override

from messengerkit._model import Identifier, Outbound, WireText, length
from messengerkit.buttons import (
    URL_LIMIT,
    Button,
    CheckedButton,
    DefaultAction,
    WebUrl,
    count,
    instance_of,
    matching,
    refused,
)

from ._attachments import one_source
from ._quick_replies import AnyQuickReply, Outgoing, beside

ELEMENTS_LIMIT = 10
BUTTONS_LIMIT = 3
CARD_LIMIT = 80
BUTTON_TEXT_LIMIT = 640

ImageAspectRatio: TypeAlias = Literal["horizontal", "square"]
"""The shape of a card's image: 1.91 to 1, which is Meta's default, or 1 to 1."""

FacebookUrl: TypeAlias = Annotated[
    str,
    length(URL_LIMIT),
    matching(
        r"(?i:https?://([a-z0-9-]+\.)*facebook\.com)/[!-~]*",
        "the URL of a post, photo or video on facebook.com, in visible ASCII",
    ),
]
"""Where a media template's image or video is on Facebook."""


class Template(Outgoing):
    """What all templates share.

    Attributes:
        sharable: Whether the person may pass it on; None is Meta's default, no.
    """

    template_type: ClassVar[str]

    sharable: bool | None = None

    def __init__(self, **fields: object) -> None:
        super().__init__(**fields)

    @override
    def _content(self) -> dict[str, object]:
        payload = {"template_type": self.template_type, **self._payload()}
        if self.sharable is not None:
            payload["sharable"] = self.sharable
        return {"attachment": {"type": "template", "payload": payload}}

    @abstractmethod
    def _payload(self) -> dict[str, object]:
        """Return what this template has beside its type."""


class Element(Outbound):
    """One card of a `GenericTemplate`.

    Attributes:
        title: 1 to 80 characters.
        subtitle: At most 80 characters.
        image_url: A picture above the title.
        default_action: What a tap on the card opens.
        buttons: At most 3.

    Raises:
        InvalidInputError: If a field breaks its limit, or there is nothing but a title.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(defer_build=True)

    title: Annotated[WireText, length(CARD_LIMIT, least=1)]
    subtitle: Annotated[WireText, length(CARD_LIMIT)] | None = None
    image_url: WebUrl | None = None
    default_action: Annotated[DefaultAction, instance_of(DefaultAction)] | None = None
    buttons: Annotated[tuple[CheckedButton, ...], count(BUTTONS_LIMIT)] = ()

    def __init__(
        self,
        title: str,
        subtitle: str | None = None,
        *,
        image_url: str | None = None,
        default_action: DefaultAction | None = None,
        buttons: Sequence[Button] = (),
    ) -> None:
        super().__init__(
            title=title,
            subtitle=subtitle,
            image_url=image_url,
            default_action=default_action,
            buttons=buttons,
        )
        if not (self.subtitle or self.image_url or self.default_action or self.buttons):
            problem = "needs a subtitle, an image_url, a default_action or buttons beside it"
            raise refused(field="title", problem=problem)

    def to_graph(self) -> dict[str, object]:
        """Return the element as the Send API takes it."""
        element: dict[str, object] = self.model_dump(
            include={"title", "subtitle", "image_url"}, exclude_none=True
        )
        if self.default_action is not None:
            element["default_action"] = self.default_action.to_graph()
        return element | _listed(self.buttons)


class GenericTemplate(Template):
    """1 to 10 cards; more than one are shown side by side.

    Platform page: /docs/messenger-platform/reference/templates/generic.

    Attributes:
        elements: The cards.
        sharable: Whether the person may pass it on; None is Meta's default, no.
        image_aspect_ratio: The shape of the cards' images; None is Meta's "horizontal".
        quick_replies: At most 13.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    template_type: ClassVar[str] = "generic"

    elements: Annotated[
        tuple[Annotated[Element, instance_of(Element)], ...], count(ELEMENTS_LIMIT, least=1)
    ]
    image_aspect_ratio: ImageAspectRatio | None = None

    def __init__(
        self,
        elements: Sequence[Element],
        *,
        sharable: bool | None = None,
        image_aspect_ratio: ImageAspectRatio | None = None,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(
            elements=elements,
            sharable=sharable,
            image_aspect_ratio=image_aspect_ratio,
            **beside(quick_replies, metadata),
        )

    @override
    def _payload(self) -> dict[str, object]:
        payload: dict[str, object] = {"elements": [one.to_graph() for one in self.elements]}
        if self.image_aspect_ratio is not None:
            payload["image_aspect_ratio"] = self.image_aspect_ratio
        return payload


class ButtonTemplate(Template):
    """A text with 1 to 3 buttons under it.

    Platform page: /docs/messenger-platform/reference/templates/button.

    Attributes:
        text: 1 to 640 characters.
        buttons: 1 to 3.
        sharable: Whether the person may pass it on; None is Meta's default, no.
        quick_replies: At most 13.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    template_type: ClassVar[str] = "button"

    text: Annotated[WireText, length(BUTTON_TEXT_LIMIT, least=1)]
    buttons: Annotated[tuple[CheckedButton, ...], count(BUTTONS_LIMIT, least=1)]

    def __init__(
        self,
        text: str,
        buttons: Sequence[Button],
        *,
        sharable: bool | None = None,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(
            text=text,
            buttons=buttons,
            sharable=sharable,
            **beside(quick_replies, metadata),
        )

    @override
    def _payload(self) -> dict[str, object]:
        return {"text": self.text, **_listed(self.buttons)}


class MediaTemplate(Template):
    """An image or a video that Meta has already, with buttons under it.

    Platform page: /docs/messenger-platform/reference/templates/media.

    Attributes:
        media_type: "image" or "video".
        attachment_id: The id from an upload; empty where it goes by its URL.
        url: The URL of a post, photo or video on facebook.com, and of no other site; empty
            where it goes by its id.
        buttons: At most 3.
        sharable: Whether the person may pass it on; None is Meta's default, no.
        quick_replies: At most 13.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit, or not exactly one of URL and id
            is given.
    """

    template_type: ClassVar[str] = "media"

    media_type: Literal["image", "video"]
    attachment_id: Identifier = ""
    url: FacebookUrl = ""
    buttons: Annotated[tuple[CheckedButton, ...], count(BUTTONS_LIMIT)] = ()

    def __init__(
        self,
        media_type: Literal["image", "video"],
        *,
        attachment_id: str | None = None,
        url: str | None = None,
        buttons: Sequence[Button] = (),
        sharable: bool | None = None,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(
            media_type=media_type,
            **one_source(url, attachment_id),
            buttons=buttons,
            sharable=sharable,
            **beside(quick_replies, metadata),
        )

    @override
    def _payload(self) -> dict[str, object]:
        where = {"url": self.url} if self.url else {"attachment_id": self.attachment_id}
        return {"elements": [{"media_type": self.media_type, **where, **_listed(self.buttons)}]}


def _listed(buttons: Sequence[Button]) -> dict[str, object]:
    return {"buttons": [button.to_graph() for button in buttons]} if buttons else {}
