"""Floor 8: what backends must hear of: an event of a page, and which apps it is for."""

from dataclasses import dataclass

from messengerkit.sandbox.jsontext import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One event of a page.

    Attributes:
        page_id: The page.
        field: The webhook field that an app must be subscribed to.
        event: The item of `messaging`, or of `standby`.
        at: When it happened, in unix seconds.
        owner: The app that has the thread: it alone is told under `messaging`, the others
            under `standby`. None tells all under `messaging`.
        only: The one app that it is for, or None for all.
    """

    page_id: str
    field: str
    event: JsonObject
    at: float
    owner: int | None = None
    only: int | None = None
