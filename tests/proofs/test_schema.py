"""Thousands of requests made from the FastAPI example's own `/openapi.json`: it keeps its word."""

from pathlib import Path

import pytest
from proofs.accepting import accepting
from proofs.schemathesis_run import Findings, schemathesis
from proofs.serving import ADMIN, EXAMPLES, HERE, KEY, command, serving, settings

from messengerkit.sandbox import Page

pytestmark = pytest.mark.slow

LEAST = 2_000
"""Requests that a run must make, or it has proven too little."""
EACH = 600
"""Requests that are wanted for each operation; those without any input need only a few."""
SECONDS = 540

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""All of them but three: no route makes a thing that another one could read or delete
(`use_after_free`, `ensure_resource_availability`), or that only its owner may see
(`object_level_authorization`)."""

WITHOUT_KEY = tuple(check for check in CHECKS if check != "missing_required_header")
"""Schemathesis wants a 401 where no key comes, and after five of them ours is a 429."""

CONFIG = """
[checks.negative_data_rejection]
expected-statuses = [401, 403, 405, 413, 415, 422, 429]

[[operations]]
include-name = "POST /admin/send-attachment"
checks.negative_data_rejection.expected-statuses = ["2xx", "4xx"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "4xx"]

[[operations]]
include-name = "GET /admin/actions"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "422", "429"]
"""
"""What a wrong request may be answered with; 413 is not in schemathesis's own list. And what
OpenAPI cannot say: that a query belongs to one of two media types, and that a cursor is one of
an earlier answer."""


async def run(
    folder: Path, *, key: str | None, each: int = EACH, planted: int = 200
) -> tuple[Findings, str]:
    """Let schemathesis loose on the example; its requests have *key*, or none.

    With a key, each comes from a client of its own, or its few wrong keys would be a 429;
    without one, nearly all are.

    Returns:
        What came of it, and all that the server wrote.
    """
    async with accepting() as graph_url:
        environ = settings(
            Page(),
            graph_url,
            ADMIN_SESSION_SECRET="the-secret-of-the-cookies-0123456789",
            ADMIN_ORIGINS="https://panel.example.com",
            ADMIN_TEST_MESSAGE="1",
            PLANTED_STATUS=str(planted),
        )
        known = (f"Authorization: Bearer {key}", f"X-Admin-User-ID: {ADMIN}") if key else ()
        argv = command("fastapi", module="altered" if key else "app")
        async with serving(argv, folder, environ, EXAMPLES / "fastapi", HERE) as served:
            done = await schemathesis(
                folder,
                f"{served.url}/openapi.json",
                *(word for header in known for word in ("--header", header)),
                config=CONFIG,
                checks=CHECKS if key else WITHOUT_KEY,
                each=each,
                seconds=SECONDS,
                environ={
                    "PYTHONPATH": str(HERE),
                    "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
                    "PROOF_ADMIN": ADMIN,
                },
            )
    return done, "\n".join(served.log)


def report(name: str, done: Findings) -> None:
    """Print the figures of *done*."""
    print(f"\n{name}: {done.requests} requests; failures: {sorted(done.failures) or 'none'}")
    for operation, statuses in sorted(done.statuses.items()):
        if len(statuses) > 1 or 405 not in statuses:
            print(f"  {operation:30} {dict(sorted(statuses.items()))}")


@pytest.mark.parametrize("key", [KEY, None], ids=["the right key", "no key"])
async def test_it_answers_as_its_page_says(tmp_path: Path, key: str | None) -> None:
    """2,000 requests and more, right and wrong: nothing undeclared, and no failure of ours."""
    done, log = await run(tmp_path, key=key)
    report(f"key {key is not None}", done)

    assert done.failures == set(), done.text
    assert done.requests >= LEAST
    assert "Traceback" not in log
    assert {
        status for counts in done.statuses.values() for status in counts if status >= 500
    } == set()


async def test_both_ways_are_gone(tmp_path: Path) -> None:
    """The proof reaches what it is about: sends that succeed, and each kind of refusal."""
    done, _ = await run(tmp_path, key=KEY, each=60)

    assert {200, 401, 415, 422} <= set(done.statuses["POST /admin/send-message"])
    assert {200, 401, 422} <= set(done.statuses["GET /admin/actions"])


@pytest.mark.parametrize(
    ("planted", "failure"), [(418, "UndefinedStatusCode"), (500, "ServerError")]
)
async def test_a_planted_fault_is_found(tmp_path: Path, planted: int, failure: str) -> None:
    """A status that is not declared, and one that is declared and must not be."""
    done, _ = await run(tmp_path, key=KEY, each=60, planted=planted)
    report(f"planted {planted}", done)

    assert failure in done.failures
