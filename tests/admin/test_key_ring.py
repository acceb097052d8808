"""A ring of keys: who comes in with which, for whom, for how long; and what a refusal tells."""

import gc
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from types import FrameType

import pytest
from admin.kit import Accepting, Headers, Panel, read
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from messengerkit.admin.auth.key import AdminKey, NewKey, new_key
from messengerkit.admin.auth.key_ring import KeyRingAuth
from messengerkit.admin.identity import AdminIdentity, Role
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
UUID = "7d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b11"
OTHER_UUID = "8d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b11"

made = partial(new_key, role=Role.AGENT, pages=None, expires_at=None)
ALICE = made(admin_ids=("alice",), key_id="alice", pages=frozenset({"1"}))
TEAM = made(admin_ids=("bob", UUID, "carol"), key_id="team", role=Role.SUPERVISOR)
ANYBODY = made(admin_ids=("*",), key_id="backend")
ENDING = made(admin_ids=("dave",), key_id="dave", expires_at=NOW + timedelta(hours=1))
STRANGER = made(admin_ids=("alice",), key_id="alice")
UNKNOWN = made(admin_ids=("alice",), key_id="nobody")


def ring(*keys: NewKey) -> dict[str, AdminKey]:
    """Return *keys* by their ids, by default one of each kind."""
    return {key.key_id: key.record for key in keys or (ALICE, TEAM, ANYBODY, ENDING)}


def said(key: NewKey) -> str:
    """Return what an admin sends."""
    return key.key.get_secret_value()


def headers_of(key: NewKey | str, *admins: str) -> Headers:
    """Return the headers of a request with *key*, in the name of *admins*."""
    token = key if isinstance(key, str) else said(key)
    return (
        ("Authorization", f"Bearer {token}"),
        *(("X-Admin-User-ID", admin) for admin in admins),
    )


def request(headers: Headers) -> AdminRequest:
    """Return a request with *headers*."""
    return AdminRequest(method="POST", path="/admin/send-message", headers=headers)


async def asked(
    headers: Headers, keys: Mapping[str, AdminKey] | None = None, *, now: datetime = NOW
) -> AdminIdentity | str:
    """Return who sent *headers*, or the reason of the refusal."""
    verifier = KeyRingAuth(ring() if keys is None else keys, now=lambda: now)
    try:
        return await verifier.verify(request(headers))
    except AdminAuthError as error:
        return error.reason


@pytest.mark.parametrize(
    ("headers", "identity"),
    [
        (
            headers_of(ALICE, "alice"),
            AdminIdentity(admin_id="alice", pages=frozenset({"1"}), key_id="alice"),
        ),
        (
            headers_of(ALICE),
            AdminIdentity(admin_id="alice", pages=frozenset({"1"}), key_id="alice"),
        ),
        (
            headers_of(TEAM, "bob"),
            AdminIdentity(admin_id="bob", role=Role.SUPERVISOR, key_id="team"),
        ),
        (
            headers_of(TEAM, "carol"),
            AdminIdentity(admin_id="carol", role=Role.SUPERVISOR, key_id="team"),
        ),
        (
            headers_of(TEAM, UUID.upper().replace("-", "")),
            AdminIdentity(admin_id=UUID, role=Role.SUPERVISOR, key_id="team"),
        ),
        (headers_of(ANYBODY, "erin"), AdminIdentity(admin_id="erin", key_id="backend")),
        (
            headers_of(ANYBODY, UUID.upper()),
            AdminIdentity(admin_id=UUID.upper(), key_id="backend"),
        ),
        (
            headers_of(ENDING),
            AdminIdentity(admin_id="dave", key_id="dave", expires_at=NOW + timedelta(hours=1)),
        ),
    ],
)
async def test_a_right_key_comes_in_for_its_admins(
    headers: Headers, identity: AdminIdentity
) -> None:
    """With the role, the pages and the end of the key, under the id that the key spells."""
    assert await asked(headers) == identity


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((), "no key"),
        ((("X-Admin-User-ID", "alice"),), "no key"),
        ((("Authorization", said(ALICE)),), "no key"),
        ((("Authorization", f"Basic {said(ALICE)}"),), "no key"),
        ((*headers_of(ALICE), *headers_of(ALICE)), "no key"),
        ((*headers_of(ALICE), *headers_of(STRANGER)), "no key"),
        (headers_of(f"{said(ALICE)},{said(ALICE)}"), "no key"),
        (headers_of(said(ALICE) + "é"), "no key"),
        (headers_of(said(ALICE) + "\udce9"), "no key"),
        (headers_of(said(ALICE)[:-1]), "malformed key"),
        (headers_of(said(ALICE)[:-1] + "!"), "malformed key"),
        (headers_of("another-kind-of-key", "alice"), "malformed key"),
        (headers_of(UNKNOWN, "alice"), "unknown key id"),
        (headers_of(STRANGER, "alice"), "wrong secret"),
        (headers_of(STRANGER), "wrong secret"),
        (headers_of(STRANGER, "bob"), "wrong secret"),
        (headers_of(ALICE, "bob"), "wrong admin id"),
        (headers_of(ALICE, "Alice"), "wrong admin id"),
        (headers_of(ALICE, "alice", "alice"), "wrong admin id"),
        (headers_of(ALICE, "alice", "bob"), "wrong admin id"),
        (headers_of(ALICE, "alice,alice"), "wrong admin id"),
        (headers_of(ALICE, ""), "wrong admin id"),
        (headers_of(ALICE, "*"), "wrong admin id"),
        (headers_of(ALICE, "alice\n"), "wrong admin id"),
        (headers_of(TEAM), "wrong admin id"),
        (headers_of(TEAM, OTHER_UUID), "wrong admin id"),
        (headers_of(TEAM, "bo"), "wrong admin id"),
        (headers_of(TEAM, "*"), "wrong admin id"),
        (headers_of(ANYBODY), "wrong admin id"),
        (headers_of(ANYBODY, ""), "wrong admin id"),
        (headers_of(ANYBODY, "*"), "wrong admin id"),
        (headers_of(ANYBODY, "a b"), "wrong admin id"),
        (headers_of(ANYBODY, "é"), "wrong admin id"),
        (headers_of(ANYBODY, "x" * 129), "wrong admin id"),
        (headers_of(ANYBODY, "erin", "frank"), "wrong admin id"),
    ],
)
async def test_a_refusal_has_its_reason_and_one_answer(
    accepting: Accepting, headers: Headers, reason: str
) -> None:
    """The log learns why; the caller gets the same bytes whatever it was."""
    panel = Panel(accepting, KeyRingAuth(ring(), now=lambda: NOW))
    answer = await panel.ask(b"{}", headers)

    assert await asked(headers) == reason
    assert answer == await panel.ask(b"{}", ())
    assert answer.status == 401
    assert accepting.sent == []


async def test_an_admin_sends_with_a_key_of_their_own(accepting: Accepting) -> None:
    """Through the routes, in their own name only."""
    panel = Panel(accepting, KeyRingAuth(ring(), now=lambda: NOW))
    headers = (("Content-Type", "application/json"), *headers_of(TEAM, "carol"))
    sent = await panel.send(headers=headers, admin_id="carol")
    refused = await panel.send(headers=headers, admin_id="bob")

    assert (sent.status, refused.status) == (200, 403)
    assert [admin.admin_id for admin, _ in accepting.sent] == ["carol"]


@pytest.mark.parametrize(
    ("after", "alive"),
    [
        (timedelta(hours=1, microseconds=-1), True),
        (timedelta(hours=1), False),
        (timedelta(days=1), False),
    ],
)
async def test_a_key_ends(after: timedelta, alive: bool) -> None:  # noqa: FBT001  # a parameter of pytest's
    """From the very moment on that it names; who has the secret wrong learns nothing of it."""
    came = await asked(headers_of(ENDING), now=NOW + after)
    wrong = await asked(headers_of(made(admin_ids=("dave",), key_id="dave")), now=NOW + after)

    assert (came == "expired") is not alive
    assert wrong == "wrong secret"


async def test_an_expired_key_tells_no_admin_id() -> None:
    """Its end is the reason, even if the admin id is wrong as well."""
    late = NOW + timedelta(days=1)

    assert await asked(headers_of(ENDING, "alice"), now=late) == "expired"


async def test_what_changes_in_the_ring_counts_at_once() -> None:
    """A key that is put in works with the next request, one that is taken out no more."""
    keys: dict[str, AdminKey] = {}
    verifier = KeyRingAuth(keys, now=lambda: NOW)
    with pytest.raises(AdminAuthError):
        await verifier.verify(request(headers_of(ALICE)))
    keys.update(ring(ALICE))
    identity = await verifier.verify(request(headers_of(ALICE)))
    del keys["alice"]
    with pytest.raises(AdminAuthError):
        await verifier.verify(request(headers_of(ALICE)))

    assert identity.admin_id == "alice"


async def test_a_key_belongs_to_its_id() -> None:
    """A right secret under another id is wrong: the hash is of the whole key."""
    keys = {"alice": TEAM.record, "team": ALICE.record}

    assert await asked(headers_of(ALICE), keys) == "wrong secret"


@pytest.mark.parametrize("name", ["", "nobody", "100", "00", "10"])
async def test_a_malformed_key_is_looked_up_nowhere(name: str) -> None:
    """Not even under an id that a key cannot have, if its hash stands there."""
    token = "another-kind-of-key"
    record = AdminKey(sha256=sha256(token.encode()).hexdigest(), admin_ids=("alice",))

    assert await asked(headers_of(token), {name: record}) == "malformed key"


class Broken(Mapping[str, AdminKey]):
    """A user's own mapping, whose database is away."""

    @override
    def __getitem__(self, key_id: str) -> AdminKey:
        raise ZeroDivisionError

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(())

    @override
    def __len__(self) -> int:
        return 0


class Lazy(Broken):
    """A mapping with nothing but what a mapping must have."""

    @override
    def __getitem__(self, key_id: str) -> AdminKey:
        return ring()[key_id]


async def test_a_mapping_may_fail(accepting: Accepting, caplog: pytest.LogCaptureFixture) -> None:
    """Its error is its own: the answer is a 500, and no frame of ours holds the key."""
    verifier = KeyRingAuth(Broken())
    answer = await Panel(accepting, verifier).ask(b"{}", headers_of(ALICE))
    with pytest.raises(ZeroDivisionError) as caught:
        await verifier.verify(request(headers_of(ALICE)))
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)

    assert read(answer).status == 500
    assert said(ALICE) not in "".join(report.format()) + caplog.text


async def test_a_mapping_needs_only_the_three_methods() -> None:
    """What it lacks is a miss, as for any mapping."""
    assert await asked(headers_of(UNKNOWN), Lazy()) == "unknown key id"
    assert await asked(headers_of(ENDING), Lazy()) != "unknown key id"


def calls(headers: Headers) -> list[str]:
    """Return the names of all that is called for *headers*, in order."""
    verifier = KeyRingAuth(ring(), now=lambda: NOW)
    asked = request(headers)
    called: list[str] = []

    def note(frame: FrameType, event: str, what: object) -> None:
        if event == "call":
            called.append(frame.f_code.co_name)
        elif event == "c_call":
            called.append(getattr(what, "__name__", ""))

    before = sys.getprofile()
    gc.disable()  # what others have hung on it would be called here and there
    sys.setprofile(note)
    try:
        with suppress(AdminAuthError, StopIteration):
            verifier.verify(asked).send(None)
    finally:
        sys.setprofile(before)
        gc.enable()
    return called


@pytest.mark.parametrize("admins", [(), ("bob",), ("nobody",), ("a b",), ("bob", "bob")], ids=str)
def test_every_refusal_of_a_key_takes_the_same_steps(admins: tuple[str, ...]) -> None:
    """An id that nobody has, or a wrong secret, of a key for one, for many, for anybody."""
    refused = [
        calls(headers_of(made(admin_ids=("bob",), key_id=key_id), *admins))
        for key_id in ("nobody", "alice", "team", "backend", "dave")
    ]

    assert {"get", "compare_digest", "<lambda>", "_admin_of"} <= set(refused[0])
    assert ("same_id" in refused[0]) is (admins in {("bob",), ("nobody",)})
    assert refused == [refused[0]] * 5


@pytest.mark.parametrize("admin", ["bob", UUID, "carol", "nobody"])
def test_every_admin_of_a_key_is_compared(admin: str) -> None:
    """Whichever it is, so that the time does not tell their order."""
    assert calls(headers_of(TEAM, admin)).count("same_id") == 3


@pytest.mark.parametrize("size", [0, 1, 3, 40])
def test_there_are_as_many_decoys_as_keys(size: int) -> None:
    """One for all ids would be in the processor's cache, where a real key is not."""
    keys = ring(*(made(admin_ids=("alice",), key_id=f"k-{number}") for number in range(size)))
    verifier = KeyRingAuth(keys if size else {})
    stands_in = [verifier._decoy_for(f"n-{number}", wanted=True) for number in range(600)]

    assert len({id(decoy) for decoy in stands_in}) == max(size, 1)
    assert len({id(decoy) for decoy in stands_in if decoy in keys.values()}) == 0


async def identity_of(key: NewKey, *admins: str) -> AdminIdentity:
    """Return who *key* lets in."""
    identity = await asked(headers_of(key, *admins))
    assert isinstance(identity, AdminIdentity)
    return identity


@pytest.mark.parametrize(
    ("change", "active"),
    [
        ({}, True),
        ({"expires_at": NOW + timedelta(hours=1)}, True),
        ({"expires_at": NOW}, False),
        ({"admin_ids": ("alice", "bob")}, True),
        ({"admin_ids": ("*",)}, True),
        ({"admin_ids": ("alice",)}, False),
        ({"role": Role.AGENT}, False),
        ({"pages": frozenset({"1"})}, False),
    ],
    ids=str,
)
async def test_what_a_key_said_is_true_until_it_changes(
    change: dict[str, object],
    active: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """A session asks: is the key still there, alive, for this admin, in this role and pages?"""
    identity = await identity_of(TEAM, "bob")
    keys = ring()
    verifier = KeyRingAuth(keys, now=lambda: NOW)
    keys["team"] = TEAM.record.model_copy(update=change)

    assert verifier.is_active(identity) is active


async def test_a_session_ends_with_its_key() -> None:
    """Once it is revoked, nothing that came of it is active."""
    identity = await identity_of(ANYBODY, "erin")
    keys = ring()
    verifier = KeyRingAuth(keys, now=lambda: NOW)
    before = verifier.is_active(identity)
    del keys["backend"]

    assert (before, verifier.is_active(identity)) == (True, False)


@pytest.mark.parametrize(
    "identity",
    [
        AdminIdentity(admin_id="alice", pages=frozenset({"1"})),
        AdminIdentity(admin_id="alice", pages=frozenset({"1"}), key_id="nobody"),
        AdminIdentity(admin_id="a b", key_id="backend"),
        AdminIdentity(admin_id="*", key_id="backend"),
    ],
    ids=["no key", "unknown key", "no id", "asterisk"],
)
async def test_who_did_not_come_by_the_ring_is_not_active(identity: AdminIdentity) -> None:
    """Nothing is said of them."""
    assert not KeyRingAuth(ring(), now=lambda: NOW).is_active(identity)


def test_one_uuid_has_many_spellings_in_a_session_too() -> None:
    """The same admin is the same admin."""
    spelt = AdminIdentity(admin_id=UUID.upper(), role=Role.SUPERVISOR, key_id="team")

    assert KeyRingAuth(ring(), now=lambda: NOW).is_active(spelt)


async def test_the_clock_is_the_machines() -> None:
    """Unless another is given."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    keys = ring(made(admin_ids=("alice",), key_id="alice", expires_at=ends))
    verifier = KeyRingAuth(keys)
    identity = AdminIdentity(admin_id="alice", key_id="alice")
    before = verifier.is_active(identity)
    keys["alice"] = keys["alice"].model_copy(update={"expires_at": ends - timedelta(hours=1)})

    assert (before, verifier.is_active(identity)) == (True, False)


HEADER_NAMES = st.sampled_from(["Authorization", "X-Admin-User-ID", "x-admin-user-id", "Cookie"])
HEADER_VALUES = st.one_of(
    st.text(),
    st.text().map("Bearer {}".format),
    st.sampled_from([f"Bearer {said(STRANGER)}", f"Bearer {said(UNKNOWN)}", "alice"]),
    st.text(min_size=1, max_size=3).map(lambda text: f"Bearer {said(ALICE)}{text}"),
)


@given(st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=4))
async def test_no_header_text_makes_another_error(headers: list[tuple[str, str]]) -> None:
    """Whatever is sent, it is refused with our error, and its text is always the same."""
    with pytest.raises(AdminAuthError) as caught:
        await KeyRingAuth(ring(), now=lambda: NOW).verify(request(headers))

    assert str(caught.value) == "Authentication failed."
    assert said(ALICE) not in caught.value.reason


@given(st.lists(st.text(), max_size=2))
async def test_no_admin_id_makes_another_error(admins: list[str]) -> None:
    """A right key with any `X-Admin-User-ID`, for an admin of the key or refused."""
    found = await asked(headers_of(TEAM, *admins))

    assert found == "wrong admin id" or admins[0] in TEAM.record.admin_ids


async def test_no_repr_shows_the_ring() -> None:
    """Neither the verifier nor what it raises."""
    verifier = KeyRingAuth(ring())
    with pytest.raises(AdminAuthError) as caught:
        await verifier.verify(request(headers_of(STRANGER, "alice")))
    shown = f"{verifier!r} {vars(verifier)} {caught.value!r} {caught.value}"

    assert ALICE.record.sha256 not in shown
    assert said(STRANGER) not in shown
    assert "wrong secret" not in shown
