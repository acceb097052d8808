"""Too many wrong keys: the caller waits longer and longer, and a right key comes in at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.admin import AdminIdentity, AdminRequest, SharedKeyAuth
from messengerkit.admin.answers import refusal
from messengerkit.admin.auth import Throttled
from messengerkit.admin.auth.failures import Failures
from messengerkit.admin.auth.key import new_key
from messengerkit.admin.identity import Role
from messengerkit.errors import AdminAuthError, AdminThrottledError, ConfigurationError

RIGHT = "the-right-key"
PEER = "192.0.2.7"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def ring_key(key_id: str) -> str:
    """Return a well-formed key of *key_id*."""
    made = new_key(admin_ids=("a",), role=Role.AGENT, pages=None, expires_at=None, key_id=key_id)
    return made.key.get_secret_value()


def request(key: str = "wrong", peer: str | None = PEER, forwarded: str = "") -> AdminRequest:
    """Return a request with *key*."""
    headers = [("Authorization", f"Bearer {key}"), ("X-Admin-User-ID", "alice")]
    headers += [("X-Forwarded-For", forwarded)] if forwarded else []
    return AdminRequest(method="GET", path="/admin/health", headers=headers, peer=peer)


def throttled(clock: Clock, **settings: object) -> Throttled:
    """Return a throttled verifier that knows one key."""
    verifier = SharedKeyAuth(api_key=RIGHT, admin_user_id="alice")
    return Throttled(verifier, monotonic=clock, **settings)  # type: ignore[arg-type]  # as a test gives them


async def wait_of(verifier: Throttled, asked: AdminRequest) -> float:
    """Return how long the refusal of *asked* asks to wait; 0 if it does not."""
    with pytest.raises(AdminAuthError) as caught:
        await verifier.verify(asked)

    assert caught.value.reason == "wrong key"
    assert (caught.value.retry_after is not None) is isinstance(caught.value, AdminThrottledError)
    return caught.value.retry_after or 0.0


async def waits_of(verifier: Throttled, asked: AdminRequest, times: int) -> list[float]:
    """Return the waits of *times* refusals in a row."""
    return [await wait_of(verifier, asked) for _ in range(times)]


async def test_the_wait_doubles_beyond_the_limit() -> None:
    """Five are free; then a token's time, twice as long with each further failure, up to 300 s."""
    waits = await waits_of(throttled(Clock()), request(), 12)

    assert waits == [0, 0, 0, 0, 0, 12, 24, 48, 96, 192, 300, 300]


async def test_a_right_key_is_never_refused() -> None:
    """Whatever came before: else everybody could lock an admin out."""
    verifier = throttled(Clock())
    await waits_of(verifier, request(), 50)

    assert (await verifier.verify(request(RIGHT))).admin_id == "alice"
    assert await wait_of(verifier, request()) == 300


async def test_a_right_key_forgives_nothing() -> None:
    """Whoever has one key must not get more guesses at the others by using it."""
    verifier = throttled(Clock())
    await waits_of(verifier, request(), 5)
    await verifier.verify(request(RIGHT))

    assert await wait_of(verifier, request()) == 12


async def test_after_the_wait_a_failure_is_free_again() -> None:
    """What Retry-After promises, at every height of the wait."""
    clock = Clock()
    verifier = throttled(clock)
    await waits_of(verifier, request(), 5)
    for times in (1, 2, 5):
        wait = (await waits_of(verifier, request(), times))[-1]
        clock.now += wait

        assert await wait_of(verifier, request()) == 0
        await waits_of(verifier, request(), 5)


async def test_the_wait_shrinks_as_the_bucket_fills() -> None:
    """In the time of a token one failure beyond the limit is forgiven."""
    clock = Clock()
    verifier = throttled(clock)
    assert (await waits_of(verifier, request(), 9))[-1] == 96
    clock.now += 24
    assert await waits_of(verifier, request(), 3) == [0, 0, 48]
    clock.now += 3600

    assert await waits_of(verifier, request(), 6) == [0, 0, 0, 0, 0, 12]


async def test_a_long_attack_is_forgotten_like_a_short_one() -> None:
    """The wait of 300 s is the furthest; a thousand failures more need no more to forgive."""
    clock = Clock()
    verifier = throttled(clock)
    await waits_of(verifier, request(), 1000)
    clock.now += 72

    assert await waits_of(verifier, request(), 6) == [0, 0, 0, 0, 0, 12]


async def test_addresses_are_counted_apart() -> None:
    """Nobody waits for what came from elsewhere; and all of one /64 are one client."""
    verifier = throttled(Clock())
    await waits_of(verifier, request(), 9)

    assert await waits_of(verifier, request(peer="192.0.2.8"), 5) == [0, 0, 0, 0, 0]
    many = [request(peer=f"2001:db8:1:2::{number}") for number in range(6)]
    assert [await wait_of(verifier, one) for one in many] == [0, 0, 0, 0, 0, 12]


async def test_a_key_id_is_counted_from_everywhere() -> None:
    """Guesses at one key from many addresses are failures of that key."""
    verifier = throttled(Clock())
    many = [request(ring_key("k1"), peer=f"192.0.2.{number}") for number in range(6)]

    assert [await wait_of(verifier, one) for one in many] == [0, 0, 0, 0, 0, 12]
    assert await wait_of(verifier, request(ring_key("k2"), peer="192.0.2.99")) == 0


async def test_the_longer_of_both_waits_counts() -> None:
    """An address that failed with many keys, and a key that failed from many addresses."""
    verifier = throttled(Clock())
    await waits_of(verifier, request(), 8)
    await waits_of(verifier, request(ring_key("k1"), peer="192.0.2.9"), 5)

    assert await wait_of(verifier, request(ring_key("k1"))) == 96
    assert await wait_of(verifier, request(ring_key("k1"), peer="192.0.2.10")) == 24


async def test_the_same_name_may_be_an_address_and_a_key() -> None:
    """They are counted apart: a key id chosen by a caller must not spend another's tokens."""
    verifier = throttled(Clock())
    await waits_of(verifier, request(peer=None), 5)

    assert await wait_of(verifier, request(ring_key("unknown"), peer="192.0.2.9")) == 0


async def test_a_proxy_counts_for_its_clients() -> None:
    """Only behind a proxy that is named is the client's address the one that it tells."""
    named = throttled(Clock(), proxies=["192.0.2.0/24"])
    unnamed = throttled(Clock())
    asked = [request(forwarded=f"198.51.100.{number}") for number in range(6)]

    assert [await wait_of(named, one) for one in asked] == [0, 0, 0, 0, 0, 0]
    assert [await wait_of(unnamed, one) for one in asked] == [0, 0, 0, 0, 0, 12]


async def test_throttles_nest() -> None:
    """The longer wait of the two is told, and the outer one tells of the inner one's at once."""
    clock = Clock()
    inner = throttled(clock, failures=1)
    outer = Throttled(inner, failures=3, monotonic=clock)

    assert await waits_of(outer, request(), 4) == [0, 60, 120, 240]


async def test_what_is_no_refusal_is_not_counted() -> None:
    """A broken verifier is no wrong key."""

    class Broken:
        async def verify(self, _request: AdminRequest, /) -> AdminIdentity:
            raise ZeroDivisionError

    verifier = Throttled(Broken(), monotonic=Clock())
    for _ in range(9):
        with pytest.raises(ZeroDivisionError):
            await verifier.verify(request())

    assert len(verifier._by_address) == 0


async def test_the_answer_tells_how_long() -> None:
    """A 429 with Retry-After, and nothing of the reason."""
    verifier = throttled(Clock())
    await waits_of(verifier, request(), 5)
    with pytest.raises(AdminThrottledError) as caught:
        await verifier.verify(request())
    answer = refusal(caught.value)

    assert (answer.status, dict(answer.headers)["Retry-After"]) == (429, "12")
    assert b"wrong key" not in answer.body


async def test_a_refusal_holds_no_earlier_one() -> None:
    """What a custom verifier puts into its error stays out of the new one."""
    verifier = throttled(Clock(), failures=1)
    await wait_of(verifier, request())
    with pytest.raises(AdminThrottledError) as caught:
        await verifier.verify(request())

    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "settings",
    [
        {"failures": 0},
        {"failures": 1001},
        {"per": 0.0},
        {"per": 0.5},
        {"per": 86_401.0},
        {"per": float("nan")},
        {"per": float("inf")},
        {"proxies": ["proxy.example"]},
    ],
    ids=str,
)
def test_an_unsound_setting_is_refused(settings: dict[str, object]) -> None:
    """None that could never throttle, or never stop to."""
    with pytest.raises(ConfigurationError):
        throttled(Clock(), **settings)


@pytest.mark.parametrize(
    ("limit", "per", "waits"),
    [(1, 1, [1, 2, 4]), (1, 600, [300, 300]), (1000, 1, [0.001, 0.002]), (1, 300, [300, 300])],
)
def test_every_limit_begins_with_one_tokens_time(
    limit: int, per: float, waits: list[float]
) -> None:
    """Per / limit, but never more than 300 s."""
    failures = Failures(limit=limit, per=per)
    told = [failures.add("a", 0.0) for _ in range(limit + len(waits))]

    assert told == pytest.approx([0.0] * limit + waits)


def test_the_memory_is_bounded() -> None:
    """A flood of names pushes out those that have been quiet longest, and no others."""
    failures = Failures(limit=1, per=60.0, most=3)
    for name in ("busy", "quiet", "a", "busy", "b"):
        failures.add(name, 0.0)

    assert len(failures) == 3
    assert failures.add("busy", 0.0) == 120
    assert failures.add("quiet", 0.0) == 0


def test_ten_thousand_names_are_the_most() -> None:
    """Of a few dozen bytes each."""
    failures = Failures(limit=5, per=60.0)
    for number in range(10_100):
        failures.add(str(number), 0.0)

    assert len(failures) == 10_000


@given(
    limit=st.integers(1, 1000),
    per=st.floats(1, 86_400),
    steps=st.lists(st.floats(0, 1e9), max_size=50),
)
def test_every_wait_is_in_its_bounds(limit: int, per: float, steps: list[float]) -> None:
    """Zero, or from one token's time to 300 s; and the first *limit* in a row are free."""
    failures, at = Failures(limit=limit, per=per), 0.0
    for number, step in enumerate(steps):
        at += step
        wait = failures.add("a", at)

        assert wait == 0 or min(300.0, per / limit) <= wait <= 300
        assert number >= limit or wait == 0
