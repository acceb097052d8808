"""Floor 6: a desk in a database, by SQLAlchemy; it needs the extra `sql` or `postgres`."""

try:
    from ._schema import metadata
    from ._store import SqlStore
except ModuleNotFoundError as _error:
    if _error.name != "sqlalchemy":
        raise
    _msg = 'messengerkit.desk.sql needs its extra: pip install "messengerkit[sql]"'
    raise ImportError(_msg) from None

__all__ = ("SqlStore", "metadata")
