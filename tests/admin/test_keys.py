"""A key's form, what is kept of it, and what no key may be made of."""

import hashlib
import re
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TypedDict
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from messengerkit.admin.auth.key import AdminKey, NewKey, claimed_key_id, new_key
from messengerkit.admin.identity import Role
from messengerkit.errors import ConfigurationError

END = datetime(2027, 1, 1, tzinfo=UTC)
SHA256 = "0123456789abcdef" * 4
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


Make = Callable[[], NewKey]
made = partial(new_key, admin_ids=("alice",), role=Role.AGENT, pages=None, expires_at=None)
"""Makes a key of Alice's, or as it is told."""


def said(key: NewKey) -> str:
    """Return what an admin sends."""
    return key.key.get_secret_value()


def value_of(digits: str) -> int:
    """Return the number that base62 *digits* spell."""
    return sum(DIGITS.index(digit) * 62**place for place, digit in enumerate(reversed(digits)))


@pytest.mark.parametrize("raw", [bytes(32), b"\xff" * 32, bytes(range(32))], ids=["0", "max", "n"])
def test_a_key_holds_every_random_bit_in_one_width(raw: bytes) -> None:
    """`mk_<id>_`, 43 digits that spell the 32 bytes, 6 that spell the CRC-32 of the rest."""
    key = said(made(key_id="alice-2026", random=lambda length: raw[:length]))
    match = re.fullmatch(r"(mk_alice-2026_([0-9A-Za-z]{43}))([0-9A-Za-z]{6})", key)

    assert match is not None
    assert value_of(match[2]) == int.from_bytes(raw)
    assert value_of(match[3]) == crc32(match[1].encode())


def test_what_is_kept_is_the_hash_of_what_is_sent() -> None:
    """The record has the SHA-256 of the whole key, and all that the key may do."""
    key = made(
        admin_ids=("alice", "bob"), role=Role.SUPERVISOR, pages=frozenset({"1"}), expires_at=END
    )

    assert key.record == AdminKey(
        sha256=hashlib.sha256(said(key).encode()).hexdigest(),
        admin_ids=("alice", "bob"),
        role=Role.SUPERVISOR,
        pages=frozenset({"1"}),
        expires_at=END,
    )


def test_no_two_keys_are_alike() -> None:
    """Id and secret are random unless told."""
    keys = [made() for _ in range(50)]

    assert len({said(key) for key in keys}) == 50
    assert len({key.key_id for key in keys}) == 50
    assert {len(key.key_id) for key in keys} == {7}
    assert [claimed_key_id(said(key)) for key in keys] == [key.key_id for key in keys]


def test_no_repr_shows_the_key_or_its_hash() -> None:
    """What a log prints of a new key opens nothing."""
    key = made()
    shown = f"{key!r} {key} {key.record!r} {key.record}"

    assert said(key) not in shown
    assert said(key)[-49:-6] not in shown
    assert key.record.sha256 not in shown


GOOD = said(made(key_id="k-1", random=lambda length: bytes(range(length))))


@pytest.mark.parametrize("key_id", ["a", "A-9", "-", "x" * 32])
def test_the_id_of_a_key_can_be_read_off_it(key_id: str) -> None:
    """For a look-up, and for whoever asks which key a text is."""
    assert claimed_key_id(said(made(key_id=key_id))) == key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mk_k-1_",
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        " " + GOOD,
        GOOD.replace("mk_", "MK_"),
        GOOD.replace("mk_", "sk_"),
        GOOD.replace("k-1", "k-2"),
        GOOD.replace("k-1", ""),
        GOOD.replace("k-1", "k_1"),
        GOOD.replace("k-1", "\uff11"),
        GOOD[:-6] + GOOD[-6:].swapcase(),
        "é" + GOOD,
        "\udce9" + GOOD,
    ],
    ids=ascii,
)
def test_a_text_that_is_no_key_has_no_id(text: str) -> None:
    """A typo is told without any look-up."""
    assert claimed_key_id(text) is None


@given(place=st.integers(0, len(GOOD) - 1), digit=st.sampled_from(DIGITS))
def test_every_typo_is_found(place: int, digit: str) -> None:
    """A CRC finds each change of one character."""
    typo = GOOD[:place] + digit + GOOD[place + 1 :]

    assert (claimed_key_id(typo) == "k-1") is (typo == GOOD)


@given(st.text())
def test_any_text_may_be_asked_for_its_id(text: str) -> None:
    """The question is answered, never refused."""
    assert claimed_key_id(text) is None


@pytest.mark.parametrize("key_id", ["", "a_b", "x" * 33, "é", "a\n", "a b", GOOD], ids=ascii)
def test_an_id_that_no_key_can_have_is_refused(key_id: str) -> None:
    """It is not repeated: somebody may have put a key there."""
    with pytest.raises(ConfigurationError, match=r"key_id: must have 1 to 32") as caught:
        made(key_id=key_id)

    assert not key_id or key_id not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: made(admin_ids=()), "admin_ids: must be"),
        (lambda: made(admin_ids=("a b",)), "admin_ids: must be"),
        (lambda: made(admin_ids=("alice", "b/c")), "admin_ids: must be"),
        (lambda: made(admin_ids=("*", "alice")), "admin_ids: must be"),
        (lambda: made(admin_ids=("*", "*")), "admin_ids: must be"),
        (lambda: made(pages=frozenset({"1/2"})), "pages.0: must be an id"),
        (lambda: made(expires_at=END.replace(tzinfo=None)), "expires_at: Input should have time"),
    ],
)
def test_what_a_key_may_not_be_is_refused(make: Make, told: str) -> None:
    """The error names the field."""
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("short", [4, 31])
def test_too_little_chance_is_refused(short: int) -> None:
    """A source that gives fewer bytes than it is asked for would make weak keys."""
    with pytest.raises(ConfigurationError, match="random"):
        made(random=lambda length: b"marked" * length if length > short else bytes(length))


def marked(length: int) -> bytes:
    """Return what is easily found, of the right length for a secret and the wrong for an id."""
    return b"\x2a" * 32 if length == 32 else b"\x2a" * 33


MARKS = (said(made(key_id="k", random=marked))[5:48], repr(b"\x2a" * 33), "*" * 32)


@pytest.mark.parametrize(
    "make",
    [lambda: made(random=marked), lambda: made(key_id="k", random=marked, admin_ids=())],
    ids=["too long", "nobody"],
)
def test_no_report_of_a_refusal_shows_a_secret(make: Make) -> None:
    """Not even one that prints the variables of every frame."""
    with pytest.raises(ConfigurationError) as caught:
        make()
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(report.format())

    assert "random" in shown
    assert caught.value.__context__ is None
    assert not any(mark in shown for mark in MARKS)


class Fields(TypedDict, total=False):
    """The fields of a record, of any type."""

    sha256: object
    admin_ids: object
    role: object
    pages: object
    expires_at: object
    name: object


RIGHT = Fields(sha256=SHA256, admin_ids=["alice"])


def test_a_record_needs_only_a_hash_and_an_admin() -> None:
    """An agent then, for all pages, for ever."""
    key = AdminKey.model_validate(RIGHT)

    assert (key.role, key.pages, key.expires_at) == (Role.AGENT, None, None)


def test_a_record_is_read_from_json_and_back() -> None:
    """Upper case, lists and ISO 8601 are read; pages are written in order."""
    key = AdminKey.model_validate(
        {
            "sha256": SHA256.upper(),
            "admin_ids": ["*"],
            "role": "supervisor",
            "pages": ["2", "1"],
            "expires_at": "2027-01-01T00:00:00Z",
        }
    )

    assert key == AdminKey(
        sha256=SHA256,
        admin_ids=("*",),
        role=Role.SUPERVISOR,
        pages=frozenset({"1", "2"}),
        expires_at=END,
    )
    assert key.model_dump(mode="json")["pages"] == ["1", "2"]
    assert AdminKey.model_validate(key.model_dump(mode="json")) == key


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Fields(sha256=GOOD), "sha256: must be 64"),
        (Fields(sha256=SHA256[:-1]), "sha256: must be 64"),
        (Fields(sha256=SHA256 + "\n"), "sha256: must be 64"),
        (Fields(sha256="\uff10" * 64), "sha256: must be 64"),
        (Fields(sha256=None), "sha256: "),
        (Fields(admin_ids="alice"), "admin_ids: "),
        (Fields(admin_ids=[1]), "admin_ids.0: "),
        (Fields(role="owner"), "role: "),
        (Fields(pages="123"), "pages: "),
        (Fields(pages=["../me"]), "pages.0: "),
        (Fields(expires_at=1_800_000_000), "expires_at: "),
        (Fields(expires_at="1800000000"), "expires_at: "),
        (Fields(expires_at="2027-01-01"), "expires_at: "),
        (Fields(expires_at="soon"), "expires_at: "),
        (Fields(name="x"), "name: "),
    ],
    ids=str,
)
def test_a_record_with_a_wrong_field_is_refused(wrong: Fields, told: str) -> None:
    """The error is ours and names the field, never its value."""
    with pytest.raises(ConfigurationError) as caught:
        AdminKey.model_validate({**RIGHT, **wrong})

    assert str(caught.value).startswith(told)
    assert GOOD not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("value", [None, "x", [], 1])
def test_what_is_no_record_at_all_is_refused(value: object) -> None:
    """It has no field to name."""
    with pytest.raises(ConfigurationError, match=r"^key: "):
        AdminKey.model_validate(value)


@given(st.dictionaries(st.sampled_from([*RIGHT, "role", "pages", "expires_at"]), st.text()))
def test_any_text_in_any_field_is_a_record_or_ours(fields: dict[str, str]) -> None:
    """No other error comes out."""
    with suppress(ConfigurationError):
        AdminKey.model_validate({**RIGHT, **fields})


def test_a_record_does_not_change() -> None:
    """It is replaced whole."""
    key = made().record
    with pytest.raises(ValueError, match="frozen"):
        key.role = Role.SUPERVISOR  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # on purpose

    assert key.role is Role.AGENT


def test_the_key_is_a_secret() -> None:
    """It is handed over sealed."""
    assert isinstance(made().key, SecretStr)
