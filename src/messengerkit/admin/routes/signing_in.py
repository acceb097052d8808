"""Floor 7: the routes that sign a browser in and out."""

from messengerkit.admin.answers import answer
from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import AdminResponse

from .route import Handler, Route
from .wiring import Wiring


def _sign_in(wiring: Wiring) -> Handler | None:
    sessions = wiring.sessions
    if sessions is None:
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        session = sessions.start(admin, request)
        data: dict[str, object] = {
            "admin_id": admin.admin_id,
            "role": admin.role.value,
            "expires_at": session.expires_at.isoformat(),
        }
        response = AdminResponse(success=True, message="Signed in.", data=data)
        return answer(200, response, ("Set-Cookie", session.cookie))

    return handle


def _sign_out(wiring: Wiring) -> Handler | None:
    sessions = wiring.sessions
    if sessions is None:
        return None

    async def handle(request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
        cookie = sessions.end(request)
        response = AdminResponse(success=True, message="Signed out.")
        return answer(200, response, ("Set-Cookie", cookie))

    return handle


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/admin/session",
        summary="Exchange a key or token for a short-lived cookie, or renew it.",
        wire=_sign_in,
    ),
    Route(
        method="DELETE",
        path="/admin/session",
        summary="End the session and clear its cookie.",
        wire=_sign_out,
        statuses=(200, 403),
        public=True,
    ),
)
