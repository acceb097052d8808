"""The pace of a page: Meta's rates, people before bots, slower near the limit, still beyond it."""

import asyncio
import heapq
import math
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.errors import ConfigurationError, RateLimitError
from messengerkit.pace import Limiter, PageLimiter
from messengerkit.rates import Rate
from messengerkit.usage import LONGEST_WAIT, Usage


class Bell:
    """An alarm on a clock of ours."""

    def __init__(self, ring: Callable[[], object]) -> None:
        self.ring: Callable[[], object] | None = ring

    def cancel(self) -> None:
        """Ring no more."""
        self.ring = None


class Clock:
    """A clock that moves when it is told to, and rings on its way.

    Attributes:
        now: The time.
        early: By how much it rings too early.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.early = 0.0
        self._bells: list[tuple[float, int, Bell]] = []
        self._number = count()

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def call_later(self, seconds: float, ring: Callable[[], object]) -> Bell:
        """Ring in *seconds*."""
        bell = Bell(ring)
        due = self.now + seconds - self.early
        heapq.heappush(self._bells, (due, next(self._number), bell))
        return bell

    @property
    def set(self) -> int:
        """How many alarms are set."""
        return sum(bell.ring is not None for _, _, bell in self._bells)

    async def move(self, seconds: float) -> None:
        """Let *seconds* pass."""
        end = self.now + seconds
        await settle()
        while self._bells and self._bells[0][0] <= end:
            self.now, _, bell = heapq.heappop(self._bells)
            if bell.ring is not None:
                bell.ring()
            if not self._bells or self._bells[0][0] > self.now:
                await settle()
        self.now = end


async def settle() -> None:
    """Let every task come as far as it can without time passing."""
    for _ in range(4):
        await asyncio.sleep(0)


class Calls:
    """Makes calls, and notes who went when.

    Attributes:
        went: Names and times, in order.
        clock: The clock of all.
        limiter: What is tried.
    """

    def __init__(
        self, limit: tuple[int, float] | None = None, *, patience: float = math.inf
    ) -> None:
        self.clock = Clock()
        self.limiter = self.limiter_of_another_page(limit, patience=patience)
        self.went: list[tuple[str, float]] = []
        self._tasks: list[asyncio.Task[None]] = []  # the loop itself keeps only weak references

    def limiter_of_another_page(
        self, limit: tuple[int, float] | None = None, *, patience: float = math.inf
    ) -> PageLimiter:
        """Return a limiter with *limit* for messages, or with Meta's."""
        return PageLimiter(
            rates={Rate.MESSAGES: limit} if limit else None,
            patience=patience,
            clock=self.clock,
            call_later=self.clock.call_later,
        )

    def call(self, name: str, rate: Rate = Rate.MESSAGES) -> asyncio.Task[None]:
        """Start a call; those of people have a *name* in upper case."""

        async def work() -> None:
            limiter: Limiter = self.limiter
            waiting = limiter.enter(rate, urgent=name.isupper())
            if waiting is not None:
                await waiting
            self.went.append((name, self.clock.now))

        return asyncio.create_task(work())

    async def call_each(self, names: str, rate: Rate = Rate.MESSAGES) -> None:
        """Start a call for each letter of *names*, in this order."""
        self._tasks += [self.call(name, rate) for name in names]
        await settle()

    @property
    def order(self) -> str:
        """The names of who went."""
        return "".join(name for name, _ in self.went)

    @property
    def times(self) -> list[float]:
        """When they went."""
        return [time for _, time in self.went]


@pytest.mark.parametrize(
    ("rate", "calls", "seconds"),
    [
        (Rate.MESSAGES, 300, 1.0),
        (Rate.AUDIO_VIDEO, 10, 1.0),
        (Rate.CONVERSATIONS, 2, 1.0),
        (Rate.PRIVATE_REPLIES, 750, 3600.0),
        (Rate.MESSENGER_PROFILE, 10, 600.0),
    ],
)
async def test_the_rates_are_those_of_meta(rate: Rate, calls: int, seconds: float) -> None:
    """So many go at once, and the next one when the first ones count no more."""
    assert (rate.calls, rate.seconds) == (calls, seconds)
    page = Calls()

    await page.call_each("x" * (calls + 1), rate)
    await page.clock.move(seconds)

    assert page.times == [0.0] * calls + [seconds]


def test_what_has_no_known_rate_never_waits() -> None:
    """Neither do calls whose rate is overridden with none."""
    other = PageLimiter(rates={Rate.CONVERSATIONS: None}, clock=Clock())

    assert Rate.OTHER.calls is None
    assert [other.enter(Rate.OTHER, urgent=False) for _ in range(1000)] == [None] * 1000
    assert [other.enter(Rate.CONVERSATIONS, urgent=False) for _ in range(9)] == [None] * 9


async def test_rates_do_not_hold_each_other_up() -> None:
    """A bot that waits for a conversation holds up no message."""
    page = Calls()
    await page.call_each("aaa", Rate.CONVERSATIONS)
    await page.call_each("b")

    assert page.order == "aab"


@pytest.mark.parametrize("limit", [(0, 1.0), (-1, 1.0), (1, 0.0), (1, float("nan")), (1, -1.0)])
def test_a_rate_must_let_something_through(limit: tuple[int, float]) -> None:
    """No call in a second, or one in no time, is a mistake."""
    with pytest.raises(ConfigurationError, match="at least one call"):
        PageLimiter(rates={Rate.MESSAGES: limit})


ACTIONS = st.one_of(
    st.sampled_from(["bot", "PERSON", "cancel"]),
    st.integers(1, 40).map(lambda eighths: eighths / 8),  # exact in binary, so the test is, too
    st.builds(Usage, percent=st.sampled_from([None, 50, 85, 97, 101]), wait=st.none() | st.just(2)),
)


@given(calls=st.integers(1, 4), seconds=st.integers(1, 12), actions=st.lists(ACTIONS, max_size=60))
def test_never_too_many(calls: int, seconds: int, actions: list[str | float | Usage]) -> None:
    """Whatever comes when, no window holds too many, everyone goes, in order, and nothing stays."""

    async def play() -> None:
        page = Calls((calls, seconds / 4))
        started: list[asyncio.Task[None]] = []
        for number, action in enumerate(actions):
            if isinstance(action, Usage):
                page.limiter.observe(action)
            elif isinstance(action, float):
                await page.clock.move(action)
            elif action != "cancel":
                started.append(page.call(f"{action}{number}"))
            elif started:
                started[number % len(started)].cancel()
        await page.clock.move(1000.0)

        later = zip(page.times, page.times[calls:], strict=False)
        assert all(after - before >= seconds / 4 for before, after in later)
        assert all(task.done() for task in started)
        assert len(page.went) == sum(not task.cancelled() for task in started)
        for kind in ("bot", "PERSON"):
            numbers = [int(name.removeprefix(kind)) for name, _ in page.went if kind in name]
            assert numbers == sorted(numbers)
        assert page.clock.set == 0

    asyncio.run(play())


async def test_people_go_before_bots_and_each_in_order() -> None:
    """Of those who wait, people go first; among equals, who came first."""
    page = Calls((1, 1.0))
    await page.call_each("abcABC")
    await page.clock.move(10.0)

    assert page.went == list(zip("aABCbc", map(float, range(6)), strict=True))


async def test_no_bot_waits_for_ever() -> None:
    """However many people come, of ten places that are taken while a bot waits, one is its."""
    page = Calls((1, 1.0))
    await page.call_each("ABCDEFGHIJKLMNO")
    await page.clock.move(13.0)
    await page.call_each("xy")
    for _ in range(22):
        await page.call_each("PQ")
        await page.clock.move(1.0)

    assert page.order == "ABCDEFGHIJKLMN" + "OPQPQPQPQ" + "x" + "PQPQPQPQP" + "y" + "QP"


async def test_people_go_first_when_the_loop_is_late() -> None:
    """A bot whose time came a little earlier, while nobody could look, still goes after them."""
    page = Calls()
    page.limiter.observe(Usage(percent=97.5))
    await page.call_each("a")
    await page.clock.move(7.5)
    await page.call_each("AbB")
    page.clock.now = 8.0
    await page.call_each("C")
    await page.clock.move(0.0)

    assert page.order == "aABb"


async def test_a_cancelled_one_is_forgotten() -> None:
    """The next one goes in its stead, and no alarm stays set."""
    page = Calls((1, 1.0))
    await page.call_each("a")
    gone, other = page.call("b"), page.call("c")
    await settle()
    gone.cancel()
    await page.clock.move(1.0)
    last = page.call("d")
    await settle()
    last.cancel()
    await settle()

    assert other.done()
    assert page.order == "ac"
    assert page.clock.set == 0


@pytest.mark.parametrize(("limit", "percent", "due"), [((1, 1.0), 0.0, 1.0), (None, 90.0, 2.5)])
async def test_a_place_that_came_too_late_is_passed_on(
    limit: tuple[int, float] | None, percent: float, due: float
) -> None:
    """Who is cancelled when its turn has just come gives the place to the next one."""
    page = Calls(limit)
    page.limiter.observe(Usage(percent=percent))
    await page.call_each("a")
    gone = page.call("b")
    await page.call_each("c")
    page.clock.call_later(due, gone.cancel)  # rings after the limiter's, in the same breath
    await page.clock.move(due)

    assert gone.cancelled()
    assert page.went == [("a", 0.0), ("c", due)]


async def test_one_who_left_but_has_yet_to_notice_takes_no_place() -> None:
    """A cancelled task runs only later; until then it stands in the queue, and is passed over."""
    page = Calls((1, 1.0))
    await page.call_each("a")
    gone = page.call("b")
    await page.call_each("c")
    page.clock.now = 1.0
    other = page.call("d")  # looks who may go before the one that left can
    gone.cancel()
    await settle()
    assert page.went == [("a", 0.0), ("c", 1.0)]

    await page.clock.move(1.0)
    assert other.done()


@pytest.mark.parametrize(
    ("percent", "bots", "people"),
    [
        (79.0, 0.0, 0.0),
        (80.0, 0.0, 0.0),
        (82.0, 0.1, 0.0),
        (90.0, 2.5, 0.0),
        (95.0, 5.625, 0.0),
        (97.5, 7.65625, 0.25),
        (100.0, 10.0, 1.0),
        (250.0, 10.0, 1.0),
    ],
)
async def test_slower_near_the_limit(percent: float, bots: float, people: float) -> None:
    """Bots are spread out from 80 % on, people from 95 %, more and more up to 100 %."""
    page = Calls()
    page.limiter.observe(Usage(percent=percent))
    await page.call_each("abcABC")
    await page.clock.move(20.0)

    assert [time for name, time in page.went if name.islower()] == pytest.approx(
        [0.0, bots, 2 * bots]
    )
    assert [time for name, time in page.went if name.isupper()] == pytest.approx(
        [0.0, people, 2 * people]
    )


def test_who_need_not_be_spread_out_does_not_wait() -> None:
    """Near the limit, too, what may go at once goes at once."""
    page = Calls()
    page.limiter.observe(Usage(percent=90.0))

    assert [page.limiter.enter(Rate.MESSAGES, urgent=True) for _ in range(9)] == [None] * 9
    assert page.limiter.enter(Rate.MESSAGES, urgent=False) is None


@pytest.mark.parametrize(("after", "went"), [(59.0, "a"), (60.0, "abcd")])
async def test_the_highest_percentage_of_a_minute_counts(after: float, went: str) -> None:
    """An answer about another limit of the page, less used, makes nothing faster before."""
    page = Calls()
    page.limiter.observe(Usage(percent=100.0))
    page.limiter.observe(Usage(percent=3.0))
    page.limiter.observe(Usage())
    await page.clock.move(after)
    page.limiter.observe(Usage(percent=3.0))
    await page.call_each("abcd")

    assert page.order == went


async def test_an_old_percentage_slows_nobody_down() -> None:
    """Without news it is forgotten after a minute: Meta says nothing while little is used."""
    page = Calls()
    page.limiter.observe(Usage(percent=100.0))
    await page.call_each("abcdefghi")
    await page.clock.move(60.0)

    assert page.times == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 60.0, 60.0]


async def test_all_of_the_page_waits_out_the_regain_time() -> None:
    """People too, and calls of every rate: going on would prolong the limit."""
    page = Calls()
    page.limiter.observe(Usage(wait=300.0))
    page.limiter.observe(Usage(wait=60.0))
    await page.call_each("aA")
    await page.call_each("B", Rate.OTHER)
    await page.clock.move(299.0)
    assert page.order == ""

    page.limiter.observe(Usage(wait=2.0))
    await page.clock.move(2.0)

    assert page.went == [("A", 301.0), ("a", 301.0), ("B", 301.0)]


async def test_after_the_regain_time_not_all_start_at_once() -> None:
    """What was told with it counts for a minute after it."""
    page = Calls()
    page.limiter.observe(Usage(percent=100.0, wait=300.0))
    await page.call_each("ab")
    await page.clock.move(400.0)

    assert page.times == [300.0, 310.0]


async def test_nobody_waits_longer_than_an_hour() -> None:
    """A longer estimate is renewed with the first answer after it."""
    page = Calls()
    page.limiter.observe(Usage(wait=1e6))
    await page.call_each("A")
    await page.clock.move(LONGEST_WAIT)

    assert page.times == [3600.0]


async def test_a_person_is_told_of_a_long_wait_at_once() -> None:
    """Nobody sits before a panel for minutes; and who was told keeps no place."""
    page = Calls((1, 1.0), patience=20.0)
    page.limiter.observe(Usage(wait=300.0))
    await page.call_each("a")

    with pytest.raises(RateLimitError, match="300 s; nothing was sent") as told:
        page.limiter.enter(Rate.MESSAGES, urgent=True)
    assert told.value.retry_after == 300.0
    assert told.value.retryable

    await page.clock.move(280.0)
    await page.call_each("B")
    await page.clock.move(22.0)
    assert page.went == [("B", 300.0), ("a", 301.0)]


async def test_the_wait_for_a_place_may_be_too_long_as_well() -> None:
    """A rate's places may be an hour apart."""
    page = Calls((1, 3600.0), patience=0.0)
    await page.call_each("A")
    await page.clock.move(600.0)

    with pytest.raises(RateLimitError) as told:
        page.limiter.enter(Rate.MESSAGES, urgent=True)
    assert told.value.retry_after == 3000.0


@pytest.mark.parametrize("patience", [-1.0, math.nan])
def test_patience_is_no_less_than_none(patience: float) -> None:
    """Such a number is a mistake, and is said to be one."""
    with pytest.raises(ConfigurationError, match="patience"):
        PageLimiter(patience=patience)


async def test_pages_do_not_touch_each_other() -> None:
    """What one page has used, or waits for, is not another's."""
    page = Calls((1, 1.0))
    other = page.limiter_of_another_page((1, 1.0))
    page.limiter.observe(Usage(percent=100.0, wait=300.0))
    await page.call_each("aA")

    assert other.enter(Rate.MESSAGES, urgent=False) is None


async def test_an_alarm_may_ring_early() -> None:
    """A loop rings early by as little as its clock can tell; nobody waits twice for that."""
    page = Calls((1, 1.0))
    page.clock.early = 0.015
    await page.call_each("ab")
    await page.clock.move(1.0)

    assert page.times == [0.0, 0.985]


async def test_the_running_loop_rings_by_itself() -> None:
    """Without a clock of ours, time is real."""
    limiter = PageLimiter(rates={Rate.MESSAGES: (1, 0.001)})

    assert limiter.enter(Rate.MESSAGES, urgent=False) is None
    waiting = limiter.enter(Rate.MESSAGES, urgent=False)
    assert waiting is not None
    await waiting
