"""The tutorial, followed from its first command to its last, with real processes.

The environment is the one at hand: no other is made, and nothing is installed. The proof
`tests/proofs/test_tutorial_wheel.py` does that, too.
"""

import os
import shlex
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from docs.conftest import ANA_OF_TUTORIAL
from docs.following import (
    BACKEND,
    SANDBOX,
    Mismatch,
    Reader,
    blocks_of,
    commands_of,
    is_as_shown,
)

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
README = Path(__file__).parents[2] / "README.md"
HOME = "my-bot"
FEW = 10
OURS = ("ADMIN_", "FACEBOOK_", "MESSENGER")


def free_ports() -> dict[str, str]:
    """Return two free ports, for those that the page names: others may have these."""
    with ExitStack() as bound:
        sockets = [bound.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        ports = [str(one.getsockname()[1]) for one in sockets]
    return dict(zip((SANDBOX, BACKEND), ports, strict=True))


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* without what the page is about to set."""
    return {name: value for name, value in environ.items() if not name.startswith(OURS)}


def environment_at_hand(folder: Path) -> str:
    """Make what stands for the new environment, and return the command that puts it there.

    Its `python`, and the commands of the packages, are those that run the tests.
    """
    commands = folder / "at-hand" / "bin"
    commands.mkdir(parents=True)
    modules = {"python": "", "messengerkit": "-m messengerkit.cli", "uvicorn": "-m uvicorn"}
    for name, module in modules.items():
        script = commands / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {module} "$@"\n')
        script.chmod(0o755)
    (commands / "activate").write_text(f"export PATH={shlex.quote(str(commands))}:$PATH\n")
    home = shlex.quote(str(folder / HOME))
    return f"mkdir {home} && ln -s {shlex.quote(str(commands.parent))} {home}/.venv"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader who makes no environment, and installs nothing."""
    if missing := [one for one in ("bash", "curl") if shutil.which(one) is None]:
        pytest.skip(f"NO {' AND NO '.join(missing)} HERE: THE TUTORIAL WAS NOT FOLLOWED.")
    linking = environment_at_hand(tmp_path)

    def instead(command: str) -> str | None:
        if command.startswith("python3 -m venv "):
            return linking
        return "true" if command.startswith("pip install ") else None

    with Reader(tmp_path, HOME, without_settings(os.environ), free_ports(), instead) as reader:
        yield reader


def test_the_tutorial_is_as_it_says(reader: Reader) -> None:
    """Each file is saved, each command works, and each prints what the page shows."""
    page = PAGE.read_text(encoding="utf-8")

    reader.follow(page)

    replaced = [line for line in reader.transcript if "REPLACED" in line]
    assert len(replaced) == 2, "the environment, and what is installed into it"
    assert reader.typed == [
        command
        for block in blocks_of(page)
        if block.language == "bash" and block.title.startswith("Terminal")
        for command in commands_of(block.text)
    ]
    assert reader.until_delivered == 9
    people = reader.asked_sandbox("people")["people"]
    assert [(one["psid"], one["name"]) for one in people] == [(ANA_OF_TUTORIAL, "Ana Example")]


def test_the_first_message_needs_few_commands() -> None:
    """The page says how many, and hides none behind another."""
    page = PAGE.read_text(encoding="utf-8")
    first, _, _ = page.partition("## 4.")
    typed = [
        command
        for block in blocks_of(first)
        if block.title.startswith("Terminal")
        for command in commands_of(block.text)
    ]

    before = typed[: typed.index("python first.py") + 1]

    assert len(before) < FEW
    assert "after nine commands" in page
    assert "after nine commands" in README.read_text(encoding="utf-8")
    words = {word for one in before for word in shlex.shlex(one, punctuation_chars=True)}
    assert not words & {"&&", "||", ";", "|", "&"}


def test_the_adapter_of_the_readme_is_the_one_that_was_served() -> None:
    """What the README shows is what the tutorial serves, letter by letter."""
    (backend,) = [one.text for one in blocks_of(PAGE.read_text("utf-8")) if "carrying(" in one.text]
    adapter = backend[backend.index("def carrying(") : backend.index("def panel(")]

    assert adapter.strip() in README.read_text("utf-8")


WRONG = {
    "other words": '```bash title="Terminal 1"\necho one\n```\n\n```text\ntwo\n```\n',
    "too little": '```bash title="Terminal 1"\necho one\necho two\n```\n\n```text\none\n```\n',
    "a failure": '```bash title="Terminal 1"\nfalse\n```\n',
    "a failure in a pipe": '```bash title="Terminal 1"\nfalse | cat\n```\n',
    "no terminal": "```bash\ntrue\n```\n",
    "never said": '```bash title="Terminal 1, stays open"\necho one\n```\n\n```text\ntwo\n```\n',
}


@pytest.mark.parametrize("page", WRONG.values(), ids=WRONG)
def test_a_page_that_is_wrong_is_found_out(page: str, reader: Reader) -> None:
    """What is printed must be what is shown, and every command must succeed."""
    reader.patience = 0.2

    with pytest.raises(Mismatch):
        reader.follow(page)


def test_an_ellipsis_stands_for_what_is_left_out() -> None:
    """Within its line, and for nothing else."""
    assert is_as_shown('{"id":"m_abc"}\n', '{"id":"m_…"}')
    assert not is_as_shown('{"id":"m_abc"', '{"id":"m_…"}')
    assert not is_as_shown("m_abc\nmore", "m_…")


def test_a_command_ends_where_its_quotes_do() -> None:
    """A text in quotes may have several lines."""
    assert commands_of("echo 'one\ntwo'\ntrue\n") == ["echo 'one\ntwo'", "true"]
