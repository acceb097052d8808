"""Floor 9: whether the desk's store is there, and its tables are of this version; reads alone."""

from typing import TYPE_CHECKING, cast

from messengerkit.cli.stores import store_at
from messengerkit.demo.saying import plain
from messengerkit.errors import ConfigurationError, StoreError

from .findings import Check, Finding, fault, ok

if TYPE_CHECKING:  # it may not be installed
    from sqlalchemy import Connection

    from messengerkit.desk.sql import SqlStore

_MEANS = "The desk does not start: nothing is kept, and no panel sees a conversation."
_OTHER = (
    "Let all processes have the messengerkit that made the tables, or give the desk a new database."
)


async def look_at_store(url: str) -> Finding:
    """Return whether the store at *url* can be used; unlike a desk, it makes no tables."""
    check = Check.STORE
    try:
        made, needed = await _versions(url)
    except (ConfigurationError, StoreError) as error:
        told = plain(str(error)).removesuffix(".")
        cure = f"Correct --store or MESSENGERKIT_STORE. {error.advice}"
        return fault(check, f"it cannot be had: {told}", _MEANS, cure)
    if made is None:
        return ok(check, "it can be reached; it has no tables yet, a desk makes them when it opens")
    if made != needed:
        told = f"its tables are of version {made}, and this messengerkit needs {needed}"
        return fault(check, told, _MEANS, _OTHER)
    return ok(check, f"it can be reached, and its tables are of version {made}")


async def _versions(url: str) -> tuple[int | None, int]:
    """Return the version of the tables, or None if there are none; and the one that is needed."""
    store = cast("SqlStore", store_at(url))
    from sqlalchemy import inspect, select  # noqa: PLC0415  # it is there, or `store_at` fails

    from messengerkit.desk.sql._schema import VERSION, schema  # noqa: PLC0415  # as above

    def read(connection: "Connection") -> int | None:
        if not inspect(connection).has_table(schema.name):
            return None
        found: int | None = connection.scalar(select(schema.c.version))
        return found

    try:
        # Not by the store itself, whose transactions take the tables for granted.
        return await store._runner.read(read), VERSION  # noqa: SLF001  # it has no other word for it
    finally:
        await store.aclose()
