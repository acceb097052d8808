"""Floor 8: the Graph API's face over HTTP: reads a request, meets its fault, answers."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from aiohttp import web

from .faults import Fault, Kind
from .graph import answers, routes
from .graph.answers import Answer
from .graph.calls import RawCall, read
from .graph.handshakes import Handshake
from .graph.reading import Part
from .graph.recipients import psid_of
from .graph.refusals import HANDSHAKE_FAILED, TOO_LARGE, Refusal, Refused, unreadable
from .graph.routes import edge_of
from .jsontext import JsonObject, is_object
from .records import Recorded, body_without_tokens, without_tokens
from .script import Script, Target
from .sockets import spoil
from .webhooks.courier import Courier, SubscriptionError
from .world.world import World

_GRANTED = 200
_WITH_HEAD: frozenset[Kind | None] = frozenset({None, "half_body"})
_HARMLESS: frozenset[Kind] = frozenset(
    {
        "body",
        "graph_error",
        "html",
        "too_many_requests",
        "usage",
        "lagging_reads",
        "slow",
        "slow_answer",
    }
)


@dataclass(slots=True, kw_only=True)
class GraphEndpoint:
    """Answers every request that is not for the sandbox's own control surface.

    Attributes:
        world: What calls act on.
        script: The faults to come.
        courier: Who brings the webhooks.
        closing: Set when the sandbox closes; nothing waits longer than that.
        refusing: Whether connections are refused now; those that are open are reset.
        echo_first: Whether echoes are brought before the answer.
        home: Where the sandbox is.
    """

    world: World
    script: Script
    courier: Courier
    closing: asyncio.Event
    home: str
    echo_first: bool = False
    refusing: bool = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer *request*, or let its connection go wrong as scripted."""
        at = self.world.clock()
        if self.refusing or await self._is_cut_short(request):
            spoil("reset", request.transport, answers.success({}, version=""))
            return web.Response()
        try:
            raw, problem = await _take(request)
        except ConnectionError:
            # Whoever leaves in the middle of a body has asked nothing, and hears nothing.
            return web.Response()
        fault = self._fault(raw)
        if fault and fault.kind == "slow":
            await self._pause(fault.seconds)
        answer = await self._answer(raw, fault, problem)
        if fault and fault.kind == "slow_answer":
            await self._pause(fault.seconds)
        spoiled = _spoils(fault, answer)
        status = answer.status if spoiled in _WITH_HEAD else None
        self._record(raw, status, at)
        if spoiled is not None:
            await self._spoil(request, spoiled, answer)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def _is_cut_short(self, request: web.Request) -> bool:
        """Tell whether a fault strikes *request* while its body is on its way."""
        if not self.script.waiting:
            return False
        raw = _raw(request, b"")
        edge = edge_of(raw, self.world)
        fault = self.script.take(edge, Target, "reset_in_body")
        if fault is None:
            return False
        with suppress(ConnectionError):
            await request.content.readany()
        return True

    def _fault(self, raw: RawCall) -> Fault | None:
        if not self.script.waiting:
            return None
        edge = edge_of(raw, self.world)
        return self.script.take(edge, lambda: _target(raw, self.world))

    async def _answer(self, raw: RawCall, fault: Fault | None, problem: Refusal | None) -> Answer:
        """Return the answer to *raw*, delivering what it sends."""
        if fault and fault.answer:
            return fault.answered(raw.version)
        if fault and fault.kind == "reset":
            # Nobody will see it: the connection goes before the call is even looked at.
            return answers.success({}, version=raw.version)
        lag = fault.seconds if fault and fault.kind == "lagging_reads" else 0.0
        try:
            body = problem or await self._effect(raw, lag)
        except Refused as refused:
            body = refused.refusal
        if isinstance(body, Refusal):
            answer = self._refusal(raw, body)
        else:
            answer = answers.success(body, version=raw.version)
        return replace(answer, headers={**answer.headers, **fault.headers}) if fault else answer

    async def _effect(self, raw: RawCall, lag: float) -> JsonObject:
        ask = routes.ask_of(raw, read(raw), self.world, home=self.home, lag=lag)
        result = routes.do(raw, ask)
        if isinstance(result, Handshake):
            return await self._shake_hands(result)
        brought = self.courier.send(self.world.told())
        if self.echo_first and brought:
            await asyncio.wait(brought)
        return result

    async def _shake_hands(self, asked: Handshake) -> JsonObject:
        try:
            await self.courier.subscribe(asked.app_id, asked.callback_url, asked.verify_token)
        except SubscriptionError as error:
            refusal = replace(HANDSHAKE_FAILED, message=f"{HANDSHAKE_FAILED.message}: {error}")
            raise Refused(refusal) from None
        return {"success": True}

    def _refusal(self, raw: RawCall, refusal: Refusal) -> Answer:
        headers = {"Facebook-API-Version": raw.version}
        return answers.error(refusal, trace=self.world.ids.trace(), headers=headers)

    def _record(self, raw: RawCall, status: int | None, at: float) -> None:
        query, headers = without_tokens(raw.query, raw.headers)
        body = body_without_tokens(raw.body)
        record = Recorded(raw.method, raw.path, query, headers, body, status, at)
        self.world.ledger.requests.append(record)

    async def _spoil(self, request: web.Request, kind: Kind, answer: Answer) -> None:
        if kind == "commit_then_silence":
            await self.closing.wait()
        # aiohttp does not send the whole answer after this: it finds the transport closing.
        spoil(kind, request.transport, answer)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.closing.wait()


async def _take(request: web.Request) -> tuple[RawCall, Refusal | None]:
    """Return what came in; a body that is larger than the server takes is left out."""
    problem: Refusal | None = None
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        is_file = request.content_type == "multipart/form-data"
        body, problem = b"", TOO_LARGE if is_file else unreadable("the body is too large")
    return _raw(request, body), problem


def _raw(request: web.Request, body: bytes) -> RawCall:
    return RawCall(
        method=request.method,
        path=request.path,
        query=request.rel_url.raw_query_string,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def _target(raw: RawCall, world: World) -> Target:
    """Return what *raw* is about; a call that cannot be read is about nobody."""
    try:
        call = read(raw)
    except Refused:
        return Target()
    token = world.tokens.get(str(call.token))
    recipient = Part(call.params, from_form=call.from_form).raw("recipient")
    named = recipient or call.params.get("user_id") or call.params.get("psid")
    node = raw.segments[0] if raw.segments else ""
    page_id = node if node in world.pages else token.page_id if token else None
    page = world.pages.get(page_id or "")
    psid = psid_of(recipient, page) if is_object(recipient) else named
    talks = world.person_behind(node)
    if psid is None:
        psid = node if talks is None else talks.psid
    return Target(page_id, str(psid))


def _spoils(fault: Fault | None, answer: Answer) -> Kind | None:
    """Return what spoils *answer*; a call that was refused had no effect, and is told so."""
    if fault is None or fault.kind in _HARMLESS or answer.status != _GRANTED:
        return None
    return fault.kind
