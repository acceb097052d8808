"""Templates that are as they should be, for the tests to make wrong."""

from sandbox.graph.kit import URL, template

from messengerkit.sandbox.jsontext import JsonObject

BUTTON = {"type": "postback", "title": "Yes", "payload": "YES"}
LINK = {"type": "web_url", "title": "Go", "url": "https://a.example"}
CARD = {"title": "Card", "subtitle": "Of paper"}
GRID = {"images": [{"url": URL}, {"url": URL}]}
RECEIPT = template(
    "receipt",
    recipient_name="Ana",
    order_number="7",
    payment_method="Visa",
    currency="EUR",
    summary={"total_cost": 5},
)
QUESTION = {"id": "q_1", "type": "csat"}
SURVEY = template(
    "customer_feedback",
    title="How was it?",
    subtitle="Tell us",
    button_title="Rate",
    feedback_screens=[{"questions": [QUESTION]}],
    business_privacy={"url": "https://a.example/privacy"},
)
COUPON = template("coupon", title="10 %", coupon_code="TEN")


def generic(*elements: object, **more: object) -> JsonObject:
    """Return a generic template."""
    return template("generic", elements=list(elements), **more)


def buttons(*given: object, **more: object) -> JsonObject:
    """Return a button template."""
    return template("button", text="Well?", buttons=list(given), **more)


def grid(**more: object) -> JsonObject:
    """Return an image grid."""
    return template("image_grid", elements=[{**GRID, **more}])
