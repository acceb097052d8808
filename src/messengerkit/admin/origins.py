"""Floor 7: origins of web pages: which are ours, compared as browsers write them."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from messengerkit.errors import ConfigurationError

from .request import AdminRequest

# As a browser serialises an origin: no path, no user, an explicit port only if it is not the
# scheme's own (https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin).
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {("http", "80"), ("https", "443")}


def origins_from(given: Iterable[str]) -> frozenset[str]:
    """Return *given* as a browser would write them in an `Origin` header.

    Raises:
        ConfigurationError: If one is not an origin, such as "*", or is http and not loopback.
    """
    if isinstance(given, str):
        msg = "Origins must be a list of them, not one text."
        raise ConfigurationError(msg)
    return frozenset(_checked(one) for one in given)


def origin_of(request: AdminRequest) -> str | None:
    """Return the `Origin` of *request*; None if there is none, "" if there are several."""
    values = request.values("origin")
    if not values:
        return None
    return values[0] if len(values) == 1 else ""


def _checked(given: str) -> str:
    match = _ORIGIN.fullmatch(given.strip().rstrip("/").lower())
    if match is None or not _is_safe(match[1], match[0]):
        msg = f"{given!r} is not an origin: it must be https://host, or http:// on loopback."
        raise ConfigurationError(msg)
    scheme, host, port = match.groups()
    return f"{scheme}://{host}" + (
        f":{port}" if port and (scheme, port) not in _DEFAULT_PORTS else ""
    )


def _is_safe(scheme: str, origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        _ = parts.port
        host = parts.hostname or ""
        local = host == "localhost" or host.endswith(".localhost")
        return scheme == "https" or local or ip_address(host).is_loopback
    except ValueError:  # half an IPv6 address, a port that is none, or a name that is not loopback
        return False
