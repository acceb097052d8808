"""What is remembered of events: claimed before, marked after, lost by nobody."""

import pytest

from messengerkit import ConfigurationError, MemorySeen, Seen
from messengerkit.seen import Taken


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock at 0."""
    return Clock()


@pytest.fixture
def seen(clock: Clock) -> MemorySeen:
    """A memory with a lease of 10 s that keeps 3 events for 100 s."""
    return MemorySeen(lease=10.0, kept=100.0, most=3, clock=clock)


async def claimed(seen: Seen, key: str = "k") -> str:
    """Claim *key*, which must be free."""
    token = await seen.claim(key)
    assert isinstance(token, str)
    return token


async def test_an_event_is_claimed_once(seen: MemorySeen) -> None:
    """While one has it, no other gets it."""
    await claimed(seen)

    assert await seen.claim("k") is Taken.IN_PROGRESS
    assert isinstance(await seen.claim("other"), str)


async def test_what_was_handled_is_not_handled_again(seen: MemorySeen, clock: Clock) -> None:
    """Long after its lease, too."""
    await seen.done("k", await claimed(seen))
    clock.now = 50.0

    assert await seen.claim("k") is Taken.HANDLED


async def test_what_failed_can_be_claimed_again(seen: MemorySeen) -> None:
    """The next delivery is its second chance."""
    await seen.release("k", await claimed(seen))

    assert isinstance(await seen.claim("k"), str)


async def test_a_lease_ends_by_itself(seen: MemorySeen, clock: Clock) -> None:
    """Whoever died with it does not lose the event; all that have ended end at once."""
    await claimed(seen)
    await claimed(seen, "other")
    clock.now = 9.9
    assert await seen.claim("k") is Taken.IN_PROGRESS

    clock.now = 10.0
    assert isinstance(await seen.claim("k"), str)
    assert isinstance(await seen.claim("other"), str)
    assert len(seen._leases) == 2


async def test_who_lost_the_lease_decides_nothing(seen: MemorySeen, clock: Clock) -> None:
    """A slow handler can neither mark nor free what another has by now."""
    slow = await claimed(seen)
    clock.now = 10.0
    quick = await claimed(seen)
    await seen.done("k", slow)
    await seen.release("k", slow)

    assert await seen.claim("k") is Taken.IN_PROGRESS
    await seen.release("k", quick)
    assert isinstance(await seen.claim("k"), str)


async def test_events_are_forgotten_after_a_time(seen: MemorySeen, clock: Clock) -> None:
    """Meta does not deliver again for ever."""
    await seen.done("k", await claimed(seen))
    clock.now = 100.0

    assert isinstance(await seen.claim("k"), str)


async def test_the_oldest_are_forgotten_beyond_the_bound(seen: MemorySeen) -> None:
    """Memory has an end: the newest three are kept."""
    for number in range(4):
        await seen.done(f"k{number}", await claimed(seen, f"k{number}"))

    assert isinstance(await seen.claim("k0"), str)
    assert [await seen.claim(f"k{number}") for number in (1, 2, 3)] == [Taken.HANDLED] * 3


@pytest.mark.parametrize(("lease", "kept", "most"), [(0.0, 1.0, 1), (1.0, -1.0, 1), (1.0, 1.0, 0)])
def test_nothing_can_be_kept_for_no_time(lease: float, kept: float, most: int) -> None:
    """Such a memory would forget at once."""
    with pytest.raises(ConfigurationError):
        MemorySeen(lease=lease, kept=kept, most=most)
