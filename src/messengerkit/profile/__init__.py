"""Floor 2: what a person sees of the page before and beside the messages: to set, and as it is."""

from ._current import (
    PROFILE_FIELDS,
    CurrentCommand,
    CurrentCommands,
    CurrentGreeting,
    CurrentIceBreakers,
    CurrentMenu,
    CurrentMenuItem,
    CurrentQuestion,
    MessengerProfile,
    UserMenu,
)
from ._menu import Menu, MenuItem, MenuLink, MenuPostback, UserMenuSetting
from ._settings import Command, Commands, Greeting, IceBreaker, IceBreakers, ProfileSettings

__all__ = (
    "PROFILE_FIELDS",
    "Command",
    "Commands",
    "CurrentCommand",
    "CurrentCommands",
    "CurrentGreeting",
    "CurrentIceBreakers",
    "CurrentMenu",
    "CurrentMenuItem",
    "CurrentQuestion",
    "Greeting",
    "IceBreaker",
    "IceBreakers",
    "Menu",
    "MenuItem",
    "MenuLink",
    "MenuPostback",
    "MessengerProfile",
    "ProfileSettings",
    "UserMenu",
    "UserMenuSetting",
)
