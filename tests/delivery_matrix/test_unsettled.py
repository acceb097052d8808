"""What the matrix has no cell for: what cannot be settled, and answers to the wrong call."""

import asyncio

import pytest
from delivery_matrix.matrix_ends import Mode
from delivery_matrix.matrix_rows import alive, raw, until
from delivery_matrix.matrix_stage import LONG, PSID, staged

from messengerkit import (
    DeliveryUnknownError,
    MemoryOutboundLog,
    MessengerClient,
    PostbackButton,
    Settling,
    TokenError,
    Unconfirmed,
)
from messengerkit.delivery import Delivery, Evidence, State
from messengerkit.messages import ButtonTemplate
from messengerkit.sandbox import Fault

SOON = Settling(settle=0.01, settle_fetched=0.01, horizon=0.2, echo_wait=0.01, again=0.01)


@pytest.mark.parametrize("arrived", [True, False])
async def test_without_echoes_and_reads_a_person_decides(*, arrived: bool) -> None:
    """Nobody may read the conversation: it is looked for until the horizon, and never repeated."""
    async with staged(Mode.ONCE) as stage:
        log, sandbox = MemoryOutboundLog(), stage.sandbox
        sandbox.script(Fault.commit_then_close() if arrived else Fault.reset())
        sandbox.script(Fault.graph_error(200), times=None, path="conversations")
        async with MessengerClient(
            page_access_token=sandbox.page.access_token,
            graph_url=sandbox.url,
            delivery=Delivery.EFFECTIVELY_ONCE,
            outbound=log,
            settling=SOON,
            limiter=None,
        ) as client:
            with pytest.raises(DeliveryUnknownError) as caught:
                await client.send_text(PSID, "Hello")
            assert await client.reconcile(caught.value) == Unconfirmed()
        (row,) = log._rows.values()

    assert (row.state, row.evidence, row.attempts) == (State.UNCONFIRMED, None, 1)
    assert len(sandbox.delivered) == int(arrived)


async def test_another_template_of_the_same_moment_is_taken_for_ours() -> None:
    """The limit of reads: of a template they tell only that it is one. An echo knows better."""
    template = ButtonTemplate("Soup?", [PostbackButton(title="Yes", payload="SOUP")])
    async with staged(Mode.ONCE) as stage:
        async with stage.client(stage.sandbox.url, times_out=False, settle=0.01) as client:
            stage.sandbox.script(Fault.reset())
            async with MessengerClient(
                page_access_token=stage.sandbox.page.access_token, graph_url=stage.sandbox.url
            ) as other:
                ours = asyncio.create_task(client.send(PSID, template))
                await until(lambda: bool(stage.sandbox.requests))
                theirs = await other.send(PSID, template)
            result = await ours
        (row,) = stage.log._rows.values()

    assert (row.state, row.evidence) == (State.SENT, Evidence.READ)
    assert result.message_id == theirs.message_id
    assert len(stage.sandbox.delivered) == 1


async def test_no_answer_is_taken_for_another_calls() -> None:
    """An answer too many comes between two sends: the second one is not told of the first."""
    async with staged(Mode.BELIEVING) as stage:
        client = stage.client(stage.relay.url, times_out=False, settle=0.01)
        async with client:
            await client.send_text(PSID, "warm", timeout=LONG)
            stage.relay.blurt(raw("408 Request Timeout"))  # the client writes before it reads it
            with pytest.raises(DeliveryUnknownError):
                await client.send_text(PSID, "one")
            await stage.sandbox.wait_for_delivery(lambda one: one.text == "one")
            assert alive(client) == 0  # the answer to "one" has nowhere to wait
            stage.sandbox.script(Fault.graph_error(190))
            with pytest.raises(TokenError):
                await client.send_text(PSID, "two")
