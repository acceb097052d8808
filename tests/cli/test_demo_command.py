"""The commands `messengerkit demo` and `messengerkit panel`: the demo, and its panel as files."""

import socket
from pathlib import Path

import pytest

from messengerkit.cli import demo as command
from messengerkit.cli import main
from messengerkit.demo.options import Options
from messengerkit.demo.panel import files


def code_of(*arguments: str) -> object:
    """Run a command, and return its exit code."""
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    return caught.value.code


def test_it_plays_the_ten_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """As `python -m messengerkit.demo` does."""
    code = code_of("demo", "--once")
    told = capsys.readouterr().out

    assert code == 0
    assert "10. The action is in the audit, the conversation is updated." in told
    assert "did not happen" not in told


@pytest.mark.parametrize("code", [0, 1, 2, 130])
def test_every_option_is_handed_on(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the exit code is the demo's."""
    runs: list[Options] = []

    def run(options: Options) -> int:
        runs.append(options)
        return code

    monkeypatch.setattr(command, "run", run)
    keep = str(tmp_path)
    codes = [
        code_of("demo"),
        code_of("demo", "--once"),
        code_of("demo", "--live", "--host", "::1", "--port", "1", "--chat-port", "2",
                "--keep", keep, "--no-browser"),
    ]  # fmt: skip

    assert codes == [code] * 3
    assert runs == [
        Options(),
        Options(once=True),
        Options(live=True, host="::1", port=1, chat_port=2, keep=tmp_path, browser=False),
    ]


def test_once_is_not_for_meta(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nobody at Meta to play with."""
    assert code_of("demo", "--once", "--live") == 2
    assert "it plays on this machine alone" in capsys.readouterr().err


def test_a_port_that_is_taken_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert code_of("demo", "--once", "--port", str(other.getsockname()[1])) == 2

    assert "choose another --host, --port or --chat-port" in capsys.readouterr().out


def test_the_panel_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it, and how to serve it is told."""
    folder = tmp_path / "new" / "panel"
    code = code_of("panel", str(folder))
    told = capsys.readouterr().out

    assert code == 0
    assert {one.name for one in folder.iterdir()} == set(files())
    assert told.startswith(f"{len(files())} files are in {folder}. Serve them ")
    assert "\n  Content-Security-Policy: default-src 'none'; " in told
    assert "\n  X-Content-Type-Options: nosniff\n" in told
    assert "ADMIN_SESSION_SECRET" in told


def test_what_you_have_changed_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless you say so."""
    mine = tmp_path / "index.html"
    mine.write_text("mine")

    assert code_of("panel", str(tmp_path)) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["index.html"]
    assert mine.read_text() == "mine"
    assert code_of("panel", str(tmp_path), "--force") == 0
    assert mine.read_text() != "mine"


def test_an_empty_folder_is_fine(tmp_path: Path) -> None:
    """Somebody has made it for that."""
    assert code_of("panel", str(tmp_path)) == 0


def test_a_folder_that_is_none_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, and why."""
    (tmp_path / "file").write_text("")

    assert code_of("panel", str(tmp_path / "file")) == 1
    assert "Not a directory" in capsys.readouterr().err
