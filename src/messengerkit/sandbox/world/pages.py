"""Floor 8: one page as Meta keeps it: its settings, its people, and who is told of them."""

from dataclasses import dataclass, field

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.page import App, Page

from .people import PersonState

FIELDS: frozenset[str] = frozenset(
    {
        "message_deliveries",
        "message_echoes",
        "message_reactions",
        "message_reads",
        "messages",
        "messaging_handovers",
        "messaging_optins",
        "messaging_postbacks",
        "standby",
    }
)
"""The webhook fields that the sandbox has something to say of."""

OTHER_FIELDS: frozenset[str] = frozenset(
    {
        "agent_messages",
        "business_integrity",
        "call_permission_reply",
        "call_settings_update",
        "calls",
        "feed",
        "inbox_labels",
        "leadgen",
        "marketing_message_clicks",
        "marketing_message_deliveries",
        "marketing_message_delivery_failed",
        "marketing_message_echoes",
        "marketing_message_reads",
        "marketing_messages_subscriber_upload_status",
        "mention",
        "message_context",
        "message_edits",
        "message_mention",
        "message_template_status_update",
        "messaging_account_linking",
        "messaging_appointments",
        "messaging_checkout_updates",
        "messaging_customer_information",
        "messaging_direct_sends",
        "messaging_fblogin_account_linking",
        "messaging_feedback",
        "messaging_game_plays",
        "messaging_in_thread_lead_form_submit",
        "messaging_integrity",
        "messaging_optouts",
        "messaging_payments",
        "messaging_policy_enforcement",
        "messaging_pre_checkouts",
        "messaging_referrals",
        "response_feedback",
        "send_cart",
    }
)
"""Fields that Meta knows and that may be subscribed to; nothing of them happens here."""

_EXPIRED = 463


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that the page may send again by its id.

    Attributes:
        id: The `attachment_id`.
        type: `image`, `video`, `audio` or `file`.
        url: Where it is.
        name: The file's name, if it has one.
        at: When it was saved; the id is good for 90 days.
    """

    id: str
    type: str
    url: str
    name: str
    at: float


@dataclass(slots=True, kw_only=True, eq=False)
class PageState:
    """What is true of one page.

    Attributes:
        page: Its id, name and main app.
        people: Everybody who was ever near it, by PSID.
        apps: The apps that are connected to it, by id.
        subscribed: The webhook fields of each app that is subscribed to the page.
        default_app: The app that has idle threads, or None if there is none.
        profile: The properties of the messenger profile.
        menus: The menus of single people, by PSID.
        personas: The personas, by id.
        uploads: Files that were saved, by `attachment_id`.
        activities: Who wrote each comment or post, and whether it was answered, by its id.
        references: The people behind `user_ref`s.
        linking: The people behind account linking tokens.
        failing: Since when the backend of each app has failed, by the app's id.
    """

    page: Page
    people: dict[str, PersonState] = field(default_factory=dict[str, PersonState])
    apps: dict[int, App] = field(default_factory=dict[int, App])
    subscribed: dict[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    default_app: int | None = None
    profile: JsonObject = field(default_factory=dict[str, object])
    menus: dict[str, object] = field(default_factory=dict[str, object])
    personas: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])
    activities: "dict[str, Activity]" = field(default_factory=dict[str, "Activity"])
    references: dict[str, str] = field(default_factory=dict[str, str])
    linking: "dict[str, Linking]" = field(default_factory=dict[str, "Linking"])
    failing: dict[int, float] = field(default_factory=dict[int, float])


@dataclass(slots=True, eq=False)
class Activity:
    """A comment or a post that may be answered in private, once and within 7 days.

    Attributes:
        psid: Who wrote it.
        at: When.
        answered: Whether it was answered.
    """

    psid: str
    at: float
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Linking:
    """What an account linking token stands for.

    Attributes:
        psid: Who logs in.
        at: When they set out; the token is good for 5 minutes.
    """

    psid: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody at Facebook, as one of those who run a page.

    Attributes:
        id: The person's id for one app; no PSID.
        name: First and last name.
    """

    id: str
    name: str


@dataclass(slots=True, kw_only=True, eq=False)
class Token:
    """An access token, and what it is good for.

    Attributes:
        value: The token.
        app: The app that it was made for.
        page_id: The page that it acts for, or None if it is no page's.
        issued_at: When it was made.
        dead: Meta's subcode of 190 if it is no longer good: 460, 463, 467 …
        user: Whose it is, or None if it is a page's or an app's.
        ends_at: Until when it is good, or 0 for ever.
    """

    value: str = field(repr=False)
    app: App
    page_id: str | None
    issued_at: float
    dead: int | None = None
    user: User | None = None
    ends_at: float = 0.0

    def dead_at(self, now: float) -> int | None:
        """Return of what it is dead at *now*, as Meta's subcode of 190, or None."""
        return _EXPIRED if self.dead is None and 0 < self.ends_at <= now else self.dead

    @property
    def is_of_app(self) -> bool:
        """Whether it is an app's own token, which holds the secret already."""
        return self.page_id is None and self.user is None
