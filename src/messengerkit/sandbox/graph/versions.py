"""Floor 8: which version of the Graph API answers a path; pure.

The table is that of /docs/graph-api/changelog/versions, read on 2026-11-22.
"""

import re

USABLE = tuple(f"v{major}.0" for major in range(21, 27))
"""Every version that can still be called, oldest first."""

OLDEST = USABLE[0]
"""The version that answers calls to none and to expired ones."""

_VERSION = re.compile(r"v([0-9]{1,3})\.([0-9]{1,3})")
_FIRST_USABLE = (21, 0)


def split(path: str) -> tuple[str, tuple[str, ...]]:
    """Return the version that answers *path*, and the path's segments past the version.

    An expired version is forwarded to the oldest usable one, not refused; one that never
    was stays in the segments, an unknown part of the path like any other.
    """
    segments = tuple(part for part in path.split("/") if part)
    match = _VERSION.fullmatch(segments[0]) if segments else None
    if match is None:
        return OLDEST, segments
    if match[0] in USABLE:
        return match[0], segments[1:]
    if (int(match[1]), int(match[2])) < _FIRST_USABLE:
        return OLDEST, segments[1:]
    return OLDEST, segments
