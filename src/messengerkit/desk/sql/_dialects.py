"""Floor 6: the few words that SQLite and PostgreSQL say differently.

On SQLite one transaction writes at a time, so there is nothing to wait for; on PostgreSQL
they write side by side.
"""

from collections.abc import Callable

from sqlalchemy import BigInteger, Boolean, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class this_transaction(FunctionElement[int]):  # noqa: N801  # it is a function of SQL
    """The number of the transaction that this is; later ones have greater numbers."""

    inherit_cache = True
    type = BigInteger()


class first_running(FunctionElement[int]):  # noqa: N801  # as above
    """The number of the first transaction that may still write: those below have ended."""

    inherit_cache = True
    type = BigInteger()


class alone_at_new_events(FunctionElement[bool]):  # noqa: N801  # as above
    """Whether no other transaction is at the new events; none is until this one has ended."""

    inherit_cache = True
    type = Boolean()


class wait_to_create(FunctionElement[bool]):  # noqa: N801  # as above
    """Wait until no other transaction makes tables; none does until this one has ended."""

    inherit_cache = True
    type = Boolean()


def unless_there(table: Table) -> dict[str, Insert]:
    """Return, for each dialect, what keeps rows unless there is one that is the same."""
    return {
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
    }


# The schema is in it, as one database may have several desks.
_LOCK = "hashtext('messengerkit {} in ' || coalesce(current_schema(), ''))"
_ON_POSTGRES = {
    this_transaction: "pg_current_xact_id()::text::bigint",
    first_running: "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
    alone_at_new_events: f"pg_try_advisory_xact_lock({_LOCK.format('events')})",
    wait_to_create: f"pg_advisory_xact_lock({_LOCK.format('tables')}) IS NOT NULL",
}
_ON_SQLITE = {
    this_transaction: "0",
    first_running: "1",
    alone_at_new_events: "1",
    wait_to_create: "1",
}


def _spelled(words: str) -> Callable[..., str]:
    return lambda *_, **__: words


for _function, _words in _ON_POSTGRES.items():
    compiles(_function, "postgresql")(_spelled(_words))
for _function, _words in _ON_SQLITE.items():
    compiles(_function, "sqlite")(_spelled(_words))
