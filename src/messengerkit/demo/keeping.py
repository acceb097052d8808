"""Floor 9: the folder of the desk's database: one demo has it at a time, as long as it runs."""

import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from messengerkit.errors import ConfigurationError, StoreError

LOCK = "demo.lock"
"""What is locked in a folder that is kept; the file is empty, and stays."""


@contextmanager
def folder_of(keep: Path | None) -> Generator[Path]:
    """Give the folder of the desk's database: *keep*, which is made, or one that goes again.

    Raises:
        ConfigurationError: If another demo has *keep*.
        StoreError: If nothing can be locked there.
        OSError: If it cannot be made.
    """
    if keep is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    else:
        keep.mkdir(parents=True, exist_ok=True)
        with _locked(keep):
            yield keep


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    # SQLite's locks are the system's own, on Windows too, and go with a process that is killed.
    try:
        lock = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise _refused(folder, error) from None
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise _refused(folder, error) from None
        yield


def _refused(folder: Path, error: sqlite3.Error) -> ConfigurationError | StoreError:
    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
        return StoreError(f"{folder / LOCK}: {error}")
    taken = ConfigurationError(f"another demo uses {folder}")
    taken.advice = "End that one, or choose another folder for --keep."
    return taken
