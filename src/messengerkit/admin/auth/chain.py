"""Floor 7: several ways in: whoever one of them lets in, is in."""

from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError, AdminThrottledError, ConfigurationError

from .verifier import AdminAuthVerifier


class AnyOf:
    """Asks *verifiers* in their order, and believes the first that knows who asks.

    Raises:
        ConfigurationError: If there is none.
    """

    def __init__(self, *verifiers: AdminAuthVerifier) -> None:
        if not verifiers:
            msg = "AnyOf needs at least one verifier: without any, nobody could come in."
            raise ConfigurationError(msg)
        self._verifiers = verifiers

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin whom the first verifier finds that finds one.

        Raises:
            AdminThrottledError: If all refuse, and one or more for too many failures; it
                is the one that asks to wait longest.
            AdminAuthError: If all refuse; its reason joins theirs.
        """
        reasons: list[str] = []
        throttled: list[AdminThrottledError] = []
        for verifier in self._verifiers:
            try:
                return await verifier.verify(request)
            except AdminThrottledError as refusal:
                throttled.append(refusal)
            except AdminAuthError as refusal:
                reasons.append(refusal.reason)
        if throttled:
            raise max(throttled, key=lambda refusal: refusal.retry_after or 0.0)
        raise AdminAuthError(reason="; ".join(filter(None, reasons)))
