"""A million sends to fifty thousand people: in order for each, and in bounded memory."""

import asyncio
import re
import resource
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator

import pytest

from messengerkit import MessengerClient, Send
from messengerkit._graph import Request, Response

pytestmark = pytest.mark.slow

SENDS = 1_000_000
PEOPLE = 50_000
EACH = SENDS // PEOPLE
BURST = 5
"""So many come for one person in a row, and are held up by each other."""
STRIDE = 7_919
"""From one person to the next; it has no divisor in common with PEOPLE, so that all get as many."""
MOST_MB = 64.0
SECONDS = 240

_FIRST = 24_000_000_000_000_000
_BODY = re.compile(rb'\{"recipient":\{"id":"(\d+)"\},.*"text":"number (\d+)"\}\}')
# The kernel counts the memory of whoever starts a process to the process's own peak, and a
# suite of tests has a lot. Between the two stands one that has little.
_BETWEEN = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


def sends() -> Iterator[Send]:
    """Yield all sends; each text has the number that it has for its person."""
    had = array("i", [0]) * PEOPLE
    for number in range(SENDS):
        person = number // BURST * STRIDE % PEOPLE
        yield Send(recipient_id=str(_FIRST + person), message=f"number {had[person]}", key=number)
        had[person] += 1


class Meta:
    """Accepts every message, some later than others, and knows whether its person's turn it was.

    Attributes:
        had: How many messages each person has.
        wrong: How many messages came out of their order.
        peak: The most calls that were under way at once.
    """

    def __init__(self) -> None:
        self.had = array("i", [0]) * PEOPLE
        self.wrong = 0
        self.peak = 0
        self._under_way = 0

    async def send(self, request: Request, /) -> Response:
        """Take the message that *request* carries."""
        assert isinstance(request.body, bytes)
        found = _BODY.fullmatch(request.body)
        assert found is not None
        person, number = int(found[1]) - _FIRST, int(found[2])
        self._under_way += 1
        self.peak = max(self.peak, self._under_way)
        for _ in range((person + number) % 3):
            await asyncio.sleep(0)
        self._under_way -= 1
        self.wrong += number != self.had[person]
        self.had[person] += 1
        body = b'{"recipient_id":"%b","message_id":"m_%d"}' % (found[1], number)
        return Response(200, {}, body)

    async def aclose(self) -> None:
        """Do nothing, as there is nothing to close."""


async def send_all(meta: Meta) -> tuple[int, int]:
    """Send all by a client; return how many were accepted, and how many outcomes had no order."""
    accepted = wrong = 0
    seen = array("i", [-1]) * PEOPLE
    async with MessengerClient(page_access_token="EAATest", transport=meta, limiter=None) as client:
        async for outcome in client.send_many(sends()):
            assert outcome.result is not None
            accepted += 1
            person = int(outcome.send.recipient_id) - _FIRST
            number = int(outcome.result.message_id.removeprefix("m_"))
            wrong += number != seen[person] + 1
            seen[person] = number
    return accepted, wrong


def peak_mb() -> float:
    """Return the most memory that this process ever had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> int:
    """Send, print the figures, and return 0 if all was as it must be."""
    meta, before, began = Meta(), peak_mb(), time.monotonic()
    accepted, wrong = asyncio.run(send_all(meta))
    seconds, grown = time.monotonic() - began, peak_mb() - before
    print(
        f"{accepted:,} sends to {len(meta.had):,} people in {seconds:.0f} s"
        f" ({accepted / seconds:,.0f} a second), {meta.peak} at once;"
        f" out of order: {meta.wrong} at Meta, {wrong} outcomes;"
        f" peak memory {before:.1f} MB before, and {grown:.1f} MB more"
    )
    all_there = accepted == SENDS and set(meta.had) == {EACH}
    return 0 if all_there and meta.wrong == wrong == 0 and grown < MOST_MB else 1


def test_a_million_sends_keep_their_order_in_bounded_memory() -> None:
    """Nobody gets one before the other, and the peak of memory grows by less than 64 MB."""
    done = subprocess.run(
        [sys.executable, "-c", _BETWEEN, sys.executable, "-W", "error", __file__],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    print(f"\n{done.stdout}{done.stderr}")

    assert done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
