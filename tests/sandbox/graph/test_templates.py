"""Templates: each one's fields and limits, in Meta's numbers and words."""

import pytest
from sandbox.graph.kit import EMPTY, URL, Api, granted, numbers, template
from sandbox.graph.payloads import (
    BUTTON,
    CARD,
    COUPON,
    GRID,
    LINK,
    QUESTION,
    RECEIPT,
    SURVEY,
    buttons,
    generic,
    grid,
)

from messengerkit.sandbox.jsontext import JsonObject

NOTHING: list[object] = []
POST = "https://www.facebook.com/example/posts/1"


def media(*elements: object) -> JsonObject:
    """Return a media template."""
    return template("media", elements=list(elements))


def survey(**question: object) -> JsonObject:
    """Return a survey of one question."""
    return {**SURVEY, "feedback_screens": [{"questions": [{**QUESTION, **question}]}]}


@pytest.mark.parametrize(
    "payload",
    [
        generic(CARD),
        generic(*[CARD] * 10, sharable=True, image_aspect_ratio="square"),
        generic({"title": "t" * 80, "subtitle": "s" * 80}),
        generic({"title": "t", "image_url": URL}),
        generic({"title": "t", "default_action": {"type": "web_url", "url": URL}}),
        generic({"title": "t", "buttons": [BUTTON] * 3}),
        buttons(BUTTON, sharable="false"),
        {**buttons(BUTTON), "text": "t" * 640},
        media({"media_type": "image", "url": POST}),
        media({"media_type": "video", "url": "https://m.facebook.com/watch/?v=1"}),
        media({"media_type": "video", "url": "https://fb.watch/abc123/"}),
        media({"media_type": "image", "url": "http://facebook.com/photo.php", "buttons": [LINK]}),
        RECEIPT,
        {**RECEIPT, "merchant_name": "M", "timestamp": "1767225600", "order_url": URL},
        {
            **RECEIPT,
            "summary": {
                "subtotal": "1.5",
                "shipping_cost": 0,
                "total_tax": -1,
                "total_cost": "4.5",
            },
        },
        {
            **RECEIPT,
            "address": dict.fromkeys(
                ("street_1", "street_2", "city", "postal_code", "state", "country"), "x"
            ),
        },
        {**RECEIPT, "adjustments": [{"name": "Gift", "amount": 1}], "sharable": True},
        {
            **RECEIPT,
            "elements": [
                {"title": "T", "price": 1, "quantity": 2, "currency": "EUR", "image_url": URL}
            ],
        },
        {**RECEIPT, "elements": [{"title": "T", "price": 1, "subtitle": "S"}] * 100},
        COUPON,
        template("coupon", title="10 %", coupon_url=URL, subtitle="s", image_url=URL, payload="P"),
        template("product", elements=[{"id": "1"}, {"id": 2}]),
        SURVEY,
        {**SURVEY, "expires_in_days": 7},
        {**SURVEY, "expires_in_days": "1"},
        survey(type="nps", score_option="zero_to_ten", score_label="neg_pos", title="Fine?"),
        survey(type="ces", score_option="one_to_seven"),
        survey(follow_up={"type": "free_form", "placeholder": "p" * 65}),
        grid(title="t" * 45, subtitle="s" * 80, buttons=[LINK]),
        grid(images=[{"url": URL, "is_hero_image": True}, *[{"url": URL}] * 5]),
        grid(images=[{"url": URL, "action": {"type": "web_url", "url": URL}}, {"url": URL}]),
        grid(
            images=[
                {"url": URL, "action": {"type": "postback", "payload": "P", "text": "T"}},
                {"url": URL},
            ]
        ),
    ],
)
def test_a_right_template_goes_out(payload: JsonObject) -> None:
    """It stands in the conversation as it came."""
    api = Api()

    granted(api.attach(payload))

    (entry,) = api.conversation.entries.values()
    assert entry.template == payload
    assert (entry.text, entry.attachments, api.delivered.text) == ("", (), "")


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (generic(), (194, None)),
        (generic(*[CARD] * 11), (105, None)),
        (generic({"title": "t"}), (100, 2018035)),
        (generic({"title": "t", "subtitle": "", "buttons": []}), (100, 2018035)),
        (generic({**CARD, "buttons": [BUTTON] * 4}), (105, None)),
        (buttons(), (194, None)),
        (buttons(*[BUTTON] * 4), (105, None)),
        (media(), (100, 2018173)),
        (template("media"), (100, 2018173)),
        (media(*[{"media_type": "image", "url": POST}] * 2), (100, 2018173)),
        (media({"media_type": "audio", "url": POST}), (100, 2018182)),
        (media({"url": POST}), (100, 2018182)),
        (media({"media_type": "image"}), (100, 2018187)),
        (media({"media_type": "image", "url": ""}), (100, 2018187)),
        (media({"media_type": "image", "url": POST, "attachment_id": "1"}), (100, 2018175)),
        (media({"media_type": "image", "attachment_id": ""}), (100, 2018183)),
        (media({"media_type": "image", "attachment_id": "1"}), (100, 2018074)),
        (media({"media_type": "image", "url": "https://[facebook.com/"}), (100, 2018185)),
        (media({"media_type": "image", "url": "facebook.com/photo"}), (100, 2018185)),
        (media({"media_type": "image", "url": "https://a.example/photo"}), (100, 2018188)),
        (media({"media_type": "image", "url": "https://notfacebook.com/photo"}), (100, 2018188)),
        (media({"media_type": "image", "url": "https://facebook.com/zuck"}), (100, 2018184)),
        ({**RECEIPT, "summary": {}}, (100, 2018055)),
        ({**RECEIPT, "summary": {"total_cost": "nan"}}, (100, 2018055)),
        ({**RECEIPT, "summary": {"total_cost": True}}, (100, 2018055)),
        ({**RECEIPT, "summary": {"total_cost": 10**400}}, (100, 2018055)),
        ({**RECEIPT, "summary": {"total_cost": 10**12}}, (100, 2018055)),
        ({**RECEIPT, "summary": {"total_cost": 1, "total_tax": "a"}}, (100, 2018055)),
        ({**RECEIPT, "adjustments": [{"name": "Gift"}]}, (100, 2018055)),
        ({**RECEIPT, "elements": [{"title": "T"}]}, (100, 2018055)),
        ({**RECEIPT, "elements": [{"title": "T", "price": 1}] * 101}, (105, None)),
        (template("product", elements=[]), (194, None)),
        (template("product", elements=[EMPTY]), (100, 2018320)),
        (template("product", elements=[{"id": "a"}]), (100, 2018320)),
        ({**SURVEY, "feedback_screens": [{"questions": [QUESTION]}] * 2}, (105, None)),
        ({**SURVEY, "feedback_screens": [{"questions": NOTHING}]}, (194, None)),
        (template("image_grid", elements=[GRID] * 2), (105, None)),
        (grid(images=[{"url": URL}]), (194, None)),
        (grid(images=[{"url": URL}] * 7), (105, None)),
    ],
)
def test_a_wrong_template_has_metas_numbers(
    payload: JsonObject, expected: tuple[int, int | None]
) -> None:
    """One bad card or button fails the whole message."""
    assert numbers(Api().attach(payload)) == expected


@pytest.mark.parametrize(("kind", "allowed"), [("image", True), ("video", False)])
def test_a_media_template_takes_saved_media_of_its_kind(kind: str, *, allowed: bool) -> None:
    """Another kind is an id that is wrong."""
    api = Api()
    saved = granted(api.attach({"url": URL, "is_reusable": True}, "image"))["attachment_id"]

    answer = api.attach(media({"media_type": kind, "attachment_id": saved}))

    assert isinstance(answer, dict) is allowed
    if not allowed:
        assert numbers(answer) == (100, 2018074)


def test_the_echo_of_a_template_has_its_payload() -> None:
    """It is an attachment of the type template."""
    api = Api()

    granted(api.attach(COUPON))

    echo = api.world.told()[0].event["message"]
    assert isinstance(echo, dict)
    assert echo["attachments"] == [{"type": "template", "payload": COUPON}]
