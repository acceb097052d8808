"""How guests ask for a person, and what only sounds like it."""

import pytest
from examples.rag_bot.asking import wants_a_person

ASKED = """\
person
A person, please
Can I talk to a person?
I want to speak with a human
HUMAN!!!
Talk to someone
can i speak to your manager please
connect me with an agent
please put me through to a colleague
get me a human
I need a real person, not a bot
no bot please
is anybody there?
customer service
could somebody help me
I'd like to talk to one of your staff
let me talk to a member of staff
I need to speak to somebody about my order
may I chat with a colleague
call me back please
Is there somebody I can talk to?
I need a colleague that we could speak with
လူနဲ့ ပြောချင်တယ်
ဝန်ထမ်းနဲ့ ပြောချင်ပါတယ်
လူတစ်ယောက်နဲ့ စကားပြောချင်ပါတယ်
ဝန်ထမ်း
ဝန်ထမ်းကို ခေါ်ပေးပါ
မန်နေဂျာနှင့် ပြောချင်ပါသည်""".splitlines()
NOT_ASKED = """\
a table for one person
price per person
is the staff friendly
are you a robot?
someone told me that you have mohinga
I lost my phone, did anybody find it
group of ten people
can I speak French
do you have vegan food for two people
does anyone serve breakfast
who is the owner
are there many people on sunday
is there somebody who can speak French
မီနူး
လူဘယ်နှစ်ယောက် ဆံ့လဲ
👍""".splitlines()


@pytest.mark.parametrize("text", ASKED)
def test_a_person_is_asked_for(text: str) -> None:
    """In English and in Burmese, politely or not."""
    assert wants_a_person(text)


@pytest.mark.parametrize("text", [*NOT_ASKED, ""])
def test_a_person_is_only_spoken_of(text: str) -> None:
    """A table for one person is none of the kind."""
    assert not wants_a_person(text)


def test_a_long_text_is_read_at_once() -> None:
    """No pattern goes back and forth over it."""
    assert not wants_a_person("please a real " * 1000)
    assert wants_a_person("blah " * 2000 + "can I talk to a person")
    assert not wants_a_person("လူ" * 5000)
