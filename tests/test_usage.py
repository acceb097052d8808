"""What Meta's headers tell: how much of the limits is used, and how long to wait."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.usage import LONGEST_WAIT, Usage, retry_after, usage

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


APP, PAGE, BUSINESS = "x-app-usage", "x-page-usage", "x-business-use-case-usage"
LIMITED = (
    '{"104": [{"type": "pages", "call_count": 3, "total_time": 1, "total_cputime": 1,'
    ' "estimated_time_to_regain_access": 0}, {"type": "messenger", "call_count": 107,'
    ' "total_time": 20, "total_cputime": 20, "estimated_time_to_regain_access": 5}],'
    ' "105": [{"type": "messenger", "call_count": 9}]}'
)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, Usage()),
        ({"content-type": "application/json"}, Usage()),
        ({APP: '{"call_count":28,"total_time":25,"total_cputime":25}'}, Usage(percent=28.0)),
        ({PAGE: '{"call_count":1,"total_time":85,"total_cputime":2}'}, Usage(percent=85.0)),
        ({APP: '{"total_cputime": 12.5}', PAGE: '{"call_count": 3}'}, Usage(percent=12.5)),
        ({APP: '{"call_count": 0}'}, Usage(percent=0.0)),
        ({BUSINESS: LIMITED}, Usage(percent=107.0, wait=300.0)),
        ({BUSINESS: LIMITED, APP: '{"call_count": 120}'}, Usage(percent=120.0, wait=300.0)),
        ({APP: '{"call_count": "28", "total_time": null, "total_cputime": true}'}, Usage()),
        ({APP: '{"call_count": -1, "total_time": 1e300, "total_cputime": 7}'}, Usage(percent=7.0)),
        ({APP: '{"call_count": 1' + 400 * "0" + "}"}, Usage()),
        ({APP: "[28]"}, Usage()),
        ({APP: '{"call_count": NaN}'}, Usage()),
        ({APP: "not JSON", PAGE: '{"call_count": 3}'}, Usage(percent=3.0)),
        ({APP: "", PAGE: "", BUSINESS: "", "retry-after": ""}, Usage()),
        (
            {BUSINESS: '{"104": {"call_count": 9}, "105": [[], {"call_count": 8}]}'},
            Usage(percent=8),
        ),
        ({"retry-after": "7"}, Usage(wait=7.0)),
    ],
)
def test_the_highest_percentage_counts(headers: dict[str, str], told: Usage) -> None:
    """Over all limits that the answer tells about; what makes no sense says nothing."""
    assert usage(headers) == told


@given(app=st.text(), page=st.text(), business=st.text(), wait=st.text())
def test_no_usage_can_hurt(app: str, page: str, business: str, wait: str) -> None:
    """Whatever stands in the headers, the wait is that of `retry_after`."""
    headers = {APP: app, PAGE: page, BUSINESS: business, "retry-after": wait}

    assert usage(headers).wait == retry_after(headers)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["call_count", "total_time", "104"]), inner)
    ),
)


@given(app=JSON, business=JSON)
def test_no_json_can_hurt(app: object, business: object) -> None:
    """Whatever JSON the headers hold, the percentage is None or a number from 0 up."""
    told = usage({APP: json.dumps(app), BUSINESS: json.dumps(business)})

    assert told.percent is None or 0 <= told.percent < 1e9
