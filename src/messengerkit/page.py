"""Floor 2: the page that a token belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Who Meta says we are; what `client.me()` gives.

    Attributes:
        id: The page's id, the `page_id` of its webhook events.
        name: The page's name.
    """

    id: str
    name: str
