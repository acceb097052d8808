"""A backend with 200 sends under way that drains at SIGTERM; run in a process of its own.

It is told the sandbox's address and token, writes "under way" once all sends were begun, and at
its end one line of JSON for each send, and one for what is left.
"""

import asyncio
import json
import logging
import signal
import sys
import time
from dataclasses import dataclass

from messengerkit import (
    Delivery,
    DeliveryUnknownError,
    MemoryOutboundLog,
    MessengerClient,
    MessengerError,
    Settling,
)
from messengerkit.delivery import outcome_of

SENDS = 200
DRAIN = 20.0
SECONDS_MORE = 3.0
"""After the client was closed, nobody may wait for longer."""
FIRST = 24_000_000_000_000_000
SETTLING = Settling(settle=1.0, settle_fetched=1.0, echo_wait=0.2, again=0.2, skew=1.0)


@dataclass(frozen=True, slots=True)
class End:
    """How a send ended, for its caller, and in the log if it is written down."""

    number: int
    outcome: str
    mid: str | None = None
    error: str | None = None


def mode_of(number: int) -> Delivery:
    """Return the mode of a send: every other one is written down."""
    return Delivery.EFFECTIVELY_ONCE if number % 2 else Delivery.AT_MOST_ONCE


async def send(client: MessengerClient, number: int) -> End:
    """Send, and return how it ended."""
    psid, mode = str(FIRST + number), mode_of(number)
    try:
        result = await client.send_text(psid, f"number {number}", delivery=mode)
    except DeliveryUnknownError as error:
        return End(number, "unknown", error=type(error).__name__)
    except MessengerError as error:
        return End(number, outcome_of(error).value, error=type(error).__name__)
    return End(number, "sent", result.message_id)


async def main(url: str, token: str) -> int:
    """Send, drain when told to, and tell what became of all."""
    logging.getLogger("messengerkit").setLevel(logging.CRITICAL)
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    before, log = asyncio.all_tasks(), MemoryOutboundLog()
    client = MessengerClient(
        page_access_token=token,
        graph_url=url,
        outbound=log,
        settling=SETTLING,
        retry=None,
        timeout=[60.0],
    )
    sends = [loop.create_task(send(client, number)) for number in range(SENDS)]
    await asyncio.sleep(0)
    print("under way", flush=True)
    await told.wait()
    began = time.monotonic()
    await client.aclose(drain=DRAIN)
    closed = time.monotonic() - began
    done, late = await asyncio.wait(sends, timeout=SECONDS_MORE)
    rows = {row.psid: row.state.value for row in await log.left(float("inf"))}
    for end in (task.result() for task in done):
        left = rows.get(str(FIRST + end.number))
        print(json.dumps([end.number, left or end.outcome, end.mid, end.error]))
    await asyncio.sleep(0)
    tasks = [repr(task) for task in asyncio.all_tasks() - before]
    print(json.dumps({"closed": closed, "late": len(late), "tasks": tasks}), flush=True)
    return bool(late or tasks)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
