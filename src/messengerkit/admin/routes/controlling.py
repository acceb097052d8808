"""Floor 7: the routes that take conversations, give them back, and decide about messages."""

from messengerkit.admin.answers import done
from messengerkit.admin.backend import Controls, TellsTyping
from messengerkit.admin.desk_schemas import (
    ControlRequest,
    PriorityRequest,
    SettleRequest,
    TypingRequest,
)
from messengerkit.admin.identity import AdminIdentity, check_named
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import body_of

from .route import Handler, Route
from .wiring import Wiring

_CHANGING = (200, 404, 409)


def _control(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, Controls):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        asked = body_of(request, ControlRequest)
        check_named(asked.admin_id, admin)
        return done(f"Done: {asked.action}.", await backend.control(admin, asked))

    return handle


def _priority(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, Controls):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        asked = body_of(request, PriorityRequest)
        check_named(asked.admin_id, admin)
        data = await backend.set_priority(admin, request.named("id"), asked.priority)
        return done(f"The priority is {asked.priority}.", data)

    return handle


def _typing(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, TellsTyping):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        asked = body_of(request, TypingRequest)
        check_named(asked.admin_id, admin)
        await backend.typing(admin, request.named("id"), asked)
        return done("The others know.", {})

    return handle


def _human_replied(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, Controls):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        data = await backend.mark_human_replied(admin, request.named("id"))
        return done("A person has replied.", data)

    return handle


def _settle(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, Controls):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        asked = body_of(request, SettleRequest)
        data = await backend.settle(admin, request.named("id"), asked)
        return done(f"Done: {asked.settlement}.", data)

    return handle


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/admin/conversation/control",
        summary="Take a conversation, give it back, end it, or switch its bot.",
        wire=_control,
        statuses=_CHANGING,
        body=ControlRequest,
    ),
    Route(
        method="PUT",
        path="/admin/conversation/{id}/priority",
        summary="Give a conversation another priority.",
        wire=_priority,
        statuses=_CHANGING,
        body=PriorityRequest,
    ),
    Route(
        method="POST",
        path="/admin/conversation/{id}/typing",
        summary="Let other admins see that one is about to answer.",
        wire=_typing,
        statuses=(200, 404),
        body=TypingRequest,
    ),
    Route(
        method="POST",
        path="/admin/message/{id}/mark-human-replied",
        summary="Note that a person has answered a message.",
        wire=_human_replied,
        statuses=_CHANGING,
    ),
    Route(
        method="POST",
        path="/admin/message/{id}/settle",
        summary="Decide about a message of which nobody could find out whether it arrived.",
        wire=_settle,
        statuses=(*_CHANGING, 502),
        body=SettleRequest,
    ),
)
