"""Floor 2: the messenger profile to set, checked against the platform's limits.

Platform page: /docs/messenger-platform/reference/messenger-profile-api.
"""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import model_validator
from typing_extensions import override

from messengerkit._model import Outbound, WireText, length
from messengerkit.buttons import SecureUrl, count, instance_of, matching, refused

from ._locales import DEFAULT, EachLocale, Localised
from ._menu import Menu, Payload


class Greeting(Localised):
    """What a person reads before the first message.

    Attributes:
        text: 1 to 160 characters; Meta puts names for `{{user_first_name}}`,
            `{{user_last_name}}` and `{{user_full_name}}`.
        locale: For whom.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    text: Annotated[WireText, length(160, least=1)]

    def __init__(self, text: str, *, locale: str = DEFAULT) -> None:
        super().__init__(text=text, locale=locale)


class IceBreaker(Outbound):
    """A question that a person can begin with by a tap, which sends you a postback.

    Attributes:
        question: What it says: 1 to 80 characters, a limit that Meta names for ads alone.
        payload: What the postback carries: 1 to 1000 characters.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    question: Annotated[WireText, length(80, least=1)]
    payload: Payload

    def __init__(self, question: str, payload: str) -> None:
        super().__init__(question=question, payload=payload)


class IceBreakers(Localised):
    """The questions for one language.

    Attributes:
        questions: 1 to 4.
        locale: For whom.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    questions: Annotated[
        tuple[Annotated[IceBreaker, instance_of(IceBreaker)], ...], count(4, least=1)
    ]

    def __init__(self, questions: Sequence[IceBreaker], *, locale: str = DEFAULT) -> None:
        super().__init__(questions=questions, locale=locale)

    @override
    def to_graph(self) -> dict[str, object]:
        questions = [one.model_dump() for one in self.questions]
        return {"call_to_actions": questions, "locale": self.locale}


class Command(Outbound):
    """A word that a person can pick from a list, to write with it.

    Attributes:
        name: 1 to 32 characters, without the `/` that the person types.
        description: What it does: 1 to 64 characters.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    name: Annotated[
        WireText, length(32, least=1), matching("[^/].*", "a name without a / before it")
    ]
    description: Annotated[WireText, length(64, least=1)]

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name=name, description=description)


class Commands(Localised):
    """The commands for one language; they take the menu's place.

    Attributes:
        commands: 1 to 100.
        locale: For whom.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    commands: Annotated[tuple[Annotated[Command, instance_of(Command)], ...], count(100, least=1)]

    def __init__(self, commands: Sequence[Command], *, locale: str = DEFAULT) -> None:
        super().__init__(commands=commands, locale=locale)


class ProfileSettings(Outbound):
    """What of the messenger profile is to be replaced; None leaves a property as it is.

    Attributes:
        get_started: The payload of the Get Started button: 1 to 1000 characters.
        greeting: What people read first.
        persistent_menu: The menu; Meta wants a Get Started button with it.
        ice_breakers: The questions to begin with.
        commands: The commands; they take the menu's place.
        whitelisted_domains: Where web pages may use Messenger's extensions: at most 50, https.
        account_linking_url: Where people log in to your site: https.

    Raises:
        InvalidInputError: If a field breaks its limit, or all are None.
    """

    get_started: Payload | None = None
    greeting: EachLocale[Greeting] | None = None
    persistent_menu: EachLocale[Menu] | None = None
    ice_breakers: EachLocale[IceBreakers] | None = None
    commands: EachLocale[Commands] | None = None
    whitelisted_domains: Annotated[tuple[SecureUrl, ...], count(50)] | None = None
    account_linking_url: SecureUrl | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(value is None for _, value in self):
            raise refused(field="profile", problem="must be given at least one property")
        return self

    def to_graph(self) -> dict[str, object]:
        """Return the properties as Meta wants them."""
        said: dict[str, tuple[Localised, ...] | None] = {
            "greeting": self.greeting,
            "persistent_menu": self.persistent_menu,
            "ice_breakers": self.ice_breakers,
            "commands": self.commands,
        }
        graph: dict[str, object] = self.model_dump(
            mode="json",
            include={"whitelisted_domains", "account_linking_url"},
            exclude_none=True,
        )
        if self.get_started is not None:
            graph["get_started"] = {"payload": self.get_started}
        for name, each in said.items():
            if each is not None:
                graph[name] = [one.to_graph() for one in each]
        return graph
