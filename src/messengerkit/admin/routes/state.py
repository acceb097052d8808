"""Floor 7: the routes that tell how the backend is, and what was done through it."""

from pydantic_core import to_jsonable_python

from messengerkit.admin.answers import answer, describe, done
from messengerkit.admin.audit import AuditTrail
from messengerkit.admin.backend import KeepsAudit, ListsActions, Status
from messengerkit.admin.identity import AdminIdentity, Role
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import ActionsQuery, AdminResponse, query_of

from .route import Handler, Route
from .wiring import Wiring

_TOLD_TO_ALL = ("code", "advice", "retryable")


def _status(wiring: Wiring) -> Handler:
    async def handle(_request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
        status = await wiring.backend.status()
        problem = {} if status.problem is None else describe(status.problem)
        # The route is public: Meta's own words may name a person or an app: they stay inside.
        told = {key: value for key, value in problem.items() if key in _TOLD_TO_ALL}
        return _state(status, status.data, told)

    return handle


def _health(wiring: Wiring) -> Handler:
    async def handle(_request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
        status = await wiring.backend.status()
        problem = {} if status.problem is None else describe(status.problem)
        return _state(status, {**status.data, **status.details}, problem)

    return handle


def _actions(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, ListsActions):
        return _trail(wiring)

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        data = await backend.actions(admin, query_of(request, ActionsQuery))
        return done("What was done, the newest first.", data)

    return handle


def _trail(wiring: Wiring) -> Handler | None:
    audit = wiring.backend.audit if isinstance(wiring.backend, KeepsAudit) else None
    if not isinstance(audit, AuditTrail):
        return None

    async def handle(request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
        page = await audit.latest(query_of(request, ActionsQuery))
        records: object = to_jsonable_python(page.records)
        text = f"{len(page.records)} actions, the newest first."
        data: dict[str, object] = {"actions": records, "next": page.next}
        return done(text, data)

    return handle


def _state(status: Status, figures: dict[str, object], problem: dict[str, object]) -> AdminAnswer:
    if status.problem is None:
        data: dict[str, object] = {"status": "ok", **figures}
        return answer(200, AdminResponse(success=True, message="Ready to send.", data=data))
    data = {"status": "degraded", **figures, "error": problem}
    return answer(503, AdminResponse(success=False, message="Not ready to send.", data=data))


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/status",
        summary="Tell whether the backend can send.",
        wire=_status,
        statuses=(200, 503),
        public=True,
    ),
    Route(
        method="GET",
        path="/admin/health",
        summary="Tell admins how the backend is, in detail.",
        wire=_health,
        statuses=(200, 503),
    ),
    Route(
        method="GET",
        path="/admin/actions",
        summary="List what admins did and which requests were refused, the newest first.",
        wire=_actions,
        statuses=(200, 404),
        query=ActionsQuery,
        role=Role.SUPERVISOR,
    ),
)
