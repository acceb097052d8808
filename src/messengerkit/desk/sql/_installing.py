"""Floor 6: makes the tables that are missing, and refuses those of another version."""

from sqlalchemy import Connection, insert, select

from messengerkit.errors import ConfigurationError

from ._dialects import wait_to_create
from ._schema import VERSION, metadata, schema

_WAIT = select(wait_to_create())
_FOUND = select(schema.c.version)
_MADE = insert(schema)


def install(connection: Connection) -> None:
    """Make what is missing; several processes may do it at once.

    Raises:
        ConfigurationError: If what is there is of another version.
    """
    connection.execute(_WAIT)
    schema.create(connection, checkfirst=True)
    found = connection.scalar(_FOUND)
    if found not in {None, VERSION}:
        msg = f"the tables are of version {found}, and this messengerkit needs {VERSION}"
        raise ConfigurationError(msg)
    metadata.create_all(connection)
    if found is None:
        connection.execute(_MADE, {"version": VERSION})
