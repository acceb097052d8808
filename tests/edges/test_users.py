"""Who a person is, and why Meta does not always tell."""

from datetime import timedelta

import pytest
from edges.played import PSID, Played, refused

from messengerkit._json import JsonObject
from messengerkit.edges import (
    INSTAGRAM_FIELDS,
    Person,
    ProfileUnavailable,
    UnavailableReason,
    Users,
)
from messengerkit.errors import GraphError, InvalidInputError, TokenError, UserNotFoundError


async def test_a_person_of_messenger() -> None:
    """One GET of the id, with the fields that need no permission of their own."""
    sent = {"first_name": "Ana", "last_name": "Lim", "profile_pic": "https://p", "id": PSID}
    meta = Played(sent)
    person = await Users(meta).get(PSID)

    assert meta.asked == ("GET", PSID, {"fields": "name,first_name,last_name,profile_pic"})
    assert meta.call.repeatable
    assert isinstance(person, Person)
    assert (person.id, person.first_name, person.last_name) == (PSID, "Ana", "Lim")
    assert (person.profile_pic, person.name) == ("https://p", None)
    assert person.raw == sent


async def test_a_person_of_instagram() -> None:
    """The same call, with the fields of Instagram."""
    meta = Played({"username": "ana", "follower_count": 7, "is_verified_user": True, "id": PSID})
    person = await Users(meta).get(PSID, INSTAGRAM_FIELDS)

    assert meta.call.parameters["fields"] == (
        "name,username,profile_pic,follower_count,is_verified_user,"
        "is_user_follow_business,is_business_follow_user"
    )
    assert isinstance(person, Person)
    assert (person.username, person.follower_count) == ("ana", 7)
    assert (person.is_verified_user, person.is_user_follow_business) == (True, False)


async def test_a_log_line_says_nobodys_name() -> None:
    """The repr of a person has the id alone of what would tell who it is."""
    person = await Users(Played({"name": "Ana Lim", "gender": "female", "id": PSID})).get(PSID)

    assert repr(person) == f"Person(id='{PSID}')"


@pytest.mark.parametrize(
    ("sent", "offset"),
    [
        (0, timedelta(0)),
        (-8, timedelta(hours=-8)),
        (5.5, timedelta(hours=5.5)),
        (24, None),
        (True, None),
        ("1", None),
        (None, None),
    ],
)
def test_a_timezone_is_hours(sent: object, offset: timedelta | None) -> None:
    """As Python's own timezones take them; half hours, too."""
    assert Person({"timezone": sent}).timezone == offset


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused(100, 2018218), UnavailableReason.NO_ACCOUNT),
        (refused(100, 2018247), UnavailableReason.NO_PERMISSION),
        (refused(2018247), UnavailableReason.NO_PERMISSION),
        (refused(100, 33), UnavailableReason.NOT_FOUND),
    ],
)
async def test_known_refusals_are_values(error: GraphError, reason: UnavailableReason) -> None:
    """A profile is optional: its absence breaks nothing."""
    assert await Users(Played(error)).get(PSID) == ProfileUnavailable(reason=reason)


@pytest.mark.parametrize("answer", [{}, {"id": PSID}])
async def test_an_answer_without_data_is_a_value(answer: JsonObject) -> None:
    """Meta answers so without access to the person's data."""
    person = await Users(Played(answer)).get(PSID)

    assert person == ProfileUnavailable(reason=UnavailableReason.NO_DATA)


@pytest.mark.parametrize(
    ("error", "cls"),
    [
        (refused(190), TokenError),
        (refused(100, 2018001), UserNotFoundError),
        (refused(100), GraphError),
        (refused(4, 33), GraphError),
    ],
)
async def test_other_refusals_are_raised(error: GraphError, cls: type[GraphError]) -> None:
    """A dead token is no matter of one person."""
    with pytest.raises(cls) as caught:
        await Users(Played(error)).get(PSID)

    assert caught.value is error


@pytest.mark.parametrize("psid", ["../me", "", "1 2"])
async def test_an_id_stays_in_its_place(psid: str) -> None:
    """What is no id is refused before anything is asked."""
    meta = Played()
    with pytest.raises(InvalidInputError) as caught:
        await Users(meta).get(psid)

    assert (caught.value.field, meta.calls) == ("psid", [])
