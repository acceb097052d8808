"""Wrong templates, in Meta's words: what is wrong, and where."""

import pytest
from sandbox.graph.kit import URL, Api, message, numbers, template
from sandbox.graph.payloads import (
    BUTTON,
    CARD,
    COUPON,
    LINK,
    QUESTION,
    RECEIPT,
    SURVEY,
    buttons,
    generic,
    grid,
)

from messengerkit.sandbox.jsontext import JsonObject


def survey(**question: object) -> JsonObject:
    """Return a survey of one question."""
    return {**SURVEY, "feedback_screens": [{"questions": [{**QUESTION, **question}]}]}


P = "name_placeholder"


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({}, f"The parameter {P}[template_type] is required"),
        ({"template_type": 7}, f"Param {P}[template_type] must be a string"),
        (template("list"), "Invalid template type"),
        (template("open_graph"), "Invalid template type"),
        (template("airline_update"), "The sandbox does not model the template airline_update yet"),
        (template("generic"), f"The parameter {P}[elements] is required"),
        (generic({}), f"The parameter {P}[elements][0][title] is required"),
        (generic({"title": ""}), f"param {P}[elements][0][title] must be non-empty."),
        (
            generic(CARD, {**CARD, "title": "t" * 81}),
            f"Length of param {P}[elements][1][title] must be less than or equal to 80",
        ),
        (
            generic({**CARD, "subtitle": "s" * 81}),
            f"Length of param {P}[elements][0][subtitle] must be less than or equal to 80",
        ),
        (generic({**CARD, "image_url": "x"}), "x should represent a valid URL"),
        (generic(7), f"Param {P}[elements][0] must be a JSON object"),
        (
            generic(CARD, image_aspect_ratio="tall"),
            f"Param {P}[image_aspect_ratio] must be one of {{horizontal, square}}",
        ),
        (generic(CARD, sharable=2), f"Param {P}[sharable] must be a boolean"),
        (generic(CARD, color=1), f"The sandbox does not model {P}[color] yet"),
        (
            generic({**CARD, "default_action": {"type": "postback"}}),
            f"Param {P}[elements][0][default_action][type] must be web_url",
        ),
        (
            generic({**CARD, "default_action": LINK}),
            f"The sandbox does not model {P}[elements][0][default_action][title] yet",
        ),
        (template("button", buttons=[BUTTON]), f"The parameter {P}[text] is required"),
        (template("button", text="t"), f"The parameter {P}[buttons] is required"),
        (
            {**buttons(BUTTON), "text": "t" * 641},
            f"Length of param {P}[text] must be less than or equal to 640",
        ),
        ({**RECEIPT, "recipient_name": ""}, f"param {P}[recipient_name] must be non-empty."),
        ({**RECEIPT, "summary": None}, f"The parameter {P}[summary] is required"),
        ({**RECEIPT, "currency": "usd"}, "The currency code 'usd' is not supported"),
        ({**RECEIPT, "timestamp": "today"}, f"Param {P}[timestamp] must be a number"),
        ({**RECEIPT, "merchant_name": 7}, f"Param {P}[merchant_name] must be a string"),
        ({**RECEIPT, "address": {}}, f"The parameter {P}[address][street_1] is required"),
        (
            {**RECEIPT, "elements": [{"title": "T", "price": 1, "currency": "€"}]},
            "The currency code '€' is not supported",
        ),
        (template("coupon"), f"The parameter {P}[title] is required"),
        (template("coupon", title="t"), f"The parameter {P}[coupon_code] is required"),
        ({**COUPON, "coupon_code": ""}, f"The parameter {P}[coupon_code] is required"),
        ({**COUPON, "coupon_code": "a b"}, f"Param {P}[coupon_code] must be without spaces"),
        ({**COUPON, "payload": 7}, f"Param {P}[payload] must be a string"),
        (
            template("product", elements=[{"id": "1", "title": "Hat"}]),
            f"The sandbox does not model {P}[elements][0][title] yet",
        ),
        (
            {**SURVEY, "title": "t" * 66},
            f"Length of param {P}[title] must be less than or equal to 65",
        ),
        (
            {**SURVEY, "business_privacy": {}},
            f"The parameter {P}[business_privacy][url] is required",
        ),
        ({**SURVEY, "expires_in_days": 8}, f"Param {P}[expires_in_days] must be 1 to 7"),
        ({**SURVEY, "expires_in_days": 1.5}, f"Param {P}[expires_in_days] must be 1 to 7"),
        ({**SURVEY, "expires_in_days": "nan"}, f"Param {P}[expires_in_days] must be a number"),
        (
            survey(id="a b"),
            f"Param {P}[feedback_screens][0][questions][0][id] must be letters, digits and _",
        ),
        ({**SURVEY, "subtitle": "WWW.a.example"}, f"Param {P}[subtitle] must be without URLs"),
        (
            survey(title="See http://a.example"),
            f"Param {P}[feedback_screens][0][questions][0][title] must be without URLs",
        ),
        (
            survey(follow_up={"placeholder": "https://a.example"}),
            (
                f"Param {P}[feedback_screens][0][questions][0][follow_up][placeholder] must be "
                "without URLs"
            ),
        ),
        (
            survey(type=None),
            f"The parameter {P}[feedback_screens][0][questions][0][type] is required",
        ),
        (
            survey(title="Hm?"),
            f"Param {P}[feedback_screens][0][questions][0][title] must be 5 to 85 characters",
        ),
        (
            survey(type="nps", score_option="five_stars"),
            (
                f"Param {P}[feedback_screens][0][questions][0][score_option] must be one of "
                "{zero_to_ten}"
            ),
        ),
        (
            survey(follow_up={"type": "csat"}),
            (
                f"Param {P}[feedback_screens][0][questions][0][follow_up][type] must be one of "
                "{free_form}"
            ),
        ),
        (
            grid(images=[{"url": URL, "is_hero_image": True}] * 2),
            f"Param {P}[elements][0][images] must be with one hero image at most",
        ),
        (
            grid(images=[{}, {"url": URL}]),
            f"The parameter {P}[elements][0][images][0][url] is required",
        ),
        (
            grid(images=[{"url": URL, "action": {"type": "postback"}}, {"url": URL}]),
            f"The parameter {P}[elements][0][images][0][action][payload] is required",
        ),
        (
            grid(buttons=[{"type": "account_unlink"}]),
            f"Param {P}[elements][0][buttons][0][type] must be one of {{postback, web_url}}",
        ),
        (
            grid(images=[{"url": URL, "action": {"type": "call"}}, {"url": URL}]),
            f"Param {P}[elements][0][images][0][action][type] must be one of {{postback, web_url}}",
        ),
    ],
)
def test_a_wrong_template_is_refused_in_metas_words(payload: JsonObject, words: str) -> None:
    """The payload is Meta's name_placeholder; the code is 100 without a subcode."""
    answer = Api().attach(payload)

    assert (numbers(answer), message(answer)) == ((100, None), f"(#100) {words}")
