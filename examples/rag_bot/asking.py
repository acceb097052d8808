"""How guests ask for a person, in English and in Burmese."""

import re
import unicodedata

_WHO = (
    "(?:person|people|human(?: being)?|agent|operator|staff|somebody|someone|anybody|anyone|"
    "representative|colleague|manager|owner|waiter|waitress)"
)
_SOME = "(?:(?:an?|the|some|your|one of your|real|live|actual|another|member of) )*"
# All that was said: "a person, please".
_ALONE = (
    f"^(?:please |can i have |get me |i want |i need |i would like )*{_SOME}{_WHO}"
    "(?: please| now| to help(?: me)?)*$"
)
_PATTERNS = (
    _ALONE,
    f"(?:talk|speak|chat|write) (?:to|with) {_SOME}{_WHO}",
    f"{_WHO} (?:(?:that|who) )?(?:i|we) (?:can|could|may) (?:talk|speak|chat|write)",
    f"(?:connect|transfer|put) (?:me|us) (?:through )?(?:to|with) {_SOME}{_WHO}",
    f"(?:get|give|send|call|fetch) (?:me )?{_SOME}(?:human|agent|colleague|manager|person)",
    "(?:real|live|actual) (?:person|human|agent|people)",
    "(?:is|are) (?:anybody|anyone|somebody|someone) (?:there|here|reading)",
    "(?:no|not a|stop the|hate|without) (?:ro)?bot",
    "customer (?:service|support|care)",
    "call me back",
    "(?:can|could|would) (?:somebody|someone|anybody|anyone) (?:please )?help",
)
# "with a person", "with your staff", and then "speak"; or somebody alone.
_BURMESE = (
    "(?:လူ|ဝန်ထမ်း|မန်နေဂျာ|ပိုင်ရှင်).{0,14}?(?:နဲ့|နှင့်|ကို).{0,12}?(?:ပြော|ဆက်သွယ်|ခေါ်|မေး)",
    "^(?:လူ|လူသား|ဝန်ထမ်း|မန်နေဂျာ)(?:ပါ|ပေးပါ|ခေါ်ပေးပါ|လိုချင်တယ်|လိုချင်ပါတယ်)?$",
)
_ENGLISH = re.compile("|".join(_PATTERNS))
_MYANMAR = re.compile(unicodedata.normalize("NFC", "|".join(_BURMESE)))


def wants_a_person(text: str) -> bool:
    """Tell whether *text* asks for a person. "A table for one person" does not."""
    plain = unicodedata.normalize("NFC", text).casefold()
    english = " ".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))
    burmese = re.sub(r"[^\u1000-\u1049\u1050-\u109f]+", "", plain)
    return bool(_ENGLISH.search(english) or _MYANMAR.search(burmese))
