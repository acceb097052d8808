"""The chain of what admins did: whatever is changed, cut out or put in is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import InvalidInputError
from messengerkit.desk import AdminAction, Broken, action_hash, broken_links, chained

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
WHERE = UUID(int=7)


def action(number: int, **details: object) -> AdminAction:
    """Return an action that stands in no chain yet."""
    return AdminAction(
        id=UUID(int=number),
        conversation_id=WHERE,
        at=AT + timedelta(minutes=number),
        admin_id="ann",
        action="reply",
        decision="RESPONSE",
        outcome="sent",
        details=details,
    )


def chain(length: int) -> list[AdminAction]:
    """Return a whole chain."""
    found: list[AdminAction] = []
    for number in range(length):
        found.append(chained(action(number), found[-1] if found else None))
    return found


@given(st.integers(0, 6))
def test_a_whole_chain_holds(length: int) -> None:
    """Also with the newest hash beside it."""
    whole = chain(length)

    assert broken_links(whole) == ()
    assert broken_links(whole, newest=whole[-1].hash if whole else "") == ()
    assert [one.number for one in whole] == list(range(1, length + 1))


CHANGES: dict[str, Callable[[AdminAction], AdminAction]] = {
    "id": lambda one: replace(one, id=UUID(int=99)),
    "conversation_id": lambda one: replace(one, conversation_id=UUID(int=99)),
    "at": lambda one: replace(one, at=one.at + timedelta(microseconds=1)),
    "admin_id": lambda one: replace(one, admin_id="bob"),
    "action": lambda one: replace(one, action="assign"),
    "decision": lambda one: replace(one, decision=None),
    "outcome": lambda one: replace(one, outcome="refused"),
    "details": lambda one: replace(one, details={"length": 1}),
    "number": lambda one: replace(one, number=one.number + 1),
    "previous": lambda one: replace(one, previous="0" * 64),
    "hash": lambda one: replace(one, hash="0" * 64),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("place", range(3))
def test_whatever_is_changed_is_found(
    change: Callable[[AdminAction], AdminAction], place: int
) -> None:
    """In any field of any action, and where it was."""
    actions = chain(3)
    actions[place] = change(actions[place])

    found = broken_links(actions)
    assert place + 1 in {one.number for one in found} or place + 2 in {one.number for one in found}


def test_every_field_is_tried() -> None:
    """A field that comes later is in the hash, too."""
    assert set(CHANGES) == set(AdminAction.__dataclass_fields__)


@given(st.integers(0, 3))
def test_what_is_cut_out_is_found(place: int) -> None:
    """Also with the numbers closed up, and at the end by the newest hash."""
    actions = chain(4)
    newest = actions[-1].hash
    left = actions[:place] + actions[place + 1 :]
    closed_up = [replace(one, number=number) for number, one in enumerate(left, 1)]

    for cut in (left, closed_up):
        assert broken_links(cut, newest=newest)
    assert (broken_links(left) == ()) is (place == 3)


def test_what_is_put_in_or_turned_around_is_found() -> None:
    """With the words for whoever audits."""
    one, two, three = chain(3)

    assert broken_links([one, three, two])
    assert broken_links([one, two, two, three])
    assert Broken(number=2, why="it was changed") in broken_links(
        [one, replace(two, outcome="refused"), three]
    )


def test_a_moment_is_the_same_in_any_zone() -> None:
    """A database may give it back in its own; it keeps microseconds."""
    there = replace(action(1), at=AT.astimezone(timezone(timedelta(hours=6, minutes=30))))

    assert action_hash(there) == action_hash(replace(action(1), at=AT))


@pytest.mark.parametrize(
    "broken",
    [
        replace(action(1), at=AT.replace(tzinfo=None)),
        action(1, what=object()),
        action(1, what=float("nan")),
    ],
)
def test_what_has_no_hash_is_refused(broken: AdminAction) -> None:
    """Rather than written down in a way that nobody can check."""
    with pytest.raises(InvalidInputError):
        chained(broken, None)
