"""Floor 9: shows pages in a browser where there is one; elsewhere it does nothing, at once."""

import os
import sys
import threading
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import suppress


def has_display(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether somebody could see a browser's window on this machine."""
    if platform in {"win32", "darwin"}:
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def show_pages(urls: Sequence[str]) -> threading.Thread:
    """Open *urls* in the background, so that a browser which is slow, or none, holds up nothing.

    Returns:
        The thread that does it, which ends with the process.
    """
    opening = threading.Thread(target=_open, args=(urls,), daemon=True)
    opening.start()
    return opening


def _open(urls: Sequence[str]) -> None:
    # The addresses are printed as well.
    with suppress(webbrowser.Error, OSError):
        browser = webbrowser.get()
        # Exactly this class is what runs in the terminal itself, and would take it over.
        if type(browser) is not webbrowser.GenericBrowser:
            for url in urls:
                browser.open(url)
