"""Floor 7: the routes by which a panel and a monitor watch the backend.

What changes goes out as server-sent events: https://html.spec.whatwg.org/#server-sent-events.
An adapter hands over whole bodies, so that each answer ends, and a browser comes again with
the id of the last event that it had.
"""

from messengerkit.admin.answers import json_of, text
from messengerkit.admin.backend import ChangeEvent, Changes, TellsChanges, TellsFigures
from messengerkit.admin.desk_schemas import EventsQuery
from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import EVENT_STREAM, checked, query_of

from .route import Handler, Route
from .wiring import Wiring

_FIGURES = "text/plain; version=0.0.4"


def _metrics(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, TellsFigures):
        return None

    async def handle(_request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
        return text(_FIGURES, await backend.metrics())

    return handle


def _events(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, TellsChanges):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        after = _after(request)
        # Whoever wants the head alone waits for nothing: it begins now.
        changes = await backend.changes(admin, None if request.method == "HEAD" else after)
        return text(EVENT_STREAM, _stream(changes))

    return handle


def _after(request: AdminRequest) -> str | None:
    query, last = query_of(request, EventsQuery), request.values("last-event-id")
    # A browser that comes again asks the same query; of two headers neither is to be believed.
    return checked(EventsQuery, {"after": ",".join(last)}).after if last else query.after


def _stream(changes: Changes) -> str:
    events = "".join(map(_event, changes.events))
    # An id without data is no event: it only tells where to go on from.
    return f"retry: {changes.retry}\n\n{events}id: {changes.cursor}\n\n"


def _event(one: ChangeEvent) -> str:
    return f"id: {one.id}\nevent: {one.kind}\ndata: {json_of(one.data)}\n\n"


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/admin/events",
        summary="Tell what changes, as server-sent events.",
        wire=_events,
        query=EventsQuery,
        media_type=EVENT_STREAM,
    ),
    Route(
        method="GET",
        path="/admin/metrics",
        summary="Tell a monitor the backend's figures.",
        wire=_metrics,
        media_type=_FIGURES,
    ),
)
