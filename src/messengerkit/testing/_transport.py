"""Floor 8: a network that gives the answers it was handed, and keeps what it was asked."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import TypeAlias

from typing_extensions import override

from messengerkit._graph import Request, Response
from messengerkit._json import JsonObject, is_object
from messengerkit._multipart import Streamed
from messengerkit._phase import Phase
from messengerkit.errors import ClientClosedError, TransportError

Answer: TypeAlias = Response | Phase | Exception
"""What a call meets: an answer, the phase at which the network fails, or what is raised."""

_ANSWERED = 200  # the status that is told where the rest of an answer is missing


def answer(
    body: JsonObject | bytes = b"{}", *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer of Meta's for a `FakeTransport`.

    Args:
        body: An object, which is sent as JSON, or the bytes themselves.
        status: The HTTP status.
        headers: The headers; names are made lower-case, as every transport gives them.
    """
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.lower(): text for name, text in (headers or {}).items()}, raw)


class FakeTransport:
    """A `Transport` without a network: it gives the answers that it was handed, in their order.

    Hand it to a client as `transport`. A call for which there is no answer is an
    `AssertionError`, which no `except MessengerError` hides.

    Args:
        *answers: What the calls meet, one after the other: what `answer` makes, a `Phase`
            to fail at, or an exception to raise.
        otherwise: A function of the request, async or not, that returns what a call meets
            once *answers* are used up.

    Attributes:
        requests: What it was asked, oldest first; a body that is streamed is read, and
            kept whole.
        closed: Whether it was closed.
    """

    def __init__(
        self,
        *answers: Answer,
        otherwise: Callable[[Request], Answer | Awaitable[Answer]] | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.closed: bool = False
        self._answers = deque(answers)
        self._otherwise = otherwise

    @override
    def __repr__(self) -> str:
        return f"FakeTransport({len(self.requests)} requests, {self.left} answers left)"

    @property
    def left(self) -> int:
        """How many answers were not asked for yet."""
        return len(self._answers)

    async def send(self, request: Request, /) -> Response:
        """Keep *request*, and return the next answer, or raise it.

        Raises:
            TransportError: If the next answer is a phase.
            ClientClosedError: If it was closed.
            AssertionError: If there is no answer left.
        """
        if self.closed:
            msg = "This client was closed."
            raise ClientClosedError(msg)
        await asyncio.sleep(0)  # others take their turn here, as they do at every real call
        if isinstance(request.body, Streamed):
            request = request._replace(body=await _whole(request.body))
        self.requests.append(request)
        met = await self._next(request)
        if isinstance(met, Phase):
            raise _failure(met)
        if isinstance(met, Exception):
            raise met
        return met

    async def aclose(self) -> None:
        """Answer nothing from now on; calling it again does nothing."""
        self.closed = True

    def json(self, number: int = -1) -> JsonObject:
        """Return the JSON body of a request: of the last one, if *number* is not said.

        Raises:
            AssertionError: If there is no such request, or its body is no JSON object.
        """
        try:
            value: object = json.loads(_bytes(self.requests[number]))
        except (IndexError, ValueError):
            value = None
        if not is_object(value):
            msg = f"There is no request {number} with a JSON object for a body in {self!r}."
            raise AssertionError(msg)
        return value

    async def _next(self, request: Request) -> Answer:
        if self._answers:
            return self._answers.popleft()
        if self._otherwise is None:
            asked = f"{request.method} {request.url.partition('?')[0]}"
            msg = f"FakeTransport has no answer left for its request {len(self.requests)}: {asked}"
            raise AssertionError(msg)
        met = self._otherwise(request)
        return await met if isawaitable(met) else met


def _failure(phase: Phase) -> TransportError:
    msg = f"No whole answer from Meta (FakeTransport, {phase.value})."
    status = _ANSWERED if phase is Phase.ANSWERED else None
    return TransportError(msg, phase=phase, http_status=status)


def _bytes(request: Request) -> bytes:
    return request.body if isinstance(request.body, bytes) else b""


async def _whole(body: Streamed) -> bytes:
    return body.head + b"".join([piece async for piece in body.pieces()]) + body.tail
