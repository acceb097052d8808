"""Floor 8: what people do in the sandbox: they write, tap, react and read; backends hear of it."""

from dataclasses import dataclass

from .records import Attachment, Delivered
from .webhooks.courier import Courier
from .world import events
from .world.media import KINDS, kind_of
from .world.pages import Activity, Linking
from .world.people import DAY, Entry, PersonState
from .world.showing import marks, shown, shown_person
from .world.world import World

_LONGEST = 20_000  # characters that Messenger lets a person write


@dataclass(slots=True, kw_only=True)
class Acts:
    """What people can do, and the page's own people in its inbox.

    Attributes:
        world: Where it happens.
        courier: Who tells the backends.
        home: Where the sandbox is, without a slash at its end.
    """

    world: World
    courier: Courier
    home: str

    async def write(
        self,
        person: PersonState,
        text: str,
        *,
        quick_reply: str | None = None,
        reply_to: str | None = None,
    ) -> str:
        """Let a person write *text*; return the mid once the backends know, or never will.

        Raises:
            ValueError: If *text* is empty or too long, *reply_to* is not in the conversation,
                or the person has blocked the page.
        """
        _check(text)
        if reply_to is not None:
            _entry_of(person, reply_to)
        entry = self._entry(person, text=text, reply_to=reply_to)
        self.world.tell(events.person_wrote(person, entry, quick_reply))
        return await self._done(entry)

    async def send(self, person: PersonState, kind: str, url: str, name: str = "") -> str:
        """Let a person send media that is at *url*; return the mid.

        Raises:
            ValueError: If it is no kind of media, or the person has blocked the page.
        """
        if kind not in KINDS:
            msg = f"the type must be one of {', '.join(KINDS)}"
            raise ValueError(msg)
        entry = self._entry(person, attachments=(Attachment(kind, url, None, name),))
        self.world.tell(events.person_wrote(person, entry))
        return await self._done(entry)

    async def upload(
        self, person: PersonState, data: bytes, filename: str, content_type: str
    ) -> str:
        """Let a person send a file; return the mid."""
        _refuse_blocked(person)
        medium = self.world.keep_file(data, filename, content_type)
        kind = kind_of(content_type)
        return await self.send(person, kind, self.home + medium.path, medium.filename)

    async def tap(self, person: PersonState, payload: str, title: str) -> str:
        """Let a person tap a button; return the mid of the postback."""
        entry = self._entry(person, text=title, postback=payload)
        self.world.tell(events.person_tapped(person, entry, payload))
        return await self._done(entry)

    async def react(self, person: PersonState, mid: str, emoji: str | None) -> None:
        """Let a person react to a message, or take that back.

        Raises:
            ValueError: If the message is not in their conversation.
        """
        entry = _entry_of(person, mid)
        self._act(person)
        if emoji is None:
            entry.reactions.pop("person", None)
        else:
            entry.reactions["person"] = emoji
        self.world.changes.tell("reaction", person, mid=mid)
        self.world.tell(events.person_reacted(person, mid, emoji, self.world.clock()))
        await self.courier.deliver(self.world.told())

    async def read(self, person: PersonState) -> None:
        """Let a person see all that the page wrote; told only if there is something new."""
        conversation, now = person.conversation, self.world.clock()
        last = next((one for one in conversation.newest_first() if one.from_page), None)
        if last is None or last.mid == conversation.read_mid:
            return
        conversation.read_at, conversation.read_mid = now, last.mid
        self.world.changes.tell("marks", person, **marks(conversation))
        self.world.tell(events.person_read(person, now))
        await self.courier.deliver(self.world.told())

    async def go_online(self, person: PersonState) -> None:
        """Let what waits reach the person's device."""
        if person.online:
            return
        person.online = True
        self.changed(person)
        entries = person.conversation.entries.values()
        waiting = [one for one in entries if one.from_page and not one.arrived]
        if waiting:
            self.world.arrive(person, waiting)
        await self.courier.deliver(self.world.told())

    async def answer_by_hand(self, person: PersonState, text: str, app_id: int) -> str:
        """Let somebody at the page write in its inbox.

        It takes the conversation where the page has a default app; else all may answer.

        Raises:
            ValueError: If the person has blocked the page.
        """
        _refuse_blocked(person)
        _check(text)
        if self.world.pages[person.page_id].default_app is not None:
            person.conversation.give_to(app_id, self.world.clock() + DAY)
        entry = Entry(mid=self.world.ids.mid(), from_page=True, at=self.world.clock(), text=text)
        delivered = Delivered(
            person.psid, entry.mid, text, None, None, entry.at, page_id=person.page_id
        )
        self.world.page_writes(person, entry, delivered)
        await self.courier.deliver(self.world.told())
        return entry.mid

    async def opt_in(self, person: PersonState, ref: str) -> str:
        """Let a person tick the checkbox plugin; return the `user_ref`. It opens the window."""
        self._act(person)
        page, user_ref = self.world.pages[person.page_id], self.world.ids.word("user_ref")
        self.world.keep(page.references, user_ref, person.psid)
        self.world.tell(events.person_opted_in(person, user_ref, ref, self.world.clock()))
        await self.courier.deliver(self.world.told())
        return user_ref

    def start_linking(self, person: PersonState) -> str:
        """Let a person tap an account link button; return the `account_linking_token`."""
        page, token = self.world.pages[person.page_id], self.world.ids.word("linking")
        self.world.keep(page.linking, token, Linking(person.psid, self.world.clock()))
        return token

    def comment(self, person: PersonState) -> str:
        """Let a person comment on a post of the page; return the comment's id."""
        page = self.world.pages[person.page_id]
        comment_id = f"{page.page.id}_{self.world.ids.number('comment')}"
        self.world.keep(page.activities, comment_id, Activity(person.psid, self.world.clock()))
        return comment_id

    def changed(self, person: PersonState) -> None:
        """Let those who watch see that a person is another."""
        self.world.changes.tell("person", person, person=shown_person(person))

    def _entry(
        self,
        person: PersonState,
        *,
        text: str = "",
        attachments: tuple[Attachment, ...] = (),
        reply_to: str | None = None,
        postback: str | None = None,
    ) -> Entry:
        self._act(person)
        entry = Entry(
            mid=self.world.ids.mid(),
            from_page=False,
            at=self.world.clock(),
            text=text,
            attachments=attachments,
            reply_to=reply_to,
            postback=postback,
        )
        self.world.add(person, entry)
        page = self.world.pages[person.page_id]
        self.world.changes.tell("message", person, message=shown(page, entry))
        return entry

    def _act(self, person: PersonState) -> None:
        _refuse_blocked(person)
        now, page = self.world.clock(), self.world.pages[person.page_id]
        person.acts(now)
        conversation = person.conversation
        if conversation.owner_at(now) is None and page.default_app is not None:
            conversation.give_to(page.default_app, now + DAY)

    async def _done(self, entry: Entry) -> str:
        await self.courier.deliver(self.world.told())
        return entry.mid


def _entry_of(person: PersonState, mid: str) -> Entry:
    entry = person.conversation.entries.get(mid)
    if entry is None:
        msg = "there is no such message in the conversation"
        raise ValueError(msg)
    return entry


def _check(text: str) -> None:
    if not 0 < len(text) <= _LONGEST:
        msg = f"nobody can write an empty text, or one of more than {_LONGEST} characters"
        raise ValueError(msg)


def _refuse_blocked(person: PersonState) -> None:
    if person.blocked:
        msg = f"{person.psid} has blocked the page"
        raise ValueError(msg)
