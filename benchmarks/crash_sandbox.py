"""The Messenger of the crash trials: a sandbox in a process of its own, which keeps the ledger.

It is slow, so that a kill finds sends under way; some answers are lost, before or after the
message has come; webhooks come in batches, late, twice, and again until they are taken.
"""

import asyncio
import sys

from messengerkit.sandbox import Fault, Habits, Page, Rates, Sandbox

PAGE = Page()
VERIFY_TOKEN = "crash"
_KEPT = 500_000
# Late echoes come when somebody has looked already what became of a send.
_HABITS = Habits(batch=4, batch_window=0.02, duplicates=0.05, late=0.25, late_by=10.0)
_AGAIN = (0.05, 0.1, 0.2, *[0.3] * 1000)  # seconds; nobody is dead for so long
_FAULTS: tuple[tuple[Fault, float], ...] = (
    (Fault.commit_then_close(), 0.015),
    (Fault.commit_then_reset(), 0.01),
    (Fault.half_body(), 0.005),
    (Fault.reset(), 0.01),
    (Fault.slow(0.15), 0.15),
    (Fault.slow(0.04), 0.25),
    (Fault.slow_answer(0.15), 0.5),
    (Fault.slow_answer(0.04), 1.0),
)
"""What sends meet, and which share of those that met nothing before it."""


async def serve(seed: str) -> None:
    """Run until whoever started it is gone."""
    async with Sandbox(
        PAGE,
        rates=Rates.unlimited(),
        seed=seed,
        retention=_KEPT,
        redelivery_delays=_AGAIN,
        habits=_HABITS,
    ) as sandbox:
        for fault, rate in _FAULTS:
            sandbox.script(fault, None, rate=rate)
        print(sandbox.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
