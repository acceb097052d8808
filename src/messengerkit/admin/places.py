"""Floor 7: what stands in a request's path where its route has a name in braces."""

import re
from dataclasses import replace
from functools import cache

from .request import AdminRequest

_NAME = re.compile(r"\{([a-z_]+)\}")


def placed(path: str, request: AdminRequest) -> AdminRequest:
    """Return *request* with its path's values; those that its adapter found stay.

    Args:
        path: The route's, at the end of which the request's own may have anything before it.
        request: The request.
    """
    if "{" not in path or request.path_values:
        return request
    found = _pattern(path).search(request.path)
    return request if found is None else replace(request, path_values=found.groupdict())


@cache
def _pattern(path: str) -> re.Pattern[str]:
    parts = _NAME.split(path)  # by turns what is written, and a name
    written = [re.escape(part) for part in parts[::2]]
    named = [f"(?P<{name}>[^/]+)" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(written, [*named, ""], strict=True)) + r"\Z")
