"""Never run: the type checkers read it, and must infer of every public name what it says."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_type

import messengerkit
from messengerkit import (
    ConstantBackoff,
    Delivery,
    DeliveryUnknownError,
    Event,
    ExponentialBackoff,
    Failure,
    FixedDelays,
    MessageEcho,
    MessageReceived,
    MessengerClient,
    Page,
    Phase,
    Postback,
    Retry,
    SendResult,
    Stats,
    Text,
    TransportError,
    UnknownEvent,
    Webhook,
    parse_events,
)
from messengerkit.admin import (
    AdminAnswer,
    AdminAuthVerifier,
    AdminBackend,
    AdminIdentity,
    AdminRequest,
    DirectBackend,
    Route,
    SharedKeyAuth,
    respond,
    verifier_from_env,
)
from messengerkit.sandbox import Delivered, Sandbox

assert_type(messengerkit.__version__, str)
assert_type(messengerkit.MessengerClient, type[MessengerClient])


async def sends(client: MessengerClient) -> None:
    """Every verb gives its own type."""
    assert_type(await client.send_text("24", "Hi"), SendResult)
    assert_type(await client.send("24", Text("Hi", metadata="m"), retry=None), SendResult)
    assert_type(await client.send_message("24", "Hi"), bool)
    assert_type(await client.typing_on("24"), None)
    assert_type(await client.me(), Page)
    assert_type(client.stats, Stats)
    async with MessengerClient.from_env() as same:
        assert_type(same, MessengerClient)


def plugs(failure: Failure) -> None:
    """Strategies, functions and lambdas are policies."""
    MessengerClient(page_access_token="t", retry=Retry(5, ConstantBackoff(1.0)))
    MessengerClient(page_access_token="t", retry=ExponentialBackoff())
    MessengerClient(page_access_token="t", retry=FixedDelays((1.0, 2.0)), timeout=(10, 20))
    MessengerClient(page_access_token="t", retry=lambda failed: failed.attempt * 1.0)
    MessengerClient(page_access_token="t", delivery=Delivery.AT_LEAST_ONCE)
    assert_type(Retry()(failure), float | None)


def receives(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> None:
    """Events narrow by their class."""
    assert_type(webhook.challenge({}), str)
    events = webhook.receive(headers, body)
    assert_type(events, tuple[Event, ...])
    assert_type(parse_events({}), tuple[Event, ...])
    for event in events:
        assert_type(event.timestamp, datetime | None)
        match event:
            case MessageReceived(text=text):
                assert_type(text, str)
            case MessageEcho(app_id=app_id):
                assert_type(app_id, int | None)
            case Postback(payload=payload):
                assert_type(payload, str)
            case UnknownEvent(raw=raw, reason=reason):
                assert_type(raw, object)
                assert_type(reason, str)
            case _:
                assert_type(event.key, str)


def fails(unknown: DeliveryUnknownError, transport: TransportError) -> None:
    """Errors carry typed data."""
    assert_type(unknown.recipient_id, str)
    assert_type(unknown.retry_after, float | None)
    assert_type(transport.phase, Phase)
    assert_type(transport.advice, str)


async def answers(route: Route, request: AdminRequest, client: MessengerClient) -> None:
    """What comes with the package fits the ports."""
    verifier: AdminAuthVerifier = verifier_from_env()
    backend: AdminBackend = DirectBackend(client)
    assert_type(verifier_from_env(), SharedKeyAuth)
    assert_type(await verifier.verify(request), AdminIdentity)
    assert_type(await respond(route, request, backend=backend, verifier=verifier), AdminAnswer)


async def plays(sandbox: Sandbox) -> None:
    """The sandbox is typed, too."""
    assert_type(await sandbox.person_writes("24", "Hi"), str)
    assert_type(sandbox.delivered, tuple[Delivered, ...])
