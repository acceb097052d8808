"""Floor 8: people as a page knows them, and what stands in their conversation with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.records import Attachment

DAY = 86_400.0
"""Seconds; the reply window, and the time after which nobody owns a silent thread."""

PSID: re.Pattern[str] = re.compile(r"[0-9]{1,30}")
"""The form of a PSID."""


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """One message in a conversation.

    Attributes:
        mid: Its id.
        from_page: Whether the page wrote it.
        at: When, in unix seconds.
        text: What it says; empty if it is media or a template.
        attachments: The media that it carries.
        template: The payload of a template, or None.
        quick_replies: What the person may tap.
        persona: Under whose name it was sent, or None; it stays when the page removes that.
        reply_to: The mid that it quotes, or None.
        app_id: The app that sent it, or None if a person did.
        postback: What the person tapped, if it was a tap.
        reactions: One emoji for each side, `page` or `person`.
        arrived: Whether it reached the person's device.
    """

    mid: str
    from_page: bool
    at: float
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    template: JsonObject | None = None
    quick_replies: tuple[JsonObject, ...] = ()
    persona: JsonObject | None = None
    reply_to: str | None = None
    app_id: int | None = None
    postback: str | None = None
    reactions: dict[str, str] = field(default_factory=dict[str, str])
    arrived: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Conversation:
    """What one person and one page have written to each other.

    Attributes:
        id: Its id, `t_…`.
        updated_at: When the last message came.
        delivered_at: All that the page wrote until then is on the person's device.
        read_at: All that the page wrote until then was seen.
        read_mid: The last message that was seen.
        typing: Whether the page is shown as typing.
        typing_persona: Under whose name.
        owner: The app that has it, or None if it is idle.
        owner_until: When the owner loses it, if nobody writes.
        greeted: Whether the person ever wrote or tapped.
    """

    id: str
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    updated_at: float = 0.0
    delivered_at: float | None = None
    read_at: float | None = None
    read_mid: str | None = None
    typing: bool = False
    typing_persona: str | None = None
    owner: int | None = None
    owner_until: float = 0.0
    greeted: bool = False

    def newest_first(self) -> Iterator[Entry]:
        """Yield the messages from the last to the first."""
        return reversed(self.entries.values())

    def owner_at(self, now: float) -> int | None:
        """Return the app that has it at *now*."""
        return self.owner if now < self.owner_until else None

    def give_to(self, app_id: int | None, until: float = 0.0) -> None:
        """Let *app_id* have it *until* then, or nobody."""
        self.owner, self.owner_until = app_id, until


@dataclass(slots=True, kw_only=True, eq=False)
class PersonState:
    """One person, as one page knows them.

    Attributes:
        psid: The id that this page, and no other, has for them.
        page_id: The page.
        first_name: As on their profile.
        last_name: As on their profile.
        profile_pic: The URL of their picture, or an empty text.
        locale: As on their profile.
        timezone: Hours from GMT.
        gender: As on their profile, or None.
        last_act_at: When they last did what opens the window, or None if they never did.
        blocked: Whether they blocked the page.
        online: Whether a message reaches their device now.
        has_profile: Whether they have a Facebook account, and not just a phone number.
        has_role: Whether they may be written to by an app in development.
        conversation: Their conversation with the page.
    """

    psid: str
    page_id: str
    first_name: str
    last_name: str
    conversation: Conversation
    profile_pic: str = ""
    locale: str = "en_US"
    timezone: float = 0
    gender: str | None = None
    last_act_at: float | None = None
    blocked: bool = False
    online: bool = True
    has_profile: bool = True
    has_role: bool = False

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}".strip()

    def acts(self, now: float) -> None:
        """Open or renew the window."""
        self.last_act_at = now
        self.conversation.greeted = True
