"""Floor 8: the sandbox's own HTTP surface, for curl and for other languages.

Everything under `/_sandbox/`: JSON in, JSON out, and a 400 with one sentence for what
cannot be done.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict

from aiohttp import web

from .courier import Courier, SubscriptionError
from .faultforms import read_fault
from .fields import BadInputError, Fields
from .graph import Edge
from .jsontext import JsonObject, compact
from .people import People
from .records import Delivered, Recorded, Webhook
from .state import State

_Do = Callable[[web.Request], Awaitable[JsonObject]]
_EDGES: dict[str, Edge] = {"messages": "messages", "me": "me"}


class Control:
    """The control surface of one sandbox.

    Args:
        state: What it shows.
        people: Whom it lets act.
        courier: Whom it subscribes.
    """

    def __init__(self, state: State, people: People, courier: Courier) -> None:
        self._state = state
        self._people = people
        self._courier = courier

    def routes(self) -> list[web.RouteDef]:
        """Return every route of the surface; what else is under it is a 404."""
        return [
            web.post("/_sandbox/people/{psid}/messages", _answering(self._write)),
            web.post("/_sandbox/people/{psid}/postbacks", _answering(self._tap)),
            web.get("/_sandbox/delivered", _answering(self._show_delivered)),
            web.get("/_sandbox/requests", _answering(self._show_requests)),
            web.get("/_sandbox/webhooks", _answering(self._show_webhooks)),
            web.post("/_sandbox/faults", _answering(self._script)),
            web.post("/_sandbox/subscription", _answering(self._subscribe)),
            web.route("*", "/_sandbox{rest:(/.*)?}", _unknown),
        ]

    async def _write(self, request: web.Request) -> JsonObject:
        fields = Fields(await request.read())
        text = fields.text("text")
        fields.done()
        return {"message_id": await self._people.write(request.match_info["psid"], text)}

    async def _tap(self, request: web.Request) -> JsonObject:
        fields = Fields(await request.read())
        payload, title = fields.text("payload"), fields.text("title")
        fields.done()
        mid = await self._people.tap(request.match_info["psid"], payload, title)
        return {"message_id": mid}

    async def _script(self, request: web.Request) -> JsonObject:
        fields = Fields(await request.read())
        times, path = fields.integer("times", 1), fields.text("path", "messages")
        fault = read_fault(fields)
        fields.done()
        if path not in _EDGES:
            msg = f"the field path must be one of {', '.join(_EDGES)}"
            raise BadInputError(msg)
        self._state.script.add(fault, times=times, path=_EDGES[path])
        return {"scripted": times}

    async def _subscribe(self, request: web.Request) -> JsonObject:
        fields = Fields(await request.read())
        callback_url, token = fields.text("callback_url"), fields.text("verify_token")
        fields.done()
        await self._courier.subscribe(callback_url, token)
        return {"subscribed": True}

    async def _show_delivered(self, request: web.Request) -> JsonObject:
        psid = request.query.get("psid")
        wanted = [one for one in self._state.delivered if psid in {None, one.psid}]
        return {"delivered": _plain(wanted)}

    async def _show_requests(self, _: web.Request) -> JsonObject:
        return {"requests": _plain(self._state.requests)}

    async def _show_webhooks(self, _: web.Request) -> JsonObject:
        return {"webhooks": _plain(self._state.webhooks)}


def _plain(records: Iterable[Delivered | Recorded | Webhook]) -> list[JsonObject]:
    """Return *records* as JSON objects; bodies as text."""
    return [
        {
            name: value.decode(errors="replace") if isinstance(value, bytes) else value
            for name, value in asdict(record).items()
        }
        for record in records
    ]


def _answering(do: _Do) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler that answers with what *do* returns, or with why it could not."""

    async def handler(request: web.Request) -> web.Response:
        try:
            return _json(200, await do(request))
        except (BadInputError, SubscriptionError, ValueError) as error:
            return _json(400, {"error": str(error)})
        except web.HTTPRequestEntityTooLarge:
            return _json(400, {"error": "the body is too large"})

    return handler


async def _unknown(request: web.Request) -> web.Response:
    return _json(404, {"error": f"the sandbox has no {request.method} {request.path}"})


def _json(status: int, body: JsonObject) -> web.Response:
    return web.Response(status=status, body=compact(body), content_type="application/json")
