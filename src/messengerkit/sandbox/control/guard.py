"""Floor 8: keeps pages of other origins, and of other names, away from the control surface; pure.

A page in a browser can POST to any port of the machine, and by DNS rebinding read what
comes back. The sandbox has no secrets worth reading, but its tests must not be disturbed.
"""

from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit


def is_foreign(headers: Mapping[str, str], is_local_name: Callable[[str], bool]) -> bool:
    """Tell whether a request was made by a page of another origin; a link that leads here is none.

    Args:
        headers: The headers of the request.
        is_local_name: Tells whether a host name is one by which the sandbox is reached.
    """
    host = headers.get("Host", "")
    if not is_local_name(_split(f"http://{host}").hostname or ""):
        return True
    is_visit = headers.get("Sec-Fetch-Mode") == "navigate" and "Origin" not in headers
    if not is_visit and headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return True
    origin = headers.get("Origin")
    return origin is not None and _split(origin).netloc != host


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")  # what is no URL has no name, and so not ours
