"""Floor 7: the port that every way to authenticate an admin stands behind."""

from typing import Protocol

from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.request import AdminRequest


class AdminAuthVerifier(Protocol):
    """Tells who sent a request. Write your own: one method is all."""

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin who sent *request*.

        Raises:
            AdminAuthError: If that is nobody we know. Its `reason` is for the log; its
                text and status must be the same for every reason.
        """
        ...
