"""Floor 6: what all parts of a transaction share: a connection, and how rows come and go."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Executable,
    Insert,
    Integer,
    Select,
    Table,
    Uuid,
    bindparam,
    func,
    select,
    update,
)

from messengerkit.errors import TransitionError

Row: TypeAlias = dict[str, Any]
"""A row by the names of its columns; the types of the columns make the values."""

Asking: TypeAlias = "Select[*tuple[Any, ...]]"
"""A statement that asks for rows."""

LIMIT: BindParameter[int] = bindparam("limit", type_=Integer)
"""How many rows are asked for at most."""

_AT_ONCE = 1000  # keys in one statement

LOCKED: BindParameter[UUID] = bindparam("locked", type_=Uuid, expanding=True)
"""The conversations that are locked."""


class Replacing:
    """How rows of a table are replaced.

    Args:
        key: The column by which a row is found; the others are set.
        kept: Columns that stay as they are.
    """

    def __init__(self, key: Column[Any], *kept: Column[Any]) -> None:
        table: Table = key.table
        changed = [one for one in table.c if one not in {key, *kept}]
        self.key = key
        self.statement = (
            update(table)
            .where(key == bindparam("the_key", type_=key.type))
            .values({one: bindparam(one.name, type_=one.type) for one in changed})
        )
        keys = bindparam("keys", type_=key.type, expanding=True)
        self.present = select(func.count().label("present")).where(key.in_(keys))


class Connected:
    """One transaction of a connection.

    Args:
        connection: The connection, in a transaction.
        writes: Whether it may change anything; what is read to be changed is locked.
    """

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        self._connection: Connection | None = connection
        self._writes = writes

    def end(self) -> None:
        """Let nobody use it any more: the connection has its next transaction."""
        self._connection = None

    def _all(self, statement: Executable, values: Row | None = None) -> list[Row]:
        found = self._connected.execute(statement, values)
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]

    def _first(self, statement: Executable, values: Row | None = None) -> Row | None:
        return next(iter(self._all(statement, values)), None)

    def _all_locked(self, statement: Asking, values: Row) -> list[Row]:
        return self._all(_locking(statement) if self._writes else statement, values)

    def _locked(self, statement: Asking, values: Row) -> Row | None:
        return next(iter(self._all_locked(statement, values)), None)

    def _change(self, statement: Executable, values: Row | None = None) -> int:
        return self._writing.execute(statement, values).rowcount

    def _add(self, statement: Insert, rows: Sequence[Row]) -> None:
        if rows:
            self._writing.execute(statement, _one_or_all(rows))

    def _replace(self, replacing: Replacing, rows: Sequence[Row]) -> None:
        if not rows:
            return
        keyed = [{**row, "the_key": row[replacing.key.name]} for row in rows]
        found = self._writing.execute(replacing.statement, _one_or_all(keyed)).rowcount
        if found < 0:  # the driver does not count what several statements change
            rows = list({one["the_key"]: one for one in keyed}.values())
            found = self._present(replacing, [one["the_key"] for one in rows])
        if found != len(rows):
            msg = "what is put is not there"
            raise TransitionError(msg)

    def _present(self, replacing: Replacing, keys: Sequence[object]) -> int:
        """Return how many rows have one of *keys*; a statement can have only so many values."""
        slices = (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))
        found = (self._all(replacing.present, {"keys": some}) for some in slices)
        return sum(rows[0]["present"] for rows in found)

    def _kept(self, statements: Mapping[str, Insert], rows: Sequence[Row]) -> int:
        """Keep those of *rows* that are not there; return how many those are."""
        if not rows:
            return 0
        writing = self._writing
        return len(writing.execute(statements[writing.dialect.name], rows).all())

    @property
    def _writing(self) -> Connection:
        if not self._writes:
            msg = "nothing can be changed here: this is no `write`"
            raise TransitionError(msg)
        return self._connected

    @property
    def _connected(self) -> Connection:
        if self._connection is None:
            msg = "this transaction is over"
            raise TransitionError(msg)
        return self._connection


def _one_or_all(rows: Sequence[Row]) -> Row | Sequence[Row]:
    # For several the driver takes another way, which is longer, and does not count.
    return rows[0] if len(rows) == 1 else rows


@cache
def _locking(statement: Asking) -> Asking:
    return statement.with_for_update()  # of which SQLite makes nothing
