"""`Idempotency-Key`: a request that comes again acts once, and gets the first one's answer."""

import asyncio
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from admin.kit import ADMIN, SEND, TEXT, Accepting, Clock, Envelope, guide_body, guide_headers, read
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from messengerkit import MessengerError, Phase, SendResult
from messengerkit.admin import (
    ROUTES,
    TEST_MESSAGE,
    AdminAnswer,
    AdminFace,
    AdminIdentity,
    AdminMessageRequest,
    AdminRequest,
    IdempotencyKeys,
    MemoryIdempotencyKeys,
    operation,
)
from messengerkit.admin.idempotency import LIFE, once
from messengerkit.errors import (
    AdminAuthError,
    AdminConflictError,
    AdminForbiddenError,
    BackendError,
    BodyTooLargeError,
    ClientClosedError,
    ConfigurationError,
    DeliveryUnknownError,
    GraphError,
    IdempotencyKeyError,
    InvalidInputError,
    LostAnswerError,
    OutsideWindowError,
    RateLimitError,
    RequestInProgressError,
    TemporaryError,
    TokenError,
    TransportError,
    UnreadableAnswerError,
)

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
REPLAYED = "Idempotent-Replayed"
PATIENCE = 10.0  # seconds; what is awaited here comes at once, or never


class Named:
    """A verifier that believes any name, as long as there is one."""

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin of that name."""
        names = request.values("x-admin-user-id")
        if not names:
            raise AdminAuthError(reason="no name")
        return AdminIdentity(admin_id=names[0])


@dataclass
class Slow(Accepting):
    """A backend that sends once it is released."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Wait, then send."""
        self.reached.set()
        async with asyncio.timeout(PATIENCE):
            await self.released.wait()
        return await super().send_message(admin, message)


@dataclass
class Broken(MemoryIdempotencyKeys):
    """A store whose database is away for one of its methods."""

    method: str
    error: Exception = field(default_factory=lambda: RuntimeError("database is locked"))

    def __post_init__(self) -> None:
        super().__init__()

    def _fail(self, method: str) -> None:
        if method == self.method:
            raise self.error

    @override
    async def claim(self, scope: str, key: str, fingerprint: str, /) -> AdminAnswer | None:
        """Claim, or fail."""
        self._fail("claim")
        return await super().claim(scope, key, fingerprint)

    @override
    async def keep(self, scope: str, key: str, answer: AdminAnswer, /) -> None:
        """Keep, or fail."""
        self._fail("keep")
        await super().keep(scope, key, answer)

    @override
    async def release(self, scope: str, key: str, /) -> None:
        """Release, or fail."""
        self._fail("release")
        await super().release(scope, key)


class SlowStore(MemoryIdempotencyKeys):
    """A store whose database takes its time to write."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()
        self.released = asyncio.Event()

    @override
    async def keep(self, scope: str, key: str, answer: AdminAnswer, /) -> None:
        """Wait, then keep."""
        self.reached.set()
        await self.released.wait()
        await super().keep(scope, key, answer)


def face_of(backend: Accepting, keys: IdempotencyKeys | None = None) -> AdminFace:
    """Return the face of *backend*."""
    return AdminFace(
        backend=backend, verifier=Named(), idempotency=keys, routes=(*ROUTES, TEST_MESSAGE)
    )


async def post(  # what a request may differ in
    face: AdminFace,
    *keys: str,
    path: str = SEND,
    real_path: str | None = None,
    query: str = "",
    admin: str = ADMIN,
    **changes: object,
) -> Envelope:
    """Send the guide's message with *changes*, and with *keys* as `Idempotency-Key`."""
    request = AdminRequest(
        method="POST",
        path=real_path or path,
        query=query,
        headers=(
            *guide_headers(admin=admin),
            *(("Idempotency-Key", key) for key in keys),
        ),
        body=json.dumps(guide_body(**{"admin_id": admin, **changes})).encode(),
    )
    return read(await face.respond(path, request))


async def test_a_request_that_comes_again_acts_once(accepting: Accepting) -> None:
    """The second gets the first one's answer, marked as such, and nothing is sent."""
    face = face_of(accepting)
    first, second, third = [await post(face, KEY) for _ in range(3)]

    assert len(accepting.sent) == 1
    assert (first.status, first.data["message_id"]) == (200, "m_1")
    assert REPLAYED not in first.headers
    assert second.headers == {**first.headers, REPLAYED: "true"}
    assert (second.status, second.message, second.data) == (200, first.message, first.data)
    assert third == second


async def test_without_a_key_every_request_acts(accepting: Accepting) -> None:
    """Nothing is guessed from two bodies that are equal: people do say the same thing twice."""
    face = face_of(accepting)
    answers = [await post(face) for _ in range(2)]

    assert len(accepting.sent) == 2
    assert not [done for done in answers if REPLAYED in done.headers]


async def test_a_new_key_is_a_new_request(accepting: Accepting) -> None:
    """Keys are compared whole, and letters count as they are written."""
    face = face_of(accepting)
    for key in ("key", "Key", "key2", "ke"):
        assert REPLAYED not in (await post(face, key)).headers

    assert len(accepting.sent) == 4


@pytest.mark.parametrize("running", [False, True], ids=["kept", "running"])
@pytest.mark.parametrize(
    ("real_path", "query", "text"),
    [
        (None, "", "Something else."),
        (None, "dry=1", TEXT),
        ("/v2/admin/send-message", "", TEXT),
    ],
    ids=["body", "query", "path"],
)
async def test_a_key_belongs_to_one_request(
    running: bool,  # noqa: FBT001  # a parameter of pytest's
    real_path: str | None,
    query: str,
    text: str,
) -> None:
    """Another body, query or path under the same key is a mistake, never a second message."""
    backend = Slow()
    face = face_of(backend)
    first = asyncio.create_task(post(face, KEY))
    await backend.reached.wait()
    if not running:
        backend.released.set()
        await first
    done = await post(face, KEY, real_path=real_path, query=query, message_text=text)
    backend.released.set()
    await first

    assert (done.status, done.error["code"]) == (422, "idempotency_key")
    assert done.error["retryable"] is False
    assert "another request" in done.message
    assert len(backend.sent) == 1


async def test_a_key_belongs_to_one_route(accepting: Accepting) -> None:
    """The test message does not answer for the real one."""
    face = face_of(accepting)
    await post(face, KEY)
    done = await post(face, KEY, path="/test-message", query="recipient_id=24")

    assert (done.status, done.error["code"]) == (422, "idempotency_key")
    assert len(accepting.sent) == 1


async def test_a_key_belongs_to_one_method() -> None:
    """To put something is not to post it."""
    keys, answer = MemoryIdempotencyKeys(), AdminAnswer(status=200, headers=(), body=b"")
    header = (("Idempotency-Key", KEY),)
    acted: list[str] = []

    async def ask(method: str) -> AdminAnswer:
        async def act() -> AdminAnswer:
            acted.append(method)
            return answer

        request = AdminRequest(method=method, path="/admin/priority", headers=header)
        return await once(keys, request, AdminIdentity(admin_id="alice"), act)

    await ask("POST")
    with pytest.raises(IdempotencyKeyError):
        await ask("PUT")

    assert acted == ["POST"]


async def test_a_path_that_is_no_text_has_a_fingerprint(accepting: Accepting) -> None:
    """A server hands over what it could not decode as lone surrogates."""
    face = face_of(accepting)
    answers = [await post(face, KEY, real_path=path) for path in ("/\udce9", "/\udcea")]

    assert [done.status for done in answers] == [200, 422]


async def test_parts_of_a_request_do_not_run_into_each_other(accepting: Accepting) -> None:
    """What moves from the path into the query is another request."""
    face = face_of(accepting)
    await post(face, KEY, real_path=SEND + "x", query="")
    done = await post(face, KEY, real_path=SEND, query="x")

    assert done.status == 422


async def test_a_request_at_work_asks_to_come_again() -> None:
    """409, and the panel may repeat it: with its key, it acts once."""
    backend = Slow()
    face = face_of(backend)
    first = asyncio.create_task(post(face, KEY))
    await backend.reached.wait()
    second = await post(face, KEY)
    backend.released.set()
    done = await first
    third = await post(face, KEY)

    assert (second.status, second.error["code"]) == (409, "request_in_progress")
    assert second.error["retryable"] is True
    assert (done.status, third.headers[REPLAYED]) == (200, "true")
    assert len(backend.sent) == 1


async def test_a_key_belongs_to_one_admin(accepting: Accepting) -> None:
    """Two admins who chose the same key are two, and neither sees the other's answer."""
    face = face_of(accepting)
    alice = await post(face, KEY, admin="alice", message_text="From Alice")
    bob = await post(face, KEY, admin="bob", message_text="From Bob")
    again = await post(face, KEY, admin="alice", message_text="From Alice")

    assert [admin.admin_id for admin, _ in accepting.sent] == ["alice", "bob"]
    assert (alice.data["message"], bob.data["message"]) == ("From Alice", "From Bob")
    assert again.data == alice.data


async def test_a_stranger_gets_no_answer_of_the_past(accepting: Accepting) -> None:
    """Who asks is known before a key is looked at."""
    face = face_of(accepting)
    await post(face, KEY)
    request = AdminRequest(method="POST", path=SEND, headers=(("Idempotency-Key", KEY),))
    done = read(await face.respond(SEND, request))

    assert (done.status, done.error["code"]) == (401, "admin_auth")


@pytest.mark.parametrize("spelled", [f'"{KEY}"', f" {KEY}", f'\t"{KEY}" '])
async def test_a_key_in_quotes_is_the_same_key(accepting: Accepting, spelled: str) -> None:
    """The IETF's draft has it in quotes, everybody else writes it bare; blanks are HTTP's own."""
    face = face_of(accepting)
    await post(face, KEY)
    done = await post(face, spelled)

    assert done.headers[REPLAYED] == "true"
    assert len(accepting.sent) == 1


@pytest.mark.parametrize(
    "key", ["k", "k" * 255, '"' + "k" * 255 + '"', "!#$%&'()*+-./:;<=>?@[\\]~"]
)
async def test_a_key_at_its_limits_is_taken(accepting: Accepting, key: str) -> None:
    """1 to 255 visible characters."""
    assert (await post(face_of(accepting), key)).status == 200


@pytest.mark.parametrize(
    "keys",
    [
        ("",),
        (" ",),
        ('""',),
        ('"',),
        (f'"{KEY}',),
        (f'{KEY}"',),
        (f'"{KEY}"x',),
        (f'"{KEY}";a=1',),
        ('a"b',),
        ("a b",),
        ("a,b",),
        ('"a","b"',),
        ("a,",),
        (f"{KEY}\n",),
        (f"{KEY}\xa0",),
        ("k\x00",),
        ("k\x7f",),
        ("ké",),
        ("k\udce9",),
        ("k" * 256,),
        ('"' + "k" * 256 + '"',),
        (KEY, KEY),
        (KEY, f'"{KEY}"'),
        ("", KEY),
    ],
    ids=repr,
)
async def test_a_key_that_is_none_is_refused(accepting: Accepting, keys: tuple[str, ...]) -> None:
    """Malformed, twice, or joined by a comma: nothing is sent, for a repetition would not show."""
    done = await post(face_of(accepting), *keys)

    assert (done.status, done.error["code"]) == (422, "idempotency_key")
    assert "1 to 255 visible" in done.message
    assert accepting.sent == []


async def test_an_answer_lives_for_a_day(accepting: Accepting) -> None:
    """24 hours from when it was given; asking for it does not make it live longer."""
    clock = Clock()
    face = face_of(accepting, MemoryIdempotencyKeys(monotonic=clock))
    await post(face, KEY)
    replayed: list[bool] = []
    for seconds in (LIFE / 2, LIFE / 2 - 0.25, 0.25):
        clock.seconds += seconds
        replayed.append(REPLAYED in (await post(face, KEY)).headers)

    assert LIFE == 24 * 3600
    assert replayed == [True, True, False]
    assert len(accepting.sent) == 2


async def test_each_answer_has_its_own_day(accepting: Accepting) -> None:
    """One that is over takes none with it that came later."""
    clock = Clock()
    face = face_of(accepting, MemoryIdempotencyKeys(life=10.0, monotonic=clock))
    await post(face, "first")
    clock.seconds += 6.0
    await post(face, "second")
    clock.seconds += 6.0

    assert REPLAYED in (await post(face, "second")).headers
    assert REPLAYED not in (await post(face, "first")).headers


async def test_by_default_the_clock_is_the_machines(accepting: Accepting) -> None:
    """An answer of just now is still there."""
    face = face_of(accepting, MemoryIdempotencyKeys(life=3600.0))
    await post(face, KEY)

    assert REPLAYED in (await post(face, KEY)).headers


async def test_the_oldest_answers_go_first(accepting: Accepting) -> None:
    """The memory is bounded, whatever comes."""
    keys = MemoryIdempotencyKeys(most=3)
    face = face_of(accepting, keys)
    for number in range(20):
        await post(face, f"key-{number}")
        assert len(keys._kept) <= 4

    assert [REPLAYED in (await post(face, f"key-{number}")).headers for number in (17, 18, 19)] == [
        True,
        True,
        True,
    ]
    assert REPLAYED not in (await post(face, "key-16")).headers


async def test_a_request_at_work_is_never_forgotten() -> None:
    """Neither a flood of others nor a day makes it act twice."""
    clock, slow = Clock(), Slow()
    keys = MemoryIdempotencyKeys(most=1, monotonic=clock)
    first = asyncio.create_task(post(face_of(slow, keys), KEY))
    await slow.reached.wait()
    others = face_of(Accepting(), keys)
    for number in range(10):
        await post(others, f"key-{number}")
    clock.seconds += 2 * LIFE
    again = await post(others, KEY)
    slow.released.set()
    await first

    assert again.status == 409
    assert keys._running == {}


NOTHING_DONE: list[tuple[MessengerError, int]] = [
    (RateLimitError("Later.", code=613), 429),
    (OutsideWindowError("Shut.", code=10), 502),
    (TokenError("Dead.", code=190), 502),
    (TemporaryError("Again.", code=2), 502),
    (TransportError("No answer.", phase=Phase.NOT_SENT), 503),
    (ClientClosedError("Closed."), 503),
    (AdminConflictError("Another person's."), 409),
    (AdminForbiddenError("Not yours."), 403),
    (InvalidInputError("Too long."), 422),
    (ConfigurationError("Missing."), 500),
]
PERHAPS_DONE: list[tuple[Exception, int]] = [
    (DeliveryUnknownError("Nobody knows.", recipient_id="24", attempts=2), 202),
    (DeliveryUnknownError("caf\udce9"), 202),
    (TransportError("No answer.", phase=Phase.SENT), 503),
    (UnreadableAnswerError("A proxy's."), 502),
    (TemporaryError("Again.", code=1), 502),
    (LostAnswerError("Sent.", code=1, subcode=1357046), 502),
    (GraphError("Unheard of.", code=4711), 502),
    (BodyTooLargeError("A backend's own."), 413),
    (BackendError("The database is away."), 500),
    (ZeroDivisionError("division by zero"), 500),
]
CANNOT_BE_TOLD: list[Exception] = [
    BackendError("caf\udce9"),
    UnreadableAnswerError("Later.", retry_after=float("inf")),
]


def name_of(value: object) -> str | None:
    """Return the name under which pytest shows an error."""
    return type(value).__name__ if isinstance(value, Exception) else None


@pytest.mark.parametrize(("failure", "status"), NOTHING_DONE, ids=name_of)
async def test_a_key_is_free_again_when_nothing_was_done(
    accepting: Accepting, failure: MessengerError, status: int
) -> None:
    """The person surely has no message, so the request may come again once the cause is mended."""
    face = face_of(accepting)
    accepting.failure = failure
    refused = [await post(face, KEY) for _ in range(2)]
    accepting.failure = None
    done = await post(face, KEY)

    assert [one.status for one in refused] == [status, status]
    assert not [one for one in (*refused, done) if REPLAYED in one.headers]
    assert (done.status, len(accepting.sent)) == (200, 1)


@pytest.mark.parametrize(("failure", "status"), PERHAPS_DONE, ids=name_of)
async def test_an_answer_is_kept_when_something_may_be_done(
    accepting: Accepting, failure: Exception, status: int
) -> None:
    """The person may have the message, so whoever sends again learns that, and sends nothing."""
    face = face_of(accepting)
    accepting.failure = failure
    first = await post(face, KEY)
    accepting.failure = None
    second = await post(face, KEY)

    assert accepting.sent == []
    assert first.status == status
    assert (second.status, second.message, second.data) == (status, first.message, first.data)
    assert second.headers == {**first.headers, REPLAYED: "true"}


@pytest.mark.parametrize("failure", CANNOT_BE_TOLD, ids=name_of)
async def test_an_error_that_cannot_be_told_leaves_no_key_at_work(
    accepting: Accepting, failure: Exception
) -> None:
    """It is a failure of the backend, the second time as the first."""
    face = face_of(accepting)
    accepting.failure = failure
    first = await post(face, KEY)
    accepting.failure = None
    second = await post(face, KEY)

    assert accepting.sent == []
    assert (first.status, first.error["code"]) == (500, "backend")
    assert (second.status, second.data) == (500, first.data)
    assert second.headers[REPLAYED] == "true"


async def test_a_body_that_is_refused_takes_no_key(accepting: Accepting) -> None:
    """A 422 of the model's comes before the key; the corrected request may have it."""
    face = face_of(accepting)
    refused = await post(face, KEY, message_text="")
    done = await post(face, KEY)

    assert (refused.status, refused.error["field"]) == (422, "message_text")
    assert (done.status, len(accepting.sent)) == (200, 1)


async def test_a_request_that_was_given_up_is_unknown() -> None:
    """Whoever asked has gone, and the message may be out: the next one learns just that."""
    backend = Slow()
    face = face_of(backend)
    first = asyncio.create_task(post(face, KEY))
    await backend.reached.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    backend.released.set()
    done = await post(face, KEY)

    assert (done.status, done.data["delivery"]) == (202, "unknown")
    assert done.headers[REPLAYED] == "true"
    assert backend.sent == []


async def test_an_answer_is_kept_although_its_caller_has_gone(accepting: Accepting) -> None:
    """A key that stayed at work would answer 409 for ever, and the admin would take another."""
    store = SlowStore()
    face = face_of(accepting, store)
    first = asyncio.create_task(post(face, KEY))
    await store.reached.wait()
    first.cancel()
    await asyncio.sleep(0)
    store.released.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    done = await post(face, KEY)

    assert (done.status, done.data["message_id"]) == (200, "m_1")
    assert done.headers[REPLAYED] == "true"
    assert len(accepting.sent) == 1


async def test_fifty_clicks_are_one_message() -> None:
    """However many come at once, one acts; the others are told to wait, then what it did."""
    backend = Slow()
    face = face_of(backend)
    async with asyncio.TaskGroup() as group:
        clicks = [group.create_task(post(face, KEY)) for _ in range(50)]
        await backend.reached.wait()
        await asyncio.sleep(0)
        backend.released.set()
    again = await asyncio.gather(*(post(face, KEY) for _ in range(50)))

    assert len(backend.sent) == 1
    assert sorted(task.result().status for task in clicks) == [200] + [409] * 49
    assert {done.headers[REPLAYED] for done in again} == {"true"}


async def test_a_store_that_is_away_sends_nothing(
    accepting: Accepting, caplog: pytest.LogCaptureFixture
) -> None:
    """Without it nobody knows whether the message was sent before: 500, before anything is."""
    done = await post(face_of(accepting, Broken("claim")), KEY)

    assert (done.status, done.error["code"]) == (500, "backend")
    assert accepting.sent == []
    assert "database is locked" in caplog.text


async def test_a_store_may_say_why_it_is_away(accepting: Accepting) -> None:
    """An error of ours keeps its own status."""
    store = Broken("claim", TransportError("No database.", phase=Phase.NOT_SENT))
    done = await post(face_of(accepting, store), KEY)

    assert (done.status, done.message) == (503, "No database.")
    assert accepting.sent == []


@pytest.mark.parametrize(
    ("method", "failure", "status"),
    [
        ("keep", None, 200),
        ("keep", BackendError("Away."), 500),
        ("release", TokenError("No."), 502),
    ],
)
async def test_a_store_that_fails_afterwards_costs_nobody_the_answer(
    accepting: Accepting,
    caplog: pytest.LogCaptureFixture,
    method: str,
    failure: MessengerError | None,
    status: int,
) -> None:
    """The message is out, or is not: the admin is told which, and the log has the rest."""
    accepting.failure = failure
    done = await post(face_of(accepting, Broken(method)), KEY)

    assert done.status == status
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.name == "messengerkit.admin"
    assert ADMIN in record.getMessage()
    assert "database is locked" in caplog.text


async def test_scopes_and_keys_do_not_run_into_each_other() -> None:
    """A scope and a key are two things, however they are cut."""
    keys, answer = MemoryIdempotencyKeys(), AdminAnswer(status=200, headers=(), body=b"")

    assert await keys.claim("ab", "c", "f") is None
    assert await keys.claim("a", "bc", "f") is None
    with pytest.raises(RequestInProgressError):
        await keys.claim("ab", "c", "f")
    with pytest.raises(IdempotencyKeyError):
        await keys.claim("ab", "c", "another")
    await keys.keep("ab", "c", answer)
    assert await keys.claim("ab", "c", "f") is answer
    await keys.release("a", "bc")
    assert await keys.claim("a", "bc", "another") is None


def test_the_pattern_that_is_told_is_the_one_that_is_checked() -> None:
    """A program that follows the document sends only keys that are taken, and may send all."""
    good = ("k", KEY, f'"{KEY}"', "k" * 255, '"' + "k" * 255 + '"', "!#~")
    bad = ("", '""', '"k', "k" * 256, '"' + "k" * 256 + '"', "a b", "a,b", "k\u00e9", 'a"b')
    (told,) = [
        one["schema"]["pattern"]
        for one in json.loads(json.dumps(operation(ROUTES[0])))["parameters"]
        if one["name"] == "Idempotency-Key"
    ]

    assert [bool(re.search(told, key)) for key in (*good, *bad)] == [True] * 6 + [False] * 9


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=20)
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7F), max_size=260)


@given(keys=st.lists(ANYTHING | PRINTABLE | PRINTABLE.map('"{}"'.format), max_size=3))
async def test_any_header_is_a_key_or_a_refusal(keys: Sequence[str]) -> None:
    """Whatever stands there, the same request twice never sends twice, but without a key."""
    backend = Accepting()
    face = face_of(backend)
    first, second = [await post(face, *keys) for _ in range(2)]

    assert (first.status, second.status) in {(200, 200), (422, 422)}
    sent = 0 if first.status == 422 else 1 if keys else 2
    assert len(backend.sent) == sent
    assert (REPLAYED in second.headers) is (sent == 1)
