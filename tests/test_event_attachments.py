"""What a message carries: each kind of attachment, as whole or as broken as Meta sends it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from messengerkit import events, parse_events


def attached(*attachments: object) -> tuple[events.Attachment, ...]:
    """Return the attachments of a message that has *attachments* in its JSON."""
    message = {"mid": "m", "attachments": list(attachments)}
    (event,) = parse_events({"entry": [{"messaging": [{"message": message}]}]})
    assert isinstance(event, events.MessageReceived)
    return event.attachments


def one(**attachment: object) -> events.Attachment:
    """Return the one attachment."""
    (found,) = attached(attachment)
    return found


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file", "share", "story_mention"])
def test_media_have_a_url(kind: str) -> None:
    """Where it can be fetched for a while."""
    found = one(type=kind, payload={"url": "https://cdn"})

    assert type(found) is events.Attachment
    assert (found.type, found.url, found.title) == (kind, "https://cdn", None)


@pytest.mark.parametrize(
    ("attachment", "url", "title"),
    [
        ({"payload": {"url": "https://a", "title": "A"}}, "https://a", "A"),
        ({"title": "A", "url": "https://a", "payload": None}, "https://a", "A"),
        ({"title": "A", "URL": "https://a", "payload": None}, "https://a", "A"),
        ({"title": "Attachment Unavailable"}, None, "Attachment Unavailable"),
        ({"payload": "https://a"}, "https://a", None),
        ({"payload": "BLOB"}, None, None),
        ({"payload": {"url": None}}, None, None),
    ],
)
def test_a_link_has_its_url_in_one_of_several_places(
    attachment: dict[str, object], url: str | None, title: str | None
) -> None:
    """Beside the payload in old bodies, inside in new ones, or nowhere where it is withheld."""
    found = one(type="fallback", **attachment)

    assert (found.url, found.title) == (url, title)


@pytest.mark.parametrize("sticker_id", [369239263222822, "369239263222822"])
@pytest.mark.parametrize("kind", ["image", "sticker"])
def test_a_sticker(kind: str, sticker_id: object) -> None:
    """It comes as an image, as a sticker, or as both; its id as text or as a number."""
    found = one(type=kind, payload={"url": "https://s", "sticker_id": sticker_id})

    assert found.sticker_id == "369239263222822"
    assert isinstance(found, events.StickerAttachment) == (kind == "sticker")


def test_a_location() -> None:
    """Coordinates are exact."""
    found = one(type="location", payload={"coordinates": {"lat": 16.8661, "long": "96.1951"}})

    assert isinstance(found, events.LocationAttachment)
    assert (found.latitude, found.longitude) == (Decimal("16.8661"), Decimal("96.1951"))


def test_a_shared_product() -> None:
    """The products, and no template type."""
    element = {"id": 7, "retailer_id": "tea-1", "title": "Tea", "subtitle": "EUR 4"}
    found = one(type="template", payload={"product": {"elements": [element, None]}})

    assert isinstance(found, events.TemplateAttachment)
    (product,) = found.products
    assert (product.id, product.retailer_id, product.title) == ("7", "tea-1", "Tea")
    assert found.template_type is None


def test_a_template_in_an_echo() -> None:
    """Its type is told, its form is in the payload."""
    found = one(type="template", payload={"template_type": "button", "text": "Choose"})

    assert isinstance(found, events.TemplateAttachment)
    assert (found.template_type, found.products) == ("button", ())
    assert found.payload == {"template_type": "button", "text": "Choose"}


@pytest.mark.parametrize("kind", ["reel", "ig_reel"])
def test_a_reel(kind: str) -> None:
    """The video's id is text or a number."""
    found = one(type=kind, payload={"url": "https://r", "title": "R", "reel_video_id": 12})

    assert isinstance(found, events.ReelAttachment)
    assert (found.reel_video_id, found.url, found.title) == ("12", "https://r", "R")


@pytest.mark.parametrize(
    ("kind", "field"), [("post", "id"), ("ig_post", "id"), ("ig_post", "ig_post_media_id")]
)
def test_a_post(kind: str, field: str) -> None:
    """Its id has another name on Instagram."""
    found = one(type=kind, payload={field: 12})

    assert isinstance(found, events.PostAttachment)
    assert found.post_id == "12"


def test_an_appointment() -> None:
    """Its times are seconds, in an event whose own are milliseconds."""
    booked = {
        "booking_id": "b",
        "status": "requested",
        "start_time": 1767225600,
        "end_time": 1767229200,
        "timezone": "Asia/Yangon",
    }
    found = one(type="appointment_booking", payload=booked)

    assert isinstance(found, events.AppointmentAttachment)
    assert (found.booking.booking_id, found.booking.status) == ("b", "requested")
    assert found.booking.starts_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.booking.ends_at == datetime(2026, 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["like_heart", "unsupported_type", "brand_new", None, 5, {}])
def test_what_is_new_is_an_attachment_all_the_same(kind: object) -> None:
    """Its JSON is kept, and a type that is no text is none."""
    found = one(type=kind)

    assert type(found) is events.Attachment
    assert found.type == (kind if isinstance(kind, str) else None)
    assert (found.url, found.sticker_id, found.payload) == (None, None, None)
    assert found.raw == {"type": kind}


def test_several_and_broken_ones() -> None:
    """What is no object is passed over; the message's JSON has it still."""
    found = attached({"type": "image"}, None, "text", {"type": "file"})

    assert [one.type for one in found] == ["image", "file"]


def test_one_that_stands_alone() -> None:
    """An object where a list belongs is a list of one."""
    message = {"mid": "m", "attachments": {"type": "image"}}
    (event,) = parse_events({"entry": [{"messaging": [{"message": message}]}]})

    assert isinstance(event, events.MessageReceived)
    assert [one.type for one in event.attachments] == ["image"]
