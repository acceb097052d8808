"""Floor 8: a call that was let in: what it asks, of which page, on behalf of which app."""

from dataclasses import dataclass, field

from messengerkit.sandbox.page import App
from messengerkit.sandbox.world.meters import Meter
from messengerkit.sandbox.world.pages import PageState, User
from messengerkit.sandbox.world.people import PersonState
from messengerkit.sandbox.world.world import World

from .calls import Call
from .reading import Part
from .refusals import (
    APP_TOKEN_NEEDED,
    NO_SUCH_PERSON,
    PAGE_TOKEN_NEEDED,
    Refused,
    no_such_object,
    not_permitted,
    too_often,
)


@dataclass(slots=True, kw_only=True)
class Ask:
    """One call, past the checks of its token.

    Attributes:
        world: What it acts on.
        call: What it asks.
        app: The app that calls.
        method: The HTTP method.
        version: The version of the API that answers.
        node: The id in its path; the page's own id where that says `me`.
        home: Where the sandbox is, without a slash at its end.
        lag: How old the conversations are that it sees, in seconds.
        owner: The page that its token is for, or None if it is no page's.
        user: Whose token it is, or None if it is a page's or an app's.
    """

    world: World
    call: Call
    app: App
    method: str
    version: str
    node: str
    home: str
    lag: float = 0.0
    owner: PageState | None = field(repr=False, default=None)
    user: User | None = None

    @property
    def page(self) -> PageState:
        """The page that the token is for.

        Raises:
            Refused: If it is the token of an app or a user.
        """
        if self.owner is None:
            raise Refused(PAGE_TOKEN_NEEDED)
        return self.owner

    @property
    def params(self) -> Part:
        """The parameters."""
        return Part(self.call.params, from_form=self.call.from_form)

    @property
    def now(self) -> float:
        """The time, in unix seconds."""
        return self.world.clock()

    def require(self, *permissions: str) -> None:
        """Refuse an app that has not all *permissions*."""
        for permission in permissions:
            if permission not in self.app.permissions:
                raise Refused(not_permitted(permission))

    def require_app_token(self) -> None:
        """Refuse the token of a page or a user where that of an app is wanted."""
        if self.owner is not None or self.user is not None:
            raise Refused(APP_TOKEN_NEEDED)

    def person(self, psid: str) -> PersonState:
        """Return the person of the page.

        Raises:
            Refused: If the page has no such person.
        """
        person = self.page.people.get(psid)
        if person is None:
            raise Refused(NO_SUCH_PERSON)
        return person

    def partner(self) -> PersonState:
        """Return with whom the conversation or the message in the path is.

        Raises:
            Refused: If it is not the page's.
        """
        person = self.world.person_behind(self.node)
        if person is None or person.page_id != self.page.page.id:
            raise Refused(no_such_object(self.method, self.node))
        return person

    def meter(self, meter: Meter, owner: str | None = None) -> None:
        """Count the call.

        Raises:
            Refused: If there have been too many.
        """
        wait = self.world.meters.count(owner or self.page.page.id, meter)
        if wait is not None:
            raise Refused(too_often(self.page.page.id, int(wait // 60) + 1))
