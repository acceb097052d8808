"""What the pytest plugin costs whoever does not use it: no time, and no line of coverage.

An environment of its own is made, with the package as users install it. Runs with and
without the plugin differ by its entry point alone.
"""

import ast
import json
import os
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
PAIRS = 25
MOST_MS = 20.0
TRIES = 3
"""A busy machine may make one plugin look slow; what is slow is so each time."""
SECONDS = 60
TOOLS = ("pytest", "pytest-asyncio", "pytest-cov")

OURS = "[pytest11]\nmessengerkit = messengerkit._pytest\n"
EAGER = "[pytest11]\neager = eager_plugin\n"
NONE = ""

SHOP = """
from messengerkit import parse_events

PRICES = {"tea": 4}


def price(name: str) -> int:
    if name not in PRICES:
        raise KeyError(name)
    return PRICES[name]
"""
TEST = """
from shop import price


def test_price():
    assert price("tea") == 4
"""
TEST_OF_PLUGIN = """
import pytest


@pytest.mark.asyncio
async def test_it(messenger_client, messenger_person):
    await messenger_client.send_text(messenger_person.psid, "Hello!")
    assert (await messenger_person.receives()).text == "Hello!"
"""


@dataclass(frozen=True)
class User:
    """Somebody who has the package installed, and a package of their own with a test."""

    python: Path
    entry_points: Path
    folder: Path

    def has(self, plugin: str) -> None:
        """Have the environment know *plugin*, and no other of ours."""
        self.entry_points.write_text(plugin)

    def run(self, *arguments: str) -> str:
        """Run a module of the environment in the user's folder."""
        # None of what the suite's own run was started with may reach this one.
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            [str(self.python), "-m", *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=kept,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def seconds(self, plugin: str) -> float:
        """Return how long a run of the user's test takes with *plugin*."""
        self.has(plugin)
        began = time.perf_counter()
        self.run("pytest", "-q", "-p", "no:cacheprovider")
        return time.perf_counter() - began


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    """A user; the tests that need one are skipped if there can be no environment."""
    venv, folder = tmp_path_factory.mktemp("venv"), tmp_path_factory.mktemp("shop")
    python = venv / "bin" / "python"
    # uv would take a wheel of before, as long as pyproject.toml is the same.
    wanted = ["--refresh-package", "messengerkit", str(ROOT), *TOOLS]
    for step in (
        ["venv", "--quiet", "--clear", "--python", sys.executable, str(venv)],
        ["pip", "install", "--quiet", "--python", str(python), *wanted],
    ):
        done = subprocess.run([str(UV), *step], check=False, capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"NO ENVIRONMENT COULD BE MADE, NOTHING WAS PROVEN: {done.stderr}")
    (entry_points,) = venv.glob("lib/python3*/site-packages/messengerkit-*/entry_points.txt")
    (entry_points.parents[1] / "eager_plugin.py").write_text("import messengerkit.sandbox\n")
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").write_text(SHOP)
    (folder / "test_shop.py").write_text(TEST)
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    # The kernel keeps one inode for what uv links from its cache: ours is written anew.
    entry_points.unlink()
    return User(python, entry_points, folder)


def cost(user: User, plugin: str) -> float:
    """Return the milliseconds that *plugin* adds to a run: the median over pairs of runs."""
    for warm in (NONE, plugin):
        user.seconds(warm)
    with_it: list[float] = []
    without: list[float] = []
    for _ in range(PAIRS):
        pair = [(plugin, with_it), (NONE, without)]
        for one, took in random.sample(pair, 2):
            took.append(user.seconds(one) * 1000)
    more = [a - b for a, b in zip(with_it, without, strict=True)]
    low, median, high = statistics.quantiles(more, n=4)
    print(
        f"\n{plugin.rsplit(maxsplit=1)[-1]}: {statistics.median(with_it):.0f} ms with it,"
        f" {statistics.median(without):.0f} ms without;"
        f" {median:+.1f} ms [{low:+.1f}, {high:+.1f}] in {PAIRS} pairs"
    )
    return median


def test_a_run_that_does_not_use_it_takes_no_longer(user: User) -> None:
    """Less than 20 ms more, whole process, than without its entry point."""
    assert any(cost(user, OURS) < MOST_MS for _ in range(TRIES))


def test_a_plugin_that_imports_is_found(user: User) -> None:
    """By the same measure: a planted one, that imports the sandbox, costs far more."""
    assert cost(user, EAGER) > MOST_MS * 3


WAYS = {
    "pytest-cov": (("pytest", "-q", "--cov=shop", "--cov-branch", "--cov-report=json:found.json"),),
    "coverage": (
        ("coverage", "run", "--branch", "--source=shop", "-m", "pytest", "-q"),
        ("coverage", "json", "-o", "found.json"),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_coverage_of_a_users_package_is_the_same(user: User, way: str) -> None:
    """Line by line and branch by branch, with and without the plugin."""
    found: dict[str, object] = {}
    for plugin in (OURS, NONE):
        user.has(plugin)
        for arguments in WAYS[way]:
            user.run(*arguments)
        found[plugin] = json.loads((user.folder / "found.json").read_text())["files"]
    print(f"\n{way}: {json.dumps(found[OURS])[:200]}")

    assert found[OURS] == found[NONE]
    assert list(json.loads(json.dumps(found[OURS]))) == ["shop/__init__.py"]


def top_level(source: str) -> set[int]:
    """Return the lines of the statements that run when a module is imported."""
    _docstring, *statements = ast.parse(source).body
    return {one.lineno for one in statements if not isinstance(one, ast.If)}


def test_coverage_sees_what_runs_while_pytest_starts(user: User) -> None:
    """Our own lines are seen by `coverage run`, which begins before pytest does."""
    user.has(OURS)
    (user.folder / "test_plugin.py").write_text(TEST_OF_PLUGIN)
    user.run("coverage", "run", "--source=messengerkit", "-m", "pytest", "-q", "test_plugin.py")
    user.run("coverage", "json", "-o", "found.json")
    (user.folder / "test_plugin.py").unlink()
    files: dict[str, dict[str, list[int]]] = json.loads((user.folder / "found.json").read_text())[
        "files"
    ]
    for name in ("_pytest.py", "__init__.py"):
        (path,) = [path for path in files if path.endswith(f"messengerkit/{name}")]
        seen, source = set(files[path]["executed_lines"]), (user.folder / path).read_text()
        print(f"\n{name}: {len(seen)} lines seen, {len(files[path]['missing_lines'])} not run")

        assert top_level(source) <= seen
