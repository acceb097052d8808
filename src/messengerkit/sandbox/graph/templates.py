"""Floor 8: Meta's checks of templates; pure but for the saved files that they name.

Platform page: /docs/messenger-platform/send-messages/templates.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from messengerkit.sandbox.world.pages import PageState

from .buttons import read_button, read_buttons, read_default_action
from .feedback import read_feedback
from .reading import Part
from .receipts import read_receipt
from .refusals import (
    BAD_TEMPLATE_TYPE,
    INCOMPLETE_ELEMENT,
    MEDIA_BOTH,
    MEDIA_ELEMENT,
    MEDIA_EXTERNAL,
    MEDIA_ID_MISSING,
    MEDIA_NEITHER,
    MEDIA_NOT_FACEBOOK,
    MEDIA_TYPE,
    MEDIA_URL_KIND,
    NO_ATTACHMENT,
    NO_PRODUCT,
    Refusal,
    Refused,
    must_be,
    not_modelled,
    required,
)
from .uploads import find_upload

PAYLOAD = "name_placeholder"
"""How Meta's own texts call the payload of a template."""

_FACEBOOK = re.compile(r"(?:[a-z0-9-]+\.)*facebook\.com")
_VIDEOS = "fb.watch"  # Facebook's short links to videos
_MEDIUM = re.compile(r"/(?:photo|video|watch|reel|[^/]+/(?:photos|videos|posts))\b")
_PRODUCT = re.compile(r"[0-9]+")
_NOT_MODELLED = frozenset(
    {
        "airline_boardingpass",
        "airline_checkin",
        "airline_itinerary",
        "airline_update",
        "calling_optin",
        "customer_information",
        "instant_form",
        "notification_messages",
        "one_time_notif_req",
    }
)


def read_template(payload: Part, page: PageState, now: float) -> str:
    """Refuse a template that Meta refuses; return its type."""
    kind = payload.text("template_type")
    if kind is None:
        raise Refused(required(payload.at("template_type")))
    if kind in _NOT_MODELLED:
        raise Refused(not_modelled(f"the template {kind}"))
    if kind == "media":
        _media(payload, page, now)
    elif kind in _KINDS:
        _KINDS[kind](payload)
    else:
        raise Refused(BAD_TEMPLATE_TYPE)
    return kind


def _generic(payload: Part) -> None:
    payload.only(("template_type", "elements", "sharable", "image_aspect_ratio"))
    payload.flag("sharable")
    payload.one_of("image_aspect_ratio", ("horizontal", "square"))
    for element in payload.parts("elements", most=10, least=1):
        _element(element)


def _element(element: Part) -> None:
    element.only(("title", "subtitle", "image_url", "default_action", "buttons"))
    element.words("title", 80)
    element.text("subtitle", 80)
    element.url("image_url")
    if not any(element.value.get(name) for name in element.value if name != "title"):
        raise Refused(INCOMPLETE_ELEMENT)
    if (action := element.part("default_action")) is not None:
        read_default_action(action)
    read_buttons(element)


def _button(payload: Part) -> None:
    payload.only(("template_type", "text", "buttons", "sharable"))
    payload.words("text", 640)
    payload.flag("sharable")
    read_buttons(payload, least=1)


def _media(payload: Part, page: PageState, now: float) -> None:
    payload.only(("template_type", "elements", "sharable"))
    payload.flag("sharable")
    elements = payload.parts("elements", most=100)
    if len(elements) != 1:
        raise Refused(MEDIA_ELEMENT)
    (element,) = elements
    element.only(("media_type", "attachment_id", "url", "buttons"))
    kind = element.text("media_type")
    if kind not in {"image", "video"}:
        raise Refused(MEDIA_TYPE)
    if (refusal := _refuse_source(element, kind, page, now)) is not None:
        raise Refused(refusal)
    read_buttons(element)


def _refuse_source(element: Part, kind: str, page: PageState, now: float) -> Refusal | None:
    attachment_id, url = element.identifier("attachment_id"), element.text("url")
    if attachment_id == "":
        return MEDIA_ID_MISSING
    if attachment_id is not None and url is not None:
        return MEDIA_BOTH
    if attachment_id is not None:
        upload = find_upload(page, attachment_id, now)
        return NO_ATTACHMENT if upload is None or upload.type != kind else None
    return MEDIA_NEITHER if not url else _refuse_address(url)


def _refuse_address(url: str) -> Refusal | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return MEDIA_NOT_FACEBOOK
    if parts.scheme not in {"http", "https"}:
        return MEDIA_NOT_FACEBOOK
    if host == _VIDEOS:
        return None
    if not _FACEBOOK.fullmatch(host):
        return MEDIA_EXTERNAL
    return None if _MEDIUM.match(parts.path) else MEDIA_URL_KIND


def _coupon(payload: Part) -> None:
    payload.only(
        (
            "template_type",
            "title",
            "subtitle",
            "coupon_code",
            "coupon_url",
            "coupon_url_button_title",
            "coupon_pre_message",
            "image_url",
            "payload",
        )
    )
    payload.words("title", 80)
    payload.text("subtitle", 80)
    code = payload.text("coupon_code") or ""
    if " " in code:
        raise Refused(must_be(payload.at("coupon_code"), "without spaces"))
    if payload.url("coupon_url") is None and not code:
        raise Refused(required(payload.at("coupon_code")))
    payload.url("image_url")
    for name in ("coupon_url_button_title", "coupon_pre_message", "payload"):
        payload.text(name)


def _product(payload: Part) -> None:
    payload.only(("template_type", "elements"))
    for element in payload.parts("elements", most=10, least=1):
        element.only(("id",))
        if not _PRODUCT.fullmatch(element.identifier("id") or ""):
            raise Refused(NO_PRODUCT)


def _image_grid(payload: Part) -> None:
    payload.only(("template_type", "elements"))
    for element in payload.parts("elements", most=1, least=1):
        element.only(("images", "title", "subtitle", "buttons"))
        element.text("title", 45)
        element.text("subtitle", 80)
        for button in element.parts("buttons", most=3):
            button.one_of("type", ("postback", "web_url"))
            read_button(button)
        images = element.parts("images", most=6, least=2)
        if sum(bool(image.flag("is_hero_image")) for image in images) > 1:
            raise Refused(must_be(element.at("images"), "with one hero image at most"))
        for image in images:
            _grid_image(image)


def _grid_image(image: Part) -> None:
    image.only(("url", "is_hero_image", "action"))
    image.words("url")
    image.url("url")
    action = image.part("action")
    if action is None:
        return
    if action.one_of("type", ("postback", "web_url")) == "postback":
        action.only(("type", "payload", "text"))
        action.words("payload", 1000)
        action.text("text")
    else:
        read_default_action(action)


_KINDS: Mapping[str, Callable[[Part], None]] = {
    "generic": _generic,
    "button": _button,
    "receipt": read_receipt,
    "coupon": _coupon,
    "product": _product,
    "customer_feedback": read_feedback,
    "image_grid": _image_grid,
}
