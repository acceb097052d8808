"""Follows a page as a reader does: saves its files, types its commands, compares what is shown.

A block of bash with the title "Terminal 1" is typed there, line by line; one "Terminal 1, stays
open" goes on running after its last line. A block whose title is a file's name is that file. A
block of text behind commands is what they print; one "Terminal 1 says" is waited for. An
ellipsis stands for anything.
"""

import json
import re
import shlex
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from docs.terminal import PATIENCE, Terminal

SANDBOX, BACKEND = "8815", "8000"
"""The ports that the page names."""

_FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"\n]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TERMINAL = re.compile(r"(Terminal \d)(, stays open| says|)")
_FILE = re.compile(r"[\w-]+\.\w+")
_LOOK = re.compile(r"curl -s (?!.*-X )")


class Block(NamedTuple):
    """A block of the page."""

    language: str
    title: str
    text: str


class Mismatch(AssertionError):  # noqa: N818  # pytest shows it as what it is
    """Something on the page is not so."""


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of *page*."""
    return [Block(language, title or "", text) for language, title, text in _FENCE.findall(page)]


def commands_of(text: str) -> list[str]:
    """Return the commands of a block; one may have several lines, within quotes."""
    commands, unfinished = list[str](), ""
    for line in text.splitlines():
        unfinished += line
        try:
            shlex.split(unfinished)
        except ValueError:
            unfinished += "\n"
        else:
            commands.append(unfinished)
            unfinished = ""
    assert not unfinished, f"A quote is open: {unfinished}"
    return commands


def is_as_shown(printed: str, shown: str) -> bool:
    """Return whether *printed* is *shown*, whose ellipses stand for anything in their line."""
    wanted = ".*".join(map(re.escape, shown.rstrip().split("…")))
    return re.fullmatch(wanted, printed.rstrip()) is not None


@dataclass
class Reader:
    """Who follows a page.

    Attributes:
        folder: Where they begin.
        home: The folder that the page makes, for its files.
        environ: What their terminals find.
        ports: What to take in the place of the page's ports.
        instead: What to type in the place of a command; None is the command itself.
        patience: Seconds after which what has not been printed will not be.
        typed: The commands so far.
        until_delivered: How many they were when the first message was there; 0 is none yet.
        transcript: What was typed and printed.
    """

    folder: Path
    home: str
    environ: Mapping[str, str]
    ports: Mapping[str, str]
    instead: Callable[[str], str | None]
    patience: float = PATIENCE
    typed: list[str] = field(default_factory=list[str])
    until_delivered: int = 0
    transcript: list[str] = field(default_factory=list[str])
    _terminals: dict[str, Terminal] = field(default_factory=dict[str, Terminal])
    _closing: ExitStack = field(default_factory=ExitStack)
    _printed: list[str] = field(default_factory=list[str])
    _place: str = ""
    _open: Terminal | None = None

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End whatever still runs."""
        self._closing.close()

    def follow(self, page: str) -> None:
        """Do all that *page* says.

        Raises:
            Mismatch: If something is not as it is shown.
        """
        for named, taken in self.ports.items():
            self._say(f"*** PORT {named} OF THE PAGE IS {taken} HERE.")
        for block in blocks_of(page):
            place = _TERMINAL.fullmatch(block.title)
            if _FILE.fullmatch(block.title):
                self._save(block)
            elif place and place[2] == " says":
                self._wait(self._terminal(place[1]), self._here(block.text))
            elif place:
                self._type(place[1], block.text, stays_open=bool(place[2]))
            elif block.language == "text" and not block.title:
                self._compare(self._here(block.text))
            else:
                msg = f"Nobody knows what to do with this block: {block}"
                raise Mismatch(msg)

    def asked_sandbox(self, what: str) -> dict[str, list[dict[str, object]]]:
        """Return what the sandbox that the page has started answers."""
        url = self._here(f"http://127.0.0.1:{SANDBOX}/_sandbox/{what}")
        with urllib.request.urlopen(url) as answer:  # noqa: S310  # our own sandbox
            told: dict[str, list[dict[str, object]]] = json.load(answer)
        return told

    def _here(self, text: str) -> str:
        for named, taken in self.ports.items():
            text = text.replace(f":{named}", f":{taken}").replace(f"port {named}", f"port {taken}")
        return text

    def _say(self, line: str) -> None:
        self.transcript.append(line)
        print(line, flush=True)  # noqa: T201  # the transcript, which pytest shows or keeps

    def _terminal(self, name: str) -> Terminal:
        if name not in self._terminals:
            new = Terminal(self.folder, self.environ)
            self._terminals[name] = self._closing.enter_context(new)
        return self._terminals[name]

    def _save(self, block: Block) -> None:
        (self.folder / self.home / block.title).write_text(self._here(block.text), "utf-8")
        self._say(f"(saved {block.title})")

    def _type(self, place: str, text: str, *, stays_open: bool) -> None:
        terminal, commands = self._terminal(place), commands_of(text)
        self._printed, self._place = [], place
        self._open = terminal if stays_open else None
        for number, command in enumerate(commands, start=1):
            self._say(f"{place} $ {command}")
            self.typed.append(command)
            here = self._here(command)
            if (other := self.instead(here)) is not None:
                here = other
                self._say(f"  *** REPLACED HERE BY: {here}")
            if stays_open and number == len(commands):
                terminal.start(here)
                return
            self._run(terminal, here)
            self._look_for_delivery()

    def _run(self, terminal: Terminal, command: str) -> None:
        printed, status = terminal.run(command)
        for line in printed.splitlines():
            self._say(f"  {line}")
        if status != 0:
            msg = f"{command}: exit status {status}\n{printed}"
            raise Mismatch(msg)
        self._printed.append(printed)

    def _wait(self, terminal: Terminal, shown: str) -> None:
        for line in filter(None, shown.splitlines()):
            seen = terminal.until(partial(is_as_shown, shown=line), self.patience)
            if seen is None:
                msg = f"never printed: {line}\n{terminal.told}"
                raise Mismatch(msg)
            self._say(f"  {seen}")

    def _compare(self, shown: str) -> None:
        """Compare with what the last commands have printed; a look is repeated for a while."""
        if self._open is not None:
            self._wait(self._open, shown)
            return
        deadline = time.monotonic() + self.patience
        while not is_as_shown("".join(self._printed), shown):
            again = self._here(self.typed[-1])
            if not _LOOK.match(again) or time.monotonic() > deadline:
                msg = f"{again}\nshown:\n{shown}\nprinted:\n{''.join(self._printed)}"
                raise Mismatch(msg)
            self._printed.pop()
            self._say("  (looked once more)")
            self._run(self._terminals[self._place], again)

    def _look_for_delivery(self) -> None:
        if self.until_delivered:
            return
        try:
            delivered = self.asked_sandbox("delivered")
        except urllib.error.URLError:
            return  # it is not there yet
        if delivered["delivered"]:
            self.until_delivered = len(self.typed)
            self._say(f"=== THE FIRST MESSAGE IS DELIVERED, AFTER {len(self.typed)} COMMANDS.")
