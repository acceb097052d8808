"""Floor 3: the Graph protocol without a socket: a call into a request, an answer into a value.

The host and the default version of the Graph API are named here and nowhere else. The
token travels in the `Authorization` header, never in a URL.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import Literal, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from pydantic import SecretStr
from pydantic_core import from_json, to_json
from typing_extensions import override

from ._classify import TOO_MANY_REQUESTS, class_of
from ._json import JsonObject, JsonValue, integer, is_object
from ._multipart import Streamed
from ._secret import is_key
from .errors import ConfigurationError, GraphError, LostAnswerError, UnreadableAnswerError
from .rates import Rate
from .signature import appsecret_proof
from .usage import retry_after

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"

_VERSION = re.compile(r"v[1-9]\d?\.\d")
OK = 200
_WORD = re.compile(r"[a-z_]+")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_LONGEST_TEXT = 500
_MOST_URLS = 64  # of paths that are kept ready; those with ids in them are many


# Tuples, as they are made for every send: a frozen dataclass takes three times as long.
class Call(NamedTuple):
    """One call to the Graph API, in our words.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: Segments after the version; each is escaped, so none can leave its place.
        parameters: What a POST sends as its JSON body, and the others in their query.
        form: A body to send instead, which is not held in memory.
        repeatable: Whether doing it twice is the same as doing it once.
        fetches: Whether Meta must fetch something from elsewhere before it answers.
        recipient_id: The person it is for, if it is a send.
        rate: What Meta counts it as.
        urgent: Whether a person waits for it.
        secret: What of the parameters must not come back in an error, as Meta quotes it.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: tuple[str, ...]
    parameters: JsonObject = MappingProxyType({})
    form: Streamed | None = None
    repeatable: bool = False
    fetches: bool = False
    recipient_id: str | None = None
    rate: Rate = Rate.OTHER
    urgent: bool = False
    secret: SecretStr | None = None

    @override
    def __repr__(self) -> str:
        return f"Call({self.name})"  # the parameters hold a person's words

    @property
    def name(self) -> str:
        """The call without its parameters and ids, for a log."""
        shown = (name if _WORD.fullmatch(name) else "…" for name in self.path)
        return f"{self.method} /{'/'.join(shown)}"


class Request(NamedTuple):
    """One HTTP request; the headers hold the token, so `repr` leaves them out."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | Streamed | None
    timeout: float

    @override
    def __repr__(self) -> str:
        path = self.url.partition("?")[0]  # a query may hold a token that is to be looked at
        return f"Request({self.method} {path}, timeout={self.timeout})"


class Response(NamedTuple):
    """One HTTP answer; header names are in lower case, or found in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @override
    def __repr__(self) -> str:
        return f"Response(status={self.status})"


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
    _headers: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _urls: dict[tuple[str, ...], str] = field(
        init=False, repr=False, compare=False, default_factory=dict[tuple[str, ...], str]
    )

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
        # One value for all requests, by which the transport knows that it is the same.
        headers = {
            "Authorization": f"Bearer {self.access_token.get_secret_value()}",
            "Content-Type": "application/json",
        }
        object.__setattr__(self, "_headers", MappingProxyType(headers))

    def request_for(self, call: Call, *, timeout: float) -> Request:
        """Return the request that makes *call*, with *timeout* seconds for the whole of it."""
        parameters = {**call.parameters, **self._proof} if self._proof else call.parameters
        url = self._urls.get(call.path) or self._url(call.path)
        if parameters and (call.method != "POST" or call.form is not None):
            url += "?" + urlencode(parameters)
        if call.form is not None:
            return Request(call.method, url, self._form_headers(call.form), call.form, timeout)
        return Request(
            method=call.method,
            url=url,
            headers=self._headers,
            body=to_json(parameters) if call.method == "POST" else None,
            timeout=timeout,
        )

    def _form_headers(self, form: Streamed) -> dict[str, str]:
        headers = {**self._headers, "Content-Type": form.content_type}
        return headers if form.length is None else {**headers, "Content-Length": str(form.length)}

    def _url(self, path: tuple[str, ...]) -> str:
        escaped = "/".join(quote(segment, safe="") for segment in (self.version, *path))
        url = f"{self.url.rstrip('/')}/{escaped}"
        if len(self._urls) < _MOST_URLS:
            self._urls[path] = url
        return url

    def read(self, response: Response, *, secret: SecretStr | None = None) -> JsonObject:
        """Return the JSON object that *response* carries, without the token, and *secret*.

        Raises:
            GraphError: One of its subclasses, if there is an `error`, on any status.
            UnreadableAnswerError: If it is not a JSON object, or not a success.
        """
        # Meta quotes a malformed token back ("Malformed access token EAAB…"): it goes no further.
        try:
            value: JsonValue = from_json(self._masked(response.body, secret))
        except ValueError:
            value = None
        if response.status == OK and isinstance(value, dict) and "error" not in value:
            return value
        error = value.get("error") if is_object(value) else None
        if is_object(error):
            raise _error(error, response, sent=is_object(value) and "message_id" in value)
        if response.status == TOO_MANY_REQUESTS:
            raise _error({"message": "Too many requests."}, response)
        if not 200 <= response.status < 300 or not is_object(value) or error is not None:  # noqa: PLR2004  # the class of successes, RFC 9110 §15.3
            msg = f"The answer (HTTP {response.status}) is not one of the Graph API's."
            raise UnreadableAnswerError(msg, http_status=response.status)
        return value

    def _masked(self, body: bytes, secret: SecretStr | None) -> bytes:
        token = self.access_token.get_secret_value().encode()
        body = body.replace(token, b"***")
        if b"/" in token:
            body = body.replace(token.replace(b"/", rb"\/"), b"***")
        if secret is not None:
            token = secret.get_secret_value().encode()
            body = body.replace(token, b"***").replace(token.replace(b"/", rb"\/"), b"***")
        return body


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
