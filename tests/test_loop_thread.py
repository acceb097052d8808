"""One loop per process, for all threads; forks, shutdowns and failures included."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial

import pytest

from messengerkit import LoopThread, WrongLoopError, loop_thread

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


def test_those_who_come_first_together_start_one(loop: LoopThread, journal: Journal) -> None:
    """The lifespan is entered once, however many wait for it."""
    together = threading.Barrier(8)

    def ask(_: int) -> tuple[int, str]:
        together.wait(PATIENCE)
        return loop.run(here)

    with ThreadPoolExecutor(8) as threads:
        places = set(threads.map(ask, range(8)))

    assert len(places) == 1
    assert len(journal.tasks) == 1


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


def test_a_lifespan_that_fails_leaves_nothing_behind() -> None:
    """Neither a thread nor a task that it had begun: what began is cancelled."""
    ends: list[str] = []

    async def beat() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    @asynccontextmanager
    async def failing() -> AsyncGenerator[None]:
        beating = asyncio.create_task(beat())
        await asyncio.sleep(0)
        if not beating.done():
            msg = "no database"
            raise OSError(msg)
        yield

    with pytest.raises(OSError, match="no database"):
        LoopThread(failing).run(here)
    gc.collect()

    assert ends == ["cancelled"]
    assert threads_of_ours() == []


def threads_of_ours() -> list[str]:
    """Return the names of the threads that the loops have."""
    return [one.name for one in threading.enumerate() if one.name.startswith("messengerkit")]


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

    assert threads_of_ours() == []
    assert loop.run(partial(double, 2)) == 4
    with pytest.raises(OSError, match="cannot close"):
        loop.close()


def test_what_fails_is_raised_to_who_asked(loop: LoopThread) -> None:
    """The error comes out as it is, and the loop goes on."""

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loop.run(fail)

    assert loop.run(partial(double, 2)) == 4


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt])
def test_what_would_end_the_process_ends_one_request(
    loop: LoopThread, end: type[BaseException]
) -> None:
    """It is raised to who asked; a loop that it ended would keep all the others waiting."""
    waits, released = threading.Event(), asyncio.Event()

    async def leave() -> None:
        raise end

    async def wait() -> int:
        waits.set()
        await released.wait()
        return 4

    async def release() -> None:
        released.set()

    with ThreadPoolExecutor(1) as thread:
        other = thread.submit(loop.run, wait)
        assert waits.wait(PATIENCE)
        with pytest.raises(end):
            loop.run(leave)
        loop.run(release, seconds=PATIENCE)

        assert other.result(PATIENCE) == 4


class GaveUp(BaseException):
    """What a server raises in the thread of a request that it gives up."""


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signal")
def test_a_request_that_is_given_up_is_cancelled(loop: LoopThread) -> None:
    """The server raises in its thread, and nowhere else."""
    cancelled = threading.Event()
    request = threading.get_ident()

    def give_up(*_: object) -> None:
        raise GaveUp

    async def hang() -> None:
        while sys._current_frames()[request].f_code.co_name != "wait":  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGUSR1)
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    before = signal.signal(signal.SIGUSR1, give_up)
    try:
        with pytest.raises(GaveUp):
            loop.run(hang)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert cancelled.wait(PATIENCE)


@pytest.mark.parametrize("call", ["run", "close"])
def test_the_loop_must_not_wait_for_itself(loop: LoopThread, call: str) -> None:
    """It would do so for ever; it is told at once instead."""

    async def wrong() -> None:
        misuse(loop, call)

    with pytest.raises(WrongLoopError, match="must await"):
        loop.run(wrong)

    assert loop.run(partial(double, 2)) == 4


def misuse(loop: LoopThread, call: str) -> None:
    """Have *loop* wait for itself."""
    if call == "run":
        loop.run(partial(double, 2))
    else:
        loop.close()


@pytest.mark.parametrize("call", ["run", "close"])
@pytest.mark.parametrize("when", ["entered", "left"])
def test_nor_may_its_lifespan_wait_for_it(call: str, when: str) -> None:
    """Not while it starts or stops either, when whoever does that holds the lock."""
    made: list[LoopThread] = []

    @asynccontextmanager
    async def wrong() -> AsyncGenerator[None]:
        if when == "entered":
            misuse(made[0], call)
        yield
        misuse(made[0], call)

    made.append(LoopThread(wrong))
    with pytest.raises(WrongLoopError, match="must await"):
        use(made[0])

    assert threads_of_ours() == []


def use(loop: LoopThread) -> None:
    """Run something on *loop*, then close it."""
    loop.run(here)
    loop.close()


def test_one_loop_may_wait_for_another(loop: LoopThread) -> None:
    """They are two; only a loop that waits for itself never ends."""
    other = LoopThread()
    other.run(here)

    async def ask() -> int:
        return other.run(partial(double, 2))

    assert loop.run(ask) == 4
    other.close()


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


def test_a_timeout_of_the_works_own_is_an_error_like_any(loop: LoopThread) -> None:
    """Also while there is time enough for it."""

    async def fail() -> None:
        msg = "no answer"
        raise TimeoutError(msg)

    with pytest.raises(TimeoutError, match="no answer"):
        loop.run(fail, seconds=PATIENCE)

    assert loop.run(partial(double, 2), seconds=PATIENCE) == 4


def test_closing_ends_what_nobody_waits_for() -> None:
    """The lifespan ends first, with what it needs still at work; then tasks and generators."""
    ends: list[str] = []
    kept: list[object] = []

    async def beat() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(20):
                await asyncio.sleep(0)
            ends.append("task")

    async def count() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            ends.append("generator")

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        kept.append(asyncio.create_task(beat()))
        yield
        await asyncio.sleep(0)
        ends.append("lifespan")

    async def begin() -> int:
        numbers = count()
        kept.append(numbers)
        return await anext(numbers)

    loop = LoopThread(lifespan)
    assert loop.run(begin) == 1
    loop.close()

    assert ends == ["lifespan", "task", "generator"]


def test_closing_while_others_ask_keeps_nobody_waiting(loop: LoopThread) -> None:
    """Each is answered, by this loop or the next, or learns that it was cancelled."""
    ends: list[object] = []
    done = threading.Event()

    def ask() -> None:
        for number in range(100):
            try:
                ends.append(loop.run(partial(double, number)))
            except CancelledError as error:
                ends.append(error)
        done.set()

    asking = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in asking:
        thread.start()
    while not done.is_set():
        loop.close()
    for thread in asking:
        thread.join(PATIENCE)

    assert len(ends) == 300


def test_what_was_closed_is_forgotten(journal: Journal) -> None:
    """Python's list of what to do at its end holds only loops that run."""
    loop = LoopThread(journal)
    loop.run(here)
    loop.close()
    gone = weakref.ref(loop)
    del loop
    gc.collect()

    assert gone() is None


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


def test_a_request_brings_its_context_and_leaves_it_to_nobody() -> None:
    """A trace goes with the request; the lifespan is in none, though a request started it."""
    variable: ContextVar[str] = ContextVar("variable", default="nothing")
    found: list[str] = []

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        found.append(variable.get())
        yield
        found.append(variable.get())

    async def get() -> str:
        return variable.get()

    loop = LoopThread(lifespan)
    variable.set("request")

    assert loop.run(get) == "request"
    loop.close()
    assert found == ["nothing", "nothing"]


# Threads for what blocks.


def test_what_blocks_has_threads_that_end_with_the_loop(loop: LoopThread) -> None:
    """As in any loop; and closing waits for them."""

    async def name() -> str:
        return await asyncio.to_thread(lambda: threading.current_thread().name)

    assert loop.run(name).startswith("messengerkit_")
    assert len(threads_of_ours()) == 2
    loop.close()
    assert threads_of_ours() == []


def test_without_threads_what_blocks_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of a process Python lends none; its result or its error is there all the same."""
    ended = threading.Thread()
    executor = loop_thread._Executor()
    monkeypatch.setattr(threading, "main_thread", lambda: ended)
    divided = executor.submit(divmod, 7, 2)
    failed = executor.submit(divmod, 7, 0)
    monkeypatch.undo()
    executor.shutdown()

    assert (divided.done(), divided.result()) == (True, (3, 1))
    assert isinstance(failed.exception(), ZeroDivisionError)


# Forks.


def test_a_fork_leaves_the_parents_loop_alone(
    loop: LoopThread, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the child, a new one starts under a new lock; the old one is kept, and not touched."""
    place = loop.run(here)
    monkeypatch.setattr(loop_thread, "_every", weakref.WeakSet([loop]))
    loop._lock.acquire()
    loop_thread._forget_all()
    (inherited,) = loop._inherited

    assert loop.run(here) != place
    assert inherited is not None
    assert inherited.thread.is_alive()
    assert len(journal.tasks) == 2
    inherited.stop()


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_of_the_loop_itself_has_one_of_its_own() -> None:
    """What forks may be a coroutine; in the child its thread is no loop's any more."""
    script = """
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)

    async def fork():
        child = os.fork()
        if not child:
            good = loop.run(here) == os.getpid()
            loop.close()
            sys.stdout.flush()
            os._exit(0 if good else 1)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert loop.run(fork) == 0
    """
    printed = run_script(LIFESPAN + textwrap.dedent(script))

    assert printed.split() == ["enter", "enter", "leave", "leave"]


def test_a_lifespan_may_use_threads_to_the_end() -> None:
    """What is drained last writes its record, and finds the host that it sends to."""
    script = """
    @asynccontextmanager
    async def lifespan():
        yield
        print(await asyncio.to_thread(lambda: "written"))
        found = await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80)
        print("found" if found else "lost")

    async def work():
        return await asyncio.to_thread(lambda: "worked")

    loop = LoopThread(lifespan)
    print(loop.run(work))
    """
    printed = run_script(LIFESPAN + textwrap.dedent(script))

    assert printed.split() == ["worked", "written", "found"]


def test_a_lifespan_that_fails_at_the_end_of_the_process_is_told() -> None:
    """The process ends all the same, and says why on its way."""
    script = """
    @asynccontextmanager
    async def lifespan():
        yield
        raise OSError("cannot close")

    LoopThread(lifespan).run(here)
    """
    done = subprocess.run(  # noqa: S603  # our own interpreter, and a script of this file
        [sys.executable, "-c", LIFESPAN + textwrap.dedent(script)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert "OSError: cannot close" in done.stderr
