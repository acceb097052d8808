"""Everything that the documentation shows: it runs, its types are right, its links lead on."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from docs.conftest import ADAPTERS, SETTINGS, copy_adapters
from pytest_examples import CodeExample, find_examples

ROOT = Path(__file__).parents[2]
PAGES = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
)
EXAMPLES = [example for page in PAGES for example in find_examples(page)]

_BASH = re.compile(r"^```(?:bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_MAKE = re.compile(r"(?:^|&&|;)\s*(?:[A-Z_]+=\S+\s+)*make\s+([a-z][a-z-]*)", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|\b(?:src|srcset)=\"([^\"]+)\"")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_RULES = "A,ASYNC,B,C4,E,F,N,PIE,RET,RUF,SIM,UP,W"


def _id(example: CodeExample) -> str:
    return f"{example.path.relative_to(ROOT)}:{example.start_line}"


def _extract(example: CodeExample, folder: Path) -> Path:
    """Write *example* as a file whose line numbers are those of its page."""
    page = example.path.relative_to(ROOT).with_suffix("")
    name = re.sub(r"\W", "_", str(page)).lower()
    file = folder / f"{name}_{example.start_line}.py"
    file.write_text("\n" * example.start_line + example.source, encoding="utf-8")
    return file


def _python(*arguments: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own interpreter, and files of ours
        [sys.executable, "-m", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **environ},
    )


def test_examples_were_found() -> None:
    """A search that finds nothing proves nothing."""
    pages = {str(example.path.relative_to(ROOT)) for example in EXAMPLES}

    adapters = {f"examples/{name}/README.md" for name in ADAPTERS}
    assert {"README.md", "docs/quickstart.md", *adapters} <= pages


@pytest.mark.parametrize("example", EXAMPLES, ids=_id)
def test_example_runs(example: CodeExample, reader: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python block is whole, runs as it stands, and what it asserts is so."""
    file = _extract(example, reader)

    if "async def test_" not in example.source:
        runpy.run_path(str(file), run_name="__main__")
        return
    for name in SETTINGS:  # a test has its own, and none of its reader's
        monkeypatch.delenv(name)
    options = ("-q", "-p", "no:cacheprovider", "--override-ini", "asyncio_mode=auto")
    done = _python("pytest", *options, str(file), folder=reader)

    assert done.returncode == 0, done.stdout + done.stderr


def test_examples_are_typed(tmp_path: Path) -> None:
    """All Python blocks together pass the type checker, in its strict mode."""
    files = [str(_extract(example, tmp_path)) for example in EXAMPLES]
    copy_adapters(tmp_path)

    done = _python("mypy", "--strict", *files, folder=ROOT, MYPYPATH=str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr


def test_examples_are_clean(tmp_path: Path) -> None:
    """All Python blocks pass the linter's rules for code that people copy."""
    files = [str(_extract(example, tmp_path)) for example in EXAMPLES]

    options = ("--isolated", "--no-cache", "--line-length", "100", "--select", _RULES)
    done = _python("ruff", "check", *options, *files, folder=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


def test_pictures_are_there() -> None:
    """Every picture that a page shows is in the repository."""
    shown = [
        (page, markdown or html)
        for page in PAGES
        for markdown, html in _PICTURE.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    ]

    assert shown
    assert not [str(one) for page, one in shown if not (page.parent / one).is_file()]


def test_make_verbs_exist() -> None:
    """Every `make` that a page tells people to type is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    blocks = [block for page in PAGES for block in _BASH.findall(page.read_text(encoding="utf-8"))]
    verbs = {verb for block in blocks for verb in _MAKE.findall(block)}

    assert verbs
    assert verbs <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page leads to a file or folder of the repository."""
    prose = _FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [link.partition("#")[0] for link in _LINK.findall(prose)]
    broken = [
        target
        for target in targets
        if target and "://" not in target and not (page.parent / target).exists()
    ]

    assert not broken
