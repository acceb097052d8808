"""`messengerkit doctor` as it is called: its options, and what it prints."""

from functools import partial
from pathlib import Path

import pytest
from cli.patient import Patient, healthy, served
from typer.testing import CliRunner

from messengerkit.cli import main
from messengerkit.sandbox import Page, Sandbox


@pytest.fixture
def nobody(tmp_path: Path) -> Patient:
    """An environment without anything in it."""
    return Patient(Sandbox(), tmp_path)


async def test_without_a_backend_it_looks_at_the_page_alone(tmp_path: Path) -> None:
    """It says how the rest is looked at, and does not say that all is well."""
    async with Sandbox() as sandbox, healthy(sandbox, tmp_path) as patient:
        patient.options.clear()
        done = await patient.run()

    assert done.exit_code == 0
    assert "\nnot looked at  webhook handshake: give --backend\n" in done.stdout
    assert "\nnot looked at  store: give --store\n" in done.stdout
    assert done.stdout.endswith(
        "\nAll is well, as far as it was looked at; 8 checks were not made.\n"
    )


async def test_an_environment_without_anything_is_one_fault(nobody: Patient) -> None:
    """A backend that is down because of it is no second one."""
    done = await nobody.run("--backend", "http://127.0.0.1:9")

    assert done.exit_code == 1
    assert done.stdout.startswith("fault          variables: FACEBOOK_PAGE_ACCESS_TOKEN is missing")
    assert "first mend the variables" in done.stdout
    assert done.stdout.endswith("\nFaults: 1. Mend the first one, then run this again.\n")


async def test_the_panels_origin_may_be_left_out(tmp_path: Path) -> None:
    """Then nothing is said of CORS."""
    async with Sandbox() as sandbox, healthy(sandbox, tmp_path) as patient, served(patient):
        del patient.options["--origin"]
        found = {one["check"]: one["told"] for one in await patient.examined()}

    assert found["CORS"] == "give --origin, the panel's"


async def test_the_panel_may_be_of_the_backends_own_origin(tmp_path: Path) -> None:
    """However that is written; then a browser asks for nothing."""
    async with Sandbox() as sandbox, healthy(sandbox, tmp_path) as patient, served(patient):
        patient.options["--origin"] = f"{patient.url.upper()}/"
        found = {one["check"]: one["told"] for one in await patient.examined()}

    assert found["CORS"].endswith("of the backend's own origin: nothing is needed")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--backend", "http://api.example.com"),
        ("--backend", "https://me:secret@api.example.com"),
        ("--backend", "https://api.example.com/?key=secret"),
        ("--backend", "https://a_b.example.com"),
        ("--origin", "*"),
        ("--origin", "http://panel.example.com"),
        ("--app-id", "my app"),
    ],
)
async def test_a_wrong_call_looks_at_nothing(nobody: Patient, arguments: tuple[str, ...]) -> None:
    """Exit code 2: the admin's key goes to nobody in plain text."""
    done = await nobody.run(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "secret" not in done.stderr


def test_it_tells_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    """And that it sends nothing."""
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "--help"])
    shown = capsys.readouterr().out

    assert caught.value.code == 0
    assert "send nothing, change" in shown
    assert all(one in shown for one in ("--backend", "--origin", "--store", "--app-id", "--json"))


async def test_what_the_terminal_cannot_write_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a file Windows writes a code page, and a page may have a Burmese name."""
    monkeypatch.setattr("cli.patient.CliRunner", partial(CliRunner, charset="cp1252"))
    page = Page(name="ပန်းခြံ Café")
    async with Sandbox(page) as sandbox, healthy(sandbox, tmp_path) as patient:
        patient.options.clear()
        done = await patient.run()

    assert done.exit_code == 0
    assert f"it is that of the page ??????? Café ({page.id})" in done.stdout
