"""What a body may hold, what it may not, and that nothing it holds can break `respond`."""

import json
from collections.abc import Mapping

import pytest
from admin.kit import (
    ADMIN,
    KEY,
    PERSON,
    TEXT,
    Accepting,
    Panel,
    guide_body,
    guide_headers,
    read,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from messengerkit.admin import MAX_BODY, AdminMessageRequest
from messengerkit.admin.identity import AdminIdentity, Role

MARK = "marked-input-4711"
FIELDS = tuple(guide_body())


@pytest.mark.parametrize("field", FIELDS)
async def test_every_field_is_required(accepting: Accepting, field: str) -> None:
    """A body that lacks a field is a 422 that names it."""
    body = {name: value for name, value in guide_body().items() if name != field}
    done = await Panel(accepting).send(body)

    assert (done.status, done.error["code"], done.error["field"]) == (422, "invalid_input", field)
    assert field in done.message
    assert accepting.sent == []


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [MARK], {MARK: MARK}], ids=repr)
@pytest.mark.parametrize("field", FIELDS)
async def test_every_field_is_text(accepting: Accepting, field: str, value: object) -> None:
    """A field of another type is a 422 that names it and does not repeat what it held."""
    done = await Panel(accepting).send(guide_body(**{field: value}))

    assert (done.status, done.error["field"]) == (422, field)
    assert field in done.message
    assert MARK not in done.message + json.dumps(done.data)
    assert accepting.sent == []


@pytest.mark.parametrize("field", ["page_id", "tag", "Message_text", "message"])
async def test_an_unknown_field_is_a_mistake(accepting: Accepting, field: str) -> None:
    """A field that would be ignored is refused by name: it was meant to do something."""
    done = await Panel(accepting).send(guide_body(**{field: MARK}))

    assert (done.status, done.error["field"]) == (422, field)
    assert MARK not in done.message + json.dumps(done.data)


WRONG: Mapping[str, tuple[str, str]] = {
    "slash": ("conversation_id", "a/b"),
    "dots and slashes": ("conversation_id", "../../me"),
    "200 characters": ("conversation_id", "c" * 200),
    "129 characters": ("conversation_id", "c" * 129),
    "no characters": ("conversation_id", ""),
    "a new line": ("conversation_id", f"{MARK}\n"),
    "not ASCII": ("conversation_id", f"{MARK}é"),
    "blank": ("recipient_id", f"{MARK} "),
    "a path": ("recipient_id", f"{MARK}/../me"),
    "nobody": ("recipient_id", ""),
    "129 digits": ("recipient_id", "2" * 129),
    "no text": ("message_text", ""),
    "2001 characters": ("message_text", MARK + "x" * (2001 - len(MARK))),
    "1001 emoji": ("message_text", "👋" * 1001),
    "an admin in braces": ("admin_id", "{" + ADMIN + "}"),
    "an admin with a slash": ("admin_id", f"{MARK}/"),
    "no admin": ("admin_id", ""),
}


@pytest.mark.parametrize(("field", "value"), WRONG.values(), ids=WRONG)
async def test_a_value_beyond_its_limit_is_named_and_not_repeated(
    accepting: Accepting, field: str, value: str
) -> None:
    """A 422 names the field and the limit, and does not send the input back."""
    done = await Panel(accepting).send(guide_body(**{field: value}))

    assert (done.status, done.error["field"]) == (422, field)
    assert done.message.startswith(f"{field}: must have ") or "must be an id" in done.message
    assert done.error["reason"] == done.message
    told = done.message + json.dumps(done.data)
    assert MARK not in told
    assert not value or value not in told
    assert accepting.sent == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversation_id", "test-uuid"),
        ("conversation_id", "c" * 128),
        ("conversation_id", "Team.A_1@desk:7-b"),
        ("conversation_id", "3F203E6DB68C5224953BB77203724042"),
        ("recipient_id", "2" * 128),
        ("recipient_id", "facebook_user_id"),
        ("message_text", "x"),
        ("message_text", "👋" * 1000),
    ],
)
async def test_a_value_at_its_limit_is_taken(accepting: Accepting, field: str, value: str) -> None:
    """The limits are the last values that are allowed, and they reach the backend unchanged."""
    done = await Panel(accepting).send(guide_body(**{field: value}))
    _, message = accepting.sent[0]

    assert done.status == 200
    assert message.model_dump(exclude_unset=True) == guide_body(**{field: value})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"NaN",
        b"\xff\xfe{}",
        b"\x00",
        b"conversation_id=1&recipient_id=2",
        b"[" * 10_000,
        b'{"message_text": "\\ud800"}',
    ],
    ids=repr,
)
async def test_a_body_that_is_no_json_object_is_a_422(accepting: Accepting, body: bytes) -> None:
    """Whatever else comes is the caller's mistake, and never the backend's."""
    done = await Panel(accepting).send(body)

    assert (done.status, done.error["code"]) == (422, "invalid_input")


def body_of(size: int) -> bytes:
    """Return a valid body of *size* bytes."""
    body = json.dumps(guide_body()).encode()
    return body + b" " * (size - len(body))


async def test_a_body_larger_than_the_limit_is_a_413(accepting: Accepting) -> None:
    """The limit itself is allowed, one byte more is not, and is not even parsed."""
    panel = Panel(accepting)
    largest, larger = await panel.send(body_of(MAX_BODY)), await panel.send(body_of(MAX_BODY + 1))

    assert (largest.status, larger.status) == (200, 413)
    assert larger.error["code"] == "body_too_large"
    assert str(MAX_BODY) in larger.message
    assert len(accepting.sent) == 1


async def test_the_advice_for_a_large_body_fits_an_admin(accepting: Accepting) -> None:
    """An admin's panel is no webhook: `max_body` and Meta have nothing to do with its body."""
    done = await Panel(accepting).send(body_of(MAX_BODY + 1))

    assert "Meta" not in str(done.error["advice"])


async def test_nobody_unknown_has_a_body_read(accepting: Accepting) -> None:
    """The key is looked at first, so a stranger learns nothing about the model."""
    answer = await Panel(accepting).ask(body_of(MAX_BODY + 1), ())

    assert answer.status == 401


async def test_the_backend_gets_the_authenticated_admin(accepting: Accepting) -> None:
    """What reaches the backend as the admin is what the verifier found, not the body's spelling."""
    await Panel(accepting).send(admin_id=ADMIN.upper())

    message = AdminMessageRequest.model_validate(guide_body(admin_id=ADMIN.upper()))
    assert accepting.sent == [(AdminIdentity(admin_id=ADMIN, role=Role.SUPERVISOR), message)]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
BODIES = (
    st.binary(max_size=200)
    | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=9), JSON, max_size=6).map(
        lambda value: json.dumps(value).encode()
    )
    | st.fixed_dictionaries({name: st.text(max_size=130) for name in FIELDS}).map(
        lambda value: json.dumps(value).encode()
    )
    | st.fixed_dictionaries(
        {
            "conversation_id": st.just("test-uuid"),
            "recipient_id": st.just(PERSON),
            "message_text": st.text(max_size=20),
            "admin_id": st.sampled_from([ADMIN, "admin-2"]),
        }
    ).map(lambda value: json.dumps(value).encode())
)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
VALUES = ANYTHING | st.just(f"Bearer {KEY}") | st.just(ADMIN) | st.just(f"bearer {TEXT}")
NAMES = st.sampled_from(["Authorization", "X-Admin-User-ID"]) | ANYTHING


@settings(database=None, deadline=None, max_examples=300)
@given(body=BODIES)
async def test_no_body_breaks_the_answer(body: bytes) -> None:
    """Any bytes from a known admin are sent, forbidden or invalid, and never a crash."""
    accepting = Accepting()
    answer = await Panel(accepting).ask(body, guide_headers())

    assert answer.status in {200, 403, 422}
    assert read(answer).success is (len(accepting.sent) == 1)


@settings(database=None, deadline=None, max_examples=300)
@given(headers=st.lists(st.tuples(NAMES, VALUES), max_size=4))
async def test_no_header_breaks_the_answer(headers: list[tuple[str, str]]) -> None:
    """Any headers come in with the key and the id, each once, or get the one 401."""
    accepting = Accepting()
    headers = [("Content-Type", "application/json"), *headers]
    answer = await Panel(accepting).ask(json.dumps(guide_body()).encode(), headers)
    keys = [value for name, value in headers if name.lower() == "authorization"]
    ids = [value for name, value in headers if name.lower() == "x-admin-user-id"]
    right = keys == [f"Bearer {KEY}"] and ids == [ADMIN]

    assert answer.status == (200 if right else 401)
    assert read(answer).success is right
