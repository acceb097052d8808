"""Origins of web pages: only those that a browser could write, and never all of them."""

import pytest

from messengerkit.admin import AdminRequest
from messengerkit.admin.origins import origin_of, origins_from
from messengerkit.errors import ConfigurationError


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://panel.example.com", "https://panel.example.com"),
        ("https://panel.example.com/", "https://panel.example.com"),
        (" https://panel.example.com\n", "https://panel.example.com"),
        ("HTTPS://Panel.Example.COM:443", "https://panel.example.com"),
        ("https://panel.example.com:8443", "https://panel.example.com:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("http://localhost:80", "http://localhost"),
        ("http://panel.localhost:3000", "http://panel.localhost:3000"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_kept_as_a_browser_writes_it(given: str, written: str) -> None:
    """Letters in lower case, no slash at the end, no port that goes without saying."""
    assert origins_from([given]) == {written}


@pytest.mark.parametrize(
    "given",
    [
        "*",
        "null",
        "",
        "panel.example.com",
        "https://*.example.com",
        "https://panel.example.com/panel",
        "https://alice@panel.example.com",
        "https://panel.example.com:99999",
        "https://[::1",
        "https://[:::]",
        "http://panel.example.com",
        "http://localhost.example.com",
        "ftp://panel.example.com",
        "https://pän.example.com",
    ],
)
def test_what_is_no_safe_origin_is_refused(given: str) -> None:
    """Above all the star: with it, every page of the web could ask in an admin's name."""
    with pytest.raises(ConfigurationError, match="is not an origin"):
        origins_from(["https://panel.example.com", given])


def test_one_text_is_not_a_list_of_origins() -> None:
    """A text is a list of letters, and would refuse every page without a word."""
    with pytest.raises(ConfigurationError, match="a list"):
        origins_from("https://panel.example.com")


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ([], None),
        ([("Origin", "https://a.example")], "https://a.example"),
        ([("origin", "https://a.example"), ("Origin", "https://b.example")], ""),
    ],
)
def test_an_origin_that_is_sent_twice_is_none_of_ours(
    headers: list[tuple[str, str]], origin: str | None
) -> None:
    """One that was not sent differs from several, of which none can be believed."""
    request = AdminRequest(method="POST", path="/admin/session", headers=headers)

    assert origin_of(request) == origin
