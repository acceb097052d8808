"""How a raw request becomes a call: versions, encodings, tokens."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.sandbox.graph.calls import Call, RawCall, read
from messengerkit.sandbox.graph.formparts import FormFile
from messengerkit.sandbox.graph.reading import Part
from messengerkit.sandbox.graph.refusals import Refused
from messengerkit.sandbox.graph.versions import split
from messengerkit.sandbox.jsontext import JsonObject, parse

FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"


def raw(
    body: bytes = b"", *, content_type: str = JSON, query: str = "", authorization: str = ""
) -> RawCall:
    """Return a request as it comes in."""
    headers = {"content-type": content_type, "authorization": authorization}
    return RawCall(method="POST", path="/v26.0/me", query=query, headers=headers, body=body)


@pytest.mark.parametrize(
    ("path", "version", "segments"),
    [
        ("/v26.0/me/messages", "v26.0", ("me", "messages")),
        ("/v21.0/me/", "v21.0", ("me",)),
        ("/v18.0/me", "v21.0", ("me",)),
        ("/v2.12/me", "v21.0", ("me",)),
        ("/me", "v21.0", ("me",)),
        ("/", "v21.0", ()),
        ("/v99.0/me", "v21.0", ("v99.0", "me")),
        ("/v22.5/me", "v21.0", ("v22.5", "me")),
        ("/v21.00/me", "v21.0", ("v21.00", "me")),
    ],
)
def test_an_expired_version_is_forwarded_to_the_oldest(
    path: str, version: str, segments: tuple[str, ...]
) -> None:
    """A usable version answers itself, an expired one or none the oldest; others are unknown."""
    assert split(path) == (version, segments)


@pytest.mark.parametrize(
    "request_",
    [
        raw(b'{"recipient":{"id":"1"},"access_token":"T"}'),
        raw(
            urlencode({"recipient": '{"id":"1"}', "access_token": "T"}).encode(), content_type=FORM
        ),
        raw(b'{"recipient":{"id":"1"}}', query="access_token=T"),
        raw(query=urlencode({"recipient": '{"id":"1"}', "access_token": "T"})),
        raw(b'{"recipient":{"id":"1"}}', authorization="Bearer T"),
        raw(b'{"recipient":{"id":"1"}}', authorization="OAuth T"),
        raw(b'{"recipient":{"id":"1"}}', authorization="bearer  T", query="access_token=other"),
    ],
)
def test_all_ways_of_writing_a_call_mean_the_same(request_: RawCall) -> None:
    """JSON, form and query carry the same parameters, and a token fits into each."""
    result = read(request_)

    assert result.token == "T"
    recipient = Part(result.params, from_form=result.from_form).part("recipient")
    assert recipient is not None
    assert recipient.value == {"id": "1"}


def test_the_body_wins_over_the_query() -> None:
    """A parameter that is in both is the body's."""
    assert read(raw(b'{"tag":"body"}', query="tag=query")).params == {"tag": "body"}


def test_an_object_that_is_not_json_stays_text() -> None:
    """A form's object that is not JSON is left for its own check to refuse."""
    assert read(raw(b"recipient=nobody", content_type=FORM)).params == {"recipient": "nobody"}


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (raw(b"{"), "not JSON"),
        (raw(b"\xff"), "not JSON"),
        (raw(b'{"a":NaN}'), "not JSON"),
        (raw(b"[" * 100_000), "not JSON"),
        (raw(b"[]"), "not a JSON object"),
        (raw(b"a=\xff", content_type=FORM), "not a form"),
        (raw(b"x", content_type="multipart/form-data; boundary=x"), "the body has no end"),
        (raw(b"x", content_type="multipart/form-data"), "the body has no boundary"),
        (raw(b"x", content_type=""), "type unknown yet"),
        (raw(b"x", content_type="text/plain; charset=utf-8"), "type text/plain yet"),
    ],
)
def test_an_unreadable_body_is_refused_with_code_100(request_: RawCall, reason: str) -> None:
    """What cannot be read is a refusal that says why."""
    with pytest.raises(Refused, match=reason) as caught:
        read(request_)

    assert caught.value.refusal.code == 100


def test_a_body_in_parts_has_parameters_and_files() -> None:
    """The fields are text, as in any form; the files stand apart."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="access_token"\r\n\r\nT\r\n'
        b'--x\r\nContent-Disposition: form-data; name="filedata"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\nPNG\r\n--x--\r\n"
    )

    result = read(raw(body, content_type="Multipart/Form-Data; boundary=x", query="tag=a"))

    assert (result.token, result.from_form) == ("T", True)
    assert result.params == {"tag": "a", "access_token": "T"}
    file = FormFile(name="filedata", filename="a.png", content_type="image/png", data=b"PNG")
    assert result.files == (file,)


@pytest.mark.parametrize("content_type", [JSON, FORM, "text/plain", ""])
def test_a_call_may_have_no_body(content_type: str) -> None:
    """Then its media type says nothing."""
    assert read(raw(content_type=content_type)) == Call(params={}, token=None, from_form=True)


def outcome(request: RawCall) -> JsonObject | int:
    """Return the parameters of *request*, or the code with which it is refused."""
    try:
        return read(request).params
    except Refused as refused:
        return refused.refusal.code


@given(
    body=st.binary() | st.text().map(json.dumps).map(str.encode),
    content_type=st.sampled_from([FORM, JSON, "multipart/form-data; boundary=x"]) | st.text(),
)
def test_any_bytes_are_a_call_or_a_refusal(body: bytes, content_type: str) -> None:
    """No body whatever makes the reader crash."""
    told = outcome(raw(body, content_type=content_type))

    assert isinstance(told, dict) or told == 100


def test_a_number_beyond_all_measure_is_no_json() -> None:
    """Python would read infinity, which cannot be written again."""
    with pytest.raises(ValueError, match="too large"):
        parse('{"price":1e400}')


def test_json_nested_beyond_reading_is_a_value_error() -> None:
    """Depth is a fault of the text like any other."""
    with pytest.raises(ValueError, match="nested too deeply"):
        parse("[" * 100_000)


def test_a_call_keeps_its_secrets_out_of_its_repr() -> None:
    """Neither the raw nor the read call shows a token."""
    request = raw(b'{"access_token":"SECRET"}', query="access_token=SECRET")

    assert "SECRET" not in repr(request) + repr(read(request))
