"""A long text in parts: in order, one after the other, and to go on with where it broke."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from networks import ACCEPTED, LOST, REFUSED, Network, Step, client_on, error
from typing_extensions import override
from waits import Waits

from messengerkit import (
    ClientClosedError,
    DeliveryUnknownError,
    InvalidInputError,
    MessengerClient,
    MessengerError,
    OutsideWindowError,
    PartialSendError,
    SendResult,
    Text,
    TokenError,
    TransportError,
    split_text,
)
from messengerkit._graph import Request, Response
from messengerkit.parts import send_parts

PSID = "24"
WORDS = "".join(f"This is sentence {number} of many. " for number in range(250))
PARTS = split_text(WORDS)


def accepted(number: int) -> Step:
    """Return Meta's answer to the message *number*."""
    return 200, {"recipient_id": PSID, "message_id": f"m_{number}"}


def texts_of(network: Network) -> list[object]:
    """Return what the person was sent, in order."""
    messages = [network.sent(number)["message"] for number in range(len(network.asked))]
    return [message["text"] for message in messages if isinstance(message, dict)]


class Person:
    """A person who gets texts, until one of them is to fail.

    Attributes:
        has: What the person was sent.
        fails_at: The number of the send that fails, from 0.
        failure: How; one in doubt arrives all the same.
    """

    def __init__(self) -> None:
        self.has: list[str] = []
        self.fails_at: int | None = None
        self.failure: MessengerError = TokenError("dead")

    async def send(self, message: Text) -> SendResult:
        """Take *message*, or fail."""
        failing = len(self.has) == self.fails_at
        if failing and not isinstance(self.failure, DeliveryUnknownError):
            raise self.failure
        self.has.append(message.text)
        if failing:
            raise self.failure
        return SendResult(recipient_id=PSID, message_id=f"m_{len(self.has)}")


async def test_a_text_that_fits_is_one_message(waits: Waits) -> None:
    """Nothing is done to it."""
    network = Network([ACCEPTED])
    (sent,) = await client_on(network, waits).send_long_text(PSID, "Hi")

    assert (sent.message_id, texts_of(network)) == ("m_1", ["Hi"])


async def test_a_long_text_arrives_in_order(waits: Waits) -> None:
    """The parts of `split_text`, each a message, each on the same terms."""
    network = Network([accepted(number) for number in range(len(PARTS))])
    sent = await client_on(network, waits).send_long_text(
        PSID, WORDS, reply_to="m_0", persona_id="1967", timeout=5.0
    )

    assert len(PARTS) == 4
    assert texts_of(network) == list(PARTS)
    assert [one.message_id for one in sent] == ["m_0", "m_1", "m_2", "m_3"]
    assert {network.sent(number)["persona_id"] for number in range(4)} == {"1967"}
    assert {one.timeout for one in network.asked} == {5.0}


async def test_the_parts_leave_one_after_the_other() -> None:
    """A part waits until Meta has accepted the one before it, else they could change places."""
    seen: list[str] = []

    async def send(message: Text) -> SendResult:
        seen.append(message.text)
        await asyncio.sleep(0)
        seen.append("accepted")
        return SendResult(recipient_id=PSID, message_id="m")

    await send_parts(send, WORDS)

    assert seen == [one for part in PARTS for one in (part, "accepted")]


async def test_a_part_is_repeated_like_any_send(waits: Waits) -> None:
    """What surely did not arrive costs two seconds, and nothing of the text."""
    network = Network([accepted(0), REFUSED, accepted(1), accepted(2), accepted(3)])
    sent = await client_on(network, waits).send_long_text(PSID, WORDS)

    assert ([one.attempts for one in sent], waits) == ([1, 2, 1, 1], [2.0])
    assert (
        "".join(str(text) for text in texts_of(network))
        == PARTS[0] + PARTS[1] + WORDS[len(PARTS[0]) :]
    )


@pytest.mark.parametrize(
    ("step", "cls"),
    [(error(190), TokenError), (REFUSED, TransportError), (LOST, DeliveryUnknownError)],
)
async def test_the_failure_of_the_first_part_is_the_error_itself(
    step: Step, cls: type[MessengerError], waits: Waits
) -> None:
    """Nothing was sent in part, so there is nothing to resume from."""
    network = Network([step])
    with pytest.raises(cls):
        await client_on(network, waits, retry=None).send_long_text(PSID, WORDS)

    assert len(network.asked) == 1


async def test_what_was_not_sent_is_all_in_the_rest(waits: Waits) -> None:
    """The error has the ids of what arrived, the rest from the failed part on, and the cause."""
    network = Network([accepted(0), accepted(1), error(190)])
    with pytest.raises(PartialSendError, match=r"^2 parts were sent, .* \(TokenError\)") as caught:
        await client_on(network, waits).send_long_text(PSID, WORDS)

    assert caught.value.sent == ("m_0", "m_1")
    assert caught.value.rest == PARTS[2] + PARTS[3]
    assert caught.value.in_doubt is None
    assert isinstance(caught.value.__cause__, TokenError)
    assert "sentence" not in str(caught.value)


async def test_a_part_in_doubt_is_not_in_the_rest(waits: Waits) -> None:
    """The person may have it: who goes on with the rest does not send it twice."""
    network = Network([accepted(0), LOST])
    with pytest.raises(PartialSendError) as caught:
        await client_on(network, waits).send_long_text(PSID, WORDS)

    assert caught.value.sent == ("m_0",)
    assert caught.value.in_doubt == PARTS[1]
    assert caught.value.rest == PARTS[2] + PARTS[3]
    assert isinstance(caught.value.__cause__, DeliveryUnknownError)
    assert len(network.asked) == 2


async def test_the_last_part_in_doubt_leaves_nothing(waits: Waits) -> None:
    """The rest is empty then, and sending it sends nothing."""
    network = Network([ACCEPTED, ACCEPTED, ACCEPTED, LOST])
    client = client_on(network, waits)
    with pytest.raises(PartialSendError) as caught:
        await client.send_long_text(PSID, WORDS)

    assert (caught.value.in_doubt, caught.value.rest) == (PARTS[3], "")
    assert await client.send_long_text(PSID, caught.value.rest) == ()
    assert len(network.asked) == 4


async def test_a_part_that_repeats_itself_is_taken_out_once(waits: Waits) -> None:
    """Where all parts are alike, one is in doubt, and the others are left."""
    network = Network([ACCEPTED, LOST])
    with pytest.raises(PartialSendError) as caught:
        await client_on(network, waits).send_long_text(PSID, "x" * 8000)

    assert (caught.value.in_doubt, caught.value.rest) == ("x" * 2000, "x" * 4000)


async def test_the_window_may_close_between_two_parts(waits: Waits) -> None:
    """Each part is judged when its turn comes, and lateness is a failure like any other."""
    wrote = datetime(2026, 6, 10, 12, tzinfo=UTC)
    network = Network([ACCEPTED])
    # The time of the second part is a day later.
    client = client_on(network, waits, now=lambda: wrote + timedelta(days=len(network.asked)))
    with pytest.raises(PartialSendError) as caught:
        await client.send_long_text(PSID, WORDS, last_user_message_at=wrote)

    assert caught.value.rest == WORDS.removeprefix(PARTS[0])
    assert isinstance(caught.value.__cause__, OutsideWindowError)
    assert len(network.asked) == 1


async def test_a_client_may_be_closed_between_two_parts(waits: Waits) -> None:
    """Another one can send the rest."""

    class Closing(Network):
        @override
        async def send(self, request: Request, /) -> Response:
            await client.aclose()
            return await super().send(request)

    network = Closing([ACCEPTED])
    client = client_on(network, waits)
    with pytest.raises(PartialSendError) as caught:
        await client.send_long_text(PSID, WORDS)

    assert caught.value.rest == WORDS.removeprefix(PARTS[0])
    assert isinstance(caught.value.__cause__, ClientClosedError)
    assert len(network.asked) == 1


async def test_what_is_no_error_of_ours_is_raised_as_it_is() -> None:
    """A mistake in the code around it is not taken for Meta's answer."""

    async def send(message: Text) -> SendResult:
        if message.text == PARTS[1]:
            raise ZeroDivisionError
        return SendResult(recipient_id=PSID, message_id="m")

    with pytest.raises(ZeroDivisionError):
        await send_parts(send, WORDS)


@pytest.mark.parametrize("text", ["\ud800", "x" * 3000 + "\ud800", 5, None, b"Hi"])
async def test_what_is_no_text_never_leaves(text: str, waits: Waits) -> None:
    """Not even the parts before the one that is wrong."""
    network = Network([ACCEPTED])
    with pytest.raises(InvalidInputError, match=r"^text: ") as caught:
        await client_on(network, waits).send_long_text(PSID, text)

    assert caught.value.field == "text"
    assert network.asked == []


async def test_an_empty_text_is_no_message(waits: Waits) -> None:
    """As `split_text` has it: it has no parts."""
    network = Network([ACCEPTED])

    assert await client_on(network, waits).send_long_text(PSID, "") == ()
    assert network.asked == []


LONG = st.text(st.sampled_from("ab .\n\u00e4\U0001f600\u1019\u103b"), min_size=1, max_size=40).map(
    lambda piece: piece * (9000 // len(piece))
)
DEAD, UNKNOWN = TokenError("dead"), DeliveryUnknownError("who knows")


@given(text=LONG, cuts=st.lists(st.tuples(st.integers(0, 6), st.sampled_from([DEAD, UNKNOWN]))))
@example(text="x" * 9000, cuts=[(1, UNKNOWN)] * 4)
@example(text="x" * 9000, cuts=[(0, UNKNOWN), (3, DEAD)])
def test_what_is_resumed_is_the_whole_text(
    text: str, cuts: list[tuple[int, MessengerError]]
) -> None:
    """Broken at any parts, in any way, and resumed each time: nothing is lost or said twice."""
    person, rest = Person(), text
    for after, failure in cuts:
        person.fails_at, person.failure = len(person.has) + after, failure
        rest = asyncio.run(what_is_left(person, rest))
    person.fails_at = None
    left = asyncio.run(what_is_left(person, rest))

    assert left == ""
    assert "".join(person.has) == text


async def what_is_left(person: Person, text: str) -> str:
    """Send *text*, and return what is left to send; what is in doubt has arrived here."""
    before = len(person.has)
    try:
        await send_parts(person.send, text)
    except PartialSendError as broken:
        said = person.has[before:]
        doubted = [] if broken.in_doubt is None else [broken.in_doubt]
        ids = tuple(f"m_{number}" for number in range(before + 1, len(person.has) + 1))
        if (broken.sent, doubted) != (ids[: len(said) - len(doubted)], said[len(broken.sent) :]):
            raise AssertionError from broken
        return broken.rest
    except DeliveryUnknownError:
        return text.removeprefix(person.has[-1])
    except TokenError:
        return text
    return ""


async def test_any_client_can_go_on(waits: Waits) -> None:
    """What the documentation shows: the rest of one client's error is another one's text."""
    first, second = Network([ACCEPTED, error(190)]), Network([ACCEPTED])

    async def say(client: MessengerClient, text: str) -> str:
        try:
            await client.send_long_text(PSID, text)
        except PartialSendError as broken:
            return broken.rest
        return ""

    rest = await say(client_on(first, waits), WORDS)

    assert await say(client_on(second, waits), rest) == ""
    assert texts_of(first)[:1] + texts_of(second) == list(PARTS)
