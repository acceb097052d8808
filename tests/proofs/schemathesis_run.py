"""Schemathesis let loose on a server from the document that it tells of itself."""

import asyncio
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

WIDTH = 500
"""Characters of a line: it repeats the requests that it tells of, however long they are."""


@dataclass(frozen=True)
class Findings:
    """What came of one run.

    Attributes:
        requests: How many were made.
        statuses: How many answers there were of each status, by method and path.
        failures: The kinds of failures that were found.
        text: All that schemathesis printed.
    """

    requests: int
    statuses: Mapping[str, Counter[int]]
    failures: set[str]
    text: str


async def schemathesis(
    folder: Path,
    schema_url: str,
    *words: str,
    config: str,
    checks: Iterable[str],
    each: int,
    seconds: float,
    environ: Mapping[str, str] | None = None,
    path_of: Callable[[str], str] = str,
) -> Findings:
    """Run its command line to its end.

    Args:
        folder: Where it may write.
        schema_url: The document.
        words: More arguments.
        config: Its own settings, as TOML.
        checks: What is checked of each answer.
        each: Requests that are wanted for each operation.
        seconds: How long it may take.
        environ: Variables that it has besides ours.
        path_of: Gives the path under which a path is counted.
    """
    (folder / "schemathesis.toml").write_text(config)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", schema_url),
        *("--checks", ",".join(checks)),
        *("--max-examples", str(each), "--continue-on-failure"),
        *("--report", "json,har", "--report-json-path", "report.json"),
        *("--report-har-path", "report.har", "--generation-database", "none"),
        *("--suppress-health-check", "all", "--no-color", "--no-shrink"),
        *words,
        cwd=folder,
        env={**os.environ, **(environ or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    text = "\n".join(line[:WIDTH] for line in printed.decode().splitlines())
    return _findings(folder, text, path_of)


def _findings(folder: Path, text: str, path_of: Callable[[str], str]) -> Findings:
    report = json.loads((folder / "report.json").read_text())
    entries = json.loads((folder / "report.har").read_text())["log"]["entries"]
    statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for one in entries:
        url: str = one["request"]["url"]
        operation = f"{one['request']['method']} {path_of(urlsplit(url).path)}"
        statuses[operation][one["response"]["status"]] += 1
    assert report["complete"], text
    assert not report["errors"], text
    failures = {one["type"] for one in report["failures"]}
    return Findings(len(entries), statuses, failures, text)
