"""Pages are shown where there is a browser with a window; elsewhere nothing happens, at once."""

import sys
import webbrowser
from collections.abc import Callable

import pytest
from typing_extensions import override

from messengerkit.demo.browser import has_display, show_pages

PAGES = ["http://127.0.0.1:1/chat", "http://127.0.0.1:1/panel/"]


class Window(webbrowser.BaseBrowser):
    """A browser that notes what it is to open."""

    def __init__(self) -> None:
        super().__init__("window")
        self.opened: list[str] = []

    @override
    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        """Note *url*."""
        self.opened.append(url)
        return True


def got(browser: Callable[[], webbrowser.BaseBrowser], monkeypatch: pytest.MonkeyPatch) -> None:
    """Show the pages on a machine whose browser is *browser*."""
    monkeypatch.setattr(webbrowser, "get", browser)
    opening = show_pages(PAGES)
    opening.join(10)
    assert not opening.is_alive()
    assert opening.daemon


def test_both_pages_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order."""
    window = Window()
    got(lambda: window, monkeypatch)

    assert window.opened == PAGES


def test_a_browser_in_the_terminal_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take over the terminal in which the demo tells what happens."""

    def refuse(*_: object) -> bool:
        msg = "it was opened"
        raise AssertionError(msg)

    monkeypatch.setattr(webbrowser.GenericBrowser, "open", refuse)
    got(lambda: webbrowser.GenericBrowser("lynx"), monkeypatch)


@pytest.mark.parametrize("error", [webbrowser.Error("none"), OSError("no such file")])
def test_no_browser_is_no_failure(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses are printed anyway; no thread ends with a traceback."""

    def none() -> webbrowser.BaseBrowser:
        raise error

    got(none, monkeypatch)


@pytest.mark.parametrize(
    ("platform", "environ", "has"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_display_is_needed(platform: str, environ: dict[str, str], *, has: bool) -> None:
    """On a server there is none."""
    assert has_display(platform, environ) is has


def test_this_machine_is_asked_by_default() -> None:
    """Its platform, and its variables."""
    assert has_display() is has_display(sys.platform)
