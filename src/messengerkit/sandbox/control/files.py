"""Floor 8: the files that the sandbox serves: the chat page's, and what people and pages sent.

What was sent can be anything; the headers see to it that none of it runs.
"""

import re
from importlib.resources import files

from aiohttp import web

from messengerkit.sandbox.world.media import Media, kind_of

# No folder, no drive, no file that is hidden; and Windows' own table of types is not to be trusted.
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
_PAGE = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' https: http: data:; media-src 'self' https: http:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_SENT = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_STATIC = files("messengerkit.sandbox") / "chat" / "static"


async def chat_file(request: web.Request) -> web.Response:
    """Answer with a file of the chat page."""
    name = request.match_info["name"] or "index.html"
    found = _STATIC / name
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or not _NAME.fullmatch(name) or not found.is_file():
        raise web.HTTPNotFound
    return web.Response(body=found.read_bytes(), content_type=kind, charset="utf-8", headers=_PAGE)


def sent_file(request: web.Request, media: Media) -> web.Response:
    """Answer with a file that somebody sent; one that is no medium is saved, and not shown."""
    medium = media.find(request.match_info["medium_id"])
    if medium is None:
        raise web.HTTPNotFound
    shown = kind_of(medium.content_type) != "file"
    disposition = "inline" if shown else "attachment"
    kind = medium.content_type if shown else "application/octet-stream"
    return web.Response(
        body=medium.data,
        headers={**_SENT, "Content-Disposition": disposition, "Content-Type": kind},
    )
