"""Floor 7: the guide's way in: one key for the backend, one admin id beside it."""

import hmac
from hashlib import sha256

from pydantic import SecretStr

from messengerkit._secret import revealed
from messengerkit.admin.identity import ID_RULE, AdminIdentity, Role, is_id, same_id
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError, ConfigurationError

from .bearer import bearer, is_bearer


class SharedKeyAuth:
    """Accepts `Authorization: Bearer <key>` together with the right `X-Admin-User-ID`.

    Both are compared in constant time, and always both, so that neither the answer nor
    its time tells which half was wrong.

    Args:
        api_key: The key; visible ASCII characters without a comma.
        admin_user_id: The id of the admin who holds it.

    Raises:
        ConfigurationError: If either is empty or could never be sent in a header.
    """

    def __init__(self, *, api_key: str | SecretStr, admin_user_id: str) -> None:
        digest = _digest_if_key(api_key)
        # A report of a failure below may show this frame's variables.
        del api_key
        if digest is None:
            msg = "The admin API key must be 1 to 8000 visible ASCII characters without a comma."
            raise ConfigurationError(msg)
        if not is_id(admin_user_id):
            msg = f"The admin user id {ID_RULE}"
            raise ConfigurationError(msg)
        self._digest = digest
        self._admin_id = admin_user_id

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin, if the key and the id are both right.

        Raises:
            AdminAuthError: If not.
        """
        admins = request.values("x-admin-user-id")
        right_key = hmac.compare_digest(_digest_of_key(request), self._digest)
        right_admin = same_id(admins[0] if len(admins) == 1 else "", self._admin_id)
        if right_key and right_admin:
            # Whoever holds the only key there is may do everything.
            return AdminIdentity(admin_id=self._admin_id, role=Role.SUPERVISOR)
        raise AdminAuthError(reason="wrong admin id" if right_key else "wrong key")


def _digest_if_key(api_key: str | SecretStr) -> bytes | None:
    key = revealed(api_key)
    return sha256(key.encode()).digest() if is_bearer(key) else None


def _digest_of_key(request: AdminRequest) -> bytes:
    # The key itself stays in this frame, which is gone before anything is raised.
    return sha256((bearer(request) or "").encode()).digest()
