"""Floor 6: what a database's errors are for a desk; no URL and no value is told of them."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from messengerkit.errors import InvalidInputError, MessengerError, StoreError, TransitionError

_OF_A_VALUE = ("22", "54")  # how PostgreSQL's codes begin: it is wrong, or too long for an index


def told(error: BaseException) -> BaseException:
    """Return what is raised for *error*, which a transaction ended with.

    What the work itself raised is raised as it is.
    """
    if isinstance(error, IntegrityError):
        return TransitionError("what is added is there already")
    if isinstance(error, StatementError) and isinstance(error.orig, MessengerError):
        return error.orig
    if isinstance(error, DBAPIError) and _is_of_a_value(error):
        # The database is well: whoever asks again is told the same.
        return InvalidInputError("there is a value that the database cannot hold")
    return failed(error) if isinstance(error, SQLAlchemyError) else error


def _is_of_a_value(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlstate", None)
    return isinstance(error, DataError) or str(code).startswith(_OF_A_VALUE)


def failed(error: BaseException) -> StoreError:
    """Return the error for a database that failed with *error*."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return StoreError(f"the database failed: {type(cause).__name__}")


def closed() -> StoreError:
    """Return the error for a store that was closed."""
    return StoreError("the store is closed")
