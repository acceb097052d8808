"""Several ways in: the first that knows who asks decides, and all must refuse to refuse."""

from dataclasses import dataclass

import pytest

from messengerkit.admin import AdminIdentity, AdminRequest
from messengerkit.admin.auth import AnyOf
from messengerkit.errors import (
    AdminAuthError,
    AdminForbiddenError,
    AdminThrottledError,
    ConfigurationError,
    MessengerError,
)

REQUEST = AdminRequest(method="GET", path="/admin/health")
ALICE, BOB = AdminIdentity(admin_id="alice"), AdminIdentity(admin_id="bob")


@dataclass
class Verifier:
    """Finds *admin*, or fails; counts how often it was asked."""

    admin: AdminIdentity = ALICE
    failure: Exception | None = None
    asked: int = 0

    async def verify(self, _request: AdminRequest, /) -> AdminIdentity:
        """Find the admin, or fail."""
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.admin


def refusing(reason: str) -> Verifier:
    """Return a verifier that refuses for *reason*."""
    return Verifier(failure=AdminAuthError(reason=reason))


def throttling(retry_after: float, error: str = "slow") -> Verifier:
    """Return a verifier that asks to wait."""
    return Verifier(failure=AdminThrottledError(reason=error, retry_after=retry_after))


async def test_the_first_that_knows_decides() -> None:
    """Those after it are not asked."""
    last = Verifier(admin=BOB)

    assert await AnyOf(refusing("no key"), Verifier(admin=ALICE), last).verify(REQUEST) == ALICE
    assert last.asked == 0


async def test_all_reasons_are_in_the_log() -> None:
    """If all refuse, whoever reads the log sees why each did, and the caller sees nothing."""
    chain = AnyOf(refusing("no session"), refusing(""), refusing("wrong key"))
    with pytest.raises(AdminAuthError) as caught:
        await chain.verify(REQUEST)

    assert type(caught.value) is AdminAuthError
    assert caught.value.reason == "no session; wrong key"
    assert str(caught.value) == "Authentication failed."


async def test_the_longest_wait_is_told() -> None:
    """Whoever is throttled by one must not be told to come at once by another."""
    waits = (throttling(20, "a"), refusing("wrong"), throttling(90, "b"), throttling(30, "c"))
    with pytest.raises(AdminThrottledError) as caught:
        await AnyOf(*waits).verify(REQUEST)

    assert (caught.value.retry_after, caught.value.reason) == (90, "b")


async def test_a_right_key_is_not_throttled() -> None:
    """Another verifier's throttle does not keep out whom one of them knows."""
    assert await AnyOf(throttling(20), Verifier()).verify(REQUEST) == ALICE


@pytest.mark.parametrize(
    "error", [MessengerError("down"), AdminForbiddenError("no"), ZeroDivisionError()]
)
async def test_what_is_no_refusal_is_not_swallowed(error: Exception) -> None:
    """A verifier that is broken says nothing about who asks."""
    last = Verifier()
    with pytest.raises(type(error)) as caught:
        await AnyOf(Verifier(failure=error), last).verify(REQUEST)

    assert caught.value is error
    assert last.asked == 0


async def test_chains_nest() -> None:
    """A chain is a verifier like any other."""
    inner = AnyOf(refusing("a"), refusing("b"))
    with pytest.raises(AdminAuthError) as caught:
        await AnyOf(inner, refusing("c")).verify(REQUEST)

    assert caught.value.reason == "a; b; c"


def test_a_chain_of_none_is_refused() -> None:
    """It would let nobody in, and hardly on purpose."""
    with pytest.raises(ConfigurationError, match="at least one"):
        AnyOf()
