"""The calls of fbmessenger 6.0.0, unchanged but for the host."""

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

from proofs.clients.checking import (
    ANY,
    BAD_PROOF,
    BAD_TEMPLATE,
    BAD_TOKEN,
    DONE,
    EMPTY,
    ID,
    META,
    NOT_FETCHED,
    RETIRED_TAG,
    TOO_LONG,
    Method,
    check,
    fault,
    like,
    line_of,
    place,
    refused,
    sent,
    unreachable,
    word,
)


class Client(Protocol):
    """What is called of `fbmessenger.MessengerClient`, which has no types."""

    graph_url: str
    delete_get_started: Method
    delete_persistent_menu: Method
    get_user_data: Method
    link_account: Method
    remove_whitelisted_domains: Method
    send: Method
    send_action: Method
    set_messenger_profile: Method
    subscribe_app_to_page: Method
    unlink_account: Method
    update_whitelisted_domains: Method
    upload_attachment: Method


class Element(Protocol):
    """What it makes of what is to be sent."""

    to_dict: Callable[[], dict[str, object]]


Made = Callable[..., Element]
CLIENT = cast("Callable[..., Client]", import_module("fbmessenger").MessengerClient)
ATTACHMENTS = import_module("fbmessenger.attachments")
ELEMENTS = import_module("fbmessenger.elements")
QUICK = import_module("fbmessenger.quick_replies")
SETTINGS = import_module("fbmessenger.thread_settings")
TEMPLATES = import_module("fbmessenger.templates")
AUDIO, FILE, IMAGE, VIDEO = (
    cast("Made", getattr(ATTACHMENTS, name)) for name in ("Audio", "File", "Image", "Video")
)
TEXT, DYNAMIC, BUTTON, CARD = (
    cast("Made", getattr(ELEMENTS, name)) for name in ("Text", "DynamicText", "Button", "Element")
)
HERE = place()
TO = HERE.person


def client(token: str = HERE.token, secret: str | None = None) -> Client:
    """Return a client that calls the sandbox."""
    made = CLIENT(token, app_secret=secret)
    made.graph_url = made.graph_url.replace(META, HERE.url)
    return made


def template(kind: str, **rest: object) -> dict[str, object]:
    """Return a template by hand, for the client's own classes need an older Python."""
    payload = {"template_type": kind, **rest}
    return {"attachment": {"type": "template", "payload": payload}}


def sends() -> None:
    """Send all that it can."""
    one = client()
    check("text", "PLATFORM §2.11", sent(TO), one.send, TEXT("Hello 👋").to_dict(), TO)
    red = cast("Made", QUICK.QuickReply)(title="Red", payload="RED")
    replies = cast("Made", QUICK.QuickReplies)([red])
    asking = TEXT("Which colour?", quick_replies=replies).to_dict()
    check("quick replies", "PLATFORM §2.6", sent(TO), one.send, asking, TO)
    more = BUTTON("postback", title="More", payload="MORE")
    site = BUTTON("web_url", title="Site", url="https://example.com/", messenger_extensions=True)
    hat = CARD("Hat", subtitle="Of straw", image_url="https://example.com/h.png")
    cap = CARD("Cap", buttons=[more, site])
    cards = template("generic", elements=[hat.to_dict(), cap.to_dict()], sharable=False)
    check("generic template", "PLATFORM §4.2", sent(TO), one.send, cards, TO)
    buttons = template("button", text="?", buttons=[more.to_dict(), site.to_dict()])
    check("button template", "PLATFORM §4.3", sent(TO), one.send, buttons, TO)
    for kind, make in (("image", IMAGE), ("audio", AUDIO), ("video", VIDEO), ("file", FILE)):
        medium = make(url=f"https://example.com/{kind}").to_dict()
        check(f"{kind} by URL", "PLATFORM §3.1", sent(TO), one.send, medium, TO)
    # It writes the flag as the text "true".
    kept = IMAGE(url="https://example.com/kept.png", is_reusable=True)
    expected = sent(TO) | {"attachment_id": ID}
    check("image to be kept", "PLATFORM §2.11", expected, one.send, kept.to_dict(), TO)
    saved = check(
        "upload by URL", "PLATFORM §3.3", {"attachment_id": ID}, one.upload_attachment, kept
    )
    by_id = IMAGE(attachment_id=word(saved, "attachment_id")).to_dict()
    check("image by its id", "PLATFORM §3.1", sent(TO), one.send, by_id, TO)
    dynamic = DYNAMIC("Hi {{first_name}}", fallback_text="Hi").to_dict()
    check("dynamic text", "PLATFORM §2.6", sent(TO), one.send, dynamic, TO)
    for action in ("mark_seen", "typing_on", "typing_off"):
        check(action, "PLATFORM §2.7", {"recipient_id": TO}, one.send_action, action, TO)


def envelopes() -> None:
    """Send what needs more around it."""
    one, hi, late = client(), TEXT("A person writes").to_dict(), HERE.late
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    check("human agent", "PLATFORM §2.4", sent(late), one.send, hi, late, **tagged)
    tagged["tag"] = "POST_PURCHASE_UPDATE"
    check("retired tag", "PLATFORM §2.4", RETIRED_TAG, one.send, hi, late, **tagged)
    quiet = {"messaging_type": "UPDATE", "notification_type": "SILENT_PUSH"}
    check("silent update", "PLATFORM §2.1", sent(TO), one.send, hi, TO, **quiet)


def people() -> None:
    """Ask who somebody is."""
    one = client()
    known = {"first_name": "Ana", "last_name": "Example", "id": TO}
    fields = ("first_name", "last_name")
    check("user profile", "PLATFORM §6.1", known, one.get_user_data, TO, fields)
    hers = {"locale": "en_US", "timezone": 0, "id": TO}
    check("locale", "PLATFORM §6.1", hers, one.get_user_data, TO, ("locale", "timezone"))
    nobody = refused(like("Unsupported get request.+"), 100, 33, "GraphMethodException")
    check("nobody's profile", "PLATFORM §6.1", nobody, one.get_user_data, HERE.stranger)


def profile() -> None:
    """Set what the page shows, and take it away again."""
    one = client()
    greeting = cast("Made", SETTINGS.GreetingText)("Hello {{user_first_name}}")
    started = cast("Made", SETTINGS.GetStartedButton)("START")
    item = cast("Made", SETTINGS.PersistentMenuItem)
    help_me = item("postback", "Help", payload="HELP")
    site = item("web_url", "Site", url="https://example.com/", webview_share_button=False)
    menu = cast("Made", SETTINGS.PersistentMenu)([help_me, site], composer_input_disabled=False)
    whole = cast("Made", SETTINGS.MessengerProfile)
    only_menu = whole(persistent_menus=[menu]).to_dict()
    needs = refused(like(r"\(#100\) .+"), 100)
    check("menu alone", "PLATFORM §5.2", needs, one.set_messenger_profile, only_menu)
    everything = whole([greeting], started, [menu]).to_dict()
    check("set profile", "PLATFORM §5.1", DONE, one.set_messenger_profile, everything)
    check("start under a menu", "PLATFORM §5.2", needs, one.delete_get_started)
    check("delete menu", "PLATFORM §5.1", DONE, one.delete_persistent_menu)
    check("delete start", "PLATFORM §5.1", DONE, one.delete_get_started)
    nested = item("nested", "More", nested_items=[help_me])
    deep = whole([], started, [cast("Made", SETTINGS.PersistentMenu)([nested])]).to_dict()
    check("nested menu", "PLATFORM §8.4, 11", refused(ANY, 11), one.set_messenger_profile, deep)
    domain = "https://shop.example.com"
    check("set domains", "PLATFORM §5.1", DONE, one.update_whitelisted_domains, domain)
    check("delete domains", "PLATFORM §5.1", DONE, one.remove_whitelisted_domains)


def refusals() -> None:
    """Do what Meta refuses."""
    one, hi = client(), TEXT("x").to_dict()
    signed, forged, lost = client(secret=HERE.secret), client(secret="0" * 32), client("lost")
    check("proof", "PLATFORM §1.6", sent(TO), signed.send, TEXT("Proven").to_dict(), TO)
    check("wrong proof", "PLATFORM §1.6", BAD_PROOF, forged.send, hi, TO)
    check("bad token", "PLATFORM §8.4", BAD_TOKEN, lost.send, hi, TO)
    for name, source, psid, expected in unreachable(HERE):
        check(name, source, expected, one.send, hi, psid)
    dead = IMAGE(url="https://nowhere.invalid/a.png").to_dict()
    check("long text", "PLATFORM §4.13", TOO_LONG, one.send, TEXT("x" * 2001).to_dict(), TO)
    check("empty message", "PLATFORM §4.13", EMPTY, one.send, {}, TO)
    check("removed template", "PLATFORM §4.13", BAD_TEMPLATE, one.send, template("list"), TO)
    check("dead URL", "PLATFORM §3.4", NOT_FETCHED, one.send, dead, TO)
    unlinked = {"result": "unlink account success"}
    check("unlink account", "PLATFORM §6.7", unlinked, one.unlink_account, TO)


def faults() -> None:
    """Do what the client itself cannot."""
    one = client()
    gone = {"raises": "AttributeError: module 'collections' has no attribute 'Iterable'"}
    setter = cast("Method", TEMPLATES.ElementMixin.elements.fset)
    where = f"{line_of(setter, 'collections.Iterable')} - gone since Python 3.10"
    fault(
        "its generic template",
        where,
        gone,
        cast("Method", TEMPLATES.GenericTemplate),
        [CARD("Hat")],
    )
    setter = cast("Method", TEMPLATES.ButtonMixin.buttons.fset)
    where = f"{line_of(setter, 'collections.Iterable')} - gone since Python 3.10"
    more = BUTTON("postback", title="More", payload="MORE")
    fault("its button template", where, gone, cast("Method", TEMPLATES.ButtonTemplate), "?", [more])
    where = f"{line_of(one.subscribe_app_to_page, 'session.post')} - without subscribed_fields"
    missing = refused("(#100) The parameter subscribed_fields is required", 100)
    fault("subscribe the app", where, missing, one.subscribe_app_to_page)
    where = f"{line_of(one.link_account, 'session.post')} - it is a GET, PLATFORM §1.7"
    fault("link account", where, refused(ANY, 2500), one.link_account, "token")


sends()
envelopes()
people()
profile()
refusals()
faults()
