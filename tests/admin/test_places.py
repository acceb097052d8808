"""What stands in a path for a name in braces, wherever the app is mounted."""

import pytest

from messengerkit.admin import AdminRequest
from messengerkit.admin.places import placed

ROUTE = "/admin/conversation/{id}/priority"


def values(path: str, *, route: str = ROUTE, found: dict[str, str] | None = None) -> object:
    """Return what is found in *path*."""
    request = AdminRequest(method="PUT", path=path, path_values=found or {})
    return placed(route, request).path_values


@pytest.mark.parametrize("prefix", ["", "/v1", "/admin/conversation/x", "/{id}"])
def test_it_is_found_behind_any_prefix(prefix: str) -> None:
    """An app may be mounted wherever it likes."""
    assert values(f"{prefix}/admin/conversation/a.b%20@-/priority") == {"id": "a.b%20@-"}


def test_what_an_adapter_found_stays() -> None:
    """It knows how its framework decodes a path."""
    assert values("/admin/conversation/a/priority", found={"id": "b"}) == {"id": "b"}


@pytest.mark.parametrize(
    "path", ["", "/", "/admin/conversation/a/b/priority", "/admin/conversation/a/priority/", "\n"]
)
def test_another_path_has_nothing(path: str) -> None:
    """Then there is no such thing, and the route says so."""
    assert values(path) == {}


def test_a_path_without_names_is_left_alone() -> None:
    """The request is the same one."""
    request = AdminRequest(method="GET", path="/status")

    assert placed("/status", request) is request


def test_several_names_each_have_their_own() -> None:
    """As in a route of one's own; dots in a path are dots."""
    route = "/a.b/{one}/c/{other}"

    assert values("/x/a.b/1/c/2", route=route) == {"one": "1", "other": "2"}
    assert values("/x/aXb/1/c/2", route=route) == {}
