"""Canaries in a broad run: no token, no words and no person in whatever the package shows."""

import logging
from pathlib import Path

import pytest
from leaks.running import NOTHING, PSID, SECRETS, WORDS, broad_run
from leaks.searching import Canaries, shown_by_record

# Whoever holds a result or a row must find the person; whoever reads a log must not.
NOWHERE = Canaries((*SECRETS, WORDS, PSID, NOTHING))
NO_WORDS = Canaries((*SECRETS, WORDS))
NO_SECRETS = Canaries(SECRETS)


async def test_no_canary_shows(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In no log record, error, span or metric; no words in reprs or the audit log."""
    caplog.set_level(logging.DEBUG)
    shown = await broad_run(tmp_path)
    logged = [text for record in caplog.records for text in shown_by_record(record)]

    assert NOWHERE.found_in(logged) == []
    assert NOWHERE.found_in(shown.errors) == []
    assert NOWHERE.found_in(shown.spans) == []
    assert NOWHERE.found_in(shown.metrics) == []
    assert NO_WORDS.found_in(shown.reprs) == []
    assert NO_WORDS.found_in(shown.audit) == []
    # The panel gets back the words that it sent, as the guide has it.
    assert NO_SECRETS.found_in(shown.answers) == []
    # Those of our frames hold the words while they are sent, but no secret.
    assert NO_SECRETS.found_in(shown.variables) == []
    # A search in nothing finds nothing.
    assert min(len(logged), len(shown.reprs), len(shown.spans), len(shown.variables)) > 100
    assert min(len(shown.errors), len(shown.audit), len(shown.answers)) > 10
    assert len(shown.metrics) == 2 * 3
