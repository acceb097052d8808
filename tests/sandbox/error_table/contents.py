"""Rows of the error table: what a message may contain."""

from sandbox.error_table.stage import (
    IMAGE,
    Row,
    acts,
    attaches,
    button,
    calls,
    quick_reply,
    sends,
    template,
    to,
)

HELLO = {"text": "Hello"}
REQUIRED = "(#100) The parameter {} is required"
LENGTH = "(#100) Length of param {} must be less than or equal to {}"
EMPTY = "(#100) param … must be non-empty."
FEW = "(#194) param … has too few elements."
MANY = "(#105) param … has too many elements."
NO_URL = "(#100) … should represent a valid URL"
POSTBACK = {"type": "postback", "title": "Yes", "payload": "YES"}
REPLY = {"content_type": "text", "title": "Yes", "payload": "YES"}
CARD = {"title": "Hat", "subtitle": "A hat"}

ROWS = (
    Row(
        100,
        None,
        "no recipient",
        calls("POST", "me/messages", {"message": HELLO}),
        REQUIRED.format("recipient"),
    ),
    Row(100, None, "an empty recipient", to({})),
    Row(100, None, "two recipients", to({"id": "1", "comment_id": "2"})),
    Row(100, None, "a recipient that is no id", to({"id": "Ana"})),
    Row(100, None, "a bad notification token", to({"notification_messages_token": "bad"})),
    Row(100, None, "not JSON", calls("POST", "me/messages", b"{")),
    Row(
        100,
        2018014,
        "message and state",
        sends(HELLO, sender_action="typing_on"),
        "Cannot send both message and state",
    ),
    Row(100, 2018015, "neither", acts(), "Must send either message or state"),
    Row(100, None, "an unknown action", acts(sender_action="dance")),
    Row(100, None, "a reaction to nothing", acts(sender_action="react")),
    Row(100, None, "an unknown messaging_type", sends(HELLO, messaging_type="LETTER")),
    Row(100, None, "an unknown notification_type", sends(HELLO, notification_type="LOUD")),
    Row(100, None, "an unknown persona", sends(HELLO, persona_id="1")),
    Row(
        100,
        1893061,
        "a dead tag",
        sends(HELLO, messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE"),
        "Invalid parameter",
    ),
    Row(
        100,
        None,
        "a tag of before 2020",
        sends(HELLO, messaging_type="MESSAGE_TAG", tag="SHIPPING_UPDATE"),
    ),
    Row(
        100,
        None,
        "a feedback tag without its template",
        sends(HELLO, messaging_type="MESSAGE_TAG", tag="CUSTOMER_FEEDBACK"),
    ),
    Row(100, 2018034, "an empty message", sends({})),
    Row(100, 2018034, "an empty text", sends({"text": ""})),
    Row(
        100, None, "a long text", sends({"text": "x" * 2001}), LENGTH.format("message[text]", 2000)
    ),
    Row(100, None, "long metadata", sends({**HELLO, "metadata": "x" * 1001})),
    Row(
        100,
        None,
        "an attachment without type",
        sends({"attachment": {"payload": {"url": IMAGE}}}),
        REQUIRED.format("message[attachment][type]"),
    ),
    Row(100, None, "an unknown type of attachment", attaches("hologram", url=IMAGE)),
    Row(100, None, "no URL", attaches("image", url="menu.png"), NO_URL),
    Row(
        100,
        None,
        "text and attachment",
        sends({**HELLO, "attachment": {"type": "image", "payload": {"url": IMAGE}}}),
    ),
    Row(105, None, "eleven images", sends({"attachments": [{"type": "image"}] * 11}), MANY),
    Row(
        100,
        None,
        "a quick reply without type",
        quick_reply(title="Yes", payload="YES"),
        REQUIRED.format("message[quick_replies][0][content_type]"),
    ),
    Row(100, None, "a dead type of quick reply", quick_reply(content_type="location")),
    Row(100, 2018098, "a reply without title", quick_reply(content_type="text", payload="YES")),
    Row(100, 2018099, "a reply without payload", quick_reply(content_type="text", title="Yes")),
    Row(105, None, "14 quick replies", sends({**HELLO, "quick_replies": [REPLY] * 14}), MANY),
    Row(100, None, "an unknown template", template("hologram"), "(#100) Invalid template type"),
    Row(
        100,
        None,
        "a removed template",
        template("list", elements=[CARD] * 2),
        "(#100) Invalid template type",
    ),
    Row(
        100,
        None,
        "a button template without text",
        template("button", buttons=[POSTBACK]),
        REQUIRED.format("name_placeholder[text]"),
    ),
    Row(
        100,
        None,
        "a button template without buttons",
        template("button", text="Choose"),
        REQUIRED.format("name_placeholder[buttons]"),
    ),
    Row(100, None, "an empty text", template("button", text="", buttons=[POSTBACK]), EMPTY),
    Row(194, None, "no buttons", template("button", text="Choose", buttons=[]), FEW),
    Row(
        100,
        None,
        "a long text of a template",
        template("button", text="x" * 641, buttons=[POSTBACK]),
    ),
    Row(100, 2018040, "an empty payload", button(type="postback", title="Yes", payload="")),
    Row(100, 2018041, "an empty url", button(type="web_url", title="Yes", url="")),
    Row(100, 2018053, "an empty title", button(type="postback", title="", payload="YES")),
    Row(100, None, "a long title", button(type="postback", title="x" * 21, payload="YES")),
    Row(100, None, "a button of no URL", button(type="web_url", title="Yes", url="menu"), NO_URL),
    Row(100, None, "a removed button", button(type="element_share")),
    Row(
        100,
        None,
        "a card without title",
        template("generic", elements=[{"subtitle": "A hat"}]),
        REQUIRED.format("name_placeholder[elements][0][title]"),
    ),
    Row(100, 2018035, "a card of a title alone", template("generic", elements=[{"title": "Hat"}])),
    Row(194, None, "no cards", template("generic", elements=[]), FEW),
    Row(105, None, "eleven cards", template("generic", elements=[CARD] * 11), MANY),
)
