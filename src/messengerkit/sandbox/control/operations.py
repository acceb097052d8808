"""Floor 8: what can be asked of the control surface: one table for its routes and its document."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from messengerkit.sandbox.acts import Acts
from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.outage import Outage
from messengerkit.sandbox.script import Script
from messengerkit.sandbox.world.pages import PageState
from messengerkit.sandbox.world.people import PersonState
from messengerkit.sandbox.world.world import World

from .fields import BadInputError, Fields

TEXT: JsonObject = {"type": "string"}
MAYBE_TEXT: JsonObject = {"type": ["string", "null"]}
"""The JSON schemas of fields that more than one operation takes."""


NO_PAGE = "there is no such page"
"""What is said where a page is named that the sandbox does not have."""


@dataclass(slots=True, kw_only=True)
class Asked:
    """One control request.

    Attributes:
        request: The request.
        fields: The fields of its JSON body.
        data: Its body, where that is a file.
        world: What it is about.
        script: The faults to come.
        acts: What people can do.
        outage: What lets the sandbox be down.
    """

    request: web.Request
    fields: Fields
    data: bytes = field(repr=False)
    world: World
    script: Script
    acts: Acts
    outage: Outage

    def page(self) -> PageState:
        """Return the page that is named in the query or the body, or the first one.

        Raises:
            BadInputError: If there is no such page.
        """
        named = self.fields.optional_text("page_id")
        page_id = self.request.query.get("page_id") or named or next(iter(self.world.pages))
        if page_id not in self.world.pages:
            raise BadInputError(NO_PAGE)
        return self.world.pages[page_id]

    def person(self) -> PersonState:
        """Return the person in the path, who is new to the page or known."""
        return self.world.meet(self.page(), self.request.match_info["psid"])

    def known_person(self) -> PersonState:
        """Return the person in the path.

        Raises:
            BadInputError: If the page knows no such person.
        """
        person = self.page().people.get(self.request.match_info["psid"])
        if person is None:
            msg = "the page knows no such person"
            raise BadInputError(msg)
        return person


Do = Callable[[Asked], Awaitable[JsonObject]]
"""What an operation does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked.

    Attributes:
        method: The HTTP method.
        path: The path past `/_sandbox`.
        do: What it does.
        summary: What it does, in a sentence.
        takes: The fields of the body, each with its JSON schema; those that are needed end
            with `*`.
        asks: The parameters of the query.
        is_file: Whether the body is a file, and no JSON.
    """

    method: str
    path: str
    do: Do
    summary: str
    takes: JsonObject = field(default_factory=dict[str, object])
    asks: tuple[str, ...] = ()
    is_file: bool = False
