"""How an unknown outcome is settled: what is looked for, and what counts as proof."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from once_parts.inquiries import BEGAN, ENDED, PAGE, PSID, SETTLING, inquiry, message

from messengerkit import (
    ConfigurationError,
    Settling,
)
from messengerkit._json import JsonObject
from messengerkit.edges.conversations import NEWEST
from messengerkit.history import ConversationMessage
from messengerkit.settling import (
    DETAILED,
)

# How long to look.


@pytest.mark.parametrize(
    "make",
    [
        lambda: Settling(settle=-1),
        lambda: Settling(settle_fetched=-1),
        lambda: Settling(echo_wait=-0.1),
        lambda: Settling(again=-1),
        lambda: Settling(skew=-1),
        lambda: Settling(reads=0),
        lambda: Settling(horizon=0),
        lambda: Settling(settle=math.nan),
        lambda: Settling(echo_wait=math.nan),
        lambda: Settling(horizon=math.nan),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigurationError, match="settling"):
        make()


def test_what_meta_fetches_takes_longer_to_settle() -> None:
    """A read counts only after that."""
    assert SETTLING.quiet(fetches=False) == 30
    assert SETTLING.quiet(fetches=True) == 120
    assert inquiry().quiet_at == ENDED + 30
    assert inquiry(fetches=True).quiet_at == ENDED + 120


def test_the_echo_is_waited_for_first() -> None:
    """For a while; then the conversation is read, and again, and last when it is quiet."""
    one = inquiry()

    assert one.next_read(None) == ENDED + 2
    assert one.next_read(ENDED + 2) == ENDED + 30
    assert one.next_read(ENDED + 29) == ENDED + 33
    assert one.next_read(ENDED + 30) == ENDED + 34
    assert one.over_at == ENDED + 600


@given(lates=st.lists(st.floats(0, 60), max_size=10), fetches=st.booleans())
def test_reads_go_on_in_time(*, lates: list[float], fetches: bool) -> None:
    """The next read is later than the last one by `again`, however late that was."""
    one, last = inquiry(fetches=fetches), ENDED
    for late in lates:
        last = one.next_read(last) + late

        assert one.next_read(last) >= last + SETTLING.again


# What proves that it is not there.


def test_two_reads_after_the_quiet_time_prove_absence() -> None:
    """One does not, for Meta's reads lag behind its writes."""
    one = inquiry()
    one.missed(ENDED + 30, [message(text="Another")])
    assert not one.is_absent
    one.missed(ENDED + 34, [message(text="Another")])
    assert one.is_absent


def test_a_conversation_that_is_not_there_proves_nothing() -> None:
    """It is another platform's, or the page may not read it: the person had written in it."""
    one = inquiry()
    for seconds in range(30, 90):
        one.missed(ENDED + seconds, [])
    assert not one.is_absent


def test_a_read_that_began_too_early_proves_nothing() -> None:
    """However often it is repeated, and whenever it ended."""
    one = inquiry()
    for _ in range(10):
        one.missed(ENDED + 29.9, [])

    assert not one.is_absent


def test_a_read_must_reach_back_to_the_attempt() -> None:
    """Behind as many newer messages as Meta tells whole, it may be and not be told."""
    one = inquiry()
    newer = [message(f"m_{n}", "Newer", by=PSID) for n in range(DETAILED)]
    for _ in range(10):
        one.missed(ENDED + 40, newer)
    assert one.misses == 0
    one.missed(ENDED + 40, newer[1:])
    one.missed(ENDED + 44, [*newer[1:], message(at=BEGAN - 7, by=PSID)])

    assert one.is_absent
    assert DETAILED == NEWEST


def test_what_has_no_time_does_not_reach_back() -> None:
    """Of it nobody knows whether it is older."""
    one = inquiry()
    one.missed(ENDED + 40, [ConversationMessage({"id": f"m_{n}"}) for n in range(DETAILED)])

    assert one.misses == 0


# What proves that it is there.


def test_the_same_text_of_the_page_is_it() -> None:
    """Written since the attempt began; Meta tells whole seconds, and its clock may be behind."""
    assert inquiry().find([message()], ()) == "m_1"
    assert inquiry().find([message(at=BEGAN - 5)], ()) == "m_1"


@pytest.mark.parametrize(
    "other",
    [
        message(by=PSID),
        message(by=None),
        message(text="Hello!"),
        message(text=""),
        message(at=BEGAN - 6),
        ConversationMessage({"id": "m_1"}),
        ConversationMessage({"id": "m_1", "from": {"id": PAGE}, "message": "Hello"}),
    ],
)
def test_what_differs_is_another_message(other: ConversationMessage) -> None:
    """What the person wrote, other words, older ones, and what has no details."""
    assert inquiry().find([other], ()) is None


def test_a_message_that_is_known_is_another_one() -> None:
    """The same words were sent before."""
    assert inquiry().find([message("m_1")], {"m_1"}) is None


def test_the_oldest_that_it_can_be_is_it() -> None:
    """What was sent after it with the same words came after it."""
    messages = [message("m_3"), message("m_2"), message("m_1"), message("m_0", at=BEGAN - 60)]

    assert inquiry().find(messages, {"m_1"}) == "m_2"


PICTURE: JsonObject = {
    "attachments": {"data": [{"id": "9", "image_data": {"url": "https://a.example/b"}}]}
}
VOICE: JsonObject = {"attachments": {"data": [{"id": "9", "file_url": "https://a.example/b"}]}}


def test_media_are_told_by_their_kinds() -> None:
    """There is no text to compare, and voice messages look like files."""
    picture = inquiry(text="", attachments=("image",))

    assert picture.find([message(text="", sent=PICTURE)], ()) == "m_1"
    assert picture.find([message(text="", sent=VOICE)], ()) is None
    assert picture.find([message(text="Look", sent=PICTURE)], ()) is None
    assert inquiry(text="", attachments=("file",)).find([message(text="", sent=VOICE)], ()) == "m_1"


MIDS = st.sampled_from(["m_1", "m_2", "m_3", "m_4"])
WORDS = st.sampled_from(["Hello", "Bye", ""])
SAID = st.builds(
    message,
    MIDS,
    WORDS,
    at=st.floats(BEGAN - 20, BEGAN + 20),
    by=st.sampled_from([PSID, PAGE, None]),
)


@given(st.lists(SAID, max_size=8), st.frozensets(MIDS), WORDS)
def test_what_is_taken_is_never_found(
    messages: list[ConversationMessage], taken: frozenset[str], text: str
) -> None:
    """And what is found is a message of the page, with these words, of that time."""
    found = inquiry(text=text).find(messages, taken)
    if found is None:
        return
    right = [one for one in messages if one.id == found and one.from_id == PAGE]

    assert found not in taken
    assert any(one.text == text for one in right)
