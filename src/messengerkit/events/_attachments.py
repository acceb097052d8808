"""Floor 2: what a message carries beside its text, a class for each kind with fields of its own.

Platform page: /docs/messenger-platform/reference/webhook-events/messages.
"""

from datetime import datetime
from decimal import Decimal

from messengerkit import _inbound as read
from messengerkit._inbound import NOTHING, Field, Inbound, as_identifier, as_list, as_text, inner
from messengerkit._json import JsonObject, is_object


class Attachment(Inbound):
    """Anything attached: an image, a video, a voice message, a file, a link, or newer.

    A URL is of Meta's own servers and expires: keep the file, not the URL.

    Attributes:
        type: Meta's word: `image`, `video`, `audio`, `file`, `fallback` (a link, or media
            that is withheld), `share`, `story_mention`, `like_heart`, and more to come.
        payload: What Meta says of it; None where it says nothing.
    """

    __slots__ = ()
    type: Field[str | None] = read.text()
    payload: Field[JsonObject | None] = read.json_object()

    @property
    def url(self) -> str | None:
        """Where it can be fetched; links have it beside the payload, and some as `URL`."""
        return self._text("url") or as_text(self._json.get("URL")) or self._only_text()

    @property
    def title(self) -> str | None:
        """What stands under it."""
        return self._text("title")

    @property
    def sticker_id(self) -> str | None:
        """The sticker that it is; until 2026-08-30 some came as an `image`, some still do."""
        return as_identifier(self._inner.get("sticker_id"))

    @property
    def _inner(self) -> JsonObject:
        return self.payload or NOTHING

    def _text(self, name: str) -> str | None:
        return as_text(self._inner.get(name)) or as_text(self._json.get(name))

    def _only_text(self) -> str | None:
        payload = as_text(self._json.get("payload"))
        return payload if payload and payload.startswith(("https://", "http://")) else None


class StickerAttachment(Attachment):
    """A sticker; `sticker_id` says which. A thumbs-up is 369239263222822, or larger."""

    __slots__ = ()


class LocationAttachment(Attachment):
    """A place on the map; old apps only."""

    __slots__ = ()

    @property
    def latitude(self) -> Decimal | None:
        """Degrees north of the equator."""
        return self._coordinates.latitude

    @property
    def longitude(self) -> Decimal | None:
        """Degrees east of Greenwich."""
        return self._coordinates.longitude

    @property
    def _coordinates(self) -> "_Coordinates":
        return _Coordinates(inner(self._inner, "coordinates"))


class _Coordinates(Inbound):
    __slots__ = ()
    latitude: Field[Decimal | None] = read.amount("lat")
    longitude: Field[Decimal | None] = read.amount("long")


class Product(Inbound):
    """A product of the page's catalog.

    Attributes:
        id: Its id in Meta's catalog.
        retailer_id: Its id in yours.
        title: Its name.
        subtitle: Often its price, as text.
        image_url: Its picture.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    retailer_id: Field[str | None] = read.identifier()
    title: Field[str | None] = read.text()
    subtitle: Field[str | None] = read.text()
    image_url: Field[str | None] = read.text()


class TemplateAttachment(Attachment):
    """A product that a person shares, or, in an echo, a template that the page sent."""

    __slots__ = ()

    @property
    def template_type(self) -> str | None:
        """`generic`, `button`, …; None for a shared product."""
        return as_text(self._inner.get("template_type"))

    @property
    def products(self) -> tuple[Product, ...]:
        """The products that are shared."""
        shared = inner(self._inner, "product")
        return tuple(Product(one) for one in as_list(shared.get("elements")) if is_object(one))


class ReelAttachment(Attachment):
    """A reel, of Facebook or Instagram."""

    __slots__ = ()

    @property
    def reel_video_id(self) -> str | None:
        """The reel's video."""
        return as_identifier(self._inner.get("reel_video_id"))


class PostAttachment(Attachment):
    """A post, of Facebook or Instagram."""

    __slots__ = ()

    @property
    def post_id(self) -> str | None:
        """The post."""
        return as_identifier(self._inner.get("ig_post_media_id") or self._inner.get("id"))


class Booking(Inbound):
    """An appointment.

    Attributes:
        booking_id: Its id.
        status: `requested`, `confirmed`, `declined` or `cancelled`.
        starts_at: When it begins.
        ends_at: When it ends.
        timezone: Where it is, as a name of the time zone database.
    """

    __slots__ = ()
    booking_id: Field[str | None] = read.identifier()
    status: Field[str | None] = read.text()
    starts_at: Field[datetime | None] = read.moment("start_time")
    ends_at: Field[datetime | None] = read.moment("end_time")
    timezone: Field[str | None] = read.text()


class AppointmentAttachment(Attachment):
    """An appointment that a person asks for, or that changed."""

    __slots__ = ()

    @property
    def booking(self) -> Booking:
        """The appointment."""
        return Booking(self._inner)


_BY_TYPE: dict[object, type[Attachment]] = {
    "sticker": StickerAttachment,
    "location": LocationAttachment,
    "template": TemplateAttachment,
    "reel": ReelAttachment,
    "ig_reel": ReelAttachment,
    "post": PostAttachment,
    "ig_post": PostAttachment,
    "appointment_booking": AppointmentAttachment,
}


def attachments_of(value: object) -> tuple[Attachment, ...]:
    """Return the attachments in *value*, each of the class of its type."""
    found = (one for one in as_list(value) if is_object(one))
    return tuple(_class_of(one.get("type"))(one) for one in found)


def _class_of(kind: object) -> type[Attachment]:
    return _BY_TYPE.get(kind, Attachment) if isinstance(kind, str) else Attachment


def attachments() -> Field[tuple[Attachment, ...]]:
    """Return a field that is a list of attachments."""
    return Field(attachments_of)
