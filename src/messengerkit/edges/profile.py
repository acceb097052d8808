"""Floor 5: what a person sees of the page before and beside the messages.

Platform page: /docs/messenger-platform/reference/messenger-profile-api.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from messengerkit._graph import Call
from messengerkit._json import JsonObject
from messengerkit._model import identifier
from messengerkit.outgoing import Platform
from messengerkit.profile import (
    PROFILE_FIELDS,
    Commands,
    Greeting,
    IceBreakers,
    Menu,
    MessengerProfile,
    ProfileSettings,
    UserMenu,
    UserMenuSetting,
)
from messengerkit.profile._locales import each
from messengerkit.rates import Rate

from ._answers import confirm, rows
from ._caller import Caller, listed

_SETTABLE: Mapping[Platform, tuple[str, ...]] = {
    "messenger": PROFILE_FIELDS,
    "instagram": ("persistent_menu", "ice_breakers"),
}


class Profile:
    """The page's messenger profile, and the menus of single people.

    Meta takes 10 calls in 10 minutes for a page, and as many for one person's menu.

    Platform page: /docs/messenger-platform/reference/messenger-profile-api.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._call = caller

    async def set(
        self,
        *,
        get_started: str | None = None,
        greeting: Greeting | Sequence[Greeting] | None = None,
        persistent_menu: Menu | Sequence[Menu] | None = None,
        ice_breakers: IceBreakers | Sequence[IceBreakers] | None = None,
        commands: Commands | Sequence[Commands] | None = None,
        whitelisted_domains: Sequence[str] | None = None,
        account_linking_url: str | None = None,
        platform: Platform = "messenger",
    ) -> None:
        """Set properties; one that is set is replaced as a whole, in all its languages.

        Where a property has languages, give one value, or one for each; one of them must
        have the locale `default`. A page's menu may take 24 hours to show.

        Args:
            get_started: The payload of the Get Started button: 1 to 1000 characters.
            greeting: What people read before the first message.
            persistent_menu: The menu; Meta wants a Get Started button with it.
            ice_breakers: Questions to begin with.
            commands: Words to write with; they take the menu's place.
            whitelisted_domains: Where web pages may use Messenger's extensions: at most 50.
            account_linking_url: Where people log in to your site.
            platform: Where the people are.

        Raises:
            InvalidInputError: If a value breaks its limit, or none is given; nothing was set.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        domains = None if whitelisted_domains is None else tuple(whitelisted_domains)
        settings = ProfileSettings(
            get_started=get_started,
            greeting=each(greeting),
            persistent_menu=each(persistent_menu),
            ice_breakers=each(ice_breakers),
            commands=each(commands),
            whitelisted_domains=domains,
            account_linking_url=account_linking_url,
        )
        confirm(await self._call(_profile("POST", settings.to_graph(), platform)))

    async def get(self, *fields: str, platform: Platform = "messenger") -> MessengerProfile:
        """Return the profile as Meta has it; what is not set is empty.

        Args:
            *fields: Which properties: all that can be set there, if none is named.
            platform: Where the people are.

        Raises:
            InvalidInputError: If a field is none; nothing was asked.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        asked = listed(fields or _SETTABLE[platform], "fields")
        answer = await self._call(_profile("GET", {"fields": ",".join(asked)}, platform))
        found = rows(answer)
        # Meta's page for ice breakers prints them in `data` itself.
        if len(asked) == 1 and any("call_to_actions" in row for row in found):
            return MessengerProfile({asked[0]: found})
        return MessengerProfile({name: value for row in found for name, value in row.items()})

    async def delete(self, *fields: str, platform: Platform = "messenger") -> None:
        """Delete properties; a Get Started button stays as long as there is a menu.

        Args:
            *fields: Which properties, one at least.
            platform: Where the people are.

        Raises:
            InvalidInputError: If a field is none, or none is given; nothing was deleted.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        gone = {"fields": json.dumps(listed(fields, "fields"))}
        confirm(await self._call(_profile("DELETE", gone, platform)))

    async def set_user_menu(self, psid: str, menu: Menu | Sequence[Menu]) -> None:
        """Give a person a menu instead of the page's; it shows at once.

        Args:
            psid: The person's PSID.
            menu: One, or one for each language; one of them has the locale `default`.

        Raises:
            InvalidInputError: If a value breaks its limit; nothing was set.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        said = UserMenuSetting(menu=each(menu)).to_graph()
        confirm(await self._call(_user_menu("POST", psid, said)))

    async def user_menu(self, psid: str) -> UserMenu:
        """Return the menu of a person, and the page's.

        Args:
            psid: The person's PSID.

        Raises:
            InvalidInputError: If the id is none; nothing was asked.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        found = rows(await self._call(_user_menu("GET", psid, {})))
        return UserMenu({name: value for row in found for name, value in row.items()})

    async def delete_user_menu(self, psid: str) -> None:
        """Let a person have the page's menu again.

        Args:
            psid: The person's PSID.

        Raises:
            InvalidInputError: If the id is none; nothing was deleted.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        gone = {"params": json.dumps(["persistent_menu"])}
        confirm(await self._call(_user_menu("DELETE", psid, gone)))


def _profile(
    method: Literal["GET", "POST", "DELETE"], said: JsonObject, platform: Platform
) -> Call:
    return Call(
        method=method,
        path=("me", "messenger_profile"),
        parameters={"platform": platform, **said},
        repeatable=True,
        rate=Rate.MESSENGER_PROFILE,
    )


def _user_menu(method: Literal["GET", "POST", "DELETE"], psid: str, said: JsonObject) -> Call:
    return Call(
        method=method,
        path=("me", "custom_user_settings"),
        parameters={"psid": identifier(psid, "psid"), **said},
        repeatable=True,
    )
