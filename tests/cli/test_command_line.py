"""The command `messengerkit` itself: as a process, as a module, and without its extra."""

import importlib
import os
import runpy
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from messengerkit.admin.auth.key import claimed_key_id
from messengerkit.cli import main

PATIENCE = 60.0
COMMANDS = ("make", "rotate", "revoke", "list")
WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
from messengerkit.cli import main
main()
"""


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run our own interpreter in *folder*, as a person would."""
    return subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )


def keys(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `messengerkit keys` as a process."""
    return python("-m", "messengerkit.cli", "keys", *arguments, folder=folder)


def test_the_life_of_a_key(tmp_path: Path) -> None:
    """Made, rotated, listed, revoked, each in a process of its own."""
    made = keys("make", "--admin", "alice", "--id", "a", folder=tmp_path)
    rotated = keys("rotate", "a", "--id", "b", folder=tmp_path)
    revoked = keys("revoke", "a", folder=tmp_path)
    listed = keys("list", folder=tmp_path)

    assert [one.returncode for one in (made, rotated, revoked, listed)] == [0] * 4
    assert claimed_key_id(made.stdout.strip()) == "a"
    assert claimed_key_id(rotated.stdout.strip()) == "b"
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["KEY", "b"]
    assert made.stdout.strip() not in made.stderr


def test_a_mistake_is_no_traceback(tmp_path: Path) -> None:
    """One sentence and advice on stderr, exit code 1; a wrong call is 2."""
    mistake = keys("revoke", "a", folder=tmp_path)
    usage = keys("revoke", folder=tmp_path)

    assert (mistake.returncode, usage.returncode) == (1, 2)
    assert (mistake.stdout, usage.stdout) == ("", "")
    assert "Traceback" not in mistake.stderr + usage.stderr
    assert mistake.stderr == (
        "admin-keys.json: cannot be read: No such file or directory. "
        "Correct the file; the command messengerkit keys makes and changes it.\n"
    )


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_its_extra_it_says_what_to_install(tmp_path: Path, missing: str) -> None:
    """In one sentence, exit code 1; the package itself needs neither."""
    done = python("-c", WITHOUT, missing, "keys", "list", folder=tmp_path)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == ('The command line needs its extra: pip install "messengerkit[cli]"\n')


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_main_leaves_with_that_sentence(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """It is the text of the exit, so that a script of one's own may catch it."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SystemExit, match=r"pip install \"messengerkit\[cli\]\"$"):
        main(["keys", "list"])


def test_importing_the_script_loads_no_extra(tmp_path: Path) -> None:
    """Or the sentence could not be said."""
    code = "import sys, messengerkit.cli; print({'typer', 'rich', 'click'} & set(sys.modules))"

    assert python("-c", code, folder=tmp_path).stdout == "set()\n"


@pytest.mark.usefixtures("plain_imports")
def test_the_module_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m messengerkit.cli` reads the arguments of the process."""
    monkeypatch.setattr(sys, "argv", ["anything", "keys", "--help"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("messengerkit.cli", run_name="__main__")
    shown = capsys.readouterr().out

    assert caught.value.code == 0
    assert "Usage: messengerkit keys" in shown
    assert all(command in shown for command in COMMANDS)


def test_importing_the_module_runs_nothing() -> None:
    """As whoever looks for documentation does."""
    assert importlib.import_module("messengerkit.cli.__main__").main is main


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_tells_its_options(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Each has a file and JSON."""
    with pytest.raises(SystemExit) as caught:
        main(["keys", command, "--help"])
    shown = capsys.readouterr().out

    assert caught.value.code == 0
    assert "--file" in shown
    assert "--json" in shown


def test_a_letter_that_the_terminal_lacks_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """People's names are in all scripts; where the output is none of ours, it stays as it is."""
    printed = BytesIO()
    with TextIOWrapper(printed, encoding="ascii") as out:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", StringIO())
        with pytest.raises(SystemExit):
            main(["--help"])
        print("မြမြ", file=out, flush=True)  # as a table of names does
        assert printed.getvalue().endswith(b"????\n")


@pytest.mark.parametrize("arguments", [[], ["keys"]], ids=["nothing", "keys"])
def test_who_calls_without_a_command_is_helped(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Exit code 2: nothing was done."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    shown = capsys.readouterr()

    assert caught.value.code == 2
    assert "Usage: messengerkit" in shown.out + shown.err
