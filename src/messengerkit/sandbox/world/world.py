"""Floor 8: the world of one sandbox: all that is true in it, and how it is changed.

It lives in memory, in one event loop; times are unix seconds from the clock it is given.
What backends must hear of is collected here, and brought to them by the courier.
"""

import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from messengerkit.sandbox.clock import Clock
from messengerkit.sandbox.ledger import Ledger
from messengerkit.sandbox.page import App, Page
from messengerkit.sandbox.records import Delivered

from . import events
from .changes import Changes
from .ids import Ids
from .media import Media, Medium, plain_name, plain_type
from .meters import Meters, Rates
from .pages import FIELDS, PageState, Token, User
from .people import DAY, PSID, Conversation, Entry, PersonState
from .showing import marks, shown, shown_person
from .telling import Telling

T = TypeVar("T")

_MEDIA_PER_RECORD = 32 * 1024  # bytes; 10 000 records leave room for 320 MB of files


class World:
    """What is true now.

    Args:
        pages: The pages, each with its own app.
        apps: More apps, connected to every page; one with a page's app id describes that app.
        now: What the clock goes by, in unix seconds.
        seed: What ids are made from, or None for others after each restart.
        retention: How many messages, people and records of each kind are kept.
        rates: Meta's limits.

    Raises:
        ValueError: If two pages have the same id or the same access token.
    """

    def __init__(
        self,
        pages: Iterable[Page],
        apps: Iterable[App],
        *,
        now: Callable[[], float],
        seed: str | None,
        retention: int,
        rates: Rates,
    ) -> None:
        self.clock: Clock = Clock(now)
        self.retention = retention
        self.pages: dict[str, PageState] = {}
        self.tokens: dict[str, Token] = {}
        self.callbacks: dict[int, str] = {}
        self.ledger: Ledger = Ledger(retention)
        self.media: Media = Media(retention * _MEDIA_PER_RECORD, retention)
        self.meters: Meters = Meters(rates, self.clock)
        self.changes: Changes = Changes(retention)
        self.tellings: list[Telling] = []
        self._messages = deque[tuple[Conversation, str]]()
        self._mids: dict[str, PersonState] = {}
        self._threads = OrderedDict[str, PersonState]()
        every_page = tuple(pages)
        # A backend that stores mids must not meet the same ones after a restart.
        self.ids: Ids = Ids(seed or secrets.token_hex())
        extra = {app.id: app for app in apps}
        for page in every_page:
            if page.id in self.pages or page.access_token in self.tokens:
                msg = "each page needs an id and an access_token of its own"
                raise ValueError(msg)
            self._add_page(page, extra)

    def meet(self, state: PageState, psid: str | None = None, name: str = "") -> PersonState:
        """Return the person *psid* of a page, who is new here or known.

        Raises:
            ValueError: If *psid* is not digits, as every PSID is.
        """
        known = state.people.get(psid or "")
        if known is not None:
            return known
        if psid is not None and not PSID.fullmatch(psid):
            msg = "a psid is 1 to 30 digits"
            raise ValueError(msg)
        first, _, last = name.partition(" ")
        person = PersonState(
            psid=psid or self.ids.psid(),
            page_id=state.page.id,
            first_name=first,
            last_name=last,
            conversation=Conversation(id=self.ids.conversation()),
        )
        self._know(person)
        self.changes.tell("person", person, person=shown_person(person))
        return person

    def add(self, person: PersonState, entry: Entry) -> None:
        """Put *entry* at the end of the conversation with *person*."""
        self._know(person)
        conversation = person.conversation
        conversation.entries[entry.mid] = entry
        conversation.updated_at = entry.at
        if not entry.from_page and conversation.owner_at(entry.at) is not None:
            conversation.owner_until = max(conversation.owner_until, entry.at + DAY)
        if entry.from_page:
            conversation.typing = False
        self._mids[entry.mid] = person
        self._messages.append((conversation, entry.mid))
        if len(self._messages) > self.retention:
            oldest, mid = self._messages.popleft()
            oldest.entries.pop(mid, None)
            self._mids.pop(mid, None)

    def page_writes(self, person: PersonState, entry: Entry, delivered: Delivered) -> None:
        """Let the page write *entry*: apps hear of it, and a person who is online has it."""
        self.add(person, entry)
        self.tell(events.page_wrote(person, entry, delivered.metadata))
        self.changes.tell("message", person, message=shown(self.pages[person.page_id], entry))
        if person.online:
            self.arrive(person, [entry])
        self.ledger.add_delivered(delivered)

    def arrive(self, person: PersonState, entries: list[Entry]) -> None:
        """Let *entries* be on the person's device now."""
        conversation = person.conversation
        conversation.delivered_at = self.clock()
        for entry in entries:
            entry.arrived = True
        mids = [entry.mid for entry in entries]
        self.tell(events.person_has(person, mids, self.clock()))
        self.changes.tell("marks", person, **marks(conversation))

    def person_of_message(self, mid: str) -> PersonState | None:
        """Return in whose conversation *mid* stands."""
        return self._mids.get(mid)

    def person_of_thread(self, conversation_id: str) -> PersonState | None:
        """Return whose conversation has this id."""
        return self._threads.get(conversation_id)

    def person_behind(self, node: str) -> PersonState | None:
        """Return with whom the conversation, or the message, *node* is."""
        return self.person_of_thread(node) or self.person_of_message(node)

    def keep_file(self, data: bytes, filename: str, content_type: str) -> Medium:
        """Keep a file, and return it with its id."""
        medium_id = self.ids.number("medium")
        kind, name = plain_type(content_type), plain_name(filename)
        return self.media.keep(Medium(medium_id, kind, name, data))

    def keep(self, kept: dict[str, T], key: str, value: T) -> None:
        """Put *value* into *kept*, and forget the oldest ones where there are too many."""
        kept[key] = value
        while len(kept) > self.retention:
            kept.pop(next(iter(kept)))

    def token_of(self, page_id: str, app_id: int) -> Token:
        """Return the token with which an app acts for a page.

        Raises:
            ValueError: If there is no such page, or the app is not connected to it.
        """
        for token in self.tokens.values():
            if token.page_id == page_id and token.app.id == app_id:
                return token
        msg = f"the app {app_id} is not connected to a page {page_id}"
        raise ValueError(msg)

    def let_in(self, name: str, page_id: str, seconds: float) -> Token:
        """Return the token of somebody who logs in to the app of a page, good for *seconds*."""
        value, ends_at = f"EAA{self.ids.word('token')}", self.clock() + seconds
        state = self.pages[page_id]
        app = state.apps[state.page.app_id]
        user = User(id=self.ids.number("user"), name=name)
        token = Token(
            value=value, app=app, page_id=None, issued_at=self.clock(), user=user, ends_at=ends_at
        )
        self.tokens[value] = token
        return token

    def subscribe(self, page_id: str, app_id: int, fields: frozenset[str] = FIELDS) -> None:
        """Tell *app_id* of what happens on the page."""
        page = self.pages[page_id]
        page.subscribed[app_id] = fields
        # Whoever comes back starts with a clean record.
        page.failing.pop(app_id, None)

    def tell(self, telling: Telling) -> None:
        """Let the apps concerned hear of it."""
        self.tellings.append(telling)

    def told(self) -> list[Telling]:
        """Return what apps have still to hear of, and hand it over."""
        tellings, self.tellings = self.tellings, []
        return tellings

    def _add_page(self, page: Page, extra: dict[int, App]) -> None:
        state = PageState(page=page)
        own = extra.get(page.app_id, page.app)
        state.apps = {own.id: own} | {one: app for one, app in extra.items() if one != own.id}
        self.pages[page.id] = state
        for app in state.apps.values():
            value = page.access_token if app is own else f"EAA{self.ids.word('token')}"
            self._add_token(value, app, page.id)
            self._add_token(f"{app.id}|{app.secret}", app, None)

    def _add_token(self, value: str, app: App, page_id: str | None) -> None:
        self.tokens[value] = Token(value=value, app=app, page_id=page_id, issued_at=self.clock())

    def _know(self, person: PersonState) -> None:
        """Let *person* be the last one seen, and forget who was seen longest ago."""
        self.pages[person.page_id].people[person.psid] = person
        self._threads[person.conversation.id] = person
        self._threads.move_to_end(person.conversation.id)
        if len(self._threads) > self.retention:
            _, oldest = self._threads.popitem(last=False)
            page = self.pages[oldest.page_id]
            if page.people[oldest.psid] is oldest:  # and not somebody who came under the same id
                del page.people[oldest.psid]
                page.menus.pop(oldest.psid, None)
