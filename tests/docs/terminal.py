"""A terminal with a shell in it, whose commands are typed one by one."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0
LONG = 600.0

_DONE = "-- that was it --"


class Terminal:
    """A shell of its own, and whatever it has started.

    Attributes:
        told: What the command that stays open has printed.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.told = ""
        self._lines = queue.SimpleQueue[str]()
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],  # noqa: S607  # the reader's own
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self._type("set -o pipefail")

    def __enter__(self) -> Self:
        """Return the terminal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the shell, and whatever it has started, as Ctrl-C does."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.close()
        self._signal(signal.SIGINT)
        try:
            self._shell.wait(PATIENCE)
            self._reading.join(PATIENCE)
        finally:
            self._signal(signal.SIGKILL)
            self._shell.wait()
            self._reading.join()
            self._shell.stdout.close()

    def run(self, command: str) -> tuple[str, int]:
        """Run *command* to its end, and return what it printed, and its exit status."""
        self._type(f"{command}\nprintf '\\n%s %s\\n' '{_DONE}' $?")
        printed = ""
        while not (line := self._lines.get(timeout=LONG)).startswith(_DONE):
            printed += line
        return printed[:-1], int(line.removeprefix(_DONE))

    def start(self, command: str) -> None:
        """Start *command*, which stays."""
        self._type(command)

    def until(self, wanted: Callable[[str], bool], patience: float) -> str | None:
        """Return the next line that is *wanted*, of the command that stays, once it is there."""
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                return None
            self.told += line
            if wanted(line):
                return line.rstrip()
        return None

    def _type(self, text: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(f"{text}\n")
        self._shell.stdin.flush()

    def _read(self) -> None:
        assert self._shell.stdout is not None
        for line in self._shell.stdout:
            self._lines.put(line)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._shell.pid, number)
        except ProcessLookupError:
            return
