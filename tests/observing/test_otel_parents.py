"""The span of a call is a child of the one in which it was made, in each task and thread."""

import asyncio

from networks import ACCEPTED, Network, client_on
from observing.observed import Telemetry, id_of, parent_of
from observing.test_hooks import ANA
from waits import Waits

from messengerkit import LoopThread

WORDS = "words of nobody's business"


async def test_two_sends_at_once_keep_their_parents(waits: Waits) -> None:
    """Each is a child of the span of its own task."""
    telemetry = Telemetry()
    client = client_on(Network([ACCEPTED]), waits, hooks=[telemetry.hooks])
    tracer = telemetry.tracing.get_tracer("backend")

    async def answer(name: str) -> None:
        with tracer.start_as_current_span(name):
            await asyncio.sleep(0)
            await client.send_text(ANA, WORDS)

    await asyncio.gather(answer("one"), answer("two"))
    outer = {id_of(span) for name in ("one", "two") for span in telemetry.spans_named(name)}

    assert {parent_of(span) for span in telemetry.spans_named("messenger.send")} == outer


def test_a_call_from_another_thread_keeps_its_parent() -> None:
    """A blocking server's span is the parent of what its loop thread sends."""
    telemetry = Telemetry()
    client = client_on(Network([ACCEPTED]), Waits(), hooks=[telemetry.hooks])
    loop = LoopThread()
    with telemetry.tracing.get_tracer("backend").start_as_current_span("answer") as mine:
        loop.run(lambda: client.send_text(ANA, WORDS))
    loop.close()
    (send,) = telemetry.spans_named("messenger.send")

    assert parent_of(send) == mine.get_span_context().span_id
