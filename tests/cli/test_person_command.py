"""`messengerkit person`: what is known of somebody, in their hands or nowhere any more."""

import io
import json
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli.keeping import PAGE, PSID, WORDS, Kept, act, conversation, read, run, sent

from messengerkit.cli import main
from messengerkit.delivery import State
from messengerkit.desk import Conversation
from messengerkit.desk.store import Transaction

THEM = ("--page", PAGE, "--psid", PSID)
ERASE = ("person", "erase", *THEM, "--by", "alice")


@pytest.fixture
def known(kept: Kept) -> Conversation:
    """A person of whom something is known."""

    def work(transaction: Transaction) -> Conversation:
        known = conversation(transaction)
        act(transaction, known.id, "assign")
        sent(transaction, known.id, State.SENT)
        return known

    return kept.write(work)


def is_known(kept: Kept) -> bool:
    """Tell whether anything is known of the person."""
    return bool(kept.write(lambda it: it.conversations_of([(PAGE, PSID)])))


def test_all_that_is_known_is_printed(known: Conversation) -> None:
    """As JSON, for people to read: in lines, and in their own letters."""
    done = run("person", "export", *THEM)
    told = json.loads(done.stdout)

    assert told["conversation"]["id"] == str(known.id)
    assert [one["text"] for one in told["messages"]] == [WORDS]
    assert [one["action"] for one in told["actions"]] == ["assign"]
    assert len(done.stdout.splitlines()) > len(told)


def test_it_is_written_to_a_new_file(known: Conversation, tmp_path: Path) -> None:
    """That nobody else may read; a file that is there stays as it is."""
    file = tmp_path / "ana.json"
    done = run("person", "export", *THEM, "--out", str(file))
    before = file.read_bytes()
    again = run("person", "export", *THEM, "--out", str(file), code=2)

    assert json.loads(before)["conversation"]["id"] == str(known.id)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert done.stdout == ""
    assert "ana.json" in done.stderr.replace("\n", "")
    assert "cannot be made" in again.stderr
    assert file.read_bytes() == before


def test_letters_stay_letters_and_half_an_emoji_stays_json(kept: Kept, tmp_path: Path) -> None:
    """Whatever people write, the file is UTF-8 and JSON."""
    psid = "ñ\ud83d"
    kept.write(lambda it: conversation(it, psid))
    file = tmp_path / "out.json"

    run("person", "export", "--page", PAGE, "--psid", psid, "--out", str(file))

    assert "ñ\\ud83d" in file.read_text("utf-8")
    assert json.loads(file.read_bytes())["conversation"]["psid"] == psid


@pytest.mark.usefixtures("known")
def test_a_stranger_has_no_export(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and a sentence."""
    with pytest.raises(SystemExit) as caught:
        main(["person", "export", "--page", PAGE, "--psid", "1"])
    shown = capsys.readouterr()

    assert (caught.value.code, shown.out) == (1, "")
    assert shown.err.startswith("Nothing is known of this person. ")


def test_a_person_is_erased(kept: Kept, known: Conversation) -> None:
    """What admins did stays, and so does its chain; the second time there is nobody."""
    done = run(*ERASE, "--yes")
    again = run(*ERASE, "--yes", code=1)
    chain = kept.write(lambda it: it.chain(known.id))

    assert done.stdout == "All is deleted.\n"
    assert again.stdout == "Nothing is known of this person.\n"
    assert not is_known(kept)
    assert [(one.action, one.admin_id) for one in chain] == [
        ("assign", "alice"),
        ("erase", "alice"),
    ]
    assert run("audit", "verify").stdout == "chains: 1, actions: 2, broken places: 0\n"


@pytest.mark.usefixtures("known")
def test_the_end_is_printed_as_json() -> None:
    """Whether anything was deleted."""
    assert read(run(*ERASE, "--yes", "--json")) == {"erased": True}
    assert read(run(*ERASE, "--yes", "--json", code=1)) == {"erased": False}


@pytest.mark.usefixtures("known")
def test_nobody_is_erased_unasked(kept: Kept) -> None:
    """Without a terminal there is nobody to ask: exit code 2."""
    assert "--yes" in run(*ERASE, code=2).stderr
    assert is_known(kept)


class Terminal(io.StringIO):
    """Somebody who types an answer."""

    def isatty(self) -> bool:
        """Tell that somebody is there."""
        return True


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_at_a_terminal_it_asks(
    kept: Kept,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
) -> None:
    """Not where the answer is printed; no means no."""
    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    with pytest.raises(SystemExit) as caught:
        main([*ERASE])
    shown = capsys.readouterr()

    assert (caught.value.code or 0) == code
    assert shown.err.startswith(f"Delete all that is known of person {PSID} of page {PAGE}?")
    assert shown.out.strip() == ("" if code else "All is deleted.")
    assert is_known(kept) is (code == 1)


WRONG: Mapping[str, tuple[str, ...]] = {
    "no page": ("person", "export", "--psid", PSID),
    "no person": ("person", "export", "--page", PAGE),
    "nobody who does it": ("person", "erase", *THEM, "--yes"),
    "a wrong admin": ("person", "erase", *THEM, "--yes", "--by", "a b"),
}


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_a_wrong_call_does_nothing(kept: Kept, arguments: tuple[str, ...]) -> None:
    """Exit code 2, as of any command."""
    assert "Usage: " in run(*arguments, code=2).stderr
    assert is_known(kept)
