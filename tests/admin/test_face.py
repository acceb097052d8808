"""The face as a whole: what is mounted, who may use what, and that nothing makes it raise."""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from admin.kit import (
    ADMIN,
    KEY,
    SEND,
    STATUS,
    Accepting,
    Envelope,
    Headers,
    guide_body,
    guide_headers,
    read,
)

from messengerkit import MessengerError, Phase, SendResult, Webhook
from messengerkit.admin import (
    MAX_BODY,
    METHODS,
    ROUTES,
    TEST_MESSAGE,
    ActionsQuery,
    AdminAnswer,
    AdminAttachmentRequest,
    AdminFace,
    AdminIdentity,
    AdminRequest,
    AdminUpload,
    AuditPage,
    AuditRecord,
    Handler,
    InBackground,
    MemoryIdempotencyKeys,
    RefusedRequests,
    Role,
    Route,
    SharedKeyAuth,
    Wiring,
)
from messengerkit.admin.auth import SessionAuth
from messengerkit.admin.auth.session import COOKIE
from messengerkit.admin.routes import DESK
from messengerkit.errors import (
    AdminForbiddenError,
    BackendError,
    ConfigurationError,
    DeliveryUnknownError,
    TokenError,
    TransportError,
)
from messengerkit.events import Event
from messengerkit.uploads import MAX_UPLOAD

ACTIONS, HEALTH, SESSION, WEBHOOK = (
    "/admin/actions",
    "/admin/health",
    "/admin/session",
    "/webhook",
)
PANEL = "https://panel.example.com"
EVERYTHING = (
    SEND,
    "/admin/send-attachment",
    STATUS,
    HEALTH,
    ACTIONS,
    SESSION,
    WEBHOOK,
)


@dataclass
class Knows:
    """A verifier that finds *admin*, or fails; counts how often it was asked."""

    admin: AdminIdentity = field(default_factory=lambda: AdminIdentity(admin_id=ADMIN))
    failure: BaseException | None = None
    asked: int = 0

    async def verify(self, _request: AdminRequest, /) -> AdminIdentity:
        """Find the admin, or fail."""
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.admin


@dataclass
class Unreadable:
    """An audit log that only takes."""

    records: list[AuditRecord] = field(default_factory=list[AuditRecord])

    async def append(self, record: AuditRecord, /) -> None:
        """Keep *record*."""
        self.records.append(record)


class Kept(Unreadable):
    """An audit log that can be read, too."""

    async def latest(self, _query: ActionsQuery, /) -> AuditPage:
        """Return all."""
        return AuditPage(records=tuple(self.records), next=None)


@dataclass
class Audited(Accepting):
    """A backend with an audit log."""

    audit: Unreadable = field(default_factory=Kept)


@dataclass
class Full(Audited):
    """A backend that can do everything."""

    async def send_attachment(
        self, _admin: AdminIdentity, attachment: AdminAttachmentRequest, /
    ) -> SendResult:
        """Take the attachment."""
        return SendResult(recipient_id=attachment.recipient_id, message_id="m_2")

    async def send_upload(self, _admin: AdminIdentity, upload: AdminUpload, /) -> SendResult:
        """Take the file."""
        return SendResult(recipient_id=upload.recipient_id, message_id="m_3")


@dataclass
class Gate(Accepting):
    """A backend that is asked whom it admits, and may not be able to tell."""

    error: MessengerError | None = None
    asked: list[AdminIdentity] = field(default_factory=list[AdminIdentity])

    async def admits(self, admin: AdminIdentity, /) -> bool:
        """Note the question, and answer it as every backend of page 1."""
        self.asked.append(admin)
        if self.error is not None:
            raise self.error
        return await super().admits(admin)


async def handle_nothing(_event: Event) -> None:
    """Do nothing with an event."""


def events_of(max_body: int = 1000) -> InBackground:
    """Return a receiver of events."""
    webhook = Webhook(app_secrets=["secret"], verify_token="word", max_body=max_body)
    return InBackground(webhook, handle_nothing)


def sessions_of(now: datetime = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)) -> SessionAuth:
    """Return sessions for the panel."""
    return SessionAuth(secrets=["s" * 32], origins=[PANEL], now=lambda: now)


def cookie_of(sessions: SessionAuth, admin: AdminIdentity) -> tuple[str, str]:
    """Return the header by which a browser sends the session of *admin*."""
    request = AdminRequest(method="POST", path=SESSION, headers=(("Origin", PANEL),))
    return ("Cookie", sessions.start(admin, request).cookie.partition(";")[0])


async def ask(
    face: AdminFace,
    path: str = HEALTH,
    *,
    method: str = "GET",
    headers: Headers = (),
    body: bytes = b"",
) -> AdminAnswer:
    """Return the answer of *path*."""
    return await face.respond(
        path, AdminRequest(method=method, path=path, headers=headers, body=body)
    )


async def said(face: AdminFace, path: str = HEALTH, *, headers: Headers = ()) -> Envelope:
    """Return what a GET of *path* says."""
    return read(await ask(face, path, headers=headers))


async def send(face: AdminFace, *, headers: Headers | None = None, **changes: object) -> Envelope:
    """Send the guide's message, with *changes*."""
    body = json.dumps(guide_body(**changes)).encode()
    asked = guide_headers() if headers is None else headers
    return read(await ask(face, SEND, method="POST", headers=asked, body=body))


def allowed(answer: AdminAnswer) -> str:
    """Return the `Allow` header, which is there once."""
    (found,) = [value for name, value in answer.headers if name == "Allow"]
    return found


# What is mounted.


def test_all_routes_of_a_backend_that_can_do_everything() -> None:
    """Each path once, in the order of the table, and none that was not asked for."""
    face = AdminFace(backend=Full(), verifier=Knows(), sessions=sessions_of(), events=events_of())

    assert face.paths == EVERYTHING
    assert face.routes == tuple(one for one in ROUTES if one not in DESK)


@pytest.mark.parametrize(
    ("backend", "missing"),
    [
        (Full(), {SESSION, WEBHOOK}),
        (Full(audit=Unreadable()), {ACTIONS, SESSION, WEBHOOK}),
        (Audited(), {"/admin/send-attachment", SESSION, WEBHOOK}),
        (Accepting(), {"/admin/send-attachment", ACTIONS, SESSION, WEBHOOK}),
    ],
    ids=["full", "unreadable", "text only", "no audit"],
)
def test_a_route_that_nothing_can_serve_is_not_mounted(
    backend: Accepting, missing: Iterable[str]
) -> None:
    """A panel learns from the documentation page what there is, and not from failures."""
    face = AdminFace(backend=backend, verifier=Knows())
    served = [path for path in EVERYTHING if path not in missing]

    assert face.paths == tuple(served)
    assert list(dict.fromkeys(route.path for route in face.routes)) == served


def test_sessions_and_events_are_mounted_when_they_are_there() -> None:
    """Each of them on its own."""
    signing_in = AdminFace(backend=Accepting(), verifier=Knows(), sessions=sessions_of())
    receiving = AdminFace(backend=Accepting(), verifier=Knows(), events=events_of())

    assert set(signing_in.paths) - set(receiving.paths) == {SESSION}
    assert set(receiving.paths) - set(signing_in.paths) == {WEBHOOK}


def test_the_table_can_be_another() -> None:
    """What is not in it is not mounted."""
    face = AdminFace(backend=Full(), verifier=Knows(), routes=(TEST_MESSAGE,))

    assert (face.paths, face.routes) == (("/test-message",), (TEST_MESSAGE,))


def test_a_body_has_the_limit_of_its_path() -> None:
    """What Meta signs is larger than what an admin writes, and a file is the largest."""
    face = AdminFace(backend=Full(), verifier=Knows(), sessions=sessions_of(), events=events_of(7))
    limits = {path: face.max_body(path) for path in face.paths}

    assert limits == {
        **dict.fromkeys(EVERYTHING, MAX_BODY),
        WEBHOOK: 7,
        "/admin/send-attachment": MAX_UPLOAD,
    }


@pytest.mark.parametrize("origins", [["*"], ["http://panel.example"], "https://panel.example"])
def test_an_origin_that_is_none_is_refused(origins: Iterable[str]) -> None:
    """When the face is made, not when the first browser comes."""
    with pytest.raises(ConfigurationError, match="rigin"):
        AdminFace(backend=Accepting(), verifier=Knows(), origins=origins)


# Methods.


METHODS_OF: Mapping[str, str] = {
    SEND: "OPTIONS, POST",
    STATUS: "GET, HEAD, OPTIONS",
    ACTIONS: "GET, HEAD, OPTIONS",
    SESSION: "DELETE, OPTIONS, POST",
    WEBHOOK: "GET, HEAD, OPTIONS, POST",
}


@pytest.mark.parametrize(("path", "allow"), METHODS_OF.items())
async def test_a_method_that_a_path_has_not(path: str, allow: str) -> None:
    """405 lists those that it has, and asks nobody who is there."""
    verifier = Knows()
    face = AdminFace(backend=Full(), verifier=verifier, sessions=sessions_of(), events=events_of())
    missing = [method for method in (*METHODS, "BREW", "get") if method not in allow.split(", ")]
    for method in missing:
        answer = await ask(face, path, method=method)
        done = read(answer)

        assert (done.status, done.error["code"]) == (405, "method_not_allowed")
        assert allowed(answer) == allow
        assert allow in done.message
    assert len(missing) >= 5
    assert verifier.asked == 0


@pytest.mark.parametrize(("path", "allow"), METHODS_OF.items())
async def test_options_tell_the_methods(path: str, allow: str) -> None:
    """To everybody: a browser sends no key with it."""
    verifier = Knows()
    face = AdminFace(backend=Full(), verifier=verifier, sessions=sessions_of(), events=events_of())
    answer = await ask(face, path, method="OPTIONS")

    assert (answer.status, allowed(answer)) == (200, allow)
    assert allow in read(answer).message
    assert verifier.asked == 0


@pytest.mark.parametrize("path", [STATUS, HEALTH])
async def test_head_is_get(path: str) -> None:
    """Status and headers are the same; the server leaves the body out."""
    face = AdminFace(backend=Accepting(), verifier=Knows())

    assert await ask(face, path, method="HEAD") == await ask(face, path)


async def test_head_needs_a_key_where_get_does() -> None:
    """It is no way around."""
    face = AdminFace(backend=Accepting(), verifier=SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN))

    assert (await ask(face, HEALTH, method="HEAD")).status == 401
    assert (await ask(face, STATUS, method="HEAD")).status == 200


def own_route(method: str, *, wired: bool = True) -> Route:
    """Return a route of a user's own."""

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        return AdminAnswer(
            status=299, headers=(), body=f"{request.method} {admin.admin_id}".encode()
        )

    def wire(_wiring: Wiring) -> Handler | None:
        return handle if wired else None

    return Route(method=method, path="/own", summary="Own.", wire=wire)


async def test_a_route_of_ones_own() -> None:
    """It is served like ours, to whoever is known."""
    face = AdminFace(backend=Accepting(), verifier=Knows(), routes=(own_route("PATCH"),))
    answer = await ask(face, "/own", method="PATCH")

    assert (answer.status, answer.body) == (299, f"PATCH {ADMIN}".encode())


def test_a_route_of_ones_own_that_nothing_serves_is_not_mounted() -> None:
    """As ours."""
    routes = (own_route("PATCH", wired=False), own_route("PUT"))
    face = AdminFace(backend=Accepting(), verifier=Knows(), routes=routes)

    assert face.routes == routes[1:]


async def test_a_path_with_options_of_its_own_lists_them_once() -> None:
    """A method is in `Allow` once, whoever answers it."""
    routes = (own_route("OPTIONS"), own_route("PUT"))
    face = AdminFace(backend=Accepting(), verifier=Knows(), routes=routes)

    assert allowed(await ask(face, "/own", method="GET")) == "OPTIONS, PUT"
    assert (await ask(face, "/own", method="OPTIONS")).status == 299


# Who may.


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.AGENT, {ACTIONS: 403, HEALTH: 200, STATUS: 200}),
        (Role.SUPERVISOR, {ACTIONS: 200, HEALTH: 200, STATUS: 200}),
    ],
)
async def test_what_the_others_did_is_for_supervisors(
    role: Role, statuses: Mapping[str, int]
) -> None:
    """An agent is told so by a 403, and does everything else."""
    face = AdminFace(backend=Full(), verifier=Knows(AdminIdentity(admin_id=ADMIN, role=role)))
    found = {path: (await said(face, path)).status for path in statuses}

    assert found == statuses


async def test_a_role_that_is_too_low_is_told_and_recorded() -> None:
    """By what it would need; and whoever tried is in the log."""
    backend = Audited()
    face = AdminFace(backend=backend, verifier=Knows())
    done = await said(face, ACTIONS)

    assert (done.error["code"], done.message) == (
        "admin_forbidden",
        "This needs the role supervisor.",
    )
    assert [(one.admin_id, one.action) for one in backend.audit.records] == [
        (ADMIN, "refused_request")
    ]


@pytest.mark.parametrize(
    ("pages", "status"),
    [(None, 200), (frozenset({"1"}), 200), (frozenset({"2", "1"}), 200), (frozenset({"2"}), 403)],
    ids=["all", "this", "two", "another"],
)
async def test_an_admin_of_some_pages_uses_these_only(
    pages: frozenset[str] | None, status: int
) -> None:
    """The backend knows which page it is; who may use all is not asked about."""
    backend = Gate()
    admin = AdminIdentity(admin_id=ADMIN, pages=pages)
    face = AdminFace(backend=backend, verifier=Knows(admin))
    done = await send(face)

    assert done.status == status
    assert len(backend.sent) == (1 if status == 200 else 0)
    assert backend.asked == ([] if pages is None else [admin])


async def test_an_admin_of_no_page_uses_none() -> None:
    """An empty list is not the same as none: it admits nowhere."""
    backend = Gate()
    face = AdminFace(
        backend=backend, verifier=Knows(AdminIdentity(admin_id=ADMIN, pages=frozenset()))
    )
    done = await send(face)

    assert (done.status, done.message) == (403, "This admin may not use this page.")
    assert backend.sent == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TransportError("No answer.", phase=Phase.NOT_SENT), 503),
        (TokenError("Dead.", code=190), 502),
        (BackendError("Away."), 500),
    ],
)
async def test_a_backend_that_cannot_tell_admits_nobody(error: MessengerError, status: int) -> None:
    """Its own error is the answer, and nothing is sent."""
    backend = Gate(error=error)
    admin = AdminIdentity(admin_id=ADMIN, pages=frozenset({"1"}))
    done = await send(AdminFace(backend=backend, verifier=Knows(admin)))

    assert (done.status, done.message) == (status, str(error))
    assert backend.sent == []


async def test_public_routes_ask_nobody() -> None:
    """Neither who is there nor which page it is."""
    verifier, backend = Knows(), Gate()
    face = AdminFace(backend=backend, verifier=verifier, events=events_of(), sessions=sessions_of())
    statuses = [
        (await ask(face, STATUS)).status,
        (await ask(face, WEBHOOK)).status,
        (await ask(face, WEBHOOK, method="POST")).status,
        (await ask(face, SESSION, method="DELETE")).status,
    ]

    assert statuses == [200, 403, 401, 200]
    assert (verifier.asked, backend.asked) == (0, [])


def public_routes() -> set[tuple[str, str]]:
    """Return method and path of the routes that ask for no admin."""
    return {(route.method, route.path) for route in (*ROUTES, TEST_MESSAGE) if route.public}


def test_which_routes_are_public() -> None:
    """Status, signing out, and what Meta calls; a new one does not become public by itself."""
    assert public_routes() == {
        ("GET", STATUS),
        ("DELETE", SESSION),
        ("GET", WEBHOOK),
        ("POST", WEBHOOK),
    }


async def test_the_body_of_another_admin_is_forbidden() -> None:
    """403 by name, and it is recorded under the name that was proved."""
    backend = Audited()
    face = AdminFace(backend=backend, verifier=Knows())
    done = await send(face, admin_id="somebody-else")

    assert (done.status, done.error["code"]) == (403, "admin_forbidden")
    assert backend.sent == []
    assert [one.admin_id for one in backend.audit.records] == [ADMIN]


# Sessions beside keys.


SUPERVISOR = AdminIdentity(admin_id="susan", role=Role.SUPERVISOR)
AGENT = AdminIdentity(admin_id="alice")


async def test_a_session_is_enough() -> None:
    """The verifier is not asked for it, or it would count a failure for each click."""
    sessions, verifier = sessions_of(), Knows()
    face = AdminFace(backend=Full(), verifier=verifier, sessions=sessions)
    done = await said(face, ACTIONS, headers=(cookie_of(sessions, SUPERVISOR),))

    assert done.status == 200
    assert verifier.asked == 0


async def test_a_key_counts_more_than_a_cookie() -> None:
    """A browser adds its old cookie by itself; whoever sends a key means it."""
    sessions, verifier = sessions_of(), Knows(AGENT)
    face = AdminFace(backend=Full(), verifier=verifier, sessions=sessions)
    headers = (("Authorization", "Bearer key"), cookie_of(sessions, SUPERVISOR))
    done = await said(face, ACTIONS, headers=headers)

    assert done.status == 403
    assert verifier.asked == 1


async def test_a_wrong_key_is_not_mended_by_a_cookie() -> None:
    """The cookie of another must not speak for who sends a key."""
    sessions = sessions_of()
    verifier = SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN)
    face = AdminFace(backend=Full(), verifier=verifier, sessions=sessions)
    headers = (("Authorization", "Bearer wrong"), cookie_of(sessions, SUPERVISOR))

    assert (await said(face, HEALTH, headers=headers)).status == 401


async def test_without_a_good_session_the_verifier_decides() -> None:
    """It may know who is there by something else than a header of the name `Authorization`."""
    verifier = Knows(AGENT)
    face = AdminFace(backend=Full(), verifier=verifier, sessions=sessions_of())

    assert (await said(face, HEALTH, headers=(("Cookie", f"{COOKIE}=x"),))).status == 200
    assert (await said(face, HEALTH)).status == 200
    assert verifier.asked == 2


async def test_neither_a_session_nor_a_key_is_a_401() -> None:
    """The one that tells nothing of either."""
    verifier = SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN)
    face = AdminFace(backend=Full(), verifier=verifier, sessions=sessions_of())
    done = await said(face, HEALTH)

    assert (done.status, done.message) == (401, "Authentication failed.")


# Whatever goes wrong.


async def test_a_path_that_is_not_mounted_is_a_mistake_of_the_adapter(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A 500, and the log tells which path; nothing is raised."""
    done = await said(AdminFace(backend=Accepting(), verifier=Knows()), "/nowhere")

    assert (done.status, done.error["code"]) == (500, "backend")
    assert "GET /nowhere failed" in caplog.text


async def test_a_verifier_that_breaks_lets_nobody_in(caplog: pytest.LogCaptureFixture) -> None:
    """500, logged, and nothing is sent."""
    backend = Accepting()
    done = await send(AdminFace(backend=backend, verifier=Knows(failure=ZeroDivisionError("!"))))

    assert (done.status, done.message) == (500, "The backend failed.")
    assert backend.sent == []
    assert "ZeroDivisionError" in caplog.text


async def test_an_error_of_ours_from_a_verifier_has_its_status() -> None:
    """Such as a key set that could not be fetched."""
    failure = TransportError("No answer.", phase=Phase.NOT_SENT)
    done = await send(AdminFace(backend=Accepting(), verifier=Knows(failure=failure)))

    assert (done.status, done.error["code"]) == (503, "transport")


async def test_an_unknown_outcome_is_no_failure() -> None:
    """202, for whoever reads a failure sends again."""
    backend = Accepting(failure=DeliveryUnknownError("Nobody knows."))
    done = await send(AdminFace(backend=backend, verifier=Knows()))

    assert (done.status, done.success) == (202, True)


async def test_a_request_that_is_given_up_is_not_answered() -> None:
    """The cancellation goes through: the server wants its task back."""
    face = AdminFace(backend=Accepting(), verifier=Knows(failure=asyncio.CancelledError()))
    with pytest.raises(asyncio.CancelledError):
        await send(face)


async def test_a_refusal_is_recorded_in_the_backends_log() -> None:
    """By default, and only who may not: mistakes are no attack."""
    backend = Audited()
    face = AdminFace(backend=backend, verifier=SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN))
    await send(face, headers=guide_headers(key="wrong"))
    await send(face, message_text="")
    await ask(face, SEND)

    assert [(one.admin_id, one.error) for one in backend.audit.records] == [
        ("anonymous", "AdminAuthError")
    ]


async def test_refusals_can_be_recorded_elsewhere() -> None:
    """What is handed in is used, and the backend's log is left alone."""
    backend, elsewhere = Audited(), Kept()
    face = AdminFace(
        backend=backend,
        verifier=Knows(failure=AdminForbiddenError("Not you.")),
        refused=RefusedRequests(elsewhere),
    )
    await send(face)

    assert len(elsewhere.records) == 1
    assert backend.audit.records == []


async def test_without_an_audit_log_a_refusal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A backend need not have one."""
    caplog.set_level(logging.WARNING)
    face = AdminFace(backend=Accepting(), verifier=SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN))
    done = await send(face, headers=())

    assert done.status == 401
    assert f"POST {SEND} refused: wrong key" in caplog.text


async def test_two_faces_can_share_their_keys() -> None:
    """A request that comes again may reach another of them."""
    keys, backend = MemoryIdempotencyKeys(), Accepting()
    faces = [AdminFace(backend=backend, verifier=Knows(), idempotency=keys) for _ in range(2)]
    alone = AdminFace(backend=backend, verifier=Knows())
    headers = (*guide_headers(), ("Idempotency-Key", "key-1"))
    answers = [await send(face, headers=headers) for face in (*faces, alone)]

    assert len(backend.sent) == 2
    assert ["Idempotent-Replayed" in one.headers for one in answers] == [False, True, False]
