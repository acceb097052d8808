"""Floor 7: the admin whom a request claims to come from, beside the one whom it proves."""

from messengerkit.admin.identity import same_id
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError


def check_admin(request: AdminRequest, admin_id: str) -> None:
    """Accept *request* if its `X-Admin-User-ID`, if it has one, names *admin_id*.

    Raises:
        AdminAuthError: If it names another, or there are several.
    """
    claimed = request.values("x-admin-user-id")
    if len(claimed) > 1 or not all(same_id(one, admin_id) for one in claimed):
        raise AdminAuthError(reason="wrong admin id")
