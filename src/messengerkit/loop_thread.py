"""Floor 4: one event loop per process, in a thread, for servers that have none, such as WSGI's.

It is started on first use, so that a server which forks after loading the application
(gunicorn's `--preload`) gets a loop in each worker: threads do not survive a fork.
"""

import asyncio
import atexit
import contextlib
import contextvars
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import ParamSpec, TypeAlias, TypeVar

from typing_extensions import override

from .errors import WrongLoopError

P = ParamSpec("P")
T = TypeVar("T")

Lifespan: TypeAlias = Callable[[], AbstractAsyncContextManager[object]]
"""Makes the context in which a loop works: entered when it starts, left when it is closed."""


class LoopThread:
    """Runs the coroutines of many threads on one event loop per process.

    Args:
        lifespan: The context of each loop, such as one that closes a client.
    """

    def __init__(self, lifespan: Lifespan = contextlib.nullcontext) -> None:
        self._lifespan = lifespan
        self._lock = threading.Lock()
        self._running: _Loop | None = None
        self._latest: _Loop | None = None  # also while it starts or stops
        self._inherited: list[_Loop | None] = []
        _every.add(self)

    def run(
        self, work: Callable[[], Coroutine[object, object, T]], *, seconds: float | None = None
    ) -> T:
        """Return what *work* returns, run on the loop of this process.

        Args:
            work: A coroutine function without parameters, such as a `functools.partial`.
            seconds: How long to wait; None waits as long as it takes.

        Raises:
            WrongLoopError: If the loop itself calls it: it would wait for itself.
            TimeoutError: If *work* takes longer; it is cancelled.
            concurrent.futures.CancelledError: If `close` has cancelled it.
        """
        self._check_thread()
        with self._lock:
            # In one step: on a loop that `close` has stopped in between, it would never end.
            future = self._started().begin(_done(work))
        try:
            return future.result(seconds)
        except BaseException:
            # A server that gives up on a request raises in its thread, and nowhere else.
            future.cancel()
            raise

    def close(self) -> None:
        """Leave the lifespan and stop the loop; it happens by itself when the process ends.

        The next use starts another one. What still runs when the lifespan is left is
        cancelled.

        Raises:
            WrongLoopError: If the loop itself calls it: it would wait for itself.
        """
        self._check_thread()
        with self._lock:
            running, self._running = self._running, None
            if running is not None:
                atexit.unregister(self.close)
                running.stop()

    def _check_thread(self) -> None:
        # Before the lock, which may be held by who starts or stops the loop that calls.
        if self._latest is not None and self._latest.thread is threading.current_thread():
            msg = "The loop's own code must await, not call its LoopThread."
            raise WrongLoopError(msg)

    def _started(self) -> "_Loop":
        if self._running is None:
            self._latest = _Loop()
            self._latest.start(self._lifespan)
            self._running = self._latest
            atexit.register(self.close)
        return self._running

    def _forked(self) -> None:
        # The lock may be held by a thread that the child has not; the loop has no thread here,
        # and closing it would close the parent's sockets: it is kept, and never touched.
        self._lock = threading.Lock()
        self._inherited.append(self._latest)
        self._running = self._latest = None


class _Loop:
    """A loop in a thread of its own, and the one lifespan in which it works."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._executor = _Executor(thread_name_prefix="messengerkit")
        self._loop.set_default_executor(self._executor)
        self._leaving = asyncio.Event()
        self._life: asyncio.Task[None]
        self.thread = threading.Thread(target=self._serve, name="messengerkit", daemon=True)

    def _serve(self) -> None:
        while True:
            try:
                return self._loop.run_forever()
            except (KeyboardInterrupt, SystemExit):
                # A coroutine's wish to end the process is raised to whoever waits for it; the
                # others' loop goes on.
                continue

    def begin(self, work: Coroutine[object, object, T]) -> Future[T]:
        """Begin *work* on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def start(self, lifespan: Lifespan) -> None:
        """Start the loop and enter *lifespan*; if that fails, nothing is left running."""
        self.thread.start()
        try:
            self._life = self.begin(self._enter(lifespan)).result()
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Leave the lifespan, cancel what still runs, and stop the loop."""
        try:
            self.begin(_left(self._life, self._leaving)).result()
        finally:
            self._end()

    async def _enter(self, lifespan: Lifespan) -> asyncio.Task[None]:
        entered = self._loop.create_future()

        # One task enters and leaves: cancel scopes and context variables belong to a task.
        async def live() -> None:
            async with lifespan():
                entered.set_result(None)
                await self._leaving.wait()

        # Not in the context of the request that happens to be the first.
        life = self._loop.create_task(live(), context=contextvars.Context())
        await asyncio.wait({life, entered}, return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            life.result()
        return life

    def _end(self) -> None:
        try:
            self.begin(_clear()).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self.thread.join()
            self._loop.close()
            self._executor.shutdown()


class _Executor(ThreadPoolExecutor):
    """Works also at the end of a process, when Python lends no threads: then at once."""

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        # So that what a lifespan does last, such as to write a record, is done.
        if threading.main_thread().is_alive():
            return super().submit(fn, *args, **kwargs)
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # as a thread would have it
            done.set_exception(error)
        return done


async def _left(life: asyncio.Task[None], leaving: asyncio.Event) -> None:
    leaving.set()
    await life


async def _done(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


async def _clear() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


def _forget_all() -> None:
    for one in _every:
        one._forked()  # noqa: SLF001  # the same module


_every: "weakref.WeakSet[LoopThread]" = weakref.WeakSet()
# Windows cannot fork.
with contextlib.suppress(AttributeError):
    os.register_at_fork(after_in_child=_forget_all)
