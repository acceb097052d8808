"""What no route of ours answers yet, and one of a user's may: a header that comes twice."""

import importlib.util

import pytest
from contract.servers import ADAPTERS, EXAMPLES

from messengerkit.admin import AdminAnswer

TWO = (("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_header_that_comes_twice_goes_out_twice(adapter: str) -> None:
    """`AdminAnswer` has pairs, and a mapping would lose one."""
    spec = importlib.util.spec_from_file_location(adapter, EXAMPLES / adapter / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    headers = module.outgoing(AdminAnswer(status=200, headers=TWO, body=b"x")).headers
    # In the order of the adapters: Starlette, Werkzeug and aiohttp each have their own name.
    every = getattr(headers, "getlist", None) or headers.getall

    assert every("Set-Cookie") == ["a=1", "b=2"]
    assert every("Content-Type") == ["text/plain"]
