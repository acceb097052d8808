"""Floor 2: the messenger profile as Meta has it.

Platform page: /docs/messenger-platform/reference/messenger-profile-api.
"""

from messengerkit import _inbound as read
from messengerkit._inbound import Field, Inbound, as_object, as_text

PROFILE_FIELDS = (
    "get_started",
    "greeting",
    "persistent_menu",
    "ice_breakers",
    "commands",
    "whitelisted_domains",
    "account_linking_url",
)
"""The properties that can be set."""


class CurrentGreeting(Inbound):
    """A greeting that is set.

    Attributes:
        locale: For whom.
        text: What it says.
    """

    __slots__ = ()
    locale: Field[str | None] = read.text()
    text: Field[str | None] = read.text()


class CurrentMenuItem(Inbound):
    """An item of a menu that is set.

    Attributes:
        type: `postback` or `web_url`.
        title: What it says.
        payload: What its postback carries.
        url: What it opens.
    """

    __slots__ = ()
    type: Field[str | None] = read.text()
    title: Field[str | None] = read.text()
    payload: Field[str | None] = read.text()
    url: Field[str | None] = read.text()


class CurrentMenu(Inbound):
    """A menu that is set.

    Attributes:
        locale: For whom.
        items: What it offers.
        composer_input_disabled: Whether the person can only tap, and not write.
    """

    __slots__ = ()
    locale: Field[str | None] = read.text()
    items: Field[tuple[CurrentMenuItem, ...]] = read.parts(CurrentMenuItem, "call_to_actions")
    composer_input_disabled: Field[bool] = read.flag()


class CurrentQuestion(Inbound):
    """A question that is set.

    Attributes:
        question: What it says.
        payload: What its postback carries.
    """

    __slots__ = ()
    question: Field[str | None] = read.text()
    payload: Field[str | None] = read.text()


class CurrentIceBreakers(Inbound):
    """The questions that are set for one language.

    Attributes:
        locale: For whom.
        questions: What people can begin with.
    """

    __slots__ = ()
    locale: Field[str | None] = read.text()
    questions: Field[tuple[CurrentQuestion, ...]] = read.parts(CurrentQuestion, "call_to_actions")


class CurrentCommand(Inbound):
    """A command that is set.

    Attributes:
        name: What people pick.
        description: What it does.
    """

    __slots__ = ()
    name: Field[str | None] = read.text()
    description: Field[str | None] = read.text()


class CurrentCommands(Inbound):
    """The commands that are set for one language.

    Attributes:
        locale: For whom.
        commands: What people can pick.
    """

    __slots__ = ()
    locale: Field[str | None] = read.text()
    commands: Field[tuple[CurrentCommand, ...]] = read.parts(CurrentCommand)


def _payload(value: object) -> str | None:
    return as_text((as_object(value) or {}).get("payload"))


class MessengerProfile(Inbound):
    """The messenger profile; a property that is not set, or was not asked for, is empty.

    Attributes:
        get_started: The payload of the Get Started button.
        greeting: What people read first.
        persistent_menu: The menu.
        ice_breakers: The questions to begin with.
        commands: The commands.
        whitelisted_domains: Where web pages may use Messenger's extensions.
        account_linking_url: Where people log in to your site.
        subject_to_new_eu_privacy_rules: Whether Meta's rules for Europe hold for the page.
    """

    __slots__ = ()
    get_started: Field[str | None] = Field(_payload)
    greeting: Field[tuple[CurrentGreeting, ...]] = read.parts(CurrentGreeting)
    persistent_menu: Field[tuple[CurrentMenu, ...]] = read.parts(CurrentMenu)
    ice_breakers: Field[tuple[CurrentIceBreakers, ...]] = read.parts(CurrentIceBreakers)
    commands: Field[tuple[CurrentCommands, ...]] = read.parts(CurrentCommands)
    whitelisted_domains: Field[tuple[str, ...]] = read.texts()
    account_linking_url: Field[str | None] = read.text()
    subject_to_new_eu_privacy_rules: Field[bool] = read.flag()


class UserMenu(Inbound):
    """The menu of one person, and the page's that it stands in for.

    Attributes:
        menu: The person's own; empty if there is none.
        page_menu: The page's.
    """

    __slots__ = ()
    menu: Field[tuple[CurrentMenu, ...]] = read.parts(CurrentMenu, "user_level_persistent_menu")
    page_menu: Field[tuple[CurrentMenu, ...]] = read.parts(
        CurrentMenu, "page_level_persistent_menu"
    )
