"""Floor 9: the panel, in which people answer: its files, ready to be served by any backend.

It is plain HTML, CSS and JavaScript. What it has in common with the sandbox's chat page is
kept there, and belongs to it all the same: `files` has everything.
"""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files as resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from messengerkit.errors import ConfigurationError

SHARED: tuple[str, ...] = (
    "arrow-keys.js",
    "attachment-view.js",
    "avatar.css",
    "avatar.js",
    "dom.js",
    "drop.js",
    "icons.js",
    "links.js",
    "popover.js",
    "text.js",
    "time.js",
    "tray-view.js",
)
"""What the chat page of the sandbox has as well."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob: https:{more}; media-src 'self' blob: https:{more}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""What each of the files is served with; `headers` fills it in."""

_TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
}
# No folder, no drive, and no file that is hidden.
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")


class PanelFile(NamedTuple):
    """One file of the panel.

    Attributes:
        body: What is in it.
        content_type: Its media type; all are in UTF-8.
    """

    body: bytes
    content_type: str


def panel_file(name: str) -> PanelFile | None:
    """Return a file of the panel, or None if there is none of this name; "" is its page."""
    name = name or "index.html"
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or not _NAME.fullmatch(name):
        return None
    found = _place(name)
    return PanelFile(found.read_bytes(), kind) if found.is_file() else None


def headers(pictures: Iterable[str] = ()) -> Mapping[str, str]:
    """Return what to serve the files with.

    Args:
        pictures: Origins, beside those with https, from which pictures may come.

    Raises:
        ConfigurationError: If one of them is no origin.
    """
    origins = tuple(pictures)
    if not all(map(_ORIGIN.fullmatch, origins)):
        msg = "pictures: each must be an origin, like http://127.0.0.1:8815"
        raise ConfigurationError(msg)
    more = "".join(f" {one}" for one in origins)
    return {name: value.replace("{more}", more) for name, value in HEADERS.items()}


def files() -> tuple[str, ...]:
    """Return the names of all files."""
    own = (one.name for one in _OWN.iterdir() if _NAME.fullmatch(one.name))
    return tuple(sorted({*own, *SHARED}))


def copy_to(folder: Path) -> tuple[str, ...]:
    """Write all files into *folder*, which is made if need be, and return their names.

    Raises:
        OSError: If they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = files()
    for name in names:
        (folder / name).write_bytes(_place(name).read_bytes())
    return names


# By way of the package itself: a backend that serves them need not load the sandbox.
_PACKAGE = resources("messengerkit")
_OWN = _PACKAGE / "demo" / "panel" / "static"
_CHAT = _PACKAGE / "sandbox" / "chat" / "static"


def _place(name: str) -> Traversable:
    return (_CHAT if name in SHARED else _OWN) / name
