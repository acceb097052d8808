"""What Meta knows about a token, which no log and no report may show."""

import traceback
from datetime import UTC, datetime

import pytest
from edges.played import Played, refused, url
from pydantic import SecretStr

from messengerkit._json import JsonObject
from messengerkit.edges import TokenInfo, Tokens
from messengerkit.errors import GraphError, InvalidInputError, UnreadableAnswerError

TOKEN = "EAAB/secret+token|1"
VALID = {
    "app_id": "815000000000001",
    "type": "PAGE",
    "application": "Bot",
    "expires_at": 0,
    "data_access_expires_at": 1775001600,
    "is_valid": True,
    "issued_at": 1767225600,
    "scopes": ["pages_messaging", "pages_show_list"],
    "granular_scopes": [
        {"scope": "pages_messaging", "target_ids": ["104", 105, None]},
        {"scope": "pages_show_list"},
    ],
    "user_id": "9",
    "profile_id": "104",
}


@pytest.mark.parametrize("token", [TOKEN, SecretStr(TOKEN)])
async def test_a_token_that_works(token: str | SecretStr) -> None:
    """Whatever Meta tells of it is read."""
    meta = Played({"data": VALID})
    info = await Tokens(meta).debug(token)

    assert meta.asked == ("GET", "debug_token", {"input_token": TOKEN})
    assert meta.call.repeatable
    assert (info.is_valid, info.type, info.app_id) == (True, "PAGE", 815000000000001)
    assert (info.application, info.profile_id, info.user_id) == ("Bot", "104", "9")
    assert info.issued_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert info.expires_at is None
    assert info.data_access_expires_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert info.scopes == ("pages_messaging", "pages_show_list")
    assert [(one.scope, one.target_ids) for one in info.granular_scopes] == [
        ("pages_messaging", ("104", "105")),
        ("pages_show_list", ()),
    ]
    assert (info.error, info.error_message) == (None, None)
    assert info.unreadable() == ()


async def test_a_token_travels_whole() -> None:
    """In the query, where Meta wants it, with nothing of it lost."""
    meta = Played({"data": VALID})
    await Tokens(meta).debug(TOKEN)

    assert url(meta.call) == "debug_token?input_token=EAAB%2Fsecret%2Btoken%7C1"


async def test_a_dead_token_is_a_value() -> None:
    """Why it is dead is told."""
    problem = {"code": 190, "subcode": 463, "message": "Malformed access token ***"}
    meta = Played({"data": {"is_valid": False, "error": problem, "scopes": []}})
    info = await Tokens(meta).debug(TOKEN)

    assert not info.is_valid
    assert info.error is not None
    assert (info.error.code, info.error.subcode) == (190, 463)
    assert info.error_message == "Malformed access token ***"


async def test_the_token_is_named_as_what_must_not_come_back() -> None:
    """Meta quotes a malformed one; whoever reads the answer takes it out."""
    meta = Played({"data": VALID})
    await Tokens(meta).debug(TOKEN)

    assert meta.call.secret == SecretStr(TOKEN)


@pytest.mark.parametrize(
    ("sent", "unreadable"), [({}, ()), ({"expires_at": "soon"}, ("expires_at",))]
)
def test_times_that_are_none(sent: JsonObject, unreadable: tuple[str, ...]) -> None:
    """What was not told is None, and so is what is no time; only that is named."""
    info = TokenInfo(sent)

    assert info.expires_at is None
    assert info.unreadable() == unreadable


@pytest.mark.parametrize("error", [None, {}, "text"])
async def test_a_token_without_a_reason(error: object) -> None:
    """Meta need not tell why."""
    info = await Tokens(Played({"data": {"is_valid": False, "error": error}})).debug(TOKEN)

    assert info.error_message is None


@pytest.mark.parametrize("token", ["", "EAAB secret", "EAAB\n", "\u00e9"])
async def test_what_cannot_be_a_token(token: str) -> None:
    """It is refused before anything is asked, and is not quoted."""
    meta = Played()
    with pytest.raises(InvalidInputError) as caught:
        await Tokens(meta).debug(token)

    assert (caught.value.field, meta.calls) == ("input_token", [])
    assert not token or token not in str(caught.value)


async def test_an_answer_without_data() -> None:
    """It tells nothing of the token."""
    with pytest.raises(UnreadableAnswerError):
        await Tokens(Played({"is_valid": True})).debug(TOKEN)


async def test_a_report_with_variables_does_not_show_it() -> None:
    """A report of a failure may show the variables of our frames."""
    with pytest.raises(GraphError) as caught:
        await Tokens(Played(refused(1))).debug(TOKEN)
    frames = [frame for frame, _ in traceback.walk_tb(caught.tb)]
    ours = [frame for frame in frames if frame.f_code.co_filename.endswith("edges/tokens.py")]

    assert len(ours) == 1
    assert TOKEN not in repr(ours[0].f_locals)
