"""Floor 8: Meta's checks of the properties of a messenger profile; pure.

Platform page: /docs/messenger-platform/reference/messenger-profile-api.
"""

from collections.abc import Callable, Mapping

from .menus import read_menu
from .reading import Part, is_https
from .refusals import MIXED_ICE_BREAKERS, Refused, must_be, too_many


def _get_started(params: Part, name: str) -> None:
    button = params.needed(name)
    button.only(("payload",))
    button.words("payload", 1000)


def _greeting(params: Part, name: str) -> None:
    for greeting in params.by_locale(name):
        greeting.only(("locale", "text"))
        greeting.words("text", 160)


def _ice_breakers(params: Part, name: str) -> None:
    items = params.parts(name, most=200, least=1)
    old = [item.has("question") for item in items]
    if any(old) and not all(old):
        raise Refused(MIXED_ICE_BREAKERS)
    if all(old):
        _questions(items, name)
        return
    for item in params.by_locale(name):
        item.only(("locale", "call_to_actions"))
        _questions(item.parts("call_to_actions", most=4, least=1), name)


def _questions(questions: list[Part], name: str) -> None:
    if len(questions) > 4:  # noqa: PLR2004  # Meta's own limit
        raise Refused(too_many(name))
    for question in questions:
        question.only(("question", "payload"))
        question.words("question", 80)
        question.words("payload", 1000)


def _commands(params: Part, name: str) -> None:
    for item in params.by_locale(name):
        item.only(("locale", "commands"))
        for command in item.parts("commands", most=100, least=1):
            command.only(("name", "description"))
            if command.words("name", 32).startswith("/"):
                raise Refused(must_be(command.at("name"), "without a slash"))
            command.words("description", 64)


def _domains(params: Part, name: str) -> None:
    domains = params.items(name) or []
    if len(domains) > 50:  # noqa: PLR2004  # Meta's own limit
        raise Refused(too_many(name))
    for index, domain in enumerate(domains):
        if not isinstance(domain, str) or not is_https(domain):
            raise Refused(must_be(f"{name}[{index}]", "an https URL"))


def _linking_url(params: Part, name: str) -> None:
    if not is_https(params.words(name)):
        raise Refused(must_be(name, "an https URL"))


def _description(params: Part, name: str) -> None:
    params.words(name)


PROPERTIES: Mapping[str, Callable[[Part, str], None]] = {
    "get_started": _get_started,
    "greeting": _greeting,
    "persistent_menu": read_menu,
    "ice_breakers": _ice_breakers,
    "commands": _commands,
    "whitelisted_domains": _domains,
    "account_linking_url": _linking_url,
    "description": _description,
}
"""Every property that can be set, with its checks."""
