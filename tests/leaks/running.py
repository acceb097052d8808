"""A broad run of the package with canaries in it, and all that it shows, by channel."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from admin.kit import KEY, Panel
from leaks.searching import (
    shown_by_error,
    shown_by_metric,
    shown_by_span,
    variables_of,
)
from observing.observed import Kept, Telemetry

from messengerkit import (
    ConstantBackoff,
    Delivery,
    DeliveryUnknownError,
    Event,
    MemoryOutboundLog,
    MessageReceived,
    MessengerClient,
    MessengerError,
    Outbound,
    Retry,
    Router,
    Settling,
    Webhook,
)
from messengerkit.admin import DirectBackend, JsonLinesAuditLog
from messengerkit.sandbox import Fault, Page, Rates, Sandbox
from messengerkit.signature import sign

TOKEN = "EAACanaryTokenThatMustShowNowhere"
APP_SECRET = "ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca"
VERIFY_TOKEN = "canary-verify-token-that-shows-nowhere"
WORDS = "canary words that are nobody's business"
PSID = "24019950000000042"
NOTHING = "24019950000000099"

SECRETS = (TOKEN, APP_SECRET, VERIFY_TOKEN, KEY)

FAST = Settling(settle=0.0, settle_fetched=0.0, echo_wait=0.0, again=0.0, skew=1.0, horizon=0.3)

FAULTS = (
    None,
    Fault.graph_error(190, 463, f"Malformed access token {TOKEN}"),
    Fault.graph_error(613),
    Fault.graph_error(2),
    Fault.graph_error(100, 2018001),
    Fault.html(502),
    Fault.body(200, f"<html>{TOKEN}</html>".encode()),
    Fault.reset(),
    Fault.commit_then_close(),
    Fault.commit_then_silence(),
    Fault.half_head(),
    Fault.half_body(),
    Fault.not_http(),
)


@dataclass
class Shown:
    """What a run has shown, by channel.

    Attributes:
        errors: What errors say, with their tracebacks.
        variables: The variables of their frames.
        reprs: The reprs of what a user gets hold of.
        audit: The lines of the audit log.
        answers: What the admin face answered.
        spans: The spans, as they are exported.
        metrics: The metrics, as they are exported.
    """

    errors: list[str] = field(default_factory=list[str])
    variables: list[str] = field(default_factory=list[str])
    reprs: list[str] = field(default_factory=list[str])
    audit: list[str] = field(default_factory=list[str])
    answers: list[str] = field(default_factory=list[str])
    spans: list[str] = field(default_factory=list[str])
    metrics: list[str] = field(default_factory=list[str])

    async def of(self, work: Awaitable[object]) -> None:
        """Take what *work* shows, whether it succeeds or fails."""
        try:
            self.reprs.append(repr(await work))
        except MessengerError as error:
            self.error(error)

    def error(self, error: BaseException) -> None:
        """Take what *error* shows."""
        self.errors += shown_by_error(error)
        self.variables += variables_of(error)


async def broad_run(folder: Path) -> Shown:
    """Use all that there is, in fair weather and foul, and return what it shows."""
    shown, telemetry = Shown(), Telemetry()
    asyncio.get_running_loop().set_debug(True)
    page = Page(access_token=TOKEN, app_secret=APP_SECRET)
    async with Sandbox(page, redelivery_delays=(), rates=Rates.unlimited()) as sandbox:
        await sandbox.person_writes(PSID, WORDS)
        for mode in Delivery:
            await _sends(sandbox, mode, telemetry, shown)
        await _other_calls(sandbox, telemetry, shown)
        await _left_behind(sandbox, telemetry, shown)
        await _webhooks(shown)
        await _panel(sandbox, telemetry, shown, folder / "audit.jsonl")
        shown.reprs += [repr(sandbox), repr(page), repr(sandbox.person(psid=PSID))]
        headers = [(one.query, one.headers) for one in sandbox.requests]
        shown.reprs += [repr(headers), repr(sandbox.ledger)]
    for span in telemetry.spans:
        shown.spans += shown_by_span(span)
    for metric in telemetry.metrics.values():
        shown.metrics += shown_by_metric(metric)
    return shown


@asynccontextmanager
async def _client(
    sandbox: Sandbox, mode: Delivery, telemetry: Telemetry, shown: Shown
) -> AsyncGenerator[MessengerClient]:
    kept, log = Kept(), MemoryOutboundLog()
    async with MessengerClient(
        page_access_token=TOKEN,
        app_secret=APP_SECRET,
        graph_url=sandbox.url,
        outbound=log,
        settling=FAST,
        delivery=mode,
        timeout=0.25,
        retry=Retry(attempts=2, backoff=ConstantBackoff(0.0)),
        limiter=None,
        breaker=None,
        budget=None,
        hooks=[telemetry.hooks, kept],
    ) as client:
        yield client
        shown.reprs += [repr(client), repr(vars(client)), repr(client.stats), repr(client.lags)]
    shown.reprs += [repr(log), repr(kept.attempts), repr(kept.results)]
    shown.reprs += map(repr, log._rows.values())


async def _sends(sandbox: Sandbox, mode: Delivery, telemetry: Telemetry, shown: Shown) -> None:
    async with _client(sandbox, mode, telemetry, shown) as client:
        for fault in FAULTS:
            sandbox.clear_faults()
            if fault is not None:
                sandbox.script(fault)
            try:
                shown.reprs.append(repr(await client.send_text(PSID, WORDS)))
            except DeliveryUnknownError as error:
                shown.error(error)
                await shown.of(client.reconcile(error))
            except MessengerError as error:
                shown.error(error)
        sandbox.clear_faults()
        await shown.of(client.send_message(NOTHING, WORDS))
        await shown.of(client.send_text("../me", WORDS))
        await shown.of(client.send_text(PSID, WORDS * 100))
        await shown.of(client.send_long_text(PSID, WORDS * 100))
        task = asyncio.create_task(client.send_text(PSID, WORDS))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])


async def _other_calls(sandbox: Sandbox, telemetry: Telemetry, shown: Shown) -> None:
    async with _client(sandbox, Delivery.AT_MOST_ONCE, telemetry, shown) as client:
        await shown.of(client.typing_on(PSID))
        await shown.of(client.me())
        await shown.of(client.users.get(PSID))
        await shown.of(client.tokens.debug(TOKEN))
        await shown.of(client.call("GET", "me/nothing"))
        async for message in client.conversations.messages(PSID):
            shown.reprs.append(repr(message))
    await shown.of(client.send_text(PSID, WORDS))  # it is closed


async def _left_behind(sandbox: Sandbox, telemetry: Telemetry, shown: Shown) -> None:
    async with _client(sandbox, Delivery.EFFECTIVELY_ONCE, telemetry, shown) as client:
        message: dict[str, object] = {"recipient": {"id": PSID}, "message": {"text": WORDS}}
        row = Outbound(id="1", lane=PSID, nonce="mk1:1", psid=PSID, parameters=message)
        assert client._outbound is not None
        await client._outbound.add(row)
        sandbox.script(Fault.graph_error(190))
        await shown.of(client.recover())
        await shown.of(client.send_text(PSID, WORDS))


async def _webhooks(shown: Shown) -> None:
    webhook, router = Webhook(app_secrets=[APP_SECRET], verify_token=VERIFY_TOKEN), Router()

    @router.on(MessageReceived)
    async def fail(event: MessageReceived) -> None:
        msg = "A handler failed."
        raise ZeroDivisionError(msg) if event.text else MessengerError(msg)

    shown.reprs += [repr(webhook), repr(vars(webhook)), repr(router)]
    for body in _bodies():
        for signature in (sign(body, APP_SECRET), "sha256=00", APP_SECRET):
            try:
                events: Sequence[Event] = webhook.receive({"X-Hub-Signature-256": signature}, body)
            except MessengerError as error:
                shown.errors += shown_by_error(error)
                continue
            for event in events:
                shown.reprs += [repr(event), repr(await router.dispatch(event))]
    for word in (VERIFY_TOKEN, VERIFY_TOKEN + "x"):
        try:
            webhook.challenge({"hub.mode": "subscribe", "hub.verify_token": word})
        except MessengerError as error:
            shown.errors += shown_by_error(error)


def _bodies() -> Iterator[bytes]:
    told: dict[str, object] = {"sender": {"id": PSID}, "recipient": {"id": "1"}, "timestamp": 1}
    for more in (
        {"message": {"mid": "m_1", "text": WORDS}},
        {"message": {"mid": "m_2", "text": WORDS, "is_echo": True, "metadata": "mk1:x"}},
        {"postback": {"mid": "m_3", "title": "Menu", "payload": "MENU"}},  # the page's own words
        {"message": WORDS},
        {WORDS: WORDS},
    ):
        entry = {"id": "1", "time": 1, "messaging": [{**told, **more}]}
        yield json.dumps({"object": "page", "entry": [entry]}).encode()
    yield WORDS.encode()


async def _panel(sandbox: Sandbox, telemetry: Telemetry, shown: Shown, journal: Path) -> None:
    async with _client(sandbox, Delivery.AT_MOST_ONCE, telemetry, shown) as client:
        panel = Panel(DirectBackend(client, audit=JsonLinesAuditLog(journal)))
        for fault in FAULTS:
            sandbox.clear_faults()
            if fault is not None:
                sandbox.script(fault)
            shown.answers.append(repr(await panel.send(recipient_id=PSID, message_text=WORDS)))
        sandbox.clear_faults()
        sandbox.script(Fault.graph_error(190, message=f"Bad token {TOKEN}"), path="me")
        shown.answers.append(repr(await panel.status()))
        wrong = (("Authorization", f"Bearer {KEY}x"), ("Content-Type", "application/json"))
        shown.answers.append(repr(await panel.send(headers=wrong, message_text=WORDS)))
        shown.answers.append(repr(await panel.send(WORDS.encode())))
        shown.reprs += [repr(panel.backend), repr(panel.face), repr(panel.verifier)]
    shown.audit += await asyncio.to_thread(_lines, journal)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
