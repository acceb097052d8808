"""Floor 7: the routes that Meta calls: the handshake, and the events."""

import logging

from messengerkit.admin.answers import answer, text
from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import AdminResponse
from messengerkit.errors import EventsNotTakenError, WebhookError

from .route import Handler, Route
from .wiring import Wiring

_log = logging.getLogger("messengerkit.admin")


def _handshake(wiring: Wiring) -> Handler | None:
    receiver = wiring.events
    if receiver is None:
        return None

    async def handle(request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
        # Without the envelope: Meta compares the text.
        return text("text/plain; charset=utf-8", receiver.challenge(request.parameters))

    return handle


def _events(wiring: Wiring) -> Handler | None:
    receiver = wiring.events
    if receiver is None:
        return None

    async def handle(request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
        try:
            await receiver.receive(request.headers, request.body)
        except WebhookError as error:
            if isinstance(error, EventsNotTakenError):
                _log.error("Events could not be taken: %s", error)
            raise
        except Exception as error:
            # Meta delivers again what it gets a 503 for, so nothing is lost.
            _log.exception("Events could not be taken.")
            msg = "The events could not be taken."
            raise EventsNotTakenError(msg) from error
        return answer(200, AdminResponse(success=True, message="EVENT_RECEIVED"))

    return handle


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/webhook",
        summary="Answer Meta's handshake.",
        wire=_handshake,
        statuses=(200, 403),
        public=True,
        media_type="text/plain",
    ),
    Route(
        method="POST",
        path="/webhook",
        summary="Take the events that Meta has signed.",
        wire=_events,
        statuses=(200, 400, 401, 413, 503),
        public=True,
        signed=True,
    ),
)
