"""What may be sent, and to whom."""

import json

from contract.admins import ALICE, BOSS, SUE
from contract.asking import ATTACH, JSON, SEND, TEST, ask, attach, guide, post, said, send
from contract.case import Case, each, one
from contract.graph import PERSON
from contract.wanting import NOT_YOU, sent, shown, wrong

_SMILE = "\U0001f642"
_TO = f"{TEST}?recipient_id={PERSON}"

WRONG_FIELDS: dict[str, tuple[dict[str, object], ...]] = {
    "message_text": (
        {"message_text": None},
        {"message_text": ""},
        {"message_text": 1},
        {"message_text": ["Hello"]},
        {"message_text": "x" * 2001},
        {"message_text": _SMILE * 1001},
    ),
    "recipient_id": (
        {"recipient_id": None},
        {"recipient_id": ""},
        {"recipient_id": int(PERSON)},
        {"recipient_id": "../me"},
        {"recipient_id": f"{PERSON}?x"},
        {"recipient_id": "٣" * 17},
        {"recipient_id": "1" * 129},
    ),
    "conversation_id": (
        {"conversation_id": None},
        {"conversation_id": "a/b"},
        {"conversation_id": "a\nb"},
        {"conversation_id": 7},
    ),
    "admin_id": ({"admin_id": None}, {"admin_id": "a b"}, {"admin_id": ["alice"]}),
    "extra": ({"extra": 1},),
    "messaging_type": ({"messaging_type": "RESPONSE"},),
}

WRONG_MEDIA: dict[str, tuple[tuple[str, str], ...]] = {
    "type": (("template", "https://cdn.example.com/a"), ("", "https://cdn.example.com/a")),
    "url": (
        ("image", "http://cdn.example.com/a"),
        ("image", "https://localhost/a"),
        ("image", "https://user:word@cdn.example.com/a"),
        ("image", "https://cdn.example.com/é"),
        ("image", "javascript:alert(1)"),
        ("image", "file:///etc/passwd"),
        ("image", ""),
    ),
}

QUERIES: dict[str, str] = {
    "": "Hello from messengerkit!",
    "&message=one+two": "one two",
    "&message=one%2Btwo": "one+two",
    "&message=one%20two": "one two",
    "&message=%D7%A9%F0%9F%99%82": f"ש{_SMILE}",
    "&message=%E9": "\ufffd",
    "&message=50%": "50%",
    "&message=%zz": "%zz",
    "&message=%25%32%42": "%2B",
    "&message=a%26b=c;d": "a&b=c;d",
    "&message=a=b": "a=b",
    "&message=first&message=last": "last",
    "&mess%61ge=named": "named",
    "&message=%00": "\0",
    f"&message={'x' * 2000}": "x" * 2000,
    "&message='\"<>\\^`{|}": "'\"<>\\^`{|}",
    "&message=/?:@!$,*()": "/?:@!$,*()",
}

CASES: tuple[Case, ...] = (
    one("a text is sent", send("Hello, Alice here."), sent("Hello, Alice here.")),
    one("any script, and any emoji", send(f"שלום é {_SMILE}"), sent(f"שלום é {_SMILE}")),
    one(
        "the bytes of UTF-8, not escaped",
        said(json.dumps(json.loads(guide(f"raw é {_SMILE}")), ensure_ascii=False).encode()),
        sent(f"raw é {_SMILE}"),
    ),
    one(
        "what is written in a text is text", send("a+b&c=%41\n\t\\<b>"), sent("a+b&c=%41\n\t\\<b>")
    ),
    one("2000 characters", send("x" * 2000), sent("x" * 2000)),
    one("1000 emoji, which count twice", send(_SMILE * 1000), sent(_SMILE * 1000)),
    one(
        "a conversation's id need not be a UUID",
        send("c", conversation_id="A.b_c@d:e-1"),
        sent("c"),
    ),
    one("an admin speaks for no other admin", send("I am Sue.", admin_id="sue"), NOT_YOU),
    one("nor does a supervisor", send("I am Alice.", by=SUE, admin_id="alice"), NOT_YOU),
    one("ids that are no UUIDs are not alike", send("I am ALICE.", admin_id="ALICE"), NOT_YOU),
    *(
        each(
            f"a body with a wrong {field} is refused",
            [said(guide("Not sent.", **one)) for one in changes],
            wrong(field),
        )
        for field, changes in WRONG_FIELDS.items()
    ),
    *(
        one(f"{kind} is shown", attach(kind, url), shown(kind, url))
        for kind, url in {
            "image": "https://cdn.example.com/i.png",
            "video": "https://cdn.example.com:8443/v.mp4?a=b%20c#d",
            "audio": "HTTPS://CDN.example.com/a",
            "file": "https://xn--e1afmkfd.example.com/%D7%A9.pdf",
        }.items()
    ),
    *(
        each(
            f"media with a wrong {field} is refused", [attach(*one) for one in media], wrong(field)
        )
        for field, media in WRONG_MEDIA.items()
    ),
    one(
        "media has no text",
        attach("image", "https://cdn.example.com/a", message_text="x"),
        wrong("message_text"),
    ),
    one(
        "media is sent under one's own name",
        attach("image", "https://cdn.example.com/a", admin_id="sue"),
        NOT_YOU,
    ),
    one("a text is no media", post(ATTACH, guide("x"), JSON, by=ALICE), wrong("type")),
    one(
        "media is no text",
        post(SEND, guide(None, type="image"), JSON, by=ALICE),
        wrong("message_text"),
    ),
    *(
        one(
            f"the query {query[:40]!r} says {text[:40]!r}",
            ask("POST", _TO + query, by=ALICE),
            sent(text),
        )
        for query, text in QUERIES.items()
    ),
    one(
        "a test needs no body, and reads none",
        post(_TO + "&message=t", b"{", JSON, by=BOSS),
        sent("t"),
    ),
    each(
        "a test without a person is refused",
        [ask("POST", TEST, by=ALICE), ask("POST", f"{TEST}?message=x", by=ALICE)],
        wrong("recipient_id"),
    ),
    each(
        "a test with a wrong text is refused",
        [ask("POST", f"{_TO}&message={text}", by=ALICE) for text in ("", "x" * 2001, "x&message=")],
        wrong("message"),
    ),
    each(
        "a test to a wrong id is refused",
        [
            ask("POST", f"{TEST}?recipient_id={wrong_id}", by=ALICE)
            for wrong_id in ("", "..%2Fme", f"{PERSON}%20", f"{PERSON}+", f"{PERSON}%00", "%D9%A3")
        ],
        wrong("recipient_id"),
    ),
    one("a test knows no other parameter", ask("POST", f"{_TO}&text=x", by=ALICE), wrong("text")),
)
