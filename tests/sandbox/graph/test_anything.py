"""Anything at all as a call: an answer or a refusal; and a refusal leaves no trace."""

import json
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from sandbox.graph.kit import HI, PAGE, PSID, TO, URL, Api

from messengerkit.sandbox.graph.answers import error, success
from messengerkit.sandbox.graph.calls import RawCall
from messengerkit.sandbox.graph.handshakes import Handshake
from messengerkit.sandbox.graph.refusals import Refusal
from messengerkit.sandbox.graph.routes import ROUTES
from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.meters import Rates

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just(10**400)
TEXTS = st.text(st.characters(categories=None), max_size=8) | st.sampled_from(
    ["nan", "inf", "1e999", "-0", "true", "default", PSID, URL, "https://[", "{", "[]", "m_1"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=5,
)
NAMES = (
    "account_linking_token",
    "account_linking_url",
    "after",
    "appsecret_proof",
    "appsecret_time",
    "before",
    "callback_url",
    "commands",
    "description",
    "duration",
    "fields",
    "folder",
    "get_started",
    "greeting",
    "ice_breakers",
    "input_token",
    "limit",
    "message",
    "messaging_type",
    "metadata",
    "name",
    "notification_type",
    "object",
    "params",
    "payload",
    "persistent_menu",
    "persona_id",
    "platform",
    "profile_picture_url",
    "psid",
    "recipient",
    "reply_to",
    "sender_action",
    "subscribed_fields",
    "tag",
    "target_app_id",
    "thread_control",
    "user_id",
    "verify_token",
    "whitelisted_domains",
)
PARAMS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, VALUES))
NODES = {
    "page": "me",
    "app": str(PAGE.app_id),
    "person": PSID,
    "persona": "7",
    "conversation": "t_",
    "message": "m_",
    "debug_token": "debug_token",
}
TOKENS = st.sampled_from([PAGE.access_token, f"{PAGE.app_id}|{PAGE.app_secret}"])


def whole_world() -> Api:
    """Return an API in whose world there is something of everything."""
    api = Api(rates=Rates())
    api.writes("Hello")
    api.page.personas["7"] = {"id": "7", "name": "Bo", "profile_picture_url": URL}
    api.page.profile["get_started"] = {"payload": "START"}
    return api


def check(api: Api, raw: RawCall) -> None:
    """Check that *raw* has an answer that can be written, and no effect if it is refused."""
    before = api.state()

    answer = api.raw(raw)

    if isinstance(answer, Refusal):
        assert api.state() == before
        json.loads(error(answer, trace="A").body)
    elif not isinstance(answer, Handshake):
        json.loads(success(answer, version=raw.version).body)


@given(
    route=st.sampled_from(list(ROUTES)),
    params=PARAMS,
    ready=st.booleans(),
    as_query=st.booleans(),
    token=TOKENS,
)
def test_any_parameters_have_an_answer(
    route: tuple[str, str, str], params: JsonObject, token: str, *, ready: bool, as_query: bool
) -> None:
    """On every route: no JSON and no query makes a check crash."""
    api = whole_world()
    method, kind, tail = route
    (entry,) = api.conversation.entries
    node = {"conversation": api.conversation.id, "message": entry}.get(kind, NODES[kind])
    asked = {"recipient": TO, "psid": PSID, "fields": "name"} | params if ready else params
    written = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in asked.items()
    }
    check(
        api,
        RawCall(
            method=method,
            path=f"/{node}/{tail}",
            query=urlencode(written, errors="replace") if as_query else "",
            headers={"authorization": f"OAuth {token}", "content-type": "application/json"},
            body=b"" if as_query else json.dumps(asked).encode(),
        ),
    )


URLS = TEXTS.map("https://".__add__) | TEXTS.map("http://a.example/".__add__) | VALUES


def shaped(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Return objects that have some of *fields*, or anything else."""
    objects: st.SearchStrategy[object] = st.fixed_dictionaries({}, optional=fields)
    return objects | VALUES


KINDS = st.sampled_from(
    ["web_url", "postback", "phone_number", "account_link", "account_unlink", "game_play"]
)
BUTTONS = st.lists(
    shaped(type=KINDS, title=TEXTS, url=URLS, payload=TEXTS, messenger_extensions=VALUES),
    max_size=2,
)
ELEMENTS = st.lists(
    shaped(
        title=TEXTS,
        subtitle=VALUES,
        buttons=BUTTONS,
        default_action=shaped(type=st.just("web_url"), url=URLS),
        media_type=st.sampled_from(["image", "video"]),
        attachment_id=VALUES,
        url=URLS,
        id=VALUES,
        price=VALUES,
        images=st.lists(shaped(url=URLS, is_hero_image=VALUES), max_size=3),
    ),
    max_size=2,
)
TEMPLATES = st.sampled_from(
    [
        "generic",
        "button",
        "media",
        "receipt",
        "coupon",
        "product",
        "customer_feedback",
        "image_grid",
    ]
)
PAYLOADS = shaped(
    template_type=TEMPLATES,
    elements=ELEMENTS,
    buttons=BUTTONS,
    text=TEXTS,
    title=TEXTS,
    sharable=VALUES,
    coupon_code=VALUES,
    summary=shaped(total_cost=VALUES),
    currency=TEXTS,
    url=URLS,
    is_reusable=VALUES,
    attachment_id=VALUES,
)
ATTACHMENTS = shaped(
    type=st.sampled_from(["image", "video", "file", "template", "template"]), payload=PAYLOADS
)
MESSAGES = shaped(
    text=TEXTS,
    metadata=VALUES,
    attachment=ATTACHMENTS,
    attachments=st.lists(ATTACHMENTS, max_size=2),
    quick_replies=st.lists(
        shaped(content_type=st.just("text"), title=TEXTS, payload=TEXTS, image_url=URLS), max_size=2
    ),
)


@given(content=MESSAGES, file=st.none() | st.tuples(TEXTS, TEXTS, st.binary(max_size=4)))
def test_any_message_has_an_answer(content: object, file: tuple[str, str, bytes] | None) -> None:
    """With and without a file; and what goes out says something."""
    api = whole_world()
    said = {"recipient": json.dumps(TO), "message": json.dumps(content)}
    files = [] if file is None else [("filedata", *file)]
    before = api.state()

    try:
        answer = api.form("me/messages", said, *files)
    except UnicodeEncodeError:
        return  # the kit itself cannot write such a name

    if isinstance(answer, Refusal):
        assert api.state() == before
    else:
        delivered = api.delivered
        (entry,) = [one for one in api.conversation.entries.values() if one.from_page]
        assert [
            bool(delivered.text),
            bool(delivered.attachments),
            entry.template is not None,
        ].count(True) == 1


@given(
    body=st.binary() | VALUES.map(json.dumps).map(str.encode),
    content_type=st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=a",
            "multipart/form-data",
            "text/plain",
        ]
    )
    | st.text(),
    query=st.text(),
    authorization=st.text() | st.just(f"Bearer {PAGE.access_token}"),
)
def test_any_bytes_have_an_answer(
    body: bytes, content_type: str, query: str, authorization: str
) -> None:
    """No request whatever makes the API crash."""
    headers = {"content-type": content_type, "authorization": authorization}

    check(
        whole_world(),
        RawCall(method="POST", path="/me/messages", query=query, headers=headers, body=body),
    )


def test_a_form_may_say_the_same_as_json() -> None:
    """The kit's own two ways of asking agree."""
    one, other = Api(), Api()

    assert one.say(HI) == other.form("me/messages", {"recipient": TO, "message": HI})
    assert one.state() == other.state()
