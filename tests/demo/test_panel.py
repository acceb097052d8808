"""The panel as files: all of them, nothing else, and whole when they are copied."""

import re
from pathlib import Path

import pytest

from messengerkit.demo import panel
from messengerkit.demo.panel import SHARED, copy_to, files, headers, panel_file
from messengerkit.errors import ConfigurationError

OWN = Path(panel.__file__).parent / "static"
REFERENCES = (
    re.compile(r"""\b(?:from|import)\s*\(?\s*["']\./([^"']+)["']"""),
    re.compile(r"""\b(?:src|href)="([^"#:]+)\""""),
    re.compile(r"""\burl\(["']?([^"')#:]+)["']?\)"""),
    re.compile(r"""\bnew URL\(["']\./([^"']+)["']"""),
)


def test_every_file_is_served() -> None:
    """Its own and those of the chat page; the page itself also without a name."""
    served = {name: panel_file(name) for name in files()}

    assert {"index.html", "main.js", "dom.js"} <= set(files())
    assert set(SHARED) <= set(files())
    assert {one.name for one in OWN.iterdir()} <= set(files())
    assert all(served.values())
    assert panel_file("") == panel_file("index.html")


def test_no_file_hides_another() -> None:
    """What is shared with the chat page is there once."""
    assert not {one.name for one in OWN.iterdir()} & set(SHARED)


@pytest.mark.parametrize(
    "name",
    [
        "none.js",
        "..",
        "../__init__.py",
        "../static/index.html",
        str(OWN / "index.html"),
        "static/index.html",
        "/etc/passwd.html",
        "C:index.html",
        "a\\b.js",
        ".hidden.js",
        "index.html\n",
        "index.html\0.js",
        "index",
        "__init__.py",
        "chat.css",
        "session.js/",
    ],
)
def test_nothing_else_is_served(name: str) -> None:
    """No folder, no drive, nothing hidden, and no file of the chat page that is not shared."""
    assert panel_file(name) is None


def test_no_path_leads_to_a_file_that_is_there() -> None:
    """The paths that are refused above would find one, if they were taken."""
    assert (OWN / "../static/index.html").is_file()
    assert panel_file("index.html") is not None


def test_each_is_of_its_own_type() -> None:
    """Browsers run no script of another type, with `nosniff`."""
    types = {
        name.rpartition(".")[2]: one.content_type for name in files() if (one := panel_file(name))
    }

    assert types["js"] == "text/javascript"
    assert types["html"] == "text/html"
    assert types["css"] == "text/css"
    assert types["svg"] == "image/svg+xml"


def test_the_headers_let_nothing_foreign_in() -> None:
    """Scripts and styles of its own alone, pictures over https, and no frame around it."""
    policy = headers()["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "img-src 'self' blob: https:; " in policy
    assert "frame-ancestors 'none'" in policy
    assert "{" not in policy
    assert headers()["X-Content-Type-Options"] == "nosniff"


def test_pictures_may_come_from_a_sandbox() -> None:
    """From those origins that are named."""
    policy = headers(["http://127.0.0.1:8815", "http://[::1]:1"])["Content-Security-Policy"]

    assert "img-src 'self' blob: https: http://127.0.0.1:8815 http://[::1]:1; " in policy
    assert "media-src 'self' blob: https: http://127.0.0.1:8815 http://[::1]:1; " in policy
    assert "connect-src 'self'; " in policy


@pytest.mark.parametrize("origin", ["*", "", "http://a.example/; script-src *", "data:", "a b"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    """It would be another policy."""
    with pytest.raises(ConfigurationError, match="must be an origin"):
        headers([origin])


def test_a_copy_is_whole(tmp_path: Path) -> None:
    """Whatever one of its files names is there, too."""
    folder = tmp_path / "new" / "panel"
    names = copy_to(folder)
    there = {one.name for one in folder.iterdir()}
    named = {
        (one.name, found)
        for one in folder.iterdir()
        for pattern in REFERENCES
        for found in pattern.findall(one.read_text(encoding="utf-8"))
    }

    assert set(names) == set(files()) == there
    assert ("index.html", "main.js") in named
    assert [one for one in sorted(named) if one[1] not in there] == []
    assert (folder / "index.html").read_bytes() == (OWN / "index.html").read_bytes()
