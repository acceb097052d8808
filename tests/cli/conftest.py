"""A store in a file for each test that wants one, named as a user would."""

from pathlib import Path

import pytest
from cli.keeping import Kept


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A store in a file of the test's own, which the environment names."""
    kept = Kept(tmp_path)
    monkeypatch.setenv("MESSENGERKIT_STORE", kept.url)
    return kept
