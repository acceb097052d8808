"""Floor 7: the address that a request came from, past the proxies that you name and no others.

Only `X-Forwarded-For` is read. `Forwarded` (RFC 7239) is ignored: a proxy that writes the
one passes the other through as the client sent it, so only one of them can be believed.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from messengerkit.errors import ConfigurationError

from .request import AdminRequest

Address: TypeAlias = IPv4Address | IPv6Address
"""An address; one of IPv4 that is written as IPv6 is one of IPv4."""
Network: TypeAlias = IPv4Network | IPv6Network
"""A network, or one address alone."""

UNKNOWN = "unknown"
"""The address of who has none, as behind a Unix socket."""

_HOST = re.compile(r"(?:\[([^\[\]]*)\]|([0-9.]+))(?::[0-9]{1,5})?")
_OWN = 64  # bits of an IPv6 address that name a subscriber, who may use all the others (RFC 6177)


def networks(proxies: Iterable[str]) -> tuple[Network, ...]:
    """Return *proxies*, addresses or networks, as networks.

    Raises:
        ConfigurationError: If one is neither, or is every address there is: a proxy is
            named so that others cannot say where they come from.
    """
    if isinstance(proxies, str):
        msg = "Proxies must be a list of them, not one text."
        raise ConfigurationError(msg)
    return tuple(_network(one) for one in proxies)


def client_address(request: AdminRequest, proxies: tuple[Network, ...]) -> str:
    """Return the address that *request* came from; of an IPv6 address, its /64 network.

    That is `request.peer`, unless *proxies* name it: then it is the nearest address in
    `X-Forwarded-For` that they do not name. Each proxy appends whom it saw, so what a
    client wrote there itself stands further left, and is never reached.
    """
    found = _address(request.peer or "")
    if found is None:
        return UNKNOWN
    hops = ",".join(request.values("x-forwarded-for")).split(",")
    while hops and any(found in network for network in proxies):
        hop = _address(hops.pop())
        if hop is None:
            break
        found = hop
    return str(ip_network((found, _OWN), strict=False) if isinstance(found, IPv6Address) else found)


def _network(given: str) -> Network:
    address = _address(given)
    try:
        network = ip_network(given.strip() if address is None else address)
    except ValueError:
        network = None
    if network is None or network.prefixlen == 0:
        msg = f"{given!r} names no proxy: it must be an address, or a network like 10.0.0.0/8."
        raise ConfigurationError(msg)
    return network


def _address(given: str) -> Address | None:
    text = given.strip(" \t")
    host = _HOST.fullmatch(text)
    if host is not None:
        text = host[1] or host[2] or ""
    try:
        # The zone of a link-local address names an interface of ours, not who is behind it.
        return _plain(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
