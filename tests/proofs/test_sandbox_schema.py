"""Thousands of requests made from the sandbox's own `openapi.json`: its surface keeps its word."""

import asyncio
import json
import logging
import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp.http_exceptions import HttpProcessingError

from messengerkit.sandbox import Sandbox

pytestmark = pytest.mark.slow

LEAST = 1_000
"""Requests that the run must make, or it has proven too little."""
EACH = 100
SECONDS = 300
WIDTH = 500

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
"""Not `positive_data_acceptance`: which psid is known, and which mid, no schema can say."""

POSSIBLE = (
    "POST /_sandbox/people",
    "PATCH /_sandbox/people/{psid}",
    "POST /_sandbox/people/{psid}/postbacks",
    "POST /_sandbox/clock",
    "POST /_sandbox/faults",
    "GET /_sandbox/delivered",
)
"""What must have succeeded at least once: the run reaches more than the refusals."""

CONFIG = """
[checks.negative_data_rejection]
expected-statuses = [400, 404]
"""


async def schemathesis(folder: Path, url: str) -> str:
    """Run its command line against *url*, and return what it printed."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/_sandbox/openapi.json"),
        *("--checks", ",".join(CHECKS), "--seed", "4711"),
        *("--exclude-path", "/_sandbox/outage"),  # it would end the run
        *("--max-examples", str(EACH), "--continue-on-failure"),
        *("--report", "json,har", "--report-json-path", "report.json"),
        *("--report-har-path", "report.har", "--generation-database", "none"),
        *("--suppress-health-check", "all", "--no-color", "--no-shrink"),
        cwd=folder,
        env={**os.environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            text, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return "\n".join(line[:WIDTH] for line in text.decode().splitlines())


def by_operation(har: Path) -> dict[str, Counter[int]]:
    """Return how many answers there were of each status, by method and path without ids."""
    statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for one in json.loads(har.read_text())["log"]["entries"]:
        url: str = one["request"]["url"]
        operation = re.sub(r"/people/[^/]*", "/people/{psid}", urlsplit(url).path)
        statuses[f"{one['request']['method']} {operation}"][one["response"]["status"]] += 1
    return statuses


async def test_the_control_surface_answers_as_its_document_says(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Right and wrong requests: nothing undeclared, nothing wrong taken, no error of ours."""
    async with Sandbox(seed="schema", redelivery_delays=()) as sandbox:
        sandbox.person(psid="1")
        text = await schemathesis(tmp_path, sandbox.url)
    report: dict[str, list[dict[str, str]]] = json.loads((tmp_path / "report.json").read_text())
    failures = {one["type"] for one in report["failures"]}
    statuses = by_operation(tmp_path / "report.har")
    requests = sum(counts.total() for counts in statuses.values())
    print(f"\n{requests} requests; failures: {sorted(failures) or 'none'}")
    for operation, counts in sorted(statuses.items()):
        if set(counts) != {404}:
            print(f"  {operation:40} {dict(sorted(counts.items()))}")

    assert report["complete"], text
    assert not report["errors"], text
    assert failures == set(), text
    assert requests >= LEAST
    assert [one for one in caplog.records if one.levelname == "ERROR" and _is_ours(one)] == []
    assert all(200 in statuses[name] for name in POSSIBLE)


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell whether a logged error is another one than aiohttp's, about what is not HTTP."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
