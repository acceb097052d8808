"""The calls of facebook_business 26.0.3, Meta's own SDK, unchanged but for the host.

It writes each call as a form with JSON in it, and its enums in upper case.
"""

from typing import cast

from proofs.clients.checking import (
    ANY,
    BAD_PROOF,
    BAD_TEMPLATE,
    BAD_TOKEN,
    DONE,
    EMPTY,
    ID,
    MID,
    NOT_FETCHED,
    RETIRED_TAG,
    SUCCESS,
    TOO_LONG,
    UNKNOWN_PERSON,
    check,
    like,
    outcome,
    refused,
    sent,
    unreachable,
    word,
)
from proofs.clients.facebook_business_border import (
    ANSWERS,
    HERE,
    ONE,
    OURS,
    PAGE,
    PERSONA,
    THREAD,
    USER,
    api,
    edge,
    media,
    plain,
    raw,
    send,
    template,
    upload,
)

TO = HERE.person


def sends() -> None:
    """Send all that it can."""
    check("text", "PLATFORM §2.11", sent(TO), send, TO, {"text": "Hello 👋"})
    red = {"content_type": "text", "title": "Red", "payload": "RED"}
    asking = {"text": "Which colour?", "quick_replies": [red]}
    check("quick replies", "PLATFORM §2.6", sent(TO), send, TO, asking)
    more = {"type": "postback", "title": "More", "payload": "MORE"}
    site = {"type": "web_url", "title": "Site", "url": "https://example.com/"}
    cards = template("generic", elements=[{"title": "Hat", "buttons": [more, site]}])
    check("generic template", "PLATFORM §4.2", sent(TO), send, TO, cards)
    buttons = template("button", text="?", buttons=[more, site])
    check("button template", "PLATFORM §4.3", sent(TO), send, TO, buttons)
    for kind in ("image", "audio", "video", "file"):
        medium = {"attachment": media(kind, url=f"https://example.com/{kind}")}
        check(f"{kind} by URL", "PLATFORM §3.1", sent(TO), send, TO, medium)
    two = {"attachments": [media("image", url=f"https://example.com/{n}.png") for n in "ab"]}
    check("two images", "PLATFORM §2.6", sent(TO), send, TO, two)
    for action in ("MARK_SEEN", "TYPING_ON", "TYPING_OFF"):
        params = {"recipient": {"id": TO}, "sender_action": action}
        check(action, "PLATFORM §2.1, §2.7", {"recipient_id": TO}, edge, "create_message", **params)
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    human, late = {"text": "A person writes"}, HERE.late
    check("human agent", "PLATFORM §2.4", sent(late), send, late, human, **tagged)
    tagged["tag"] = "CONFIRMED_EVENT_UPDATE"
    check("retired tag", "PLATFORM §2.4", RETIRED_TAG, send, late, human, **tagged)


def files() -> None:
    """Upload, and send what was uploaded."""
    saved, reusable = {"attachment_id": ID}, {"is_reusable": True}
    by_url = {"attachment": media("image", url="https://example.com/kept.png", **reusable)}
    edge_name, upload_edge = "create_message_attachment", "message_attachments"
    check("upload by URL", "PLATFORM §3.3", saved, edge, edge_name, message=by_url)
    # The enum of Meta's own SDK has the platforms in upper case alone.
    params = {"message": by_url, "platform": "MESSENGER"}
    check("upload, with platform", "PLATFORM §3.3, SDK page.py", saved, edge, edge_name, **params)
    bare = {"attachment": media("image", **reusable)}
    kept = check("upload in parts", "PLATFORM §3.1, §3.3", saved, upload, upload_edge, message=bare)
    by_id = word(kept, "attachment_id")
    again = {"attachment": media("image", attachment_id=by_id)}
    check("image by its id", "PLATFORM §3.1", sent(TO), send, TO, again)
    more = {"type": "postback", "title": "More", "payload": "MORE"}
    element = {"media_type": "image", "attachment_id": by_id, "buttons": [more]}
    framed = template("media", elements=[element])
    check("media template", "PLATFORM §4.4", sent(TO), send, TO, framed)
    to = {"recipient": {"id": TO}, "messaging_type": "RESPONSE", "message": bare}
    check("image in parts", "PLATFORM §3.1", sent(TO) | saved, upload, "messages", **to)
    wrong = {"attachment": media("video", **reusable)}
    failed = refused(ANY, 100, 2018047)
    check("image as video", "PLATFORM §3.4", failed, upload, upload_edge, message=wrong)
    lost = {"attachment": media("image", attachment_id="1000000000000001")}
    missing = refused(ANY, 100, 2018074)
    check("lost attachment", "PLATFORM §3.4", missing, send, TO, lost)


def profile() -> None:
    """Set what the page shows, read it, and take it away again."""
    item = {"type": "postback", "title": "Help", "payload": "HELP"}
    menu = [{"locale": "default", "composer_input_disabled": False, "call_to_actions": [item]}]
    question = {"question": "Where are you?", "payload": "WHERE"}
    command = {"name": "menu", "description": "What there is"}
    values: dict[str, object] = {
        "get_started": {"payload": "START"},
        "greeting": [{"locale": "default", "text": "Hello {{user_full_name}}"}],
        "ice_breakers": [{"locale": "default", "call_to_actions": [question]}],
        "persistent_menu": menu,
        "whitelisted_domains": ["https://shop.example.com"],
        "account_linking_url": "https://shop.example.com/link",
        "commands": [{"locale": "default", "commands": [command]}],
    }
    source = "PLATFORM §5.1, §5.2"
    for name, value in values.items():
        given = {name: value}
        check(f"set {name}", source, DONE, edge, "create_messenger_profile", **given)
        check(f"get {name}", source, [given], edge, "get_messenger_profile", fields=name)
    settings = {"psid": TO, "persistent_menu": menu}
    source = "PLATFORM §5.3"
    check("set own menu", source, DONE, edge, "create_custom_user_setting", **settings)
    both = {"user_level_persistent_menu": menu, "page_level_persistent_menu": menu}
    check("get own menu", source, [both], edge, "get_custom_user_settings", psid=TO)
    which = {"psid": TO, "params": ["persistent_menu"]}
    shouted = {"psid": TO, "params": ["PERSISTENT_MENU"]}
    loud = "PLATFORM §5.3, SDK page.py"
    check(
        "delete own menu, by its enum", loud, DONE, edge, "delete_custom_user_settings", **shouted
    )
    check("delete own menu", source, DONE, edge, "delete_custom_user_settings", **which)
    shout: dict[str, object] = {"fields": ["COMMANDS"], "platform": "MESSENGER"}
    loud = "PLATFORM §5.1, SDK page.py"
    check("delete commands, by its enums", loud, DONE, edge, "delete_messenger_profile", **shout)
    fields = {"fields": sorted(values)}
    check("delete all", "PLATFORM §5.1", DONE, edge, "delete_messenger_profile", **fields)
    check("get none", "PLATFORM §5.1", [], edge, "get_messenger_profile", fields="greeting")


def personas() -> None:
    """Make a persona, write under its name, and remove it."""
    looks = {"name": "Jo", "profile_picture_url": "https://example.com/jo.png"}
    made = check("create persona", "PLATFORM §6.2", {"id": ID}, edge, "create_persona", **looks)
    known = {**looks, "id": word(made, "id")}
    persona = PERSONA(known["id"], api=ONE)
    check("list personas", "PLATFORM §6.2", [known], edge, "get_personas")
    told = check("get persona", "PLATFORM §6.2", known, lambda: plain(persona.api_get()))
    under = {"persona_id": word(told, "id")}
    check("as a persona", "PLATFORM §2.1", sent(TO), send, TO, {"text": "Jo here"}, **under)
    persona.api_delete()
    check("delete persona", "PLATFORM §6.2", SUCCESS, lambda: ANSWERS[-1])


def threads() -> None:
    """Give a thread away, take it back, keep it and let it go."""
    to, hi, source = {"recipient": {"id": HERE.handed}}, {"text": "x"}, "PLATFORM §6.3"
    owner = edge("get_thread_owner", recipient=HERE.handed)
    first = cast("list[dict[str, dict[str, object]]]", owner)[0]["thread_owner"]
    mine = {"app_id": HERE.app, "expiration": True}
    told = {**first, "expiration": isinstance(first["expiration"], int)}
    check("thread owner", source, mine, lambda: told)
    away = {**to, "target_app_id": HERE.other_app, "metadata": "yours"}
    check("pass", source, SUCCESS, raw, "create_pass_thread_control", **away)
    other = refused(like(r"\(#10\) .+"), 10, 2018300)
    check("send without control", "PLATFORM §6.3, §8.4", other, send, HERE.handed, hi)
    check("request", source, SUCCESS, raw, "create_request_thread_control", **to)
    check("take", source, SUCCESS, raw, "create_take_thread_control", **to)
    check("extend", source, SUCCESS, raw, "create_extend_thread_control", **to, duration=3600)
    check("release", source, SUCCESS, raw, "create_release_thread_control", **to)
    check("idle owner", source, [], edge, "get_thread_owner", recipient=HERE.handed)
    wrong = {**to, "target_app_id": "1"}
    bad = refused(ANY, 100, 2018164)
    check("pass to nobody", source, bad, edge, "create_pass_thread_control", **wrong)


def readings() -> None:
    """Read people, the page and its conversations."""
    person, fields = USER(TO, api=ONE), ["first_name", "last_name"]
    known = {"first_name": "Ana", "last_name": "Example", "id": TO}
    check("user profile", "PLATFORM §6.1", known, lambda: plain(person.api_get(fields=fields)))
    nobody = USER(HERE.stranger, api=ONE)
    gone = refused(like("Unsupported get request.+"), 100, 33, "GraphMethodException")
    check("nobody's profile", "PLATFORM §6.1", gone, nobody.api_get, fields=fields)
    named = {"name": "Sandbox Page", "id": HERE.page}
    check("page", "PLATFORM §1.7", named, lambda: plain(OURS.api_get(fields=["name"])))
    moment = like(r"[0-9-]{10}T[0-9:]{8}\+0000")
    talk = {"id": like("t_.+"), "updated_time": moment}
    found = check("conversation", "PLATFORM §6.4", [talk], edge, "get_conversations", user_id=TO)
    of = {"user_id": TO, "platform": "MESSENGER"}
    source = "PLATFORM §6.4, SDK unifiedthread.py"
    check("conversation, with platform", source, [talk], edge, "get_conversations", **of)
    thread = THREAD(word(cast("list[object]", found)[0], "id"), api=ONE)
    ours = {"name": "Sandbox Page", "email": f"{HERE.page}@facebook.com", "id": HERE.page}
    row: dict[str, object] = {"id": MID, "created_time": moment, "from": ours, "message": "Read me"}
    outcome(send, TO, {"text": "Read me"})
    newest = {"fields": "created_time,from,message", "limit": 1}
    # The cursor walks on to further pages by itself, so only the first is taken.
    first = cast("list[object]", edge("get_messages", thread, **newest))[:1]
    check("messages", "PLATFORM §6.4", [row], lambda: first)
    path, asked = (word(first[0], "id"),), {"fields": "message"}
    told: dict[str, object] = {"id": path[0], "message": "Read me"}
    check("message", "PLATFORM §6.4", told, lambda: ONE.call("GET", path, asked).json())
    reacting = {"message_id": path[0], "reaction": "❤"}
    for action, payload in (("REACT", reacting), ("UNREACT", {"message_id": path[0]})):
        to: dict[str, object] = {
            "recipient": {"id": TO},
            "sender_action": action,
            "payload": payload,
        }
        check(action, "PLATFORM §2.7", {"recipient_id": TO}, edge, "create_message", **to)


def apps() -> None:
    """Let the app hear of the page, and no more."""
    fields = ["messages", "messaging_postbacks"]
    source = "PLATFORM §6.6"
    params = {"subscribed_fields": fields}
    check("subscribe", source, SUCCESS, raw, "create_subscribed_app", **params)
    row = {"category": ANY, "link": ANY, "name": ANY, "id": HERE.app, "subscribed_fields": fields}
    check("subscribed apps", source, [row], edge, "get_subscribed_apps")
    check("unsubscribe", source, SUCCESS, raw, "delete_subscribed_apps")


def beyond() -> None:
    """Call what the SDK has besides."""
    name, source = {"page_label_name": "Vip"}, "PLATFORM §6.7"
    check("create label", source, {"id": ID}, edge, "create_custom_label", **name)
    check("list labels", source, [{"id": ID}], edge, "get_custom_labels")
    stop = {"user_ids": [{"id": HERE.handed}], "actions": ["block_user"]}
    check("block", source, SUCCESS, raw, "create_moderate_conversation", **stop)
    check("blocked", source, [{"id": HERE.handed}], edge, "get_blocked")
    item = {"method": "GET", "relative_url": "me?fields=name"}
    batch = {"batch": [item], "include_headers": False}
    answers = [{"code": 200, "body": ANY}]
    check("batch", "PLATFORM §6.9", answers, lambda: ONE.call("POST", (), batch).json())


def refusals() -> None:
    """Do what Meta refuses."""
    hi, hello = {"text": "x"}, {"recipient": {"id": TO}, "message": {"text": "Proven"}}
    for name, source, expected, one in (
        ("proof", "PLATFORM §1.6", sent(TO), api(secret=HERE.secret)),
        ("wrong proof", "PLATFORM §1.6", BAD_PROOF, api(secret="0" * 32)),
        ("bad token", "PLATFORM §8.4", BAD_TOKEN, api("lost")),
    ):
        check(name, source, expected, edge, "create_message", PAGE(HERE.page, api=one), **hello)
    for name, source, psid, error in unreachable(HERE):
        check(name, source, error, send, psid, hi)
    dead = {"attachment": media("image", url="https://nowhere.invalid/a.png")}
    check("long text", "PLATFORM §4.13", TOO_LONG, send, TO, {"text": "x" * 2001})
    check("empty message", "PLATFORM §4.13", EMPTY, send, TO, {"metadata": "x"})
    check("removed template", "PLATFORM §4.13", BAD_TEMPLATE, send, TO, template("list"))
    check("dead URL", "PLATFORM §3.4", NOT_FETCHED, send, TO, dead)
    to = {"recipient": {"id": HERE.stranger}}
    source = "PLATFORM §8.4"
    check("unknown thread", source, UNKNOWN_PERSON, edge, "create_take_thread_control", **to)
    missing = refused("(#100) The parameter recipient is required", 100)
    check("nobody named", "PLATFORM §4.13", missing, edge, "create_message", message=hi)


for part in (sends, files, profile, personas, threads, readings, apps, refusals, beyond):
    part()
