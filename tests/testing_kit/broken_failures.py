"""Transports that break the rules of failures and of the end."""

import asyncio
from typing import ClassVar

from typing_extensions import override

from messengerkit import AiohttpTransport, MessengerError, Phase, TransportError
from messengerkit.testing import Request, Response, answer


class Told(AiohttpTransport):
    """It tells a phase by the class of the error alone."""

    phase: ClassVar[Phase]

    async def send(self, request: Request, /) -> Response:
        """Send, and tell the same whatever happened."""
        try:
            return await super().send(request)
        except TransportError as error:
            raise TransportError(str(error), phase=self.phase) from None


class Unsent(Told):
    """It takes every failure for one before the call left."""

    phase = Phase.NOT_SENT


class Sent(Told):
    """It takes every failure for one after the call left."""

    phase = Phase.SENT


class Answered(Told):
    """It takes every failure for half an answer."""

    phase = Phase.ANSWERED


class Foreign(AiohttpTransport):
    """It lets an error through that is not ours."""

    async def send(self, request: Request, /) -> Response:
        """Send, and raise another error."""
        try:
            return await super().send(request)
        except MessengerError as error:
            msg = "foreign"
            raise OSError(msg) from error


class Answers(AiohttpTransport):
    """It makes an answer of every failure."""

    async def send(self, request: Request, /) -> Response:
        """Send, and answer in any case."""
        try:
            return await super().send(request)
        except MessengerError:
            return answer(status=500)


class Patient(AiohttpTransport):
    """It takes twenty times as long as it has."""

    async def send(self, request: Request, /) -> Response:
        """Send with another timeout."""
        return await super().send(request._replace(timeout=request.timeout * 20))


class Repeats(AiohttpTransport):
    """It sends once more what was lost."""

    async def send(self, request: Request, /) -> Response:
        """Send once or twice."""
        try:
            return await super().send(request)
        except TransportError:
            return await super().send(request)


class Late(AiohttpTransport):
    """It keeps an answer that came late for whoever calls next."""

    def __init__(self) -> None:
        super().__init__()
        self._left: list[asyncio.Future[Response]] = []

    async def send(self, request: Request, /) -> Response:
        """Send, or give what is left from before."""
        if self._left:
            return await self._left.pop()
        call = asyncio.ensure_future(super().send(request._replace(timeout=20)))
        self._left.append(call)
        done, _ = await asyncio.wait({call}, timeout=request.timeout)
        if not done:
            msg = "late"
            raise TransportError(msg)
        return self._left.pop().result()


class BreaksOnce(AiohttpTransport):
    """It is of no use after a failure."""

    async def send(self, request: Request, /) -> Response:
        """Send, and close when it fails."""
        try:
            return await super().send(request)
        except TransportError:
            await self.aclose()
            raise


class Tells(AiohttpTransport):
    """It shows in its error what must not show."""

    async def send(self, request: Request, /) -> Response:
        """Send, and tell more than it should."""
        try:
            return await super().send(request)
        except TransportError as error:
            raise TransportError(self.shows(request), phase=error.phase) from None

    def shows(self, request: Request) -> str:
        """Return what it shows of *request*."""
        raise NotImplementedError


class TellsToken(Tells):
    """It shows the token."""

    @override
    def shows(self, request: Request) -> str:
        """Show it."""
        return str(request.headers)


class TellsQuery(Tells):
    """It shows the query."""

    @override
    def shows(self, request: Request) -> str:
        """Show it."""
        return request.url.partition("?")[2]


class TellsUrl(Tells):
    """It shows the URL."""

    @override
    def shows(self, request: Request) -> str:
        """Show it."""
        return request.url.partition("?")[0]


class Discreet(AiohttpTransport):
    """Its own error is fine, and the one behind it is not."""

    async def send(self, request: Request, /) -> Response:
        """Send by a transport that tells the token."""
        try:
            return await super().send(request)
        except TransportError as error:
            cause = OSError(request.headers["Authorization"])
            raise TransportError(str(error), phase=error.phase) from cause


class Deaf(AiohttpTransport):
    """It makes an error of ours of a cancellation."""

    async def send(self, request: Request, /) -> Response:
        """Send, and take a cancellation for a failure."""
        try:
            return await super().send(request)
        except asyncio.CancelledError:
            msg = "cancelled"
            raise TransportError(msg) from None


class GoesOn(AiohttpTransport):
    """It is not to be cancelled."""

    async def send(self, request: Request, /) -> Response:
        """Send in a task of its own, and wait for it in any case."""
        call = asyncio.ensure_future(super().send(request))
        while not call.done():
            try:
                await asyncio.wait({call})
            except asyncio.CancelledError:
                continue
        return call.result()


class ClosesOnce(AiohttpTransport):
    """It cannot be closed twice."""

    _over = False

    async def aclose(self) -> None:
        """Close, or fail."""
        await super().aclose()
        if self._over:
            raise RuntimeError
        self._over = True


class Reopens(AiohttpTransport):
    """It opens again when it is used."""

    async def send(self, request: Request, /) -> Response:
        """Send, closed or not."""
        self._closed = False
        return await super().send(request)


class ClosedAsFailed(AiohttpTransport):
    """It takes being closed for a failure of the network."""

    async def send(self, request: Request, /) -> Response:
        """Send, and raise the wrong error."""
        try:
            return await super().send(request)
        except TransportError:
            raise
        except MessengerError:
            msg = "closed"
            raise TransportError(msg) from None


class Cancels(AiohttpTransport):
    """It cancels whoever calls it."""

    async def send(self, _request: Request, /) -> Response:
        """Be cancelled by nobody."""
        raise asyncio.CancelledError
