"""Floor 8: one rule for transports: what the server does, and what a transport must make of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from messengerkit._graph import Request, Response
from messengerkit._multipart import Streamed
from messengerkit._phase import Phase
from messengerkit.errors import TransportError

from ._wire import Behaviour, Wire

if TYPE_CHECKING:
    # At run time it would import aiohttp, which who tests a transport may not use.
    from messengerkit._transport import Transport

TOKEN = "EAATheTokenThatNoErrorShows"  # noqa: S105  # of nobody
SECRET = "EAAAnotherOneInTheQuery"  # noqa: S105  # of nobody
PATH = "/v26.0/me/messages"
PATIENCE = 5.0
"""Seconds that a call has which is meant to be answered, and that a late one may be late."""


class Asked(TypedDict, total=False):
    """What a request has otherwise than by default."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | Streamed | None
    timeout: float


def request(url: str, **asked: Unpack[Asked]) -> Request:
    """Return a request to *url*: by default a POST of `{}` with a token."""
    return Request(
        method=asked.get("method", "POST"),
        url=url + asked.get("target", PATH),
        headers=asked.get(
            "headers", {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        ),
        body=asked.get("body", b"{}"),
        timeout=asked.get("timeout", PATIENCE),
    )


@dataclass(frozen=True, eq=False)
class Trial:
    """A transport, and the server that it is tried with."""

    transport: "Transport"
    wire: Wire

    async def send(self, **asked: Unpack[Asked]) -> Response:
        """Return what the transport makes of a request to the server."""
        return await self.transport.send(request(self.wire.url, **asked))

    async def goes_on(self) -> None:
        """Require that the next call gets its own answer."""
        answer = await self.send()
        require(answer.body == b"{}", f"the next call got the answer {answer.body!r}")

    async def failure(self, *phases: Phase, url: str = "", **asked: Unpack[Asked]) -> None:
        """Require that a request fails at one of *phases*, and in time."""
        began, sent = time.monotonic(), request(url or self.wire.url, **asked)
        error = await failed(self.transport, sent)
        seconds = time.monotonic() - began
        require(error.phase in phases, f"the phase is {error.phase.value}")
        status = error.http_status
        if error.phase is Phase.ANSWERED:
            require(status == 200, f"http_status is {status}, not 200")  # noqa: PLR2004  # OK
        else:
            require(status is None, f"http_status is {status}, and there was no status")
        late = seconds - sent.timeout
        require(late < PATIENCE, f"it took {seconds:.1f} s, and had {sent.timeout:g}")


class Rule(NamedTuple):
    """What every transport keeps.

    Attributes:
        promise: The rule, in a sentence.
        behaviour: What the server does with each connection.
        check: Tries a transport; it raises if the rule is broken.
    """

    promise: str
    behaviour: Behaviour
    check: Callable[[Trial], Awaitable[None]]


def require(kept: bool, seen: str) -> None:  # noqa: FBT001  # it reads as an assert does
    """Tell what was *seen*, unless the rule is *kept*.

    Raises:
        AssertionError: If it is not.
    """
    if not kept:
        raise AssertionError(seen)


async def failed(transport: "Transport", asked: Request) -> TransportError:
    """Return the error with which *asked* fails.

    Raises:
        AssertionError: If there is another error, or none.
    """
    # As a value, so that a transport which cancels is told from one that is cancelled.
    (met,) = await asyncio.gather(transport.send(asked), return_exceptions=True)
    if isinstance(met, TransportError):
        return met
    if isinstance(met, BaseException):
        msg = f"{type(met).__name__} was raised, which is no TransportError"
        raise AssertionError(msg) from met  # noqa: TRY004  # a broken rule, not a wrong argument
    msg = f"it gave an answer, with status {met.status}"
    raise AssertionError(msg)


def shown_by(error: BaseException | None) -> Iterator[str]:
    """Yield what a log or an error tracker could show of *error*, its cause and its context."""
    if error is not None:
        yield f"{error} {error!r} {error.args!r} {vars(error)!r}"
        yield from shown_by(error.__cause__)
        yield from shown_by(error.__context__)
