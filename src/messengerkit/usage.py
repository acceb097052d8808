"""Floor 1: how long Meta asks us to wait, read from an answer's headers; no clock is read.

Platform page: /docs/graph-api/overview/rate-limiting. A header that is missing or
malformed says nothing, and is never an error. All durations are in seconds.
"""

import math
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from pydantic_core import from_json

from ._json import is_list, is_object

LONGEST_WAIT = 3600.0
"""Longer waits are cut to this: an estimate is renewed with every answer."""

_ABSURD = 1e9  # minutes; JSON can spell integers that no float can hold


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the longest wait that *headers* ask for, or None if they ask for none.

    Args:
        headers: An answer's headers, names in lower case.

    Returns:
        Seconds in (0, 3600], from `Retry-After` (seconds, or a date reckoned from the
        answer's own `Date`) and from `estimated_time_to_regain_access` of
        `X-Business-Use-Case-Usage`, which Meta gives in minutes.
    """
    asked = [
        *_from_retry_after(headers),
        *_from_business_usage(headers.get("x-business-use-case-usage", "")),
    ]
    return min(max(asked), LONGEST_WAIT) if asked else None


def _from_retry_after(headers: Mapping[str, str]) -> Iterator[float]:
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value, headers.get("date", ""))
    if math.isfinite(seconds) and seconds > 0:
        yield seconds


def _until(value: str, date: str) -> float:
    try:
        return (parsedate_to_datetime(value) - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _from_business_usage(header: str) -> Iterator[float]:
    try:
        usage: object = from_json(header, allow_inf_nan=False)
    except ValueError:
        return
    for entries in usage.values() if is_object(usage) else ():
        for entry in entries if is_list(entries) else ():
            minutes = entry.get("estimated_time_to_regain_access") if is_object(entry) else 0
            if isinstance(minutes, int | float) and 0 < minutes < _ABSURD:
                yield minutes * 60.0
