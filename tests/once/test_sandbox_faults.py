"""On real sockets, against the sandbox: each fault once, and one copy each."""

import pytest

from messengerkit import (
    ConstantBackoff,
    Delivery,
    MemoryOutboundLog,
    MessengerClient,
    Retry,
    Settling,
)
from messengerkit.sandbox import Fault, Rates, Sandbox

PSID = "24000000000000007"
FAULTS = [
    Fault.commit_then_close(),
    Fault.commit_then_reset(),
    Fault.commit_then_silence(),
    Fault.reset(),
    Fault.half_head(),
    Fault.half_body(),
    Fault.not_http(),
    Fault.html(502),
    Fault.graph_error(2),
    Fault.graph_error(1, 1357046),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.kind)
async def test_one_copy_whatever_goes_wrong(fault: Fault) -> None:
    """The person has it once, and the client says so."""
    async with Sandbox(rates=Rates.unlimited()) as sandbox:
        await sandbox.person_writes(PSID, "Hello?")
        await _sent_once(sandbox, fault)


async def _sent_once(sandbox: Sandbox, fault: Fault) -> None:
    settling = Settling(settle=0.2, echo_wait=0.02, again=0.05, horizon=20, skew=1)
    sandbox.script(fault)
    async with MessengerClient(
        page_access_token=sandbox.page.access_token,
        graph_url=sandbox.url,
        outbound=MemoryOutboundLog(),
        delivery=Delivery.EFFECTIVELY_ONCE,
        settling=settling,
        limiter=None,
        timeout=0.5,
        retry=Retry(attempts=3, backoff=ConstantBackoff(0.01)),
    ) as client:
        sent = await client.send_text(PSID, "Hi")
    (delivered,) = sandbox.delivered
    assert sent.message_id == delivered.mid
