"""Rows of the error table: templates of media, receipts and what else, and files."""

import json
from io import BytesIO

import aiohttp
from sandbox.error_table.stage import (
    IMAGE,
    Answer,
    Object,
    Row,
    Scene,
    Stage,
    attaches,
    calls,
    template,
)

SAVED = {"attachment": {"type": "image", "payload": {"url": IMAGE, "is_reusable": True}}}
FACEBOOK = "https://www.facebook.com/"
RECEIPT: Object = {
    "recipient_name": "Ana",
    "order_number": "1",
    "payment_method": "Visa",
    "currency": "USD",
    "summary": {"total_cost": 20},
}
SURVEY: Object = {
    "title": "How was it?",
    "subtitle": "Tell us",
    "button_title": "Rate",
    "feedback_screens": [{"questions": [{"id": "q1", "type": "csat"}]}],
    "business_privacy": {"url": "https://example.com/privacy"},
}
LIMIT = 25 * 2**20
ONE_FILE = "…Incorrect number of files uploaded…"


def media(**element: object) -> Scene:
    """Return a scene in which a media template with this element is sent."""
    return template("media", elements=[element])


def receipt(**fields: object) -> Scene:
    """Return a scene in which a receipt is sent that differs so from a good one."""
    return template("receipt", **{**RECEIPT, **fields})


def survey(**fields: object) -> Scene:
    """Return a scene in which a survey is sent that differs so from a good one."""
    return template("customer_feedback", **{**SURVEY, **fields})


def uploads(*files: bytes, kind: str = "image") -> Scene:
    """Return a scene in which these PNG files are uploaded as *kind*."""

    async def play(stage: Stage) -> Answer:
        attachment = {"type": kind, "payload": {"is_reusable": True}}
        form = aiohttp.FormData({"message": json.dumps({"attachment": attachment})})
        for file in files:
            form.add_field("filedata", BytesIO(file), filename="a.png", content_type="image/png")
        if not files:
            form.add_field("platform", "messenger", content_type="text/plain")
        return await stage.call("POST", "me/message_attachments", form)

    return play


async def with_saved(stage: Stage, kind: str, span: str) -> Answer:
    """Send an image that was saved *span* ago, as *kind*."""
    saved = await stage.call("POST", "me/message_attachments", {"message": SAVED})
    stage.sandbox.advance(span)
    await stage.person.writes("Hi again")
    payload = {"attachment_id": saved.body["attachment_id"]}
    return await stage.send({"attachment": {"type": kind, "payload": payload}})


UNFETCHED = {"attachment": {"type": "image", "payload": {"url": "https://dead.invalid/a.png"}}}

ROWS = (
    Row(100, 2018008, "a dead host", attaches("image", url="https://dead.invalid/a.png")),
    Row(
        100,
        2018008,
        "a dead host, to be saved",
        calls("POST", "me/message_attachments", {"message": UNFETCHED}),
    ),
    Row(100, 2018047, "a PNG as a video", uploads(b"PNG", kind="video")),
    Row(100, 2018074, "an unknown attachment_id", attaches("image", attachment_id="1")),
    Row(100, 2018074, "an expired one", lambda stage: with_saved(stage, "image", "91d")),
    Row(100, 2018074, "one of another type", lambda stage: with_saved(stage, "video", "1s")),
    Row(100, 2018109, "one byte too many", uploads(b"x" * (LIMIT + 1))),
    Row(
        100,
        2018109,
        "a megabyte too much",
        uploads(b"x" * (LIMIT + 2**20)),
    ),
    Row(100, None, "no file", uploads(), ONE_FILE),
    Row(100, None, "two files", uploads(b"PNG", b"PNG"), ONE_FILE),
    Row(100, 2018173, "no media element", template("media", elements=[])),
    Row(
        100,
        2018175,
        "a media element of both",
        media(media_type="image", url=f"{FACEBOOK}photo.php?fbid=1", attachment_id="1"),
    ),
    Row(100, 2018182, "a bad media type", media(media_type="audio", attachment_id="1")),
    Row(100, 2018183, "no media id", media(media_type="image", attachment_id="")),
    Row(100, 2018184, "no page of media", media(media_type="image", url=f"{FACEBOOK}help")),
    Row(100, 2018185, "not a Facebook URL", media(media_type="image", url="menu.png")),
    Row(100, 2018187, "a media element of neither", media(media_type="image")),
    Row(100, 2018188, "media elsewhere", media(media_type="image", url=IMAGE)),
    Row(100, 2018055, "bad amounts", receipt(summary={"total_cost": "a lot"})),
    Row(
        100,
        None,
        "a currency in lower case",
        receipt(currency="usd"),
        "(#100) The currency code 'usd' is not supported",
    ),
    Row(
        100,
        None,
        "a receipt for nobody",
        receipt(recipient_name=None),
        "(#100) The parameter name_placeholder[recipient_name] is required",
    ),
    Row(100, None, "a coupon of nothing", template("coupon", title="10 %")),
    Row(
        100,
        None,
        "a code with a space",
        template("coupon", title="10 %", coupon_code="TEN PERCENT"),
    ),
    Row(100, 2018320, "a bad product", template("product", elements=[{"id": "hat"}])),
    Row(100, None, "a survey without subtitle", survey(subtitle=None)),
    Row(100, None, "a survey for too long", survey(expires_in_days=8)),
    Row(
        100,
        None,
        "a URL in a survey",
        survey(title="See https://example.com"),
    ),
    Row(
        194,
        None,
        "a grid of one image",
        template("image_grid", elements=[{"images": [{"url": IMAGE}]}]),
        "(#194) param … has too few elements.",
    ),
)
