"""What the bot says of itself, in English or in Burmese."""

from typing import NamedTuple

from messengerkit import QuickReply, Text

from .words import is_burmese

GREETING = Text(
    "Welcome to Harbour Café! မင်္ဂလာပါ။\n"
    "I am the café's bot. Ask me about our opening hours, the menu, allergens or events. "
    "What I do not know, a colleague answers.",
    quick_replies=[
        QuickReply("Menu", "MENU"),
        QuickReply("Opening hours", "HOURS"),
        QuickReply("Where are you?", "WHERE"),
        QuickReply("A person, please", "PERSON"),
    ],
)


class Phrases(NamedTuple):
    """What is said in one language."""

    person: str
    unsure: str
    attachment: str
    wordless: str


_ENGLISH = Phrases(
    person="Of course. A colleague will answer you right here.",
    unsure="I am not sure about that, so I ask a colleague, who will answer you right here.",
    attachment="Thank you! I cannot look at it. A colleague will, and answer you right here.",
    wordless='If you have a question, write it in a few words. Write "person", and a colleague '
    "will answer you.",
)
_BURMESE = Phrases(
    person="ဟုတ်ကဲ့ပါ။ ဝန်ထမ်းတစ်ဦးက ဒီမှာပဲ ပြန်ဖြေပေးပါမယ်။",
    unsure="သေချာမသိလို့ ဝန်ထမ်းကို မေးထားပါတယ်။ ဒီမှာပဲ ပြန်ဖြေပေးပါမယ်။",
    attachment=_ENGLISH.attachment,  # a file has no language
    wordless="မေးခွန်းကို စကားလုံးအနည်းငယ်နဲ့ ရေးပေးပါ။",
)


def phrases_for(text: str) -> Phrases:
    """Return the phrases in the language of *text*."""
    return _BURMESE if is_burmese(text) else _ENGLISH
