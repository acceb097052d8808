"""Floor 7: the keys of a ring in a JSON file: seen within a second, changed by one at a time."""

import logging
import os
import secrets
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar, overload

from typing_extensions import override

from messengerkit.errors import ConfigurationError

from .key import AdminKey, NewKey, new_key
from .key_json import Keys, Stamp, changing, checked_path, read, refused, stamp_at

_log = logging.getLogger("messengerkit.admin")

LOOK_EVERY = 1.0
"""Seconds for which a change of the file may go unseen."""

_T = TypeVar("_T")


class KeyFile(Mapping[str, AdminKey]):
    """The keys of a JSON file by their ids; a change is seen within a second, without a restart.

        {"keys": {"<key id>": {"sha256": "...", "admin_ids": ["alice"], "role": "agent",
                               "pages": null, "expires_at": "2027-01-01T00:00:00Z"}}}

    If the file breaks while a backend runs, the last good keys stay in force, and the log
    tells once for each change. A change made here takes the file's place at once and whole.

    Args:
        path: The file.
        monotonic: The clock that tells when to look again, in seconds.

    Raises:
        ConfigurationError: If it cannot be read; it names the file and the field.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path: Path = checked_path(path)
        self._monotonic = monotonic
        # One value: no thread sees the keys of one file with the stamp of another.
        self._good: tuple[Stamp, Keys] = read(self.path)
        self._seen: Stamp | None = self._good[0]
        self._look_at = monotonic() + LOOK_EVERY

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], *, monotonic: Callable[[], float] = time.monotonic
    ) -> Self:
        """Return the keys of *path*; if there is no such file, make one without keys.

        Raises:
            ConfigurationError: If it can be neither read nor made.
        """
        if stamp_at(checked_path(path)) is None:
            # Whoever has made it meanwhile may have put a key into it: nothing is emptied.
            with changing(checked_path(path)):
                pass
        return cls(path, monotonic=monotonic)

    @override
    def __getitem__(self, key_id: str) -> AdminKey:
        return self._keys()[key_id]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    @override
    def __len__(self) -> int:
        return len(self._keys())

    @overload
    def get(self, key: str, /) -> AdminKey | None: ...
    @overload
    def get(self, key: str, /, default: AdminKey | _T) -> AdminKey | _T: ...
    @override
    def get(self, key: str, /, default: object = None) -> object:
        """Return the key of that id, or *default*; in the same time, unlike Mapping's own."""
        return self._keys().get(key, default)

    def add(self, new: NewKey) -> None:
        """Keep *new*; it is on the disk before this returns.

        Raises:
            ConfigurationError: If its id is taken, or the file cannot be changed.
        """
        with self._change() as keys:
            self._put(keys, new)

    def revoke(self, key_id: str) -> None:
        """Forget the key *key_id*; it is off the disk before this returns.

        Raises:
            ConfigurationError: If there is none, or the file cannot be changed.
        """
        with self._change() as keys:
            self._old(keys, key_id)
            del keys[key_id]

    def rotate(
        self,
        key_id: str,
        overlap: timedelta,
        *,
        expires_at: datetime | None,
        new_key_id: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> NewKey:
        """Return a new key with the admins, the role and the pages of *key_id*.

        Args:
            key_id: The old key. It ends after *overlap*, or earlier if it would anyway.
            overlap: How long both are good.
            expires_at: When the new key ends, aware, or None for never.
            new_key_id: Its id, or None for a random one.
            now: The clock from which *overlap* counts, aware.
            random: As of `new_key`.

        Raises:
            ConfigurationError: If there is no such key, or the file cannot be changed.
        """
        end = _end(now(), overlap)
        with self._change() as keys:
            old = self._old(keys, key_id)
            new = new_key(
                admin_ids=old.admin_ids,
                role=old.role,
                pages=old.pages,
                expires_at=expires_at,
                key_id=new_key_id,
                random=random,
            )
            self._put(keys, new)
            sooner = end if old.expires_at is None else min(end, old.expires_at)
            keys[key_id] = old.model_copy(update={"expires_at": sooner})
        return new

    def _keys(self) -> Keys:
        now = self._monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            self._look()
        return self._good[1]

    def _look(self) -> None:
        stamp = stamp_at(self.path)
        if stamp != self._good[0]:
            try:
                self._good = read(self.path)
            except ConfigurationError as error:
                # It is tried again at every look: what failed may have been the machine,
                # and the change that was not read may take a key away.
                if stamp != self._seen:
                    _log.error("The last good keys stay in force: %s", error)
        self._seen = stamp

    @contextmanager
    def _change(self) -> Generator[Keys]:
        with changing(self.path) as keys:
            yield keys
        self._look_at = self._monotonic()

    def _put(self, keys: Keys, new: NewKey) -> None:
        if new.key_id in keys:
            msg = f"{self.path}: a key has this id already."
            raise refused(msg, "Choose another id, or let one be chosen.")
        keys[new.key_id] = new.record

    def _old(self, keys: Keys, key_id: str) -> AdminKey:
        if key_id in keys:
            return keys[key_id]
        # The id is not repeated: it may be a whole key, in the wrong place.
        msg = f"{self.path}: no key has this id."
        raise refused(msg, "Look the ids up with: messengerkit keys list")


def _end(now: datetime, overlap: timedelta) -> datetime:
    try:
        end = now + overlap
    except OverflowError:
        end = datetime.min.replace(tzinfo=UTC)
    if end >= now:
        return end
    msg = "overlap: must be neither negative nor end after the year 9999"
    raise ConfigurationError(msg)
