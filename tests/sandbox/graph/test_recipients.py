"""Whom a call is for: by PSID, by reference, or by what they commented."""

import pytest
from sandbox.graph.kit import (
    DAY,
    HI,
    OUT,
    PSID,
    START,
    Api,
    granted,
    message,
    numbers,
    refused,
)

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.meters import Rate, Rates
from messengerkit.sandbox.world.pages import Activity


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"message": HI}, "The parameter recipient is required"),
        ({"recipient": PSID, "message": HI}, "Param recipient must be a JSON object"),
        ({"recipient": {}, "message": HI}, "The parameter recipient[id] is required"),
        ({"recipient": {"id": None}}, "The parameter recipient[id] is required"),
        (
            {"recipient": {"id": "1", "comment_id": "2"}},
            "Param recipient must name exactly one recipient",
        ),
        (
            {"recipient": {"id": "Ada"}},
            'Param recipient[id] must be a valid ID string (e.g., "123")',
        ),
        (
            {"recipient": {"id": True}},
            'Param recipient[id] must be a valid ID string (e.g., "123")',
        ),
        ({"recipient": {"id": ""}}, 'Param recipient[id] must be a valid ID string (e.g., "123")'),
        (
            {"recipient": {"id": 10**40}},
            'Param recipient[id] must be a valid ID string (e.g., "123")',
        ),
        ({"recipient": {"comment_id": 7}}, "Param recipient[comment_id] must be a string"),
        (
            {"recipient": {"story_id": "7"}},
            "The sandbox does not model recipient[story_id] yet",
        ),
        ({"recipient": {"email": "a"}}, "The sandbox does not model recipient[email] yet"),
    ],
)
def test_a_wrong_recipient_is_refused_in_metas_words(params: JsonObject, expected: str) -> None:
    """It is looked at before the message, and its code is 100."""
    answer = Api().send(params)

    assert numbers(answer) == (100, None)
    assert message(answer) == f"(#100) {expected}"


def test_nobody_is_found_by_a_phone_number() -> None:
    """Customer matching is closed: 200/2018027."""
    recipient = {"phone_number": "+15550100", "name": {"first_name": "Ana"}}

    assert numbers(Api().send({**OUT, "recipient": recipient})) == (200, 2018027)


@pytest.mark.parametrize("psid", [PSID, int(PSID)])
def test_a_recipient_may_be_a_number(psid: object) -> None:
    """Meta takes a PSID as a JSON number too, and answers with text."""
    api = Api()

    answer = granted(api.send({**OUT, "recipient": {"id": psid}}))

    assert answer == {"recipient_id": PSID, "message_id": api.delivered.mid}
    assert api.delivered.mid.startswith("m_")


@pytest.mark.parametrize("way", ["comment_id", "post_id"])
def test_a_comment_is_answered_once(way: str) -> None:
    """No window is needed; a second answer is code 10900."""
    api = Api(elapsed=None)
    api.page.activities["1_2"] = Activity(PSID, START)
    reply = {"recipient": {way: "1_2"}, "message": HI}

    assert granted(api.send(reply))["recipient_id"] == PSID
    assert numbers(api.send(reply)) == (10900, None)
    assert numbers(api.send(OUT)) == (10, 2018278)


def test_a_refused_answer_to_a_comment_is_none() -> None:
    """The one answer is still to come."""
    api = Api(elapsed=None)
    api.page.activities["1_2"] = Activity(PSID, START)
    reply = {"recipient": {"comment_id": "1_2"}, "message": HI}
    api.person.blocked = True
    assert numbers(api.send(reply)) == (551, 1545041)

    api.person.blocked = False

    assert "message_id" in granted(api.send(reply))


def test_private_replies_have_a_meter_of_their_own() -> None:
    """750 an hour, and no text counts there."""
    api = Api(rates=Rates(private_replies=Rate(1, 3600)))
    for one in ("1", "2"):
        api.page.activities[one] = Activity(PSID, START)
    granted(api.send(OUT))
    granted(api.send({"recipient": {"comment_id": "1"}, "message": HI}))

    answer = api.send({"recipient": {"comment_id": "2"}, "message": HI})

    assert numbers(answer) == (613, None)
    assert not api.page.activities["2"].answered


@pytest.mark.parametrize(("elapsed", "allowed"), [(7 * DAY - 1, True), (7 * DAY, False)])
def test_a_comment_is_answered_within_7_days(elapsed: float, *, allowed: bool) -> None:
    """Then it is code 10903."""
    api = Api(elapsed=None)
    api.page.activities["1_2"] = Activity(PSID, START - elapsed)

    answer = api.send({"recipient": {"comment_id": "1_2"}, "message": HI})

    assert isinstance(answer, dict) is allowed
    if not allowed:
        assert numbers(answer) == (10903, None)


def test_a_comment_that_is_not_there_is_an_object_that_is_not_there() -> None:
    """100/33, and its type is GraphMethodException."""
    refusal = refused(Api().send({"recipient": {"comment_id": "9"}, "message": HI}))

    assert (refusal.code, refusal.subcode, refusal.type) == (100, 33, "GraphMethodException")
    assert "Unsupported post request. Object with ID '9' does not exist" in refusal.message


def test_a_user_ref_stays_unnamed() -> None:
    """Who is reached by a reference is not told; an action is answered with nothing at all."""
    api = Api()
    api.page.references["ref"] = PSID

    typing = {"recipient": {"user_ref": "ref"}, "sender_action": "typing_on"}
    assert granted(api.send(typing)) == {}
    assert api.conversation.typing
    send = {"recipient": {"user_ref": "ref"}, "message": HI}
    assert granted(api.send(send)) == {"message_id": api.delivered.mid}
    assert numbers(api.send(send)) == (100, 2018001)  # it is good for one message


def test_an_unknown_reference_finds_nobody() -> None:
    """A user_ref that nobody has is no matching user."""
    answer = Api().send({"recipient": {"user_ref": "x"}, "message": HI})

    assert numbers(answer) == (100, 2018001)


@pytest.mark.parametrize("missing", ["pages_read_engagement", "pages_manage_metadata"])
def test_a_private_reply_needs_more_permissions(missing: str) -> None:
    """All three of the platform's page, not that of messages alone."""
    answer = Api(lacking=[missing]).send({"recipient": {"comment_id": "9"}, "message": HI})

    assert numbers(answer) == (200, None)
