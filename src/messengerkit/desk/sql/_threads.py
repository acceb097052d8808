"""Floor 6: threads that do one job after another, and tell the loops that asked for them.

Whoever is cancelled while it waits changes nothing: the job is done all the same.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol, TypeAlias

from sqlalchemy import Connection

from ._failures import closed, failed

Work: TypeAlias = Callable[[Connection], None]
"""What a thread does with its connection."""


@dataclass(slots=True, eq=False)
class Job:
    """One work, and who waits for it.

    Attributes:
        work: The work; with none, the thread that has this job ends.
        done: Is set when it has ended, on the loop that waits.
        error: What it ended with, if it failed.
    """

    work: Work | None
    done: "asyncio.Future[None]"
    error: BaseException | None = None


class Worker(Protocol):
    """Does jobs, in the one thread that it is made in."""

    def do(self, jobs: Sequence[tuple[Job, Work]], /) -> None:
        """Do *jobs*, and note the error of each one that fails; raise nothing."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...


class Threads:
    """Threads that share one queue of jobs; they start with the first one.

    Args:
        worker: Makes what does the jobs of one thread.
        count: How many threads there are.
        most: How many jobs are done in one go.
    """

    def __init__(self, worker: Callable[[], Worker], *, count: int, most: int) -> None:
        self._worker = worker
        self._most = most
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = [
            # Nothing is lost with one that is cut off: whoever waits for a job has ended, too.
            threading.Thread(target=self._serve, name="messengerkit-sql", daemon=True)
            for _ in range(count)
        ]
        self._closed = False

    async def run(self, work: Work) -> None:
        """Return when *work* is done.

        Raises:
            StoreError: If they were closed, or cannot be started.
            BaseException: What the work was found to have failed with.
        """
        job = _job(work)
        with self._lock:
            if self._closed:
                raise closed()
            self._start()
            self._jobs.put(job)
        await job.done
        if job.error is not None:
            raise job.error

    async def aclose(self) -> None:
        """Do what waits, and end the threads; calling it again does nothing."""
        ends: list[Job] = []
        with self._lock:
            if not self._closed:
                ends = [_job(None) for one in self._threads if one.ident is not None]
            self._closed = True
            for job in ends:
                self._jobs.put(job)
        for job in ends:
            await job.done

    def _start(self) -> None:
        for thread in self._threads:
            if thread.ident is None:
                try:
                    thread.start()
                except RuntimeError as error:  # there are too many, or the process ends
                    raise failed(error) from None

    def _serve(self) -> None:
        worker, end = self._worker(), None
        while end is None:
            jobs, end = self._next()
            worker.do(jobs)
            _tell([job for job, _ in jobs])
        worker.close()
        _tell([end])

    def _next(self) -> tuple[list[tuple[Job, Work]], Job | None]:
        jobs: list[tuple[Job, Work]] = []
        job = self._jobs.get()
        with contextlib.suppress(Empty):
            while job.work is not None:
                jobs.append((job, job.work))
                if len(jobs) == self._most:
                    return jobs, None
                job = self._jobs.get_nowait()
            return jobs, job
        return jobs, None


def _job(work: Work | None) -> Job:
    return Job(work, asyncio.get_running_loop().create_future())


def _tell(jobs: Sequence[Job]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        loops.setdefault(job.done.get_loop(), []).append(job)
    for loop, its in loops.items():
        with contextlib.suppress(RuntimeError):  # it was closed meanwhile: nobody waits there
            loop.call_soon_threadsafe(_set, its)


def _set(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_result(None)
