"""One loop per process, for all threads; forks, shutdowns and failures included."""

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial

import pytest

from messengerkit import LoopThread, WrongLoopError

PATIENCE = 20.0
"""Seconds after which a test that waits for another thread or process has failed."""


class Journal:
    """A lifespan that notes how it is entered and left."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[object] | None] = []
        self.failures: list[Exception] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[None]:
        """Note the task in which it begins, and the one in which it ends."""
        if self.failures:
            raise self.failures.pop()
        self.tasks.append(asyncio.current_task())
        yield
        self.tasks.append(asyncio.current_task())


@pytest.fixture
def journal() -> Journal:
    """Return a lifespan that notes."""
    return Journal()


@pytest.fixture
def loop(journal: Journal) -> Iterator[LoopThread]:
    """Yield a loop thread that is closed afterwards."""
    loop = LoopThread(journal)
    yield loop
    loop.close()
    gc.collect()  # a loop that was left open would warn, and a warning is an error


async def here() -> tuple[int, str]:
    """Return which loop and thread this runs in."""
    return id(asyncio.get_running_loop()), threading.current_thread().name


async def double(number: int) -> int:
    """Return twice *number*, after giving others a turn."""
    await asyncio.sleep(0)
    return 2 * number


def test_many_threads_share_one_loop(loop: LoopThread) -> None:
    """Whoever asks, the work is done in one loop and one thread, which is none of theirs."""

    def ask(number: int) -> tuple[tuple[int, str], int]:
        return loop.run(here), loop.run(partial(double, number))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(200)))
    places = {place for place, _ in answers}
    doubled = [number for _, number in answers]

    assert len(places) == 1
    assert {name for _, name in places} == {"messengerkit"}
    assert doubled == [2 * n for n in range(200)]


def test_nothing_starts_before_it_is_used(journal: Journal) -> None:
    """An application that was only loaded has no thread yet, and can be forked."""
    before = threading.active_count()
    LoopThread(journal).close()

    assert threading.active_count() == before
    assert journal.tasks == []


def test_one_task_enters_and_leaves_the_lifespan(journal: Journal) -> None:
    """Cancel scopes and context variables belong to a task."""
    loop = LoopThread(journal)
    loop.run(here)
    loop.run(here)
    entered = len(journal.tasks)
    loop.close()

    assert entered == 1
    assert len(journal.tasks) == 2
    assert journal.tasks[0] is journal.tasks[1]


def test_a_lifespan_that_fails_can_be_tried_again(loop: LoopThread, journal: Journal) -> None:
    """Whoever comes first is told; the next one may have more luck."""
    journal.failures = [OSError("no database")]
    with pytest.raises(OSError, match="no database"):
        loop.run(here)

    assert loop.run(partial(double, 2)) == 4


def test_a_lifespan_that_fails_at_its_end_is_told() -> None:
    """What could not be closed is no secret, and the loop is stopped all the same."""

    @asynccontextmanager
    async def unclosable() -> AsyncGenerator[None]:
        yield
        msg = "cannot close"
        raise OSError(msg)

    loop = LoopThread(unclosable)
    loop.run(here)
    with pytest.raises(OSError, match="cannot close"):
        loop.close()

    assert "messengerkit" not in {thread.name for thread in threading.enumerate()}


def test_what_fails_is_raised_to_who_asked(loop: LoopThread) -> None:
    """The error comes out as it is, and the loop goes on."""

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loop.run(fail)

    assert loop.run(partial(double, 2)) == 4


def test_the_loop_must_not_wait_for_itself(loop: LoopThread) -> None:
    """It would do so for ever; it is told at once instead."""

    async def wrong() -> int:
        return loop.run(partial(double, 2))

    with pytest.raises(WrongLoopError, match="must await"):
        loop.run(wrong)


def test_what_takes_too_long_is_cancelled(loop: LoopThread) -> None:
    """Whoever gave up is told, and the work does not go on behind their back."""
    cancelled = threading.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError):
        loop.run(hang, seconds=0.01)

    assert cancelled.wait(PATIENCE)


def test_closing_cancels_what_runs_and_may_be_repeated(journal: Journal) -> None:
    """No task outlives the loop; what was asked ends with an error in its own thread."""
    loop = LoopThread(journal)
    started = threading.Event()
    ends: list[type[BaseException]] = []

    async def hang() -> None:
        started.set()
        await asyncio.Event().wait()

    def ask() -> None:
        try:
            loop.run(hang)
        except BaseException as error:  # noqa: BLE001  # which one it is, is what the test tells
            ends.append(type(error))

    asking = threading.Thread(target=ask)
    asking.start()
    assert started.wait(PATIENCE)
    loop.close()
    loop.close()
    asking.join(PATIENCE)

    assert [end.__name__ for end in ends] == ["CancelledError"]
    assert len(journal.tasks) == 2


def test_the_next_use_starts_another_one(loop: LoopThread, journal: Journal) -> None:
    """A loop that was closed is not missed."""
    loop.run(here)
    loop.close()

    assert loop.run(partial(double, 2)) == 4
    assert len(journal.tasks) == 3


def test_the_lifespans_context_is_its_own(loop: LoopThread) -> None:
    """What one request puts into a context variable, another does not find."""
    variable: ContextVar[str] = ContextVar("variable", default="nothing")

    async def put() -> str:
        found = variable.get()
        variable.set("something")
        return found

    assert [loop.run(put), loop.run(put)] == ["nothing", "nothing"]


def run_script(script: str) -> str:
    """Return what *script* prints in a process of its own, which must end well and in time."""
    done = subprocess.run(  # noqa: S603  # our own interpreter, and a script of this file
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


LIFESPAN = """
import asyncio, os, sys, threading
from contextlib import asynccontextmanager
from messengerkit import LoopThread

@asynccontextmanager
async def lifespan():
    print("enter", flush=True)
    yield
    print("leave", flush=True)

async def here():
    return os.getpid()

loop = LoopThread(lifespan)
"""


def test_the_end_of_the_process_leaves_the_lifespan() -> None:
    """Nobody has to call `close`: a worker that exits drains and closes what it has."""
    printed = run_script(f"{LIFESPAN}\nassert loop.run(here) == os.getpid()\n")

    assert printed.split() == ["enter", "leave"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_has_a_loop_of_its_own() -> None:
    """Used before the fork or not, with the lock held or not: each process enters and leaves."""
    script = f"""{LIFESPAN}
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads, which is the point
    mine = loop.run(here)
    loop._lock.acquire()  # another thread is just starting or closing it
    child = os.fork()
    if not child:
        assert loop.run(here) == os.getpid() != mine
        loop.close()
        sys.stdout.flush()
        sys.exit(0)
    loop._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert loop.run(here) == mine
    """
    printed = run_script(textwrap.dedent(LIFESPAN) + textwrap.dedent(script.replace(LIFESPAN, "")))

    assert printed.split() == ["enter", "enter", "leave", "leave"]
