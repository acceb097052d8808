"""Floor 8: the sandbox's own HTTP surface, for curl, for browsers and for other languages.

Everything under `/_sandbox/`: JSON in, JSON out, and a 400 with one sentence for what
cannot be done.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from messengerkit.sandbox.acts import Acts
from messengerkit.sandbox.jsontext import JsonObject, compact
from messengerkit.sandbox.outage import Outage
from messengerkit.sandbox.script import Script
from messengerkit.sandbox.webhooks.courier import SubscriptionError
from messengerkit.sandbox.world.world import World

from .feed import stream
from .fields import BadInputError, Fields
from .files import chat_file, sent_file
from .guard import is_foreign
from .openapi import document
from .operations import Asked, Operation
from .people import PEOPLE
from .things import THINGS

OPERATIONS: tuple[Operation, ...] = (*PEOPLE, *THINGS)
"""All that can be asked in JSON."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """The control surface of one sandbox.

    Args:
        world: What it shows and changes.
        script: The faults to come.
        acts: What people can do.
        outage: What lets the sandbox be down.
        is_local_name: Tells whether a host name is one by which the sandbox is reached.
    """

    def __init__(
        self,
        world: World,
        script: Script,
        acts: Acts,
        outage: Outage,
        is_local_name: Callable[[str], bool],
    ) -> None:
        self._world = world
        self._script = script
        self._acts = acts
        self._outage = outage
        self._is_local_name = is_local_name

    def routes(self) -> list[web.RouteDef]:
        """Return every route of the surface; what else is under it is a 404."""
        asked = [
            web.route(one.method, f"/_sandbox{one.path}", self._guarded(self._answering(one)))
            for one in OPERATIONS
        ]
        return [
            *asked,
            web.get("/_sandbox/changes", self._guarded(self._changes)),
            web.get("/_sandbox/openapi.json", self._guarded(self._document)),
            web.get("/_sandbox/chat/{name:.*}", self._guarded(chat_file)),
            web.get("/_sandbox/media/{medium_id}/{name:.*}", self._sent_file),
            web.get("/_sandbox", self._guarded(_to_chat)),
            web.get("/_sandbox/", self._guarded(_to_chat)),
            web.get("/_sandbox/chat", self._guarded(_to_chat)),
            web.route("*", "/_sandbox{rest:(/.*)?}", self._guarded(_unknown)),
        ]

    def shielded(self, handler: _Handler) -> _Handler:
        """Return *handler* for calls that no page of another origin made; clients send no origin.

        A form can be posted from any page to any port, and the sandbox's token is no secret.
        """
        guarded = self._guarded(handler)

        async def shielded(request: web.Request) -> web.StreamResponse:
            is_page = "Origin" in request.headers or "Sec-Fetch-Site" in request.headers
            return await (guarded if is_page else handler)(request)

        return shielded

    def _guarded(self, handler: _Handler) -> _Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if is_foreign(request.headers, self._is_local_name):
                return _json(403, {"error": "pages of other origins may not ask"})
            return await handler(request)

        return guarded

    def _answering(self, operation: Operation) -> _Handler:
        """Return the handler that answers with what is done, or with why it could not be."""

        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                return _json(200, await operation.do(await self._asked(request, operation)))
            except (BadInputError, SubscriptionError, ValueError) as error:
                return _json(400, {"error": str(error)})
            except web.HTTPRequestEntityTooLarge:
                return _json(400, {"error": "the body is too large"})
            except ConnectionError:
                return web.Response()  # nobody is there any more to hear it

        return handler

    async def _asked(self, request: web.Request, operation: Operation) -> Asked:
        body = await request.read()
        fields = Fields(b"" if operation.is_file else body)
        if not operation.takes:
            fields.done()
        _refuse_other_parameters(request, operation)
        return Asked(
            request=request,
            fields=fields,
            data=body if operation.is_file else b"",
            world=self._world,
            script=self._script,
            acts=self._acts,
            outage=self._outage,
        )

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        return await stream(request, self._world.changes, self._outage.endpoint.closing)

    async def _document(self, _: web.Request) -> web.StreamResponse:
        return _json(200, document(OPERATIONS))

    async def _sent_file(self, request: web.Request) -> web.StreamResponse:
        return sent_file(request, self._world.media)


def _refuse_other_parameters(request: web.Request, operation: Operation) -> None:
    known = {*operation.asks, *({"page_id"} & operation.takes.keys())}
    if unknown := request.query.keys() - known:
        msg = f"nothing here has the parameter {', '.join(sorted(unknown))}"
        raise BadInputError(msg)


async def _to_chat(_: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "/_sandbox/chat/"})


async def _unknown(request: web.Request) -> web.StreamResponse:
    return _json(404, {"error": f"the sandbox has no {request.method} {request.path}"})


def _json(status: int, body: JsonObject) -> web.Response:
    return web.Response(status=status, body=compact(body), content_type="application/json")
