"""The tutorial in an empty environment, from the wheel, as somebody has it who finds the project.

The wheel is built here and stands for the name that the page installs; what it depends on comes
from wherever pip takes packages. It is told on stdout.
"""

import asyncio
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from docs.following import BACKEND, Reader
from docs.test_tutorial import FEW, HOME, PAGE, free_ports, without_settings
from proofs.browsers import browsing

ROOT = PAGE.parents[1]
PACKAGE = '"messengerkit[demo]"'


def built(folder: Path) -> Path:
    """Return the wheel of the project, built into *folder*."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*pip, str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("messengerkit-*.whl")
    return wheel


def demo_once(command: Path, folder: Path, environ: dict[str, str]) -> int:
    """Play the demo, told on stdout, and return its exit code."""
    print("$ messengerkit demo --once")
    played = subprocess.run([str(command), "demo", "--once"], check=False, cwd=folder, env=environ)
    print(f"exit code {played.returncode}")
    return played.returncode


async def seen_in_panel(url: str) -> str:
    """Sign in to the panel as the page tells, and return what the list shows of Ana."""
    async with browsing() as browser:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_label("Your ID").fill("alice")
        await page.get_by_label("Key", exact=True).fill("a-long-random-key")
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="All", exact=True).click()
        return await page.get_by_role("link", name="Ana Example").inner_text()


@pytest.mark.slow
def test_the_tutorial_in_an_empty_environment(tmp_path: Path) -> None:
    """Each command works as it stands, with nothing but the wheel; so do the panel and the demo."""
    wheel = built(tmp_path / "wheel")
    environ = without_settings(os.environ)
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"

    def instead(command: str) -> str | None:
        if not command.startswith("pip install "):
            return None
        assert PACKAGE in command
        wanted = command.replace(PACKAGE, shlex.quote(f"{wheel}[demo]"))
        return wanted.replace("pip install ", "pip install -qq --disable-pip-version-check ")

    with Reader(tmp_path, HOME, environ, free_ports(), instead) as reader:
        reader.follow(PAGE.read_text(encoding="utf-8"))
        print(f"{len(reader.typed)} commands; the first message after {reader.until_delivered}")
        command = tmp_path / HOME / ".venv" / "bin" / "messengerkit"

        assert 0 < reader.until_delivered < FEW
        assert demo_once(command, tmp_path, environ) == 0
        # The last one, for without a browser it skips the test.
        seen = asyncio.run(seen_in_panel(f"http://127.0.0.1:{reader.ports[BACKEND]}/panel/"))
        assert "Harbour Street 12" in seen
