"""Thousands of requests made from the sandbox's own `openapi.json`: its surface keeps its word."""

import logging
import re
from pathlib import Path

import pytest
from aiohttp.http_exceptions import HttpProcessingError
from proofs.schemathesis_run import schemathesis

from messengerkit.sandbox import Sandbox

pytestmark = pytest.mark.slow

LEAST = 1_000
"""Requests that the run must make, or it has proven too little."""
EACH = 100
SECONDS = 300

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


async def test_the_control_surface_answers_as_its_document_says(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Right and wrong requests: nothing undeclared, nothing wrong taken, no error of ours."""
    async with Sandbox(seed="schema", redelivery_delays=()) as sandbox:
        sandbox.person(psid="1")
        done = await schemathesis(
            tmp_path,
            f"{sandbox.url}/_sandbox/openapi.json",
            *("--seed", "4711"),
            *("--exclude-path", "/_sandbox/outage"),  # it would end the run
            config=CONFIG,
            checks=CHECKS,
            each=EACH,
            seconds=SECONDS,
            path_of=lambda path: re.sub(r"/people/[^/]*", "/people/{psid}", path),
        )
    print(f"\n{done.requests} requests; failures: {sorted(done.failures) or 'none'}")
    for operation, counts in sorted(done.statuses.items()):
        if set(counts) != {404}:
            print(f"  {operation:40} {dict(sorted(counts.items()))}")

    assert done.failures == set(), done.text
    assert done.requests >= LEAST
    assert [one for one in caplog.records if one.levelname == "ERROR" and _is_ours(one)] == []
    assert all(200 in done.statuses[name] for name in POSSIBLE)


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell whether a logged error is another one than aiohttp's, about what is not HTTP."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
