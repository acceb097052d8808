"""Starting, closing, and what the package promises of itself."""

import ast
import asyncio
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from sandbox.kit import VERIFY_TOKEN, Backend

import messengerkit.sandbox
from messengerkit.sandbox import Page, Sandbox
from messengerkit.sandbox.running import url_of

SOURCE = Path(messengerkit.sandbox.__file__).parent


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])  # noqa: S104 - refused
def test_only_loopback_is_bound_unless_told(host: str) -> None:
    """An emulator with a control surface must not be open to the network by accident."""
    with pytest.raises(ValueError, match="no loopback address"):
        Sandbox(host=host)

    Sandbox(host=host, expose=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_every_loopback_address_will_do(host: str) -> None:
    """What only this machine can reach needs no permission."""
    Sandbox(host=host)


async def test_the_url_names_what_really_listens(http: aiohttp.ClientSession) -> None:
    """A free port was taken, and the page answers there."""
    async with Sandbox(host="localhost") as sandbox:
        query = {"access_token": sandbox.page.access_token}
        async with http.get(f"{sandbox.url}/v26.0/me", params=query) as response:
            assert (await response.json())["id"] == sandbox.page.id


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104  # it is not listened on
        ("::", "http://[::1]:80"),
    ],
)
def test_an_address_is_one_to_call(host: str, url: str) -> None:
    """The colons of an IPv6 address are not those of a port; all addresses are none to call."""
    assert url_of(host, 80) == url


def test_a_sandbox_may_be_used_in_one_loop_after_another() -> None:
    """Who waited in the first one, for time, a message or a change, is no trouble in the next."""
    sandbox = Sandbox()
    given_up = list[int]()

    async def use() -> None:
        async with sandbox:
            world = sandbox._world
            changes = world.changes.after(world.changes.last)
            for wait in (world.clock.sleep(60), world.ledger.wait_for("1"), anext(changes)):
                with suppress(TimeoutError):
                    async with asyncio.timeout(0):
                        await wait
                    continue
                given_up.append(1)

    for _ in range(2):
        asyncio.run(use())

    assert len(given_up) == 6


async def test_closing_twice_is_closing_once() -> None:
    """A second close does nothing, and so does one before the start."""
    sandbox = Sandbox()
    await sandbox.aclose()
    await sandbox.start()
    url = sandbox.url
    await sandbox.aclose()
    await sandbox.aclose()

    assert sandbox.url == url


async def test_a_closed_sandbox_can_be_started_again(backend: Backend) -> None:
    """Meta may be away for a while: people and subscription are as before."""
    sandbox = Sandbox()
    async with sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await sandbox.person_writes("1", "Hi")
    async with sandbox:
        await sandbox.person_writes("1", "Still there?")

    assert [one.status for one in sandbox.webhooks] == [200, 200]


async def test_starting_twice_is_an_error() -> None:
    """One sandbox listens once."""
    async with Sandbox() as sandbox:
        with pytest.raises(RuntimeError, match="started already"):
            await sandbox.start()


async def test_a_port_that_is_taken_leaves_nothing_open() -> None:
    """The failure to listen is raised, and the sandbox is as before."""
    async with Sandbox() as first:
        second = Sandbox(port=int(first.url.rpartition(":")[2]))
        with pytest.raises(OSError, match="address"):
            await second.start()

        with pytest.raises(RuntimeError, match="not started"):
            _ = second.url


async def test_nothing_happens_before_the_start() -> None:
    """A person cannot write to a page that is not there."""
    with pytest.raises(RuntimeError, match="not started"):
        await Sandbox().person_writes("1", "Hi")


@pytest.mark.parametrize(
    "second", [Page(access_token="EAAOther"), Page(id="104000000000816", app_id=816)]
)
def test_no_two_pages_are_one(second: Page) -> None:
    """With one id or one token, a call to the first page would be one to the second."""
    with pytest.raises(ValueError, match="an id and an access_token of its own"):
        Sandbox(pages=[second])


def test_without_a_seed_ids_are_others_each_time() -> None:
    """Also where the clock stands still."""
    psids = {Sandbox(now=lambda: 0.0).person().psid for _ in range(2)}

    assert len(psids) == 2


def test_a_page_hides_its_secrets() -> None:
    """Neither secret is in the repr, and the rest is."""
    page = Page()

    assert page.id in repr(page)
    assert page.access_token not in repr(page)
    assert page.app_secret not in repr(page)
    assert len(page.id) >= 15


@pytest.mark.parametrize(
    "path",
    sorted(SOURCE.rglob("*.py")),
    ids=lambda path: path.relative_to(SOURCE).as_posix(),
)
def test_only_the_signature_is_shared_with_the_client(path: Path) -> None:
    """No module imports from the package anything but `messengerkit.signature`."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    imports = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imports |= {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    levels = {node.level for node in nodes if isinstance(node, ast.ImportFrom)}

    ours = {name for name in imports if f"{name}.".startswith("messengerkit.")}
    theirs = {name for name in ours if not f"{name}.".startswith("messengerkit.sandbox.")}
    assert theirs <= {"messengerkit.signature"}
    assert levels <= {0, 1}


def test_everything_exported_is_listed() -> None:
    """`__all__` is what the package has, and no more."""
    for name in messengerkit.sandbox.__all__:
        assert hasattr(messengerkit.sandbox, name)
