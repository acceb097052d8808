"""Floor 9: one request to the backend, whose answer is a value, also where none came."""

import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import aiohttp

_SECONDS = 6.0  # for one request
_MOST = 64 * 1024  # bytes of an answer that are read
_NOTHING: Mapping[str, str] = MappingProxyType({})
_WHY: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid: Meta refuses it, too"),
    (aiohttp.ClientConnectorDNSError, "there is no host of that name"),
    (UnicodeError, "no host can have that name"),
    (aiohttp.ClientConnectorError, "nothing listens there, or nothing that can be reached"),
    (TimeoutError, f"none came within {_SECONDS:g} seconds"),
    (aiohttp.ClientError, "what came is no answer of HTTP, or broke off"),
)
"""Why no answer came: the first one that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the backend answered.

    Attributes:
        status: The HTTP status, or 0 if no answer came.
        headers: The headers by their names in lower case; what came twice has a comma.
        body: The first part of the body.
        why: Why no answer came.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    why: str = ""

    @property
    def told(self) -> str:
        """What to tell of it: the status, or why there is none."""
        return f"HTTP {self.status}" if self.status else f"no answer: {self.why}"

    @property
    def is_success(self) -> bool:
        """Whether it grants what was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004  # the class of successes, RFC 9110 §15.3

    @property
    def is_refusal(self) -> bool:
        """Whether it is the fault of who asked, as the backend says."""
        return 400 <= self.status < 500  # noqa: PLR2004  # the class of client errors, as above

    @property
    def is_no_route(self) -> bool:
        """Whether there is nothing at this path, or nothing for this method."""
        return self.status in {404, 405}


class Backend:
    """The backend that is looked at.

    Args:
        session: Makes the requests.
        url: Where it is, without the paths of the routes.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    async def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] = _NOTHING,
        query: Mapping[str, str] = _NOTHING,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer to one request; it is not made again, and no redirect is followed."""
        try:
            answer = await self._session.request(
                method,
                self._url + path,
                headers=headers,
                params=query,
                data=body,
                allow_redirects=False,
            )
            return await _read(answer)
        except (aiohttp.ClientError, TimeoutError, UnicodeError) as error:
            return _unanswered(error)


@contextlib.asynccontextmanager
async def reaching(url: str) -> AsyncGenerator[Backend]:
    """Give the backend at *url*."""
    timeout, jar = aiohttp.ClientTimeout(total=_SECONDS), aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as session:
        yield Backend(session, url)


async def _read(answer: aiohttp.ClientResponse) -> Answer:
    names = {name.lower() for name in answer.headers}
    headers = {name: ", ".join(answer.headers.getall(name)) for name in names}
    body = bytearray()
    async with answer:
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > _MOST:
                break
    return Answer(status=answer.status, headers=headers, body=bytes(body[:_MOST]))


def _unanswered(error: Exception) -> Answer:
    return Answer(why=next(why for cls, why in _WHY if isinstance(error, cls)))
