"""Where the backend listens: known before it is there, and called as a browser calls it."""

import socket
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from messengerkit.demo.server import bound, home_of, origins_of, serving


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
async def test_the_url_that_is_told_can_be_used(host: str, shown: str) -> None:
    """The colons of an IPv6 address are not those of a port."""
    try:
        listening = bound(host, 0)
    except OSError as error:  # a machine may have no IPv6
        pytest.skip(f"THIS MACHINE CANNOT LISTEN ON {host}: {error}")
    url, origins = home_of(listening), origins_of(listening)
    async with (
        serving(web.Application(), listening),
        aiohttp.ClientSession() as session,
        session.get(url) as answer,
    ):
        assert answer.status == 404

    assert urlsplit(url).netloc.rpartition(":")[0] == shown
    assert url in origins
    assert len(origins) == 3


def test_a_port_that_is_taken_is_refused() -> None:
    """Before anything else is begun."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(OSError, match="in use"):
        bound("127.0.0.1", other.getsockname()[1])


def test_every_address_is_told_as_one_that_can_be_called() -> None:
    """And browsers on this machine may sign in there."""
    with bound("0.0.0.0", 0) as listening:  # noqa: S104  # for a moment
        port = listening.getsockname()[1]

        assert home_of(listening) == f"http://127.0.0.1:{port}"
        assert home_of(listening) in origins_of(listening)
