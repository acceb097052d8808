"""How long Meta's headers ask us to wait."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.usage import LONGEST_WAIT, retry_after

NOON = "Sun, 22 Nov 2026 12:00:00 GMT"


def business_usage(*minutes: object) -> str:
    """Return the header as Meta writes it."""
    entries = [{"type": "messenger", "estimated_time_to_regain_access": one} for one in minutes]
    return json.dumps({"104": entries})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e300"}, LONGEST_WAIT),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 12:01:30 GMT", "date": NOON}, 90.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT", "date": NOON}, None),
        ({"retry-after": "Sun, 22 Nov 2026 12:01:30 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 12:01:30 -0000", "date": NOON}, None),
        ({"x-business-use-case-usage": business_usage(5)}, 300.0),
        ({"x-business-use-case-usage": business_usage(0, 2, 1)}, 120.0),
        ({"x-business-use-case-usage": business_usage(10_000)}, LONGEST_WAIT),
        ({"x-business-use-case-usage": business_usage("5", None, -1, 10**400)}, None),
        ({"x-business-use-case-usage": '{"104": [1, null], "105": {}}'}, None),
        ({"x-business-use-case-usage": "[1]"}, None),
        ({"x-business-use-case-usage": "not JSON"}, None),
        ({"retry-after": "30", "x-business-use-case-usage": business_usage(1)}, 60.0),
    ],
)
def test_the_longest_wait_counts(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, dates and Meta's minutes are read; what makes no sense says nothing."""
    assert retry_after(headers) == seconds


@given(value=st.text(), date=st.text(), usage=st.text())
def test_no_header_can_hurt(value: str, date: str, usage: str) -> None:
    """Whatever stands in the headers, the answer is None or a wait in (0, 3600]."""
    headers = {"retry-after": value, "date": date, "x-business-use-case-usage": usage}
    wait = retry_after(headers)

    assert wait is None or 0 < wait <= LONGEST_WAIT
