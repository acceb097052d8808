"""What Meta calls: the handshake, and the events. They come last: the bot answers afterwards."""

import gzip
import json
from dataclasses import replace

from contract.asking import JSON, WEBHOOK, announced, ask, get, post, signature, signed, wrote
from contract.case import Case, each, one
from contract.expecting import Expect
from contract.servers import WORD
from contract.wanting import done, refused
from contract.wire import Header

from messengerkit.signature import sign
from messengerkit.webhook import MAX_BODY

_TAKEN = done("EVENT_RECEIVED")
_SHAKE = f"{WEBHOOK}?hub.mode=subscribe&hub.verify_token={WORD}"
_TOO_LARGE = refused(413, "body_too_large", f"The body has more than {MAX_BODY} bytes.")
_UNKNOWN = wrote("I am nobody.", psid="24999999999999999")
_MANY = b'{"object":"page","entry":[{"id":"1","messaging":[' + b"{}," * 10_000 + b"{}]}]}"


def _echoed(challenge: str) -> Expect:
    """Return the one answer that has no envelope: Meta compares the text."""
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    return Expect(status=200, headers=headers, body=challenge.encode())


def _answers(*texts: str) -> Expect:
    return replace(_TAKEN, delivers=tuple(f"You wrote: {text}" for text in texts))


def _wrong_signature(message: str) -> Expect:
    return refused(401, "signature", message)


_NONE = _wrong_signature("X-Hub-Signature-256 matches none of the app secrets.")
_TWICE = _wrong_signature("X-Hub-Signature-256 was sent more than once.")
_MISSING = _wrong_signature("X-Hub-Signature-256 is missing.")
_MALFORMED = _wrong_signature("X-Hub-Signature-256 is not sha256= and 64 lower-case hex digits.")
_NOT_AGREED = refused(403, "handshake", "The handshake's mode or verify token is not as agreed.")
_NO_WORD = refused(403, "handshake", "The handshake's challenge is missing or is not a plain word.")
_NOT_JSON = refused(400, "malformed_body", "The body is signed, and is not JSON.")

CHALLENGES: dict[str, str] = {
    "hub.challenge=1158201444": "1158201444",
    "hub.challenge=a_B-9": "a_B-9",
    "hub%2Echallenge=%61b": "ab",
    "hub.challenge=first&hub.challenge=last": "last",
    f"hub.challenge={'x' * 128}": "x" * 128,
    "hub.challenge=x&hub.other=%ff": "x",
}

WRONG_CHALLENGES = (
    "",
    "hub.challenge=",
    "hub.challenge=<b>",
    "hub.challenge=%3Cb%3E",
    "hub.challenge=a+b",
    "hub.challenge=a%0d%0ab",
    "hub.challenge=%C3%A9",
    "hub.challenge=%E9",
    "hub.challenge=x&hub.challenge=",
    "hub.challenge=a;b",
    f"hub.challenge={'x' * 129}",
)

WRONG_WORDS = (
    "",
    "hub.mode=subscribe&hub.challenge=x",
    "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=x",
    f"hub.mode=subscribe&hub.verify_token={WORD}%20&hub.challenge=x",
    f"hub.mode=subscribe&hub.verify_token=+{WORD}&hub.challenge=x",
    f"hub.mode=subscribe&hub.verify_token={WORD}%C3%A9&hub.challenge=x",
    f"hub.mode=subscribe&hub.verify_token={WORD}%ff&hub.challenge=x",
    f"hub.mode=subscribe&hub.verify_token={WORD}&hub.verify_token=wrong&hub.challenge=x",
    f"hub.mode=unsubscribe&hub.verify_token={WORD}&hub.challenge=x",
    f"hub.verify_token={WORD}&hub.challenge=x",
    f"HUB.MODE=subscribe&hub.verify_token={WORD}&hub.challenge=x",
    f"hub_mode=subscribe&hub_verify_token={WORD}&hub_challenge=x",
)


def _both() -> bytes:
    """Return a body in which nobody writes, and then somebody."""
    one, other = (json.loads(body) for body in (_UNKNOWN, wrote("I am somebody.")))
    one["entry"] += other["entry"]
    return json.dumps(one).encode()


def _header(value: str | bytes) -> Header:
    return ("X-Hub-Signature-256", value)


_RIGHT = str(signature(b"{}")[1])

SIGNATURES: dict[str, tuple[tuple[Header, ...], Expect]] = {
    "none": ((), _MISSING),
    "the old kind alone": ((("X-Hub-Signature", f"sha1={'0' * 40}"),), _MISSING),
    "an empty one": ((_header(""),), _MALFORMED),
    "no kind": ((_header(_RIGHT.removeprefix("sha256=")),), _MALFORMED),
    "another kind": ((_header(_RIGHT.replace("sha256", "sha512")),), _MALFORMED),
    "capitals": ((_header(_RIGHT.upper()),), _MALFORMED),
    "a digit less": ((_header(_RIGHT[:-1]),), _MALFORMED),
    "UTF-8": ((_header(f"{_RIGHT}é".encode()),), _MALFORMED),
    "Latin-1": ((_header(f"{_RIGHT}\xa0".encode("latin-1")),), _MALFORMED),
    "digits of another script": ((_header(f"sha256={'٣' * 64}".encode()),), _MALFORMED),
    "of another body": ((_header(sign(b"{ }", "5a9db0c5ec2e70f900d5a9db0c5ec2e7")),), _NONE),
    "by another app": ((_header(sign(b"{}", "another secret")),), _NONE),
    "two": ((_header(_RIGHT), _header(_RIGHT)), _TWICE),
    "two, the first wrong": ((_header("x"), _header(_RIGHT)), _TWICE),
    "two, the second empty": ((_header(_RIGHT), _header("")), _TWICE),
}

CASES: tuple[Case, ...] = (
    *(
        one(f"{query[:40]} is echoed", get(f"{_SHAKE}&{query}"), _echoed(text))
        for query, text in CHALLENGES.items()
    ),
    one("HEAD shakes hands without a word", ask("HEAD", f"{_SHAKE}&hub.challenge=x"), _echoed("x")),
    each(
        "no other word is echoed",
        [get(f"{_SHAKE}&{query}") for query in WRONG_CHALLENGES],
        _NO_WORD,
    ),
    each(
        "nobody else may subscribe",
        [get(f"{WEBHOOK}?{query}") for query in WRONG_WORDS],
        _NOT_AGREED,
    ),
    *(
        one(f"a signature that is {what} is refused", post(WEBHOOK, b"{}", JSON, *headers), expect)
        for what, (headers, expect) in SIGNATURES.items()
    ),
    one("a signed body without events is taken", signed(b"{}"), _TAKEN),
    one("whatever its type", replace(signed(b"{}"), headers=(signature(b"{}"),)), _TAKEN),
    one("whatever it says it is packed with", signed(b"{}", ("Content-Encoding", "gzip")), _TAKEN),
    one(
        "what is packed is not JSON",
        signed(gzip.compress(b"{}"), ("Content-Encoding", "gzip")),
        _NOT_JSON,
    ),
    one("a key is none of its affairs", signed(b"{}", ("Authorization", "Bearer x")), _TAKEN),
    one("nor is a query", replace(signed(b"{}"), target=f"{WEBHOOK}?hub.mode=%"), _TAKEN),
    each(
        "what is signed and is not JSON is told to Meta",
        [signed(body) for body in (b"", b"x", b"{", b'{"a": "\xff"}', b"NaN", b"[" * 5000)],
        _NOT_JSON,
    ),
    each(
        "what is JSON and not what Meta sends is taken, and nothing comes of it",
        [
            signed(body)
            for body in (b"null", b"[]", b'"x"', b"1e999", b'{"entry": 1}', b'{"entry": [[]]}')
        ],
        _TAKEN,
    ),
    one("a person is answered", signed(wrote("Good morning! ☕")), _answers("Good morning! ☕")),
    one(
        "in chunks, they are, too",
        signed(wrote("In chunks."), chunked=True),
        _answers("In chunks."),
    ),
    one(
        "in their order",
        signed(wrote("One.", "Two.", "Three.")),
        _answers("One.", "Two.", "Three."),
    ),
    one("one failure stops no other answer", signed(_both()), _answers("I am somebody.")),
    one("4 MiB are read", signed(wrote("4 MiB.").ljust(MAX_BODY)), _answers("4 MiB.")),
    one(
        "4 MiB in chunks",
        signed(wrote("1024 chunks.").ljust(MAX_BODY), chunked=True),
        _answers("1024 chunks."),
    ),
    one("one byte more than 4 MiB is too much", signed(b"{}".ljust(MAX_BODY + 1)), _TOO_LARGE),
    one(
        "in chunks, too, that is too much",
        signed(b"{}".ljust(MAX_BODY + 1), chunked=True),
        _TOO_LARGE,
    ),
    one("however it is signed", post(WEBHOOK, b" " * (MAX_BODY + 1)), _TOO_LARGE),
    one(
        "nor need a gigabyte be sent to the webhook to be refused",
        announced(WEBHOOK, MAX_BODY),
        _TOO_LARGE,
    ),
    one(
        "more events than may wait are not taken, so that Meta sends them again: 503",
        signed(_MANY),
        refused(503, "events_not_taken"),
    ),
    one("after that, the next are", signed(wrote("Still there?")), _answers("Still there?")),
)
