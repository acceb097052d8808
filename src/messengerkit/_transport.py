"""Floor 4: one HTTP exchange; with its two neighbours, all that knows aiohttp's client.

Whatever goes wrong becomes a `TransportError` with the `Phase` that was reached. The
phase is told by what was written and what was read: aiohttp raises the same classes
before the call left and after Meta acted on it (aio-libs/aiohttp, client.py).
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

import aiohttp
from multidict import CIMultiDict

from ._bodies import Mark, marked, read_whole
from ._deadlines import Deadlines
from ._graph import Request, Response
from ._phase import Phase
from ._pool import Answer, Pool
from ._straight import UNTIMED, StraightWay
from .errors import ClientClosedError, ConfigurationError, TransportError, WrongLoopError


class Transport(Protocol):
    """The port to the network: one method on plain values, and a door to close."""

    async def send(self, request: Request, /) -> Response:
        """Return the answer to *request*, whatever its status.

        Raises:
            TransportError: If no whole answer came, with the phase that was reached.
            ClientClosedError: If it was closed.
        """
        ...

    async def aclose(self) -> None:
        """Release what the transport holds; calling it again does nothing."""
        ...


class AiohttpTransport:
    """The transport that is used by default: one aiohttp session, made on first use.

    Args:
        session: A session of the caller's; it is used as it is and never closed here.
    """

    def __init__(self, session: aiohttp.ClientSession | None = None) -> None:
        if session is not None and not session.auto_decompress:
            msg = (
                "A session with auto_decompress=False cannot be used: Meta compresses its answers."
            )
            raise ConfigurationError(msg)
        self._session = session
        self._owned = session is None
        self._closed = False
        self._deadlines = Deadlines()
        self._straight: StraightWay | None = None
        self._headers: tuple[Mapping[str, str], CIMultiDict[str]] | None = None

    async def send(self, request: Request, /) -> Response:
        """Return the answer to *request*; redirects are answers, and are not followed.

        A GET whose kept-alive connection turns out to be dead is repeated once by aiohttp
        itself; a POST never is.
        """
        task = asyncio.current_task()
        if task is None:
            msg = "A call to Meta must be awaited inside a task."
            raise WrongLoopError(msg)
        session, mark = self._open(), Mark(written=request.body is None)
        cancelling, late = self._deadlines.begin(task, request.timeout), False
        try:
            if self._straight is not None and self._straight.takes(request):
                return await self._straight.post(request, mark)
            return await self._through(session, request, mark)
        except asyncio.CancelledError:
            late = self._deadlines.ended(task, cancelling)
            if not late:
                raise
            failure = "TimeoutError"
        except Exception as error:  # noqa: BLE001  # the one boundary: no foreign class may pass it
            failure = type(error).__name__
        finally:
            if not late:
                self._deadlines.ended(task, cancelling)
        if mark.failure is not None:
            raise mark.failure
        # Raised outside the handler: aiohttp's error holds the URL and the headers, and as a
        # context it would carry the token into every traceback that shows locals.
        phase = _phase(mark)
        within = f" within {request.timeout:g} s" if late else ""
        msg = f"No whole answer from Meta{within} ({failure}, {phase.value})."
        raise TransportError(msg, phase=phase, http_status=mark.status)

    async def aclose(self) -> None:
        """Close the session, unless it is the caller's; nothing is sent afterwards."""
        self._closed = True
        self._deadlines.clear()
        if self._owned and self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            # A send that was waiting to be repeated must not open a session that nobody closes.
            msg = "This client was closed."
            raise ClientClosedError(msg)
        if self._session is None:
            connector = Pool()
            self._session = aiohttp.ClientSession(connector=connector, response_class=Answer)
            self._straight = StraightWay(connector)
        return self._session

    async def _through(
        self, session: aiohttp.ClientSession, request: Request, mark: Mark
    ) -> Response:
        answer = await session.request(
            request.method,
            request.url,
            data=marked(request.body, mark),
            headers=self._prepared(request.headers),
            timeout=UNTIMED,
            allow_redirects=False,
            raise_for_status=False,  # a session of the caller's may say otherwise
        )
        mark.status = answer.status
        try:
            whole = await read_whole(answer.headers, answer.content)
        except BaseException:
            answer.close()
            raise
        return Response(answer.status, answer.headers, whole)

    def _prepared(self, headers: Mapping[str, str]) -> CIMultiDict[str]:
        # Mostly the same headers again, and aiohttp would make them its own each time.
        if self._headers is None or self._headers[0] is not headers:
            self._headers = (headers, CIMultiDict(headers))
        return self._headers[1]


def _phase(mark: Mark) -> Phase:
    if mark.status is not None:
        return Phase.ANSWERED
    return Phase.SENT if mark.written else Phase.NOT_SENT
