"""Which app answers a person: passed, taken, requested, released, kept, looked up."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from edges.played import DONE, PSID, Played, refused

from messengerkit._json import JsonObject
from messengerkit.edges import INSTAGRAM_INBOX, PAGE_INBOX, ThreadControl
from messengerkit.errors import InvalidInputError, ThreadNotOwnedError, UnreadableAnswerError

Does = Callable[[ThreadControl], Awaitable[object]]
WHO = {"recipient": {"id": PSID}}

CALLS: dict[str, tuple[Does, JsonObject, bool]] = {
    "pass_thread_control": (
        lambda control: control.pass_to(PSID, app_id=PAGE_INBOX, metadata="angry"),
        {**WHO, "target_app_id": 263902037430900, "metadata": "angry"},
        False,
    ),
    "take_thread_control": (
        lambda control: control.take(PSID, metadata="mine"),
        {**WHO, "metadata": "mine"},
        False,
    ),
    "request_thread_control": (lambda control: control.request(PSID), WHO, False),
    "release_thread_control": (
        lambda control: control.release(PSID, metadata=""),
        {**WHO, "metadata": ""},
        False,
    ),
    "extend_thread_control": (
        lambda control: control.extend(PSID, 604_800),
        {**WHO, "duration": 604_800},
        True,
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_each_verb_is_one_call(name: str) -> None:
    """Only keeping it for longer is the same when done twice."""
    does, parameters, repeatable = CALLS[name]
    meta = Played(DONE)
    await does(ThreadControl(meta))

    assert meta.asked == ("POST", f"me/{name}", parameters)
    assert meta.call.repeatable is repeatable


@pytest.mark.parametrize("name", CALLS)
async def test_another_app_has_it(name: str) -> None:
    """Meta's refusal is an error of its own class."""
    with pytest.raises(ThreadNotOwnedError):
        await CALLS[name][0](ThreadControl(Played(refused(10, 2018300))))


@pytest.mark.parametrize("name", CALLS)
async def test_an_answer_that_says_nothing(name: str) -> None:
    """It may not have been done."""
    with pytest.raises(UnreadableAnswerError):
        await CALLS[name][0](ThreadControl(Played({})))


async def test_taking_may_answer_with_the_owner() -> None:
    """As an older page of Meta prints it."""
    await ThreadControl(Played({"data": [{"thread_owner": {"app_id": "1"}}]})).take(PSID)


def test_the_inboxes_are_as_meta_names_them() -> None:
    """A sample of Meta's drops a digit of the first."""
    assert (PAGE_INBOX, INSTAGRAM_INBOX) == (263902037430900, 1217981644879628)


TOO_MUCH: list[tuple[Does, str]] = [
    (lambda control: control.pass_to(PSID, app_id=0), "app_id"),
    (lambda control: control.pass_to(PSID, app_id=True), "app_id"),
    (lambda control: control.pass_to(PSID, app_id=1, metadata="m" * 1001), "metadata"),
    (lambda control: control.pass_to("..", app_id=1), "psid"),
    (lambda control: control.take(PSID, metadata="m" * 1001), "metadata"),
    (lambda control: control.request(PSID, metadata="m" * 1001), "metadata"),
    (lambda control: control.release(PSID, metadata="\ud800"), "metadata"),
    (lambda control: control.release("a b"), "psid"),
    (lambda control: control.extend(PSID, 0), "seconds"),
    (lambda control: control.extend(PSID, 604_801), "seconds"),
    (lambda control: control.owner(""), "psid"),
]


@pytest.mark.parametrize(("does", "field"), TOO_MUCH)
async def test_limits_are_checked_first(does: Does, field: str) -> None:
    """Nothing is asked of Meta that it would refuse."""
    meta = Played()
    with pytest.raises(InvalidInputError) as caught:
        await does(ThreadControl(meta))

    assert (caught.value.field, meta.calls) == (field, [])


async def test_who_has_it() -> None:
    """The owner and the default app are told which app, and until when."""
    meta = Played(
        {"data": [{"thread_owner": {"app_id": "815000000000001", "expiration": 1767225600}}]}
    )
    owner = await ThreadControl(meta).owner(PSID)

    assert meta.asked == ("GET", "me/thread_owner", {"recipient": PSID})
    assert meta.call.repeatable
    assert owner is not None
    assert owner.app_id == 815000000000001
    assert owner.expires_at == datetime(2026, 1, 1, tzinfo=UTC)


async def test_somebody_else_has_it() -> None:
    """The others are told until when alone."""
    answer = {"data": [{"thread_owner": {"expiration": 1767225600}}]}
    owner = await ThreadControl(Played(answer)).owner(PSID)

    assert owner is not None
    assert owner.app_id is None


IDLE: list[JsonObject] = [
    {},
    {"data": []},
    {"data": [{}]},
    {"data": [None, {"thread_owner": {}}]},
]


@pytest.mark.parametrize("answer", IDLE)
async def test_nobody_has_it(answer: JsonObject) -> None:
    """While it is idle, Meta tells nothing."""
    assert await ThreadControl(Played(answer)).owner(PSID) is None


async def test_an_answer_about_something_else() -> None:
    """It does not mean that nobody has it."""
    with pytest.raises(UnreadableAnswerError):
        await ThreadControl(Played({"id": PSID})).owner(PSID)
