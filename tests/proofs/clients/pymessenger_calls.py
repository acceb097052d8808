"""The calls of pymessenger 0.0.7.0, unchanged but for the host."""

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

from proofs.clients.checking import (
    BAD_PROOF,
    BAD_TEMPLATE,
    BAD_TOKEN,
    EMPTY,
    ID,
    META,
    NOT_FETCHED,
    RETIRED_TAG,
    TOO_LONG,
    Method,
    check,
    fault,
    line_of,
    place,
    sent,
    unreachable,
    word,
)


class Bot(Protocol):
    """What is called of `pymessenger.bot.Bot`, which has no types."""

    graph_url: str
    send_action: Method
    send_audio: Method
    send_audio_url: Method
    send_button_message: Method
    send_file: Method
    send_file_url: Method
    send_generic_message: Method
    send_image: Method
    send_image_url: Method
    send_message: Method
    send_raw: Method
    send_text_message: Method
    send_video: Method
    send_video_url: Method


class Profiles(Protocol):
    """What is called of `pymessenger.user_profile.UserProfileApi`."""

    graph_url: str
    get: Method


PACKAGE = import_module("pymessenger")
ELEMENT = cast("Method", PACKAGE.Element)
BUTTON = cast("Method", PACKAGE.Button)
BOT = cast("Callable[..., Bot]", import_module("pymessenger.bot").Bot)
PROFILES = cast("Callable[..., Profiles]", import_module("pymessenger.user_profile").UserProfileApi)
HERE = place()
TO = HERE.person
NOBODY = unreachable(HERE)


def bot(token: str = HERE.token, secret: str | None = None) -> Bot:
    """Return a bot that calls the sandbox."""
    made = BOT(token, app_secret=secret)
    made.graph_url = made.graph_url.replace(META, HERE.url)
    return made


def sends() -> None:
    """Send all that it can."""
    one = bot()
    check("text", "PLATFORM §2.11", sent(TO), one.send_text_message, TO, "Hello 👋")
    reply = {"content_type": "text", "title": "Red", "payload": "RED"}
    asking = {"text": "Which colour?", "quick_replies": [reply], "metadata": "asked"}
    check("quick replies", "PLATFORM §2.6", sent(TO), one.send_message, TO, asking)
    more = BUTTON(type="postback", title="More", payload="MORE")
    site = BUTTON(type="web_url", title="Site", url="https://example.com/")
    hat = ELEMENT(title="Hat", subtitle="Of straw", image_url="https://example.com/h.png")
    cap = ELEMENT(title="Cap", buttons=[more, site])
    check("generic template", "PLATFORM §4.2", sent(TO), one.send_generic_message, TO, [hat, cap])
    buttons = [more, site]
    check("button template", "PLATFORM §4.3", sent(TO), one.send_button_message, TO, "?", buttons)
    # It writes recipient and message as JSON text within JSON; Meta reads that, too.
    image, audio, file = (f"https://example.com/{kind}" for kind in ("image", "audio", "file"))
    check("image by URL", "PLATFORM §3.1", sent(TO), one.send_image_url, TO, image)
    check("audio by URL", "PLATFORM §3.1", sent(TO), one.send_audio_url, TO, audio)
    check("file by URL", "PLATFORM §3.1", sent(TO), one.send_file_url, TO, file)
    payload = {"url": "https://example.com/kept.png", "is_reusable": True}
    kept = {"attachment": {"type": "image", "payload": payload}}
    expected = sent(TO) | {"attachment_id": ID}
    saved = check("image to be kept", "PLATFORM §2.11", expected, one.send_message, TO, kept)
    by_id = {"type": "image", "payload": {"attachment_id": word(saved, "attachment_id")}}
    again = {"attachment": by_id}
    check("image by its id", "PLATFORM §3.1", sent(TO), one.send_message, TO, again)
    for action in ("mark_seen", "typing_on", "typing_off"):
        check(action, "PLATFORM §2.7", {"recipient_id": TO}, one.send_action, TO, action)


def envelopes() -> None:
    """Send what needs more around it, in the raw."""
    one = bot()
    human = {
        "recipient": {"id": HERE.late},
        "messaging_type": "MESSAGE_TAG",
        "tag": "HUMAN_AGENT",
        "message": {"text": "A person writes"},
    }
    check("human agent", "PLATFORM §2.4", sent(HERE.late), one.send_raw, human)
    dead = human | {"tag": "ACCOUNT_UPDATE"}
    check("retired tag", "PLATFORM §2.4", RETIRED_TAG, one.send_raw, dead)
    quoting = {
        "recipient": {"id": TO},
        "messaging_type": "RESPONSE",
        "message": {"text": "Quoting"},
        "reply_to": {"mid": word(one.send_text_message(TO, "To be quoted"), "message_id")},
    }
    check("reply to a message", "PLATFORM §2.1", sent(TO), one.send_raw, quoting)


def profiles() -> None:
    """Ask who somebody is."""
    api = PROFILES(HERE.token)
    api.graph_url = api.graph_url.replace(META, HERE.url)
    fields = ("first_name", "last_name")
    known = {"first_name": "Ana", "last_name": "Example", "id": TO}
    check("user profile", "PLATFORM §6.1", known, api.get, TO, fields)
    # The client returns None for any answer that is not 200.
    check("nobody's profile", "PLATFORM §6.1", None, api.get, HERE.stranger, fields)


def refusals() -> None:
    """Do what Meta refuses."""
    one = bot()
    signed, forged, lost = bot(secret=HERE.secret), bot(secret="0" * 32), bot("lost")
    check("proof", "PLATFORM §1.6", sent(TO), signed.send_text_message, TO, "Proven")
    check("wrong proof", "PLATFORM §1.6", BAD_PROOF, forged.send_text_message, TO, "x")
    check("bad token", "PLATFORM §8.4", BAD_TOKEN, lost.send_text_message, TO, "x")
    for name, source, psid, expected in NOBODY:
        check(name, source, expected, one.send_text_message, psid, "x")
    odd = {"attachment": {"type": "template", "payload": {"template_type": "list"}}}
    dead = "https://nowhere.invalid/a.png"
    check("long text", "PLATFORM §4.13", TOO_LONG, one.send_text_message, TO, "x" * 2001)
    check("empty message", "PLATFORM §4.13", EMPTY, one.send_message, TO, {})
    check("removed template", "PLATFORM §4.13", BAD_TEMPLATE, one.send_message, TO, odd)
    check("dead URL", "PLATFORM §3.4", NOT_FETCHED, one.send_image_url, TO, dead)


def faults() -> None:
    """Do what the client itself cannot."""
    one = bot()
    where = f"{line_of(one.send_image, 'self.base_url')} - nothing sets it; it is graph_url"
    no_url = {"raises": "AttributeError: 'Bot' object has no attribute 'base_url'"}
    fault("image by upload", where, no_url, one.send_image, TO, HERE.image)
    no_path = {"raises": "NameError: name 'image_path' is not defined"}
    for kind, send in (("audio", one.send_audio), ("video", one.send_video)):
        where = f"{line_of(send, 'open(')} - the argument has another name"
        fault(f"{kind} by upload", where, no_path, send, TO, HERE.image)
    where = f"{line_of(one.send_file, 'open(')} - the argument has another name"
    fault("file by upload", where, no_path, one.send_file, TO, HERE.image)
    where = f"{line_of(one.send_video_url, 'audio')} - so the video comes as audio"
    video = "https://example.com/video"
    fault("video by URL", where, sent(TO), one.send_video_url, TO, video)


sends()
envelopes()
profiles()
refusals()
faults()
