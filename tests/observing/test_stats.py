"""The counters of how sends ended, and how long they took."""

import asyncio

import pytest
from networks import ACCEPTED, LOST, REFUSED, Network, client_on, error
from observing.test_hooks import ANA, Silent
from waits import Waits

from messengerkit import DeliveryUnknownError, Stats
from messengerkit.stats import BOUNDS, Latency


def took(*seconds: float) -> Latency:
    """Return the latency of sends that took so long."""
    latency = Latency()
    for one in seconds:
        latency.add(one)
    return latency


def test_before_the_first_send_there_is_no_figure() -> None:
    """None is not zero."""
    assert (Latency().mean, Latency().within(0.5)) == (None, None)
    assert (Stats().mean_seconds, Stats().success_rate, Stats().latencies) == (None, None, {})


def test_the_time_in_which_a_share_ended() -> None:
    """It is never too little, and never more than the slowest."""
    latency = took(*[0.004] * 90, *[0.09] * 9, 0.7)

    assert [latency.within(share) for share in (0.5, 0.9, 0.99, 1.0)] == [0.005, 0.005, 0.1, 0.7]
    assert latency.mean == pytest.approx((0.36 + 0.81 + 0.7) / 100)
    assert (latency.count, latency.slowest) == (100, 0.7)


def test_what_takes_longer_than_the_last_bound_is_counted() -> None:
    """Its time is that of the slowest."""
    latency = took(BOUNDS[-1], BOUNDS[-1] + 50)

    assert latency.counts[-2:] == [1, 1]
    assert (latency.within(0.5), latency.within(1.0)) == (BOUNDS[-1], BOUNDS[-1] + 50)


def test_a_bound_belongs_to_what_took_at_most_so_long() -> None:
    """As in every histogram."""
    assert took(0.005).counts[0] == 1
    assert took(0.0051).counts[1] == 1


async def test_latencies_go_by_the_class_of_the_error(waits: Waits) -> None:
    """Sent, refused, lost: each has a distribution of its own, and together they are all."""
    network = Network([])
    client = client_on(network, waits, retry=None)
    for step in (ACCEPTED, ACCEPTED, error(190), REFUSED, LOST):
        network.steps = [step]
        await client.send_message(ANA, "Hi")
    stats = client.stats

    assert {name: one.count for name, one in stats.latencies.items()} == {
        "sent": 2,
        "TokenError": 1,
        "TransportError": 2,
    }
    assert sum(one.seconds for one in stats.latencies.values()) == pytest.approx(stats.seconds)
    assert stats.evidence == {"response": 2}


async def test_what_the_caller_gave_up_is_counted(waits: Waits) -> None:
    """It is unknown, and beside that cancelled; no error stands for it."""
    network = Silent()
    client = client_on(network, waits)
    task = asyncio.create_task(client.send_text(ANA, "Hi"))
    await network.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stats = client.stats

    assert (stats.unknown, stats.cancelled, stats.total, stats.errors) == (1, 1, 1, {})
    assert stats.latencies["unknown"].count == 1


async def test_a_send_in_doubt_is_not_evident(waits: Waits) -> None:
    """Evidence is counted for what was sent alone."""
    client = client_on(Network([LOST]), waits)
    with pytest.raises(DeliveryUnknownError):
        await client.send_text(ANA, "Hi")

    assert (client.stats.unknown, client.stats.evidence) == (1, {})
