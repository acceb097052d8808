"""Floor 5: what a support desk reads and sets at Meta, one module for each group.

Beside the errors that each method names, all raise `UnreadableAnswerError` where an answer is
not as Meta documents it.
"""

from messengerkit.history import (
    Conversation,
    ConversationMessage,
    MessageAttachment,
    Participant,
    RepliedTo,
)
from messengerkit.outgoing import Platform
from messengerkit.people import (
    INSTAGRAM_FIELDS,
    MESSENGER_FIELDS,
    Person,
    Persona,
    ProfileUnavailable,
    UnavailableReason,
)
from messengerkit.profile import (
    Command,
    Commands,
    Greeting,
    IceBreaker,
    IceBreakers,
    Menu,
    MenuItem,
    MenuLink,
    MenuPostback,
    MessengerProfile,
    UserMenu,
)
from messengerkit.threads import INSTAGRAM_INBOX, PAGE_INBOX, ThreadOwner
from messengerkit.tokens import GranularScope, SubscribedApp, TokenInfo, TokenProblem

from ._caller import Caller
from .conversations import Conversations
from .personas import Personas
from .profile import Profile
from .subscriptions import Subscriptions
from .thread_control import ThreadControl
from .tokens import Tokens
from .users import Users

__all__ = (
    "INSTAGRAM_FIELDS",
    "INSTAGRAM_INBOX",
    "MESSENGER_FIELDS",
    "PAGE_INBOX",
    "Caller",
    "Command",
    "Commands",
    "Conversation",
    "ConversationMessage",
    "Conversations",
    "GranularScope",
    "Greeting",
    "IceBreaker",
    "IceBreakers",
    "Menu",
    "MenuItem",
    "MenuLink",
    "MenuPostback",
    "MessageAttachment",
    "MessengerProfile",
    "Participant",
    "Person",
    "Persona",
    "Personas",
    "Platform",
    "Profile",
    "ProfileUnavailable",
    "RepliedTo",
    "SubscribedApp",
    "Subscriptions",
    "ThreadControl",
    "ThreadOwner",
    "TokenInfo",
    "TokenProblem",
    "Tokens",
    "UnavailableReason",
    "UserMenu",
    "Users",
)
