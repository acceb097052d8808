"""What was seen, and the questions and assertions of tests."""

import asyncio

import pytest
from sandbox.kit import PERSON, START, VERIFY_TOKEN, Backend, Graph

from messengerkit.sandbox import Delivered, Ledger, Recorded, Sandbox, Webhook
from messengerkit.sandbox.records import body_without_tokens, without_tokens


def message(psid: str, text: str, metadata: str | None = None) -> Delivered:
    """Return a delivered message."""
    return Delivered(psid, f"m_{text}", text, metadata, None, START)


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger with three messages, for two people."""
    ledger = Ledger(10)
    for one in (message("1", "Hi"), message("2", "Hi", "key-2"), message("1", "Bye", "key-1")):
        ledger.add_delivered(one)
    return ledger


def post(body: bytes, status: int | None, attempt: int = 1, app_id: int = 1) -> Webhook:
    """Return a POST to a backend."""
    return Webhook(body, "sha256=0", status, attempt, START, app_id)


def test_messages_are_found_by_all_that_is_given(ledger: Ledger) -> None:
    """Person, text, metadata, or a function; nothing given finds all."""
    first, second, third = ledger.delivered

    assert ledger.messages() == (first, second, third)
    assert ledger.messages(psid="1") == (first, third)
    assert ledger.messages(text="Hi") == (first, second)
    assert ledger.messages(metadata="key-1") == (third,)
    assert ledger.messages(psid="1", where=lambda one: one.text == "Bye") == (third,)


def test_what_was_delivered_is_asserted(ledger: Ledger) -> None:
    """As often as is said, and it is returned."""
    assert ledger.assert_delivered("Bye", psid="1") == (ledger.delivered[2],)
    assert len(ledger.assert_delivered("Hi", times=2)) == 2
    assert len(ledger.assert_delivered(metadata="key-2")) == 1
    ledger.assert_not_delivered("Hi", psid="3")
    ledger.assert_not_delivered(where=lambda one: one.metadata == "key-3")


def test_a_failed_assertion_says_what_was_delivered(ledger: Ledger) -> None:
    """The last messages of the person in question, or that there were none."""
    with pytest.raises(AssertionError) as once:
        ledger.assert_delivered("Hello", psid="1")
    with pytest.raises(AssertionError) as none:
        ledger.assert_delivered(psid="3")
    with pytest.raises(AssertionError) as never:
        ledger.assert_not_delivered("Hi")

    shown = "Delivered were 2, the last ones: 1: 'Hi'; 1: 'Bye'."
    assert str(once.value) == f"0 delivered messages match, not 1. {shown}"
    assert str(none.value) == "0 delivered messages match, not 1. Nothing was delivered."
    assert str(never.value).startswith("2 delivered messages match, not 0.")


def test_an_order_is_asserted(ledger: Ledger) -> None:
    """Exactly these texts, in this order, for one person."""
    ledger.assert_in_order("1", ["Hi", "Bye"])
    ledger.assert_in_order("3", ())

    with pytest.raises(AssertionError, match=r"1 was to have \['Bye', 'Hi'\]\. Delivered were 2"):
        ledger.assert_in_order("1", ["Bye", "Hi"])


def test_calls_are_found_by_method_and_end() -> None:
    """As `/me/messages`, whatever the version before it."""
    ledger = Ledger(10)
    calls = [
        Recorded(method, path, {}, {}, b"", 200, START)
        for method, path in [("POST", "/v26.0/me/messages"), ("GET", "/v26.0/me/messages/")]
    ]
    ledger.requests.extend(calls)

    assert ledger.calls() == tuple(calls)
    assert ledger.calls("GET") == (calls[1],)
    assert ledger.calls(ends="/messages") == tuple(calls)
    assert ledger.calls("POST", ends="/me") == ()


def test_webhooks_are_acknowledged_exactly_once() -> None:
    """Redeliveries count together, and the same body at two apps does not."""
    ledger = Ledger(10)
    ledger.webhooks.extend([post(b"1", 500), post(b"1", 200, 2), post(b"1", 200, app_id=2)])
    ledger.assert_acknowledged_once()

    ledger.webhooks.extend([post(b"1", 200, 3), post(b"2", None)])
    with pytest.raises(AssertionError) as error:
        ledger.assert_acknowledged_once()

    assert str(error.value) == ("of 3 webhooks 1 were never acknowledged, and 1 more than once")


def test_two_webhooks_may_have_the_same_body() -> None:
    """Two events of one moment are two first attempts, and each is acknowledged for itself."""
    ledger = Ledger(3)
    ledger.webhooks.extend([post(b"1", 200), post(b"1", 500), post(b"1", 200, 2)])
    ledger.assert_acknowledged_once()

    ledger.webhooks.extend([post(b"1", 200), post(b"1", None), post(b"1", None, 2)])
    with pytest.raises(AssertionError, match="of 2 webhooks 1 were never acknowledged, and 0 more"):
        ledger.assert_acknowledged_once()


def test_a_first_attempt_may_be_forgotten() -> None:
    """What is left of a webhook is one all the same."""
    ledger = Ledger(1)
    ledger.webhooks.extend([post(b"1", 500), post(b"1", 200, 2)])

    ledger.assert_acknowledged_once()


async def test_a_delivery_is_waited_for(sandbox: Sandbox, graph: Graph) -> None:
    """By a PSID or by a function; one that is there already is found at once."""
    await sandbox.person_writes(PERSON, "Hi")
    waiting = asyncio.create_task(sandbox.wait_for_delivery(lambda one: one.text == "Two"))
    await asyncio.sleep(0)
    await graph.say("One")
    await graph.say("Two")

    assert (await waiting).text == "Two"
    assert (await sandbox.wait_for_delivery(PERSON, timeout=None)).text == "One"


async def test_whoever_waits_in_vain_for_a_delivery_is_told(sandbox: Sandbox, graph: Graph) -> None:
    """The error says how many messages did not match."""
    await sandbox.person_writes(PERSON, "Hi")
    await graph.say()

    with pytest.raises(TimeoutError, match=r"of 1 delivered messages none matched in 0\.01 s"):
        await sandbox.wait_for_delivery("1", timeout=0.01)


async def test_the_sandbox_has_a_ledger(sandbox: Sandbox, graph: Graph) -> None:
    """What its properties show is in it."""
    await sandbox.person_writes(PERSON, "Hi")
    await graph.say()

    assert sandbox.delivered == tuple(sandbox.ledger.delivered)
    assert sandbox.ledger.calls("POST", ends="/messages") == sandbox.requests
    sandbox.ledger.assert_delivered("Hello", psid=PERSON)


async def test_the_sandboxs_webhooks_are_asserted(sandbox: Sandbox, backend: Backend) -> None:
    """A backend that fails twice acknowledges once; one that always fails, never."""
    await sandbox.subscribe(backend.url, VERIFY_TOKEN)
    backend.statuses = [500, 500]
    await sandbox.person_writes(PERSON, "Hi")
    sandbox.ledger.assert_acknowledged_once()

    backend.statuses = [500, 500, 500]
    await sandbox.person_writes(PERSON, "Hi")
    with pytest.raises(AssertionError, match="1 were never acknowledged, and 0 more than once"):
        sandbox.ledger.assert_acknowledged_once()


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        (b'{"access_token":"EAA\\"x", "a":1}', b'{"access_token":"***", "a":1}'),
        (b'{"input_token" : "EAA"}', b'{"input_token" : "***"}'),
        (b"verify_token=a-word&object=page", b"verify_token=***&object=page"),
        (b"a=1&access_token=EAA&b=2", b"a=1&access_token=***&b=2"),
        (
            b'--x\r\nContent-Disposition: form-data; name="access_token"\r\n\r\nEAA\r\n--x--',
            b'--x\r\nContent-Disposition: form-data; name="access_token"\r\n\r\n***\r\n--x--',
        ),
        (b'{"text":"Hi"}', b'{"text":"Hi"}'),
    ],
)
def test_a_token_in_a_body_is_not_remembered(body: bytes, hidden: bytes) -> None:
    """In JSON, in a form, and in parts."""
    assert body_without_tokens(body) == hidden


def test_a_long_body_is_remembered_by_its_start() -> None:
    """An upload of 25 MB is not kept twice."""
    assert body_without_tokens(b"x" * 2**20) == b"x" * 2**14


@pytest.mark.parametrize(
    ("query", "authorization", "asked", "told"),
    [
        ("", "Bearer EAA", {}, "Bearer ***"),
        ("a=1&access_token=EAA&b=", "EAA", {"a": "1", "access_token": "***", "b": ""}, "***"),
        ("input_token=EAA", "OAuth EAA x", {"input_token": "***"}, "OAuth ***"),
    ],
)
def test_a_token_elsewhere_is_not_remembered(
    query: str, authorization: str, asked: dict[str, str], told: str
) -> None:
    """In the query and in the header, whatever its scheme."""
    headers = {"authorization": authorization, "host": "graph"}

    assert without_tokens(query, headers) == (asked, {"authorization": told, "host": "graph"})


def test_a_call_without_a_token_is_remembered_as_it_is() -> None:
    """There is nothing to hide."""
    assert without_tokens("a=1", {"host": "graph"}) == ({"a": "1"}, {"host": "graph"})
