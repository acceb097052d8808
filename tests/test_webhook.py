"""The webhook's two doors: the handshake and signed bodies."""

import hmac
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from pydantic import SecretStr

import messengerkit
from messengerkit import (
    BodyTooLargeError,
    ConfigurationError,
    HandshakeError,
    InvalidInputError,
    MalformedBodyError,
    MessageReceived,
    MessengerError,
    SignatureError,
    UnknownEvent,
    Webhook,
)
from messengerkit._environment import required
from messengerkit.admin import SharedKeyAuth
from messengerkit.signature import sign
from messengerkit.webhook import Headers

SECRET = "secret"
WEBHOOK = Webhook(app_secrets=["secret"], verify_token="verify-me")
# As Meta escapes: lower-case \u sequences and \/.
BODY = (
    b'{"object":"page","entry":[{"id":"104","time":1,"messaging":[{"sender":{"id":"24"},'
    b'"message":{"mid":"m_1","text":"sch\\u00f6n \\/ \\ud83d\\ude00"}}]}]}'
)


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the headers with which Meta would send *body*."""
    return {"X-Hub-Signature-256": sign(body, secret)}


HANDSHAKE = {
    "hub.mode": "subscribe",
    "hub.verify_token": "verify-me",
    "hub.challenge": "1158201444",
}


def test_the_handshake_gives_the_challenge_back() -> None:
    """The answer is the challenge, as it is."""
    assert WEBHOOK.challenge(HANDSHAKE) == "1158201444"


@pytest.mark.parametrize(
    "change",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": "wörd"},
        {"hub.verify_token": "\udce9"},
        {"hub.verify_token": ""},
        {"hub.challenge": ""},
        {"hub.challenge": "<script>"},
        {"hub.challenge": "1" * 129},
    ],
)
def test_any_other_handshake_is_refused(change: dict[str, str]) -> None:
    """A wrong mode or token, or a challenge that could carry markup, is a 403."""
    with pytest.raises(HandshakeError) as caught:
        WEBHOOK.challenge(HANDSHAKE | change)

    assert caught.value.status == 403
    assert "verify-me" not in str(caught.value)


def test_an_empty_handshake_is_refused() -> None:
    """A crawler's GET is no handshake."""
    with pytest.raises(HandshakeError):
        WEBHOOK.challenge({})


@pytest.mark.parametrize(
    "headers",
    [
        signed(BODY),
        {"x-hub-signature-256": sign(BODY, "secret"), "X-Hub-Signature": "sha1=whatever"},
        list(signed(BODY).items()),
        [(b"x-hub-signature-256", sign(BODY, "secret").encode()), (b"host", b"\xff")],
        CIMultiDict(signed(BODY)),
    ],
)
def test_a_signed_body_becomes_events(headers: Headers) -> None:
    """Headers may be a mapping or pairs, in any case; escaped text is read."""
    (event,) = WEBHOOK.receive(headers, BODY)

    assert isinstance(event, MessageReceived)
    assert event.text == "schön / 😀"


def test_both_secrets_are_good_while_they_rotate() -> None:
    """The old and the new secret are accepted side by side."""
    webhook = Webhook(app_secrets=["new", "old"], verify_token="verify-me")

    assert len(webhook.receive(signed(BODY, "old"), BODY)) == 1
    assert len(webhook.receive(signed(BODY, "new"), BODY)) == 1


SHA1 = "sha1=" + hmac.digest(SECRET.encode(), BODY, "sha1").hex()
GOOD = sign(BODY, SECRET)
NAME = "X-Hub-Signature-256"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="missing"),
        pytest.param(signed(BODY, "wrong"), id="wrong secret"),
        pytest.param(signed(BODY + b" "), id="of another body"),
        pytest.param({"X-Hub-Signature": SHA1}, id="SHA-1 only"),
        pytest.param({NAME: SHA1}, id="SHA-1 in its place"),
        pytest.param({"X-Hub-Signature-257": GOOD}, id="another name of that length"),
        pytest.param({NAME: ""}, id="empty"),
        pytest.param({NAME: "sha256="}, id="no digits"),
        pytest.param({NAME: GOOD[:-1]}, id="too short"),
        pytest.param({NAME: GOOD + "0"}, id="too long"),
        pytest.param({NAME: f" {GOOD}"}, id="blank"),
        pytest.param({NAME: GOOD.upper()}, id="upper case"),
        pytest.param({NAME: "sha256=" + GOOD[7:].upper()}, id="upper-case digits"),
        pytest.param({NAME: "sha256=" + "\u00e9" * 64}, id="Latin"),
        pytest.param({NAME: "sha256=" + "\u0660" * 64}, id="Arabic digits"),
        pytest.param({NAME: "sha256=" + "\udce9" * 64}, id="half characters"),
        pytest.param([(NAME, GOOD), (NAME.lower(), "sha256=0")], id="two headers"),
        pytest.param([(NAME, GOOD), (NAME, GOOD)], id="the same twice"),
        pytest.param({NAME: GOOD, NAME.lower(): GOOD}, id="twice in a mapping"),
        pytest.param({NAME: f"{GOOD}, {GOOD}"}, id="joined by a comma"),
        pytest.param([(NAME.encode(), GOOD.encode())] * 2, id="two headers of bytes"),
        pytest.param([(NAME.encode(), b"sha256=\xff")], id="bytes that are no text"),
    ],
)
def test_an_unsigned_body_is_refused(headers: Headers) -> None:
    """Missing, wrong, SHA-1 only, or two signatures: 401, and nothing is parsed."""
    with pytest.raises(SignatureError) as caught:
        WEBHOOK.receive(headers, BODY)

    assert caught.value.status == 401


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_bytes_of_every_kind_are_taken(kind: type[bytearray | memoryview]) -> None:
    """Servers have them in several types."""
    assert len(WEBHOOK.receive(signed(BODY), kind(BODY))) == 1


@pytest.mark.parametrize("body", [BODY.decode(), None, {"entry": []}])
def test_only_raw_bytes_are_taken(body: object) -> None:
    """What was decoded has perhaps lost what was signed; the mistake is said at once."""
    with pytest.raises(InvalidInputError, match="body: must be the raw bytes") as caught:
        WEBHOOK.receive(signed(BODY), body)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the mistake that is tested

    assert caught.value.field == "body"


@pytest.mark.parametrize("body", [b"", b"not JSON", b'{"entry":[', b"\xff", b"NaN", b"[" * 5000])
def test_a_signed_body_that_is_not_json_is_our_error(body: bytes) -> None:
    """Even that must not be a 500."""
    with pytest.raises(MalformedBodyError) as caught:
        WEBHOOK.receive(signed(body), body)

    assert caught.value.status == 400
    assert caught.value.__context__ is None


@pytest.mark.parametrize("body", [b"[]", b"5", b'"text"', b"{}"])
def test_signed_json_of_another_shape_is_kept(body: bytes) -> None:
    """It is one unknown event, not a loss."""
    (event,) = WEBHOOK.receive(signed(body), body)

    assert isinstance(event, UnknownEvent)


def test_a_body_beyond_the_limit_is_refused_before_it_is_hashed() -> None:
    """A flood costs nothing, signed or not."""
    webhook = Webhook(app_secrets=["secret"], verify_token="verify-me", max_body=10)

    with pytest.raises(BodyTooLargeError) as caught:
        webhook.receive({}, b"x" * 11)
    assert caught.value.status == 413
    with pytest.raises(SignatureError):
        webhook.receive({}, b"x" * 10)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Webhook(app_secrets=[], verify_token="verify-me"),
        lambda: Webhook(app_secrets=["secret", ""], verify_token="verify-me"),
        lambda: Webhook(app_secrets="secret", verify_token="verify-me"),
        lambda: Webhook(app_secrets=["secret"], verify_token=""),
        lambda: Webhook(app_secrets=["secret", "no text \udcff"], verify_token="verify-me"),
        lambda: Webhook(app_secrets=["secret"], verify_token="no text \udcff"),
        lambda: Webhook.from_env({"FACEBOOK_APP_SECRET": "a,", "FACEBOOK_VERIFY_TOKEN": "b"}),
    ],
)
def test_it_cannot_be_built_without_a_secret(make: Callable[[], Webhook]) -> None:
    """There is no way to accept unsigned bodies, not even by mistake."""
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert "udcff" not in ascii(caught.value)


def test_secrets_may_come_sealed() -> None:
    """Settings classes hold SecretStr."""
    webhook = Webhook(app_secrets=[SecretStr(SECRET)], verify_token=SecretStr("verify-me"))

    assert webhook.challenge(HANDSHAKE) == "1158201444"
    assert len(webhook.receive(signed(BODY), BODY)) == 1


def refusals() -> list[Callable[[], object]]:
    """Return calls that are refused, each in its own frame of the package."""
    body = b"{}"
    half = {"FACEBOOK_APP_SECRET": "MARK-a", "FACEBOOK_VERIFY_TOKEN": "MARK-b"}
    return [
        lambda: marked().receive({}, body),
        lambda: marked().receive(signed(body, "wrong"), body),
        lambda: marked().receive(signed(b"x", "MARK-secret"), b"x"),
        lambda: marked().challenge({"hub.verify_token": "wrong"}),
        lambda: Webhook(app_secrets=["MARK-secret", ""], verify_token="MARK-token"),
        lambda: Webhook(app_secrets=["MARK-secret"], verify_token=""),
        lambda: SharedKeyAuth(api_key="MARK key", admin_user_id="a"),
        lambda: SharedKeyAuth(api_key="MARK-key", admin_user_id="a/b"),
        lambda: required(None, *half, "ADMIN_API_KEY"),
    ]


def marked() -> Webhook:
    """Return a webhook with marked secrets."""
    return Webhook(app_secrets=["MARK-secret", "MARK-old"], verify_token="MARK-token")


@pytest.mark.parametrize("refused", refusals())
def test_no_secret_shows_in_the_frames_of_a_refusal(
    refused: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can provoke a refusal, and an error tracker reports the variables of its frames."""
    monkeypatch.setenv("FACEBOOK_APP_SECRET", "MARK-secret")
    monkeypatch.setenv("FACEBOOK_VERIFY_TOKEN", "MARK-token")
    monkeypatch.delenv("ADMIN_API_KEY", raising=False)
    with pytest.raises(MessengerError) as caught:
        refused()
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    # The frames of the test itself hold what it handed in.
    package = str(Path(messengerkit.__file__).parent)
    ours = [frame for frame in report.stack if frame.filename.startswith(package)]
    shown = [value for frame in ours for value in (frame.locals or {}).values()]

    assert ours
    assert not [value for value in (*shown, str(caught.value)) if "MARK" in value]


def test_from_env_takes_two_secrets() -> None:
    """A comma stands between the new and the old one."""
    webhook = Webhook.from_env(
        {"FACEBOOK_APP_SECRET": "new, secret", "FACEBOOK_VERIFY_TOKEN": "verify-me"}
    )

    assert webhook.challenge(HANDSHAKE) == "1158201444"
    assert len(webhook.receive(signed(BODY), BODY)) == 1


def test_nothing_secret_shows() -> None:
    """A webhook prints neither its secrets nor its word."""
    assert "secret" not in repr(WEBHOOK)
    assert "verify-me" not in repr(WEBHOOK)


@given(body=st.binary())
def test_any_signed_bytes_give_events_or_our_error(body: bytes) -> None:
    """Who holds the secret still cannot crash the parser."""
    try:
        events = WEBHOOK.receive(signed(body), body)
    except MalformedBodyError:
        events = ()

    assert all(event.key for event in events)
