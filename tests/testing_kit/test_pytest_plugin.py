"""The pytest plugin: its fixtures under every async plugin, and nothing for who uses none."""

import sys

import pytest

# What a run inside this process would import, and pytester would throw away after it.
from messengerkit import client, sandbox, testing

pytest_plugins = ["pytester"]

OURS = ("-p", "no:messengerkit", "-p", "messengerkit._pytest")
"""Loads it by its module, whether or not the environment knows its entry point."""

QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")

BOT = """
import asyncio
import pytest

{mark}
async def test_answer(messenger_sandbox, messenger_client, messenger_person):
    await messenger_client.send_text(messenger_person.psid, "Hello, Ana!")
    got = await messenger_person.receives()
    assert got.text == "Hello, Ana!"
    assert messenger_person.name == "Ana Example"
    assert [one.text for one in messenger_sandbox.delivered] == ["Hello, Ana!"]

{mark}
async def test_each_test_has_its_own(messenger_sandbox, messenger_client):
    assert messenger_sandbox.delivered == ()
    assert (await messenger_client.me()).name == messenger_sandbox.page.name
"""

ANYIO_BACKEND = """
import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""

AUTO = ("-p", "no:anyio", "-o", "asyncio_mode=auto")
STRICT = ("-p", "no:anyio", "-o", "asyncio_mode=strict")
ANYIO = ("-p", "no:asyncio")
BOTH = ("-o", "asyncio_mode=strict")
NONE = ("-p", "no:asyncio", "-p", "no:anyio")
LOOP_SCOPE = ("-o", "asyncio_default_fixture_loop_scope=function")


@pytest.fixture
def user(pytester: pytest.Pytester) -> pytest.Pytester:
    """A user's folder, in which every warning is an error."""
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    pytester.makeconftest(ANYIO_BACKEND)
    return pytester


def passed(result: pytest.RunResult) -> int:
    """Return how many tests passed, if nothing else happened."""
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}, result.stdout.str() + result.stderr.str()
    return outcomes["passed"]


RUNS = [
    ("auto", (*AUTO, *LOOP_SCOPE), "", 2),
    ("auto, marked", (*AUTO, *LOOP_SCOPE), "@pytest.mark.asyncio", 2),
    ("strict", (*STRICT, *LOOP_SCOPE), "@pytest.mark.asyncio", 2),
    ("anyio", ANYIO, "@pytest.mark.anyio", 2),
    ("anyio beside strict", (*BOTH, *LOOP_SCOPE), "@pytest.mark.anyio", 2),
    ("strict beside anyio", (*BOTH, *LOOP_SCOPE), "@pytest.mark.asyncio", 2),
]


@pytest.mark.parametrize(
    ("options", "mark", "count"), [run[1:] for run in RUNS], ids=[run[0] for run in RUNS]
)
def test_the_fixtures_work(
    user: pytest.Pytester, options: tuple[str, ...], mark: str, count: int
) -> None:
    """Under pytest-asyncio in both modes, under anyio, and where both are."""
    if "no:anyio" not in options:
        # Beside the oldest dependencies it cannot load.
        pytest.importorskip("anyio._backends._asyncio", exc_type=ImportError)
    user.makepyfile(BOT.format(mark=mark))

    assert passed(user.runpytest_inprocess(*QUIET, *OURS, *options)) == count


def test_they_work_in_a_process_of_their_own(user: pytest.Pytester) -> None:
    """As users run them."""
    user.makepyfile(BOT.format(mark=""))

    assert passed(user.runpytest_subprocess(*QUIET, *OURS, *AUTO, *LOOP_SCOPE)) == 2


def test_without_an_async_plugin_pytest_says_so(user: pytest.Pytester) -> None:
    """And names the fixture; other tests of the run are not disturbed."""
    user.makepyfile(BOT.format(mark="") + "\ndef test_plain():\n    assert True\n")
    result = user.runpytest_inprocess(*QUIET, *OURS, *NONE)

    assert result.parseoutcomes() == {"errors": 2, "passed": 1}
    result.stdout.fnmatch_lines(["*requested an async fixture '_messenger_sandbox'*"])


def test_a_bot_that_listens_does_not_hear_the_first_words(user: pytest.Pytester) -> None:
    """They were written before; in whatever order a test asks for its fixtures."""
    user.makepyfile("""
        import pytest
        from messengerkit.testing import PERSON

        @pytest.fixture
        async def bot(messenger_sandbox, aiohttp_backend):
            await messenger_sandbox.subscribe(aiohttp_backend, "word")

        @pytest.fixture
        async def aiohttp_backend():
            from aiohttp import web
            async def shake(request):
                return web.Response(text=request.query["hub.challenge"])
            async def take(request):
                return web.Response()
            app = web.Application()
            app.add_routes([web.get("/", shake), web.post("/", take)])
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield "http://%s:%s/" % runner.addresses[0]
            await runner.cleanup()

        async def test_it(bot, messenger_person, messenger_sandbox):
            assert messenger_person.psid == PERSON
            assert messenger_sandbox.webhooks == ()
            await messenger_person.writes("Hi")
            assert len(messenger_sandbox.webhooks) == 1
    """)

    assert passed(user.runpytest_inprocess(*QUIET, *OURS, *AUTO, *LOOP_SCOPE)) == 1


def test_the_client_waits_by_the_sandboxs_clock(user: pytest.Pytester) -> None:
    """Between its attempts no time is lost; the window closes when the clock has moved."""
    user.makepyfile("""
        import time
        import pytest
        from messengerkit import OutsideWindowError
        from messengerkit.sandbox import Fault

        async def test_retry(messenger_sandbox, messenger_client, messenger_person):
            messenger_sandbox.script(Fault.graph_error(2), times=2)
            before, began = messenger_sandbox.now(), time.monotonic()
            result = await messenger_client.send_text(messenger_person.psid, "Hi")
            assert result.attempts == 3
            assert messenger_sandbox.now() - before > time.monotonic() - began + 3

        async def test_window(messenger_sandbox, messenger_client, messenger_person):
            messenger_sandbox.advance("25h")
            with pytest.raises(OutsideWindowError):
                await messenger_client.send_text(messenger_person.psid, "Hi")
    """)

    assert passed(user.runpytest_inprocess(*QUIET, *OURS, *AUTO, *LOOP_SCOPE)) == 2


def test_a_sandbox_of_ones_own_takes_its_place(user: pytest.Pytester) -> None:
    """The client and the person are the overriding sandbox's."""
    user.makepyfile("""
        import pytest
        from messengerkit.sandbox import Page, Sandbox

        @pytest.fixture
        async def messenger_sandbox():
            async with Sandbox(Page(name="Tea Shop")) as sandbox:
                yield sandbox

        async def test_it(messenger_client, messenger_person, messenger_sandbox):
            assert (await messenger_client.me()).name == "Tea Shop"
            await messenger_person.writes("Hi")
            await messenger_client.send_text(messenger_person.psid, "Hello!")
            assert len(messenger_sandbox.delivered) == 1
    """)

    assert passed(user.runpytest_inprocess(*QUIET, *OURS, *AUTO, *LOOP_SCOPE)) == 1


def test_the_fixtures_are_listed_with_what_they_are(user: pytest.Pytester) -> None:
    """`pytest --fixtures` shows three, and none of the plumbing."""
    shown = user.runpytest_inprocess(*QUIET, *OURS, *AUTO, *LOOP_SCOPE, "--fixtures").stdout.str()

    assert [name for name in ("sandbox", "client", "person") if f"\nmessenger_{name}" in shown] == [
        "sandbox",
        "client",
        "person",
    ]
    assert "_messenger_" not in shown


UNUSED = """
import sys

HEAVY = {"aiohttp", "pydantic", "pydantic_core"}

def test_nothing_was_imported():
    assert "messengerkit._pytest" in sys.modules
    found = {name for name in sys.modules if name.startswith("messengerkit")}
    assert found == {"messengerkit", "messengerkit._pytest"}
    assert not HEAVY & set(sys.modules)
"""


@pytest.mark.parametrize("options", [(*AUTO, *LOOP_SCOPE), NONE], ids=["pytest-asyncio", "none"])
def test_a_run_that_uses_nothing_imports_nothing(
    user: pytest.Pytester, options: tuple[str, ...]
) -> None:
    """Neither the sandbox nor the client, nor a library of theirs."""
    user.makepyfile(UNUSED)
    plain = ("-p", "no:pytest_examples", "-p", "no:examples")

    assert passed(user.runpytest_subprocess(*QUIET, *plain, *OURS, *options)) == 1


def test_pytest_asyncio_is_not_needed(
    user: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot be imported at all, a run goes on as ever."""
    (user.path / "pytest_asyncio.py").write_text("raise ImportError('broken')")
    user.makepyfile("def test_it():\n    assert True\n")
    monkeypatch.setenv("PYTHONPATH", str(user.path))

    assert passed(user.runpytest_subprocess(*QUIET, *OURS, *NONE)) == 1


def test_the_kit_is_cheap_to_import(user: pytest.Pytester) -> None:
    """Neither aiohttp nor the sandbox comes with it."""
    code = (
        "import sys, messengerkit.testing;"
        "print({'aiohttp', 'messengerkit.sandbox', 'messengerkit.client'} & set(sys.modules))"
    )

    assert user.run(sys.executable, "-c", code).outlines == ["set()"]
    assert {client.__name__, sandbox.__name__, testing.__name__} <= set(sys.modules)
