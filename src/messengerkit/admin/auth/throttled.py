"""Floor 7: who fails too often is told to wait, and is let in all the same with a right key."""

import time
from collections.abc import Callable, Iterable

from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.peer import client_address, networks
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError, AdminThrottledError, ConfigurationError

from .bearer import bearer
from .failures import Failures
from .key import claimed_key_id
from .verifier import AdminAuthVerifier

_MOST_FAILURES = 1000
_LONGEST = 86_400.0  # seconds of a day


class Throttled:
    """Counts the failures of *verifier* per client's address and per key id.

    The verifier is asked first, each time: if a failure could lock anyone out, everybody
    could lock an admin out. What a throttled caller gets is another refusal, with a wait
    that grows; the log shows it.

    The counts live in this process: with several, a caller has as many buckets.

    Args:
        verifier: Who knows the right keys.
        failures: How many wrong keys are answered as such, 1 to 1000.
        per: Seconds in which as many become free again, 1 to 86400.
        proxies: Addresses or networks of your own proxies, whose `X-Forwarded-For` is
            believed. Behind one that is not named, all callers share its address.
        monotonic: The clock, in seconds.

    Raises:
        ConfigurationError: If a number is out of its range, or a proxy is no address.
    """

    def __init__(
        self,
        verifier: AdminAuthVerifier,
        *,
        failures: int = 5,
        per: float = 60.0,
        proxies: Iterable[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 1 <= failures <= _MOST_FAILURES or not 1 <= per <= _LONGEST:
            msg = "failures must be 1 to 1000, and per 1 to 86400 seconds."
            raise ConfigurationError(msg)
        self._verifier = verifier
        self._proxies = networks(proxies)
        self._monotonic = monotonic
        # Two, so that a flood of invented key ids makes no address forgotten.
        self._by_address = Failures(limit=failures, per=per)
        self._by_key = Failures(limit=failures, per=per)

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin, as the verifier does.

        Raises:
            AdminAuthError: If the verifier refuses.
            AdminThrottledError: If it has refused this address or key id too often.
        """
        try:
            return await self._verifier.verify(request)
        except AdminAuthError as refusal:
            wait = max(self._counted(request), refusal.retry_after or 0.0)
            if not wait:
                raise
            reason = refusal.reason
        raise AdminThrottledError(reason=reason, retry_after=wait)

    def _counted(self, request: AdminRequest) -> float:
        now = self._monotonic()
        wait = self._by_address.add(client_address(request, self._proxies), now)
        key_id = claimed_key_id(bearer(request) or "")
        return wait if key_id is None else max(wait, self._by_key.add(key_id, now))
