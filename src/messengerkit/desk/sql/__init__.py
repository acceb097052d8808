"""Floor 6: a desk in a database, by SQLAlchemy; it needs the extra `sql` or `postgres`."""

try:
    from .schema import metadata
    from .store import SqlStore
except ModuleNotFoundError as error:
    if error.name != "sqlalchemy":
        raise
    msg = 'messengerkit.desk.sql needs its extra: pip install "messengerkit[sql]"'
    raise ImportError(msg) from None

__all__ = ("SqlStore", "metadata")
