"""Floor 8: the Graph API's face over HTTP: reads a request, meets its fault, answers."""

import asyncio
from contextlib import suppress

from aiohttp import web

from . import answers, events
from .answers import Answer
from .calls import RawCall, read
from .courier import Courier
from .faults import Fault, Kind
from .graph import Outgoing, decide, edge_of
from .jsontext import JsonObject
from .records import record
from .refusals import Refusal, unreadable
from .sockets import spoil
from .state import State

_GRANTED = 200
_WITH_HEAD: frozenset[Kind | None] = frozenset({None, "half_body"})


class GraphEndpoint:
    """Answers every request that is not for the sandbox's own control surface.

    Args:
        state: The world that calls act on.
        courier: Who brings the echoes.
        closing: Set when the sandbox closes; nothing waits longer than that.
    """

    def __init__(self, state: State, courier: Courier, closing: asyncio.Event) -> None:
        self._state = state
        self._courier = courier
        self._closing = closing

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer *request*, or let its connection go wrong as scripted."""
        at = self._state.now()
        try:
            raw, problem = await _take(request)
        except ConnectionError:
            # Whoever leaves in the middle of a body has asked nothing, and hears nothing.
            return web.Response()
        edge = edge_of(raw.method, raw.segments, self._state.page)
        fault = self._state.script.take(edge)
        if fault and fault.kind == "slow":
            await self._pause(fault.seconds)
        answer = await self._answer(raw, fault, problem)
        spoiled = _spoils(fault, answer)
        status = answer.status if spoiled in _WITH_HEAD else None
        self._state.requests.append(record(raw, status=status, at=at))
        if spoiled is not None:
            await self._spoil(request, spoiled, answer)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def _answer(self, raw: RawCall, fault: Fault | None, problem: Refusal | None) -> Answer:
        """Return the answer to *raw*, delivering what it sends."""
        if fault and fault.answer:
            return fault.answer
        if fault and fault.kind == "reset":
            # Nobody will see it: the connection goes before the call is even looked at.
            return answers.success({}, version=raw.version)
        body = problem or await self._effect(raw)
        if not isinstance(body, Refusal):
            return answers.success(body, version=raw.version)
        headers = {"Facebook-API-Version": raw.version}
        return answers.error(body, trace=self._state.new_trace(), headers=headers)

    async def _effect(self, raw: RawCall) -> Refusal | JsonObject:
        call = read(raw)
        if isinstance(call, Refusal):
            return call
        state = self._state
        decision = decide(
            call, raw.method, raw.segments, page=state.page, people=state.people, now=state.now()
        )
        if not isinstance(decision, Outgoing):
            return decision
        message = await state.deliver(decision)
        self._courier.send(events.page_wrote(state.page, message))
        return {"recipient_id": message.psid, "message_id": message.mid}

    async def _spoil(self, request: web.Request, kind: Kind, answer: Answer) -> None:
        if kind == "commit_then_silence":
            await self._closing.wait()
        # aiohttp does not send the whole answer after this: it finds the transport closing.
        spoil(kind, request.transport, answer)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()


async def _take(request: web.Request) -> tuple[RawCall, Refusal | None]:
    """Return what came in; a body that is larger than the server takes is left out."""
    problem: Refusal | None = None
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        body, problem = b"", unreadable("the body is too large")
    raw = RawCall(
        method=request.method,
        path=request.path,
        query=request.rel_url.raw_query_string,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )
    return raw, problem


def _spoils(fault: Fault | None, answer: Answer) -> Kind | None:
    """Return what spoils *answer*; a call that was refused had no effect, and is told so."""
    if fault is None or fault.kind in {"answer", "slow"} or answer.status != _GRANTED:
        return None
    return fault.kind
