"""Floor 6: what a database's errors are for a desk; no URL and no value is told of them."""

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from messengerkit.errors import MessengerError, StoreError, TransitionError


def told(error: BaseException) -> BaseException:
    """Return what is raised for *error*, which a transaction ended with.

    What the work itself raised is raised as it is.
    """
    if isinstance(error, IntegrityError):
        return TransitionError("what is added is there already")
    if isinstance(error, StatementError) and isinstance(error.orig, MessengerError):
        return error.orig
    return failed(error) if isinstance(error, SQLAlchemyError) else error


def failed(error: BaseException) -> StoreError:
    """Return the error for a database that failed with *error*."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return StoreError(f"the database failed: {type(cause).__name__}")


def closed() -> StoreError:
    """Return the error for a store that was closed."""
    return StoreError("the store is closed")
