"""Signatures of webhooks and proofs of calls."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import ConfigurationError, SignatureError
from messengerkit.signature import SigningKey, appsecret_proof, sign, verify

BODY = b'{"text":"sch\\u00f6n \\/ \\ud83d\\ude00"}'


def test_sign_is_metas_formula() -> None:
    """The header is sha256= and the hex of HMAC-SHA256 over the raw body."""
    expected = hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()

    assert sign(BODY, "secret") == f"sha256={expected}"


def test_proof_is_metas_formula() -> None:
    """The proof is the hex of HMAC-SHA256 over the token, keyed with the app secret."""
    assert (
        appsecret_proof("token", "secret")
        == hmac.new(b"secret", b"token", hashlib.sha256).hexdigest()
    )


@given(secret=st.text(st.characters(codec="utf-8"), min_size=1), body=st.binary())
def test_a_key_made_ready_signs_the_same(secret: str, body: bytes) -> None:
    """Also with a secret longer than a block, which HMAC hashes first."""
    for one in (secret, secret * 40):
        expected = hmac.new(one.encode(), body, hashlib.sha256).hexdigest()
        key = SigningKey(one)

        assert key.header(body) == f"sha256={expected}"
        assert key.header(body) == key.header(body)
        assert repr(key) == object.__repr__(key)  # which knows nothing of the secret


@pytest.mark.parametrize("secrets", ["secret", [""], ["secret", ""], ["\udcff"]])
def test_what_anybody_could_sign_with_is_no_secret(secrets: list[str]) -> None:
    """A text instead of a list would make secrets of its letters; an empty one is none."""
    with pytest.raises(ConfigurationError):
        verify(BODY, sign(BODY, "s"), secrets=secrets)


def test_every_secret_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time taken does not tell which one was right."""
    compared: list[object] = []

    def compare(one: str, other: str) -> bool:
        compared.append(other)
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    verify(BODY, sign(BODY, "first"), secrets=["first", "second", "third"])

    assert [type(one) for one in compared] == [str] * 3


@pytest.mark.parametrize("secrets", [["secret"], ["other", "secret"], ["secret", "other"]])
def test_any_of_our_secrets_will_do(secrets: list[str]) -> None:
    """While secrets rotate, both are accepted, in any order."""
    verify(BODY, sign(BODY, "secret"), secrets=secrets)


GOOD = sign(BODY, "secret")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        sign(BODY, "wrong"),
        sign(BODY + b" ", "secret"),
        GOOD.upper(),
        GOOD.removeprefix("sha256="),
        GOOD.replace("sha256", "sha1"),
        GOOD + "\n",
        GOOD + "0",
        f"{GOOD}, {GOOD}",
        "sha256=" + "é" * 64,
        "sha256=" + "\udce9" * 64,
        "sha256=" + "\u0660" * 64,
    ],
)
def test_any_other_header_is_refused(header: str | None) -> None:
    """Missing, malformed, of another body, of another secret: one error of ours."""
    with pytest.raises(SignatureError):
        verify(BODY, header, secrets=["secret"])


@given(header=st.text(), body=st.binary())
def test_no_header_gets_in_or_crashes(header: str, body: bytes) -> None:
    """Whatever text arrives, only our error leaves."""
    with pytest.raises(SignatureError):
        verify(body, header, secrets=["secret"])


def test_the_error_tells_nothing_of_what_was_sent() -> None:
    """Neither the signature nor the body stands in the text."""
    with pytest.raises(SignatureError) as caught:
        verify(b"private words", sign(b"private words", "wrong"), secrets=["secret"])

    assert "private" not in str(caught.value)
    assert sign(b"private words", "wrong") not in str(caught.value)
