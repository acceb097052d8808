"""The package as a whole: its names, its laziness, its floors."""

import ast
import subprocess
import sys
from inspect import isclass, isroutine
from pathlib import Path

import pytest

import messengerkit
from messengerkit import admin, events, sandbox, testing

SOURCE = Path(messengerkit.__file__).parent
PURE = [
    "_author",
    "_classify",
    "_environment",
    "_graph",
    "_inbound",
    "_json",
    "_model",
    "_multipart",
    "_phase",
    "_secret",
    "buttons",
    "delivery",
    "errors",
    "events",
    "history",
    "messages",
    "page",
    "people",
    "profile",
    "rates",
    "retry",
    "settling",
    "signature",
    "threads",
    "tokens",
    "usage",
    "webhook",
    "window",
]


def run(code: str) -> str:
    """Return what *code* prints in a fresh interpreter."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def imported_for_checkers() -> dict[str, str]:
    """Return the names that the type checkers see, and their modules."""
    nodes = ast.walk(ast.parse((SOURCE / "__init__.py").read_text()))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 1]
    return {alias.name: node.module or "" for node in froms for alias in node.names}


def test_the_three_lists_of_names_are_equal() -> None:
    """`__all__`, the lazy map and the imports for type checkers say the same, in order."""
    assert imported_for_checkers() == messengerkit._LAZY
    assert list(messengerkit.__all__) == sorted(messengerkit._LAZY)


@pytest.mark.parametrize("name", messengerkit.__all__)
def test_every_name_can_be_had(name: str) -> None:
    """Each public name exists, is listed by dir(), and is loaded once."""
    assert getattr(messengerkit, name) is getattr(messengerkit, name)
    assert name in dir(messengerkit)


def test_a_misspelt_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="no attribute 'Mesenger'"):
        messengerkit.Mesenger  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # on purpose


@pytest.mark.parametrize("package", [admin, events, sandbox, testing])
def test_every_public_class_is_documented(package: object) -> None:
    """Each class and function that is exported has a docstring of its own."""
    names: tuple[str, ...] = vars(package)["__all__"]
    values = {name: vars(package)[name] for name in names}
    able = [name for name, value in values.items() if isclass(value) or isroutine(value)]

    assert len(able) > len(names) / 2
    assert [name for name in able if not values[name].__doc__] == []


def test_importing_the_package_loads_nothing() -> None:
    """Neither aiohttp nor pydantic, until a name is used."""
    code = "import sys, messengerkit; print({'aiohttp', 'pydantic', 'asyncio'} & set(sys.modules))"

    assert run(code) == "set()"


@pytest.mark.parametrize("name", ["Webhook", "MessageReceived", "Retry", "TokenError", "Text"])
def test_what_needs_no_network_does_not_load_aiohttp(name: str) -> None:
    """A backend that only receives pays for no HTTP client."""
    assert (
        run(f"import sys; from messengerkit import {name}; print('aiohttp' in sys.modules)")
        == "False"
    )


def test_a_star_import_gives_all_names() -> None:
    """Lazy names are there for it, too."""
    code = "from messengerkit import *; print(MessengerClient.__name__, Webhook.__name__)"

    assert run(code) == "MessengerClient Webhook"


def pure_files() -> list[Path]:
    """Return the files of floors 0 to 3."""
    places = [SOURCE / name for name in PURE]
    return [
        file
        for place in places
        for file in (place.glob("*.py") if place.is_dir() else [place.with_suffix(".py")])
    ]


@pytest.mark.parametrize("file", pure_files(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_floors_0_to_3_await_nothing_and_read_no_clock(file: Path) -> None:
    """No async function, no await, no now(): time is a parameter."""
    tree = ast.parse(file.read_text())
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    clocks = {"now", "utcnow", "today", "monotonic", "perf_counter", "time"}
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert not [node for node in ast.walk(tree) if isinstance(node, waits)]
    assert not called & clocks


@pytest.mark.parametrize(
    "file", sorted(SOURCE.rglob("*.py")), ids=lambda file: f"{file.parent.name}/{file.stem}"
)
def test_every_module_says_its_floor_first(file: Path) -> None:
    """Its first sentence says the floor and the promise; it has 300 lines at most."""
    text = file.read_text()
    docstring = ast.get_docstring(ast.parse(text)) or ""

    assert docstring.startswith("Floor ") or file in (
        SOURCE / "__init__.py",
        SOURCE / "_version.py",
    )
    assert len(text.splitlines()) <= 300
