"""Floor 7: the admin face: every request to it becomes one answer, whatever goes wrong."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from messengerkit.errors import (
    AdminAuthError,
    AdminForbiddenError,
    BackendError,
    DeliveryUnknownError,
    HandshakeError,
    MessengerError,
    MethodNotAllowedError,
    PartialSendError,
    SignatureError,
)

from .answers import answer, refusal, unknown
from .auth import AdminAuthVerifier
from .auth.chain import AnyOf
from .auth.session import SessionAuth
from .backend import AdminBackend, KeepsAudit, SendsUploads
from .cors import Cors
from .idempotency import IdempotencyKeys, MemoryIdempotencyKeys
from .identity import ANONYMOUS, AdminIdentity, Role
from .origins import origins_from
from .places import placed
from .receiving import EventReceiver
from .refused import RefusedRequests
from .request import AdminAnswer, AdminRequest
from .routes import ROUTES
from .routes.route import Handler, Route
from .routes.wiring import Wiring
from .schemas import MAX_BODY, AdminResponse

_log = logging.getLogger("messengerkit.admin")

_REFUSALS = (AdminAuthError, AdminForbiddenError, HandshakeError, SignatureError)
"""What tells that somebody came who should not have, or that a setting is wrong."""


class AdminFace:
    """The routes over one backend, for an adapter of any framework to mount.

    An adapter mounts each of `paths` for all of `METHODS`, reads at most `max_body(path)`
    + 1 bytes of a body, hands over an `AdminRequest`, and sends the `AdminAnswer` as it is.
    What stands in a path for a name in braces is found in the request's own path, unless the
    adapter hands it over.

    Args:
        backend: Does what is asked.
        verifier: Tells who asks.
        origins: The web pages, other than those of this server, that may call.
        sessions: Signs browsers in; without it there is no `/admin/session`. It is asked
            first for a request without `Authorization`.
        events: Takes what Meta posts, such as an `InBackground`; without it there is no
            `/webhook`.
        idempotency: Keeps answers for requests that come again; by default in memory. A
            backend that `KeepsKeys` needs none.
        refused: Records refused requests; by default in the backend's audit log.
        routes: The table; add `TEST_MESSAGE` to it to try sends, or routes of your own.

    Raises:
        ConfigurationError: If an origin is none.
    """

    def __init__(
        self,
        *,
        backend: AdminBackend,
        verifier: AdminAuthVerifier,
        origins: Iterable[str] = (),
        sessions: SessionAuth | None = None,
        events: EventReceiver | None = None,
        idempotency: IdempotencyKeys | None = None,
        refused: RefusedRequests | None = None,
        routes: Iterable[Route] = ROUTES,
    ) -> None:
        self._verifier = verifier
        self._by_cookie = verifier if sessions is None else AnyOf(sessions, verifier)
        wiring = Wiring(
            backend=backend,
            idempotency=MemoryIdempotencyKeys() if idempotency is None else idempotency,
            sessions=sessions,
            events=events,
        )
        self._backend = backend
        self._signed_body = events.max_body if events else 0
        self._cors = Cors(origins=origins_from(origins), credentials=sessions is not None)
        if refused is None:
            refused = RefusedRequests(backend.audit if isinstance(backend, KeepsAudit) else None)
        self._refused = refused
        self._table: dict[str, dict[str, tuple[Route, Handler]]] = {}
        takes_files = isinstance(backend, SendsUploads)
        for row in routes:
            route = row if takes_files else replace(row, upload=None)
            max_upload = route.max_upload if route.upload else 0
            handler = route.wire(replace(wiring, max_upload=max_upload))
            if handler is not None:
                self._table.setdefault(route.path, {})[route.method] = (route, handler)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths to mount."""
        return tuple(self._table)

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes that are served, for a documentation page."""
        return tuple(route for methods in self._table.values() for route, _ in methods.values())

    def max_body(self, path: str) -> int:
        """Return the bytes of the largest body on *path*; one byte more is refused."""
        routes = [route for route, _ in self._table[path].values()]
        if any(route.signed for route in routes):
            return self._signed_body
        return max([MAX_BODY, *(route.max_upload for route in routes if route.upload)])

    async def respond(self, path: str, request: AdminRequest) -> AdminAnswer:
        """Return the answer to *request*. Never raises: every failure has its answer.

        Args:
            path: The one of `paths` on which the request came in, whatever is before it.
            request: The request.
        """
        try:
            done = await self._answer(path, request)
        except Exception:  # noqa: BLE001  # a user's backend or verifier may raise anything
            _log.exception("%s %s failed", request.method, path)
            done = refusal(BackendError("The backend failed."))
        return self._cors.stamp(request, done)

    async def _answer(self, path: str, request: AdminRequest) -> AdminAnswer:
        methods = self._table[path]
        # The server leaves the body out of the answer to HEAD; all else is as for GET.
        found = methods.get("GET" if request.method == "HEAD" else request.method)
        if found is None:
            return self._without_route(request, _allowed(methods))
        admin = ANONYMOUS
        try:
            route, handler = found
            if not route.public:
                admin = await self._authenticate(request)
                await self._check(admin, route)
            return await handler(placed(path, request), admin)
        except (DeliveryUnknownError, PartialSendError) as error:
            return unknown(error)
        except _REFUSALS as error:
            await self._refused.note(path, request, error, admin)
            return refusal(error)
        except MessengerError as error:
            return refusal(error)

    def _without_route(self, request: AdminRequest, allowed: str) -> AdminAnswer:
        if request.method != "OPTIONS":
            error = MethodNotAllowedError(f"This path has {allowed}.")
            return refusal(error, ("Allow", allowed))
        response = AdminResponse(success=True, message=f"This path has {allowed}.")
        return answer(200, response, ("Allow", allowed), *self._cors.preflight(request, allowed))

    async def _authenticate(self, request: AdminRequest) -> AdminIdentity:
        # Whoever sends a key means it, even if the browser adds an old cookie by itself.
        with_key = bool(request.values("authorization"))
        return await (self._verifier if with_key else self._by_cookie).verify(request)

    async def _check(self, admin: AdminIdentity, route: Route) -> None:
        if route.role is Role.SUPERVISOR and admin.role is not Role.SUPERVISOR:
            msg = "This needs the role supervisor."
            raise AdminForbiddenError(msg)
        if admin.pages is not None and not await self._backend.admits(admin):
            msg = "This admin may not use this page."
            raise AdminForbiddenError(msg)


def _allowed(methods: Iterable[str]) -> str:
    head = {"HEAD"} if "GET" in methods else set[str]()
    return ", ".join(sorted({*methods, *head, "OPTIONS"}))
