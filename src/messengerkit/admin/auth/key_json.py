"""Floor 7: keys as JSON in a file: read without trust, replaced whole, by one at a time."""

import json
import logging
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

from messengerkit._json import is_object
from messengerkit.errors import ConfigurationError

from .key import KEY_ID_RULE, AdminKey, is_key_id

_log = logging.getLogger("messengerkit.admin")

_BY_OTHERS = 0o066
_LONGEST_NAME = 32  # a key is longer

Stamp: TypeAlias = tuple[int, int, int]
"""By what a changed file is told: its time, its size and its inode."""
Keys: TypeAlias = dict[str, AdminKey]
"""Keys by their ids."""


def _leave_owner(_file: int, _user: int, _group: int) -> None:
    """Do what Windows does for a new file: its folder says whose it is."""


_fchown: Callable[[int, int, int], None] = getattr(os, "fchown", _leave_owner)


def refused(problem: str, advice: str) -> ConfigurationError:
    """Return the error that tells *problem*, and what to do about it."""
    error = ConfigurationError(problem)
    error.advice = advice
    return error


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Return *path*, if a file can have it.

    Raises:
        ConfigurationError: If it holds a null character, which no system call takes.
    """
    if "\0" in os.fspath(path):
        msg = "The path of the key file must not hold a null character."
        raise ConfigurationError(msg)
    return Path(path)


def stamp_at(path: Path) -> Stamp | None:
    """Return the stamp of the file at *path*, or None if it cannot be looked at."""
    try:
        return _stamp_of(path.stat())
    except OSError:
        return None


def _stamp_of(about: os.stat_result) -> Stamp:
    return about.st_mtime_ns, about.st_size, about.st_ino


def read(path: Path) -> tuple[Stamp, Keys]:
    """Return the keys in *path*, and the stamp of the file that they were read from.

    Raises:
        ConfigurationError: If they cannot be read; it names the file and the field.
    """
    try:
        return _loaded(path)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except json.JSONDecodeError as error:
        problem = f"is not JSON, at line {error.lineno}"
    except (ValueError, RecursionError):
        problem = "is not JSON in UTF-8"
    except ConfigurationError as error:
        problem = str(error)
    # Raised outside of the handlers: their frames hold what is in the file.
    msg = f"{path}: {problem}."
    raise refused(msg, "Correct the file; the command messengerkit keys makes and changes it.")


def _loaded(path: Path) -> tuple[Stamp, Keys]:
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        keys = _keys_in(json.loads(file.read(), object_pairs_hook=_object))
    if os.name == "posix" and about.st_mode & _BY_OTHERS:
        _log.warning("%s is open to others than its owner; chmod 600 keeps them out.", path)
    return _stamp_of(about), keys


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        # Which of the two a key is judged by must not be left to the parser.
        if name in found:
            shown = ascii(name) if len(name) <= _LONGEST_NAME else "a name"
            msg = f"has {shown} twice in one object"
            raise ConfigurationError(msg)
        found[name] = value
    return found


def _keys_in(content: object) -> Keys:
    keys = content.get("keys") if is_object(content) and len(content) == 1 else None
    if not is_object(keys):
        msg = 'must be {"keys": {"<key id>": {...}}}, and no more'
        raise ConfigurationError(msg)
    return {key_id: _key_in(key_id, fields) for key_id, fields in keys.items()}


def _key_in(key_id: str, fields: object) -> AdminKey:
    if not is_key_id(key_id):
        msg = f"keys: a key id {KEY_ID_RULE}"
        raise ConfigurationError(msg)
    try:
        return AdminKey.model_validate(fields)
    except ConfigurationError as error:
        msg = f"keys.{key_id}.{error}"
        raise ConfigurationError(msg) from error


@contextmanager
def changing(path: Path) -> Generator[Keys]:
    """Yield the keys in *path*, to be changed by nobody else, and write them in the end.

    Raises:
        ConfigurationError: If somebody else is at it, or the file cannot be read or written.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    with _replacement(target) as file:
        keys = _keys_to_replace(target, file)
        yield keys
        told = {key_id: key.model_dump(mode="json") for key_id, key in keys.items()}
        file.write(json.dumps({"keys": told}, indent=2).encode() + b"\n")


def _keys_to_replace(target: Path, file: BinaryIO) -> Keys:
    try:
        owner = target.stat().st_uid
    except FileNotFoundError:
        return {}
    # Root's command must not shut out the backend, which may be another user.
    _fchown(file.fileno(), owner, -1)
    return read(target)[1]


@contextmanager
def _replacement(target: Path) -> Generator[BinaryIO]:
    """Yield a new file that takes the place of *target*; it is also the lock of all writers."""
    draft = target.with_name(f"{target.name}.new")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(handle)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except FileExistsError as error:
        msg = f"{draft} exists: another command is changing the keys, or was killed half way."
        raise refused(msg, "Wait and try again; if no command runs, delete that file.") from error
    except OSError as error:
        msg = f"{target}: cannot be changed: {error.strerror}."
        raise refused(msg, "Let the owner of the file and of its folder do it.") from error
