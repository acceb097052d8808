"""Floor 9: the panel's files at /panel/, of the same origin as the routes that it calls."""

from collections.abc import Iterable

from aiohttp import web

from .panel import headers, panel_file

PANEL = "/panel/"


def panel_routes(pictures: Iterable[str] = ()) -> list[web.RouteDef]:
    """Return the routes of the panel.

    Args:
        pictures: Origins without https from which pictures may come, as a sandbox's.
    """
    served_with = headers(pictures)

    async def serve(request: web.Request) -> web.Response:
        found = panel_file(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(
            body=found.body, content_type=found.content_type, charset="utf-8", headers=served_with
        )

    async def lead(_request: web.Request) -> web.Response:
        raise web.HTTPFound(PANEL)

    return [
        web.get("/", lead),
        web.get(PANEL.rstrip("/"), lead),
        web.get(PANEL + "{name:.*}", serve),
    ]
