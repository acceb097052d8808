"""What goes back over HTTP: Meta's envelope, its headers, and no caller's words in them raw."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.sandbox.graph.answers import Answer, error, success
from messengerkit.sandbox.graph.refusals import (
    NO_TOKEN,
    WRONG_PROOF,
    WRONG_TOKEN,
    Refusal,
    dead_token,
    too_often,
)


def test_a_success_says_which_version_answered() -> None:
    """HTTP 200, compact JSON in ASCII, and Meta's media type."""
    answer = success({"id": "1", "name": "Zoë"}, version="v26.0")

    assert (answer.status, answer.body) == (200, b'{"id":"1","name":"Zo\\u00eb"}')
    assert answer.headers == {
        "Content-Type": "application/json; charset=UTF-8",
        "Facebook-API-Version": "v26.0",
    }


def test_an_error_is_metas_envelope() -> None:
    """In Meta's order, and what is not there is left out."""
    answer = error(dead_token(463), trace="AbC")

    assert answer.status == 400
    assert json.loads(answer.body) == {
        "error": {
            "message": "Error validating access token: Session has expired.",
            "type": "OAuthException",
            "code": 190,
            "error_subcode": 463,
            "fbtrace_id": "AbC",
        }
    }
    transient = error(Refusal("Later", 2), trace="A", status=500, is_transient=True)
    assert transient.status == 500
    assert b'"is_transient":true' in transient.body
    assert b"error_subcode" not in transient.body


@pytest.mark.parametrize(
    ("refusal", "challenge"),
    [
        (
            WRONG_TOKEN,
            (
                'OAuth "Facebook Platform" "invalid_token" '
                '"Invalid OAuth access token - Cannot parse access token"'
            ),
        ),
        (
            Refusal("Session key invalid", 102),
            'OAuth "Facebook Platform" "invalid_token" "Session key invalid"',
        ),
        (
            NO_TOKEN,
            (
                'OAuth "Facebook Platform" "invalid_request" '
                '"An active access token must be used to query information about the current user."'
            ),
        ),
        (
            Refusal('a"\r\nb\\ä'),
            'OAuth "Facebook Platform" "invalid_request" "a???b??"',
        ),
        (WRONG_PROOF, None),
    ],
)
def test_an_oauth_error_carries_a_challenge(refusal: Refusal, challenge: str | None) -> None:
    """Other kinds of error do not."""
    assert error(refusal, trace="A").headers.get("WWW-Authenticate") == challenge


def test_whoever_calls_too_often_hears_for_how_long() -> None:
    """The usage header has minutes, under the page's id."""
    answer = error(too_often("42", 7), trace="A", headers={"X-Own": "1"})

    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])
    assert usage["42"][0]["estimated_time_to_regain_access"] == 7
    assert usage["42"][0]["type"] == "messenger"
    assert usage["42"][0]["call_count"] == 100
    assert answer.headers["X-Own"] == "1"
    assert "X-Business-Use-Case-Usage" not in error(NO_TOKEN, trace="A").headers


def test_the_head_frames_the_body() -> None:
    """Status line, headers and the length of the body."""
    head = Answer(400, b"four").head()

    assert head == (
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=UTF-8\r\n"
        b"Content-Length: 4\r\n\r\n"
    )


@given(words=st.text(st.characters(categories=None)))
def test_any_words_make_one_header_and_one_body(words: str) -> None:
    """Line breaks, halves of characters and all."""
    answer = error(Refusal(words), trace="A")

    assert json.loads(answer.body)["error"]["message"] == words
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.isascii()
    assert challenge.isprintable()
    assert challenge.count('"') == 6
