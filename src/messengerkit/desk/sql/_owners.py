"""Floor 6: which processes are alive, as far as they have said so."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from ._columns import Moment
from ._connected import Connected
from ._dialects import unless_there
from ._schema import owners as table

_c = table.c
_HEARD = update(table).where(_c.name == bindparam("the_name")).values(until=bindparam("until"))
_FIRST_HEARD = {name: one.returning(_c.name) for name, one in unless_there(table).items()}


def is_left(owner: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that no *owner* is alive at `now`."""
    lives = select(_c.name).where(_c.name == owner, _c.until > bindparam("now", type_=Moment))
    return or_(owner.is_(None), ~lives.exists())


class Owners(Connected):
    """What a transaction can do with owners."""

    def alive(self, owner: str, until: datetime, /) -> None:
        """Take note that *owner* lives until then; nobody who was never heard of does."""
        if not self._change(_HEARD, {"the_name": owner, "until": until}):
            self._kept(_FIRST_HEARD, [{"name": owner, "until": until}])
