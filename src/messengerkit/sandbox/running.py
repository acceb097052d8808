"""Floor 8: what exists between the start of a sandbox and its end."""

import asyncio
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from aiohttp import web

from .acts import Acts
from .control.surface import Control
from .endpoint import GraphEndpoint
from .listening import Listener
from .outage import Outage
from .script import Script
from .webhooks.courier import Courier
from .webhooks.habits import Habits
from .world.world import World

_LARGEST = 26 * 2**20  # bytes of a body: the largest file, and what stands around it
_SHUTDOWN = 2.0  # seconds for handlers that nothing else ends


@dataclass(slots=True, kw_only=True)
class Running:
    """A sandbox that listens.

    Attributes:
        home: Where, without a slash at its end.
        acts: What people can do.
        courier: Who brings webhooks.
        outage: What lets it be down.
    """

    home: str
    acts: Acts
    courier: Courier
    outage: Outage
    _runner: web.AppRunner
    _closing: asyncio.Event

    async def aclose(self) -> None:
        """Stop listening; first what handlers wait for, then they, then what they left behind."""
        self._closing.set()
        self.outage.listener.stop()
        await self.courier.cancel()
        await self._runner.cleanup()
        await self.courier.aclose()


async def start(
    world: World,
    script: Script,
    *,
    host: str,
    port: int,
    delays: Sequence[float],
    patience: float,
    habits: Habits,
    seed: str,
) -> Running:
    """Return a sandbox that listens on *host* and *port*.

    Raises:
        OSError: If the port is taken.
    """
    courier = Courier(world, delays=delays, patience=patience, habits=habits, seed=seed)
    acts = Acts(world=world, courier=courier, home="")
    endpoint = GraphEndpoint(
        world=world,
        script=script,
        courier=courier,
        closing=asyncio.Event(),
        home="",
        echo_first=habits.echo_first,
    )
    outage = Outage(endpoint=endpoint)
    runner = _runner(endpoint, Control(world, script, acts, outage, _named(host)))
    try:
        await runner.setup()
        serve = cast("web.Server", runner.server)  # which it has from its setup on
        outage.listener = Listener(serve, script.strikes_connection, host, port)
        acts.home = endpoint.home = url_of(*await outage.listener.start())
    except BaseException:
        await runner.cleanup()
        await courier.aclose()
        raise
    return Running(
        home=acts.home,
        acts=acts,
        courier=courier,
        outage=outage,
        _runner=runner,
        _closing=endpoint.closing,
    )


def _runner(endpoint: GraphEndpoint, control: Control) -> web.AppRunner:
    """Return what serves both the Graph API and the control surface."""
    app = web.Application(client_max_size=_LARGEST)
    app.add_routes(control.routes())
    app.router.add_route("*", "/{path:.*}", control.shielded(endpoint.handle))
    # Meta documents no compressed bodies: here they are bytes that are not JSON.
    return web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN, auto_decompress=False)


def _named(host: str) -> Callable[[str], bool]:
    """Return what tells the names by which a sandbox on *host* is reached."""
    if is_loopback(host):
        return is_loopback
    return lambda _: True  # whoever exposes it may give it any name


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches *host*."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url_of(host: str, port: int) -> str:
    """Return the URL of *host* and *port*; an IPv6 address stands in brackets.

    Every address of the machine is no address to call; its own is.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # it is replaced
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
