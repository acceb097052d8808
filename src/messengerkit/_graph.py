"""Floor 3: the Graph protocol without a socket: a call into a request, an answer into a value.

The host and the default version of the Graph API are named here and nowhere else. The
token travels in the `Authorization` header, never in a URL.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from pydantic import SecretStr
from pydantic_core import from_json, to_json

from ._classify import TOO_MANY_REQUESTS, class_of
from ._json import JsonObject, integer, is_object
from ._secret import is_key
from .errors import ConfigurationError, GraphError, LostAnswerError, UnreadableAnswerError
from .signature import appsecret_proof
from .usage import retry_after

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"

_VERSION = re.compile(r"v[1-9]\d?\.\d")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to the Graph API, in our words.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: Segments after the version; each is escaped, so none can leave its place.
        parameters: What a POST sends as its JSON body, and the others in their query.
        repeatable: Whether doing it twice is the same as doing it once.
        fetches: Whether Meta must fetch something from elsewhere before it answers.
        recipient_id: The person it is for, if it is a send.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: tuple[str, ...]
    parameters: JsonObject = field(default_factory=dict[str, object], repr=False)
    repeatable: bool = False
    fetches: bool = False
    recipient_id: str | None = None

    @property
    def name(self) -> str:
        """The call without its parameters, for a log."""
        return f"{self.method} /{'/'.join(self.path)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; the headers hold the token, so `repr` leaves them out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Whom we talk to, and as whom.

    Raises:
        ConfigurationError: If the URL is neither https nor loopback, the version is not
            like "v26.0", or a secret is empty or cannot travel in a header.
    """

    access_token: SecretStr
    app_secret: SecretStr | None = None
    url: str = GRAPH_URL
    version: str = GRAPH_VERSION
    _proof: dict[str, object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _is_safe(self.url):
            msg = "graph_url must be https, or http on loopback: a host, a port, a path, no more"
            raise ConfigurationError(msg)
        if not _VERSION.fullmatch(self.version):
            msg = f"graph_version must look like {GRAPH_VERSION!r}, not {self.version!r}"
            raise ConfigurationError(msg)
        if not _HEADER_SAFE.fullmatch(self.access_token.get_secret_value()):
            msg = "page_access_token is empty, or holds spaces or characters that are not ASCII"
            raise ConfigurationError(msg)
        proof: dict[str, object] = {}
        if self.app_secret is not None:
            if not is_key(self.app_secret):
                msg = "app_secret is empty or is not text; leave it out to call without a proof"
                raise ConfigurationError(msg)
            # The same for every call, so it is made once.
            proof["appsecret_proof"] = appsecret_proof(self.access_token, self.app_secret)
        object.__setattr__(self, "_proof", proof)

    def request_for(self, call: Call, *, timeout: float) -> Request:
        """Return the request that makes *call*, with *timeout* seconds for the whole of it."""
        parameters = {**call.parameters, **self._proof}
        segments = (self.version, *call.path)
        url = f"{self.url.rstrip('/')}/{'/'.join(quote(segment, safe='') for segment in segments)}"
        if call.method != "POST" and parameters:
            url += "?" + urlencode(parameters)
        return Request(
            method=call.method,
            url=url,
            headers={
                "Authorization": f"Bearer {self.access_token.get_secret_value()}",
                "Content-Type": "application/json",
            },
            body=to_json(parameters) if call.method == "POST" else None,
            timeout=timeout,
        )

    def read(self, response: Response) -> JsonObject:
        """Return the JSON object that *response* carries.

        Raises:
            GraphError: One of its subclasses, if there is an `error`, on any status.
            UnreadableAnswerError: If it is not a JSON object, or not a success.
        """
        # Meta quotes a malformed token back ("Malformed access token EAAB…"): it goes no further.
        try:
            value: object = from_json(self._masked(response.body))
        except ValueError:
            value = None
        error = value.get("error") if is_object(value) else None
        if is_object(error):
            raise _error(error, response, sent=is_object(value) and "message_id" in value)
        if response.status == TOO_MANY_REQUESTS:
            raise _error({"message": "Too many requests."}, response)
        if not 200 <= response.status < 300 or not is_object(value) or error is not None:  # noqa: PLR2004  # the class of successes, RFC 9110 §15.3
            msg = f"The answer (HTTP {response.status}) is not one of the Graph API's."
            raise UnreadableAnswerError(msg, http_status=response.status)
        return value

    def _masked(self, body: bytes) -> bytes:
        token = self.access_token.get_secret_value().encode()
        return body.replace(token, b"***").replace(token.replace(b"/", rb"\/"), b"***")


def _error(error: JsonObject, response: Response, *, sent: bool = False) -> GraphError:
    code = integer(error.get("code"))
    subcode = integer(error.get("error_subcode"))
    is_transient = error.get("is_transient") is True
    trace, user_message = error.get("fbtrace_id"), error.get("error_user_msg")
    # An error beside a message id was never seen; if it comes, the message exists.
    cls = class_of(code, subcode, response.status, is_transient=is_transient)
    raised = (LostAnswerError if sent else cls)(
        _clean(error.get("message")),
        code=code,
        subcode=subcode,
        fbtrace_id=_clean(trace) if isinstance(trace, str) else None,
        http_status=response.status,
        retry_after=retry_after(response.headers),
    )
    raised.is_transient = is_transient
    raised.user_message = _clean(user_message) if isinstance(user_message, str) else None
    return raised


def _clean(text: object) -> str:
    """Return *text* as a log can take it: on one line, without control characters, not endless."""
    message = text if isinstance(text, str) else "Meta gave no message."
    return "".join(c if c.isprintable() else " " for c in message[:_LONGEST_TEXT])


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # half an IPv6 address, or a port that is none
        return False
    if parts.query or parts.fragment or parts.username is not None or not parts.hostname:
        return False
    return (url.isascii() and url.isprintable() and parts.scheme == "https") or (
        parts.scheme == "http" and _is_loopback(parts.hostname)
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
