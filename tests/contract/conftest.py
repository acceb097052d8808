"""All backends are started and asked once; each test looks at one part of what they did."""

import pytest
from contract.running import SUMMARY, Run, run_all


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Run]]:
    """The run of each adapter in each of the settings."""
    return run_all(tmp_path_factory.mktemp("contract"))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell how many cases there were, and how many differences."""
    if text := config.stash.get(SUMMARY, None):
        terminalreporter.write_line(text)
