"""Floor 1: how much of its limits a page has used, and how long Meta asks us to wait.

Both are read from an answer's headers; no clock is read.

Platform page: /docs/graph-api/overview/rate-limiting. A header that is missing or
malformed says nothing, and is never an error. All durations are in seconds.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from pydantic_core import from_json

from ._json import JsonObject, is_list, is_object

LONGEST_WAIT = 3600.0
"""Longer waits are cut to this: an estimate is renewed with every answer."""

_ABSURD = 1e9  # JSON can spell integers that no float can hold
_FIELDS = ("call_count", "total_time", "total_cputime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an answer's headers tell about the limits.

    Attributes:
        percent: The highest percentage of any limit that was used, above 100 beyond it;
            None if none was told, which Meta also does while little is used.
        wait: The wait that was asked for, in (0, 3600]; None if none was.
    """

    percent: float | None = None
    wait: float | None = None


_NOTHING = Usage()


def usage(headers: Mapping[str, str]) -> Usage:
    """Return what *headers* tell about the limits.

    Args:
        headers: An answer's headers, names in lower case.

    Returns:
        The highest of `call_count`, `total_time` and `total_cputime` over `X-App-Usage`,
        `X-Page-Usage` and `X-Business-Use-Case-Usage`, and the wait of `retry_after`.
    """
    if not (
        "x-business-use-case-usage" in headers
        or "x-app-usage" in headers
        or "x-page-usage" in headers
        or "retry-after" in headers
    ):
        return _NOTHING
    business = list(_business(headers))
    entries = [_object(headers, "x-app-usage"), _object(headers, "x-page-usage"), *business]
    return Usage(percent=max(_percentages(entries), default=None), wait=_wait(headers, business))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the longest wait that *headers* ask for, or None if they ask for none.

    Args:
        headers: An answer's headers, names in lower case.

    Returns:
        Seconds in (0, 3600], from `Retry-After` (seconds, or a date reckoned from the
        answer's own `Date`) and from `estimated_time_to_regain_access` of
        `X-Business-Use-Case-Usage`, which Meta gives in minutes.
    """
    return _wait(headers, _business(headers))


def _wait(headers: Mapping[str, str], business: Iterable[JsonObject]) -> float | None:
    asked = max((*_from_retry_after(headers), *_from_business_usage(business)), default=None)
    return None if asked is None else min(asked, LONGEST_WAIT)


def _from_retry_after(headers: Mapping[str, str]) -> Iterator[float]:
    value = headers.get("retry-after")
    if value is None:
        return
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


def _from_business_usage(business: Iterable[JsonObject]) -> Iterator[float]:
    for entry in business:
        minutes = entry.get("estimated_time_to_regain_access")
        if isinstance(minutes, int | float) and 0 < minutes < _ABSURD:
            yield minutes * 60.0


def _percentages(entries: Iterable[JsonObject]) -> Iterator[float]:
    for entry in entries:
        for name in _FIELDS:
            percent = entry.get(name)
            if isinstance(percent, bool) or not isinstance(percent, int | float):
                continue
            if 0 <= percent < _ABSURD:
                yield float(percent)


def _business(headers: Mapping[str, str]) -> Iterator[JsonObject]:
    for entries in _object(headers, "x-business-use-case-usage").values():
        for entry in entries if is_list(entries) else ():
            if is_object(entry):
                yield entry


def _object(headers: Mapping[str, str], name: str) -> JsonObject:
    header = headers.get(name)
    if header is None:
        return {}
    try:
        value: object = from_json(header, allow_inf_nan=False)
    except ValueError:
        return {}
    return value if is_object(value) else {}
