"""The messenger profile: its limits, what goes out, what comes back; and one person's menu."""

from collections.abc import Callable

import pytest
from edges.played import DONE, PSID, Played, refused, url

from messengerkit._json import JsonObject
from messengerkit.buttons import WebUrlButton
from messengerkit.edges import (
    Command,
    Commands,
    Greeting,
    IceBreaker,
    IceBreakers,
    Menu,
    MenuItem,
    MenuLink,
    MenuPostback,
    Profile,
)
from messengerkit.errors import InvalidInputError, InvalidRequestError
from messengerkit.rates import Rate

SITE = "https://shop.example.com"
MENU = Menu([MenuPostback("Talk to a person", "PERSON"), MenuLink("Shop", SITE)])
MENU_JSON: JsonObject = {
    "locale": "default",
    "composer_input_disabled": False,
    "call_to_actions": [
        {"type": "postback", "title": "Talk to a person", "payload": "PERSON"},
        {"type": "web_url", "title": "Shop", "url": SITE},
    ],
}


async def test_everything_is_set_in_one_call() -> None:
    """Each property in the form that Meta has for it."""
    meta = Played({"result": "success"})
    await Profile(meta).set(
        get_started="START",
        greeting=Greeting("Hello, {{user_first_name}}!"),
        persistent_menu=MENU,
        ice_breakers=IceBreakers([IceBreaker("Where are you?", "WHERE")]),
        commands=Commands([Command("menu", "What we cook today")]),
        whitelisted_domains=[SITE],
        account_linking_url=f"{SITE}/login",
    )

    assert meta.asked == (
        "POST",
        "me/messenger_profile",
        {
            "platform": "messenger",
            "get_started": {"payload": "START"},
            "greeting": [{"locale": "default", "text": "Hello, {{user_first_name}}!"}],
            "persistent_menu": [MENU_JSON],
            "ice_breakers": [
                {
                    "call_to_actions": [{"question": "Where are you?", "payload": "WHERE"}],
                    "locale": "default",
                }
            ],
            "commands": [
                {
                    "locale": "default",
                    "commands": [{"name": "menu", "description": "What we cook today"}],
                }
            ],
            "whitelisted_domains": [SITE],
            "account_linking_url": f"{SITE}/login",
        },
    )
    assert meta.call.repeatable
    assert meta.call.rate is Rate.MESSENGER_PROFILE


async def test_only_what_is_given_is_set() -> None:
    """The rest stays as it is; Instagram has a profile of its own."""
    meta = Played(DONE)
    await Profile(meta).set(
        greeting=[Greeting("Hi"), Greeting("Hola", locale="es_ES")], platform="instagram"
    )

    assert meta.call.parameters == {
        "platform": "instagram",
        "greeting": [{"locale": "default", "text": "Hi"}, {"locale": "es_ES", "text": "Hola"}],
    }


async def test_setting_nothing_is_a_mistake() -> None:
    """It would be a call for nothing, of ten in ten minutes."""
    meta = Played()
    with pytest.raises(InvalidInputError, match="at least one property"):
        await Profile(meta).set()

    assert meta.calls == []


@pytest.mark.parametrize(
    ("greetings", "problem"),
    [
        ((), "default"),
        ((Greeting("Hola", locale="es_ES"),), "default"),
        ((Greeting("Hi"), Greeting("Hello")), "not two"),
    ],
)
async def test_somebody_must_be_greeted_in_every_language(
    greetings: tuple[Greeting, ...], problem: str
) -> None:
    """One value has the locale `default`, and no locale has two."""
    with pytest.raises(InvalidInputError, match=problem) as caught:
        await Profile(Played()).set(greeting=greetings)

    assert caught.value.field == "greeting"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Greeting(""), "text"),
        (lambda: Greeting("g" * 161), "text"),
        (lambda: Greeting("Hi", locale="en-US"), "locale"),
        (lambda: MenuPostback("t" * 31, "P"), "title"),
        (lambda: MenuPostback("", "P"), "title"),
        (lambda: MenuPostback("T", ""), "payload"),
        (lambda: MenuPostback("T", "p" * 1001), "payload"),
        (lambda: MenuLink("t" * 31, SITE), "title"),
        (lambda: MenuLink("T", "javascript:alert(1)"), "url"),
        (lambda: MenuLink("T", "http://shop.example.com", messenger_extensions=True), "url"),
        (lambda: MenuLink("T", SITE, fallback_url=SITE), "fallback_url"),
        (lambda: Menu([MenuPostback("T", "P")] * 21), "items"),
        (lambda: Menu([], composer_input_disabled=True), "items"),
        (lambda: IceBreaker("q" * 81, "P"), "question"),
        (lambda: IceBreaker("Q", ""), "payload"),
        (lambda: IceBreakers([]), "questions"),
        (lambda: IceBreakers([IceBreaker("Q", "P")] * 5), "questions"),
        (lambda: Command("", "D"), "name"),
        (lambda: Command("/menu", "D"), "name"),
        (lambda: Command("n" * 33, "D"), "name"),
        (lambda: Command("menu", ""), "description"),
        (lambda: Command("menu", "d" * 65), "description"),
        (lambda: Commands([]), "commands"),
        (lambda: Commands([Command("menu", "D")] * 101), "commands"),
    ],
)
def test_each_value_has_its_limits(make: Callable[[], object], field: str) -> None:
    """They are checked when it is made, and the error names the field."""
    with pytest.raises(InvalidInputError) as caught:
        make()

    assert caught.value.field == field


def test_the_limits_themselves_are_allowed() -> None:
    """The last value that Meta takes is taken."""
    item = MenuPostback("t" * 30, "p" * 1000)

    assert len(Menu([item] * 20).items) == 20
    assert len(Greeting("g" * 160).text) == 160
    assert len(IceBreakers([IceBreaker("q" * 80, "P")] * 4).questions) == 4
    assert len(Commands([Command("n" * 32, "d" * 64)] * 100).commands) == 100


@pytest.mark.parametrize(
    ("get_started", "domains", "linking", "field"),
    [
        ("", None, None, "get_started"),
        ("p" * 1001, None, None, "get_started"),
        (None, ["http://shop.example.com"], None, "whitelisted_domains.0"),
        (None, [SITE] * 51, None, "whitelisted_domains"),
        (None, None, "http://shop.example.com", "account_linking_url"),
    ],
)
async def test_the_profile_has_limits(
    get_started: str | None, domains: list[str] | None, linking: str | None, field: str
) -> None:
    """They are checked before anything is asked."""
    meta = Played()
    with pytest.raises(InvalidInputError) as caught:
        await Profile(meta).set(
            get_started=get_started, whitelisted_domains=domains, account_linking_url=linking
        )

    assert (caught.value.field, meta.calls) == (field, [])


def test_a_menu_takes_menu_items_alone() -> None:
    """A button of a message has another limit."""
    button: MenuItem = WebUrlButton("Shop", SITE)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # on purpose
    with pytest.raises(InvalidInputError, match="MenuPostback or MenuLink"):
        Menu([button])


def test_a_link_with_everything() -> None:
    """As the buttons of messages have it."""
    link = MenuLink(
        "Shop",
        SITE,
        webview_height_ratio="tall",
        messenger_extensions=True,
        fallback_url=f"{SITE}/plain",
        webview_share_button="hide",
    )

    assert link.to_graph() == {
        "type": "web_url",
        "title": "Shop",
        "url": SITE,
        "webview_height_ratio": "tall",
        "messenger_extensions": True,
        "fallback_url": f"{SITE}/plain",
        "webview_share_button": "hide",
    }


async def test_a_profile_is_read() -> None:
    """What was set comes back, in types; what was not is empty."""
    meta = Played(
        {
            "data": [
                {
                    "get_started": {"payload": "START"},
                    "greeting": [{"locale": "default", "text": "Hi"}],
                    "persistent_menu": [MENU_JSON],
                },
                {
                    "ice_breakers": [
                        {
                            "call_to_actions": [{"question": "Where?", "payload": "WHERE"}],
                            "locale": "default",
                        }
                    ],
                    "commands": [
                        {"locale": "default", "commands": [{"name": "menu", "description": "D"}]}
                    ],
                    "whitelisted_domains": [f"{SITE}/"],
                },
            ]
        }
    )
    profile = await Profile(meta).get()

    assert meta.asked == (
        "GET",
        "me/messenger_profile",
        {
            "platform": "messenger",
            "fields": (
                "get_started,greeting,persistent_menu,ice_breakers,commands,"
                "whitelisted_domains,account_linking_url"
            ),
        },
    )
    assert profile.get_started == "START"
    assert [(one.locale, one.text) for one in profile.greeting] == [("default", "Hi")]
    (menu,) = profile.persistent_menu
    assert (menu.locale, menu.composer_input_disabled) == ("default", False)
    assert [(one.type, one.title, one.payload, one.url) for one in menu.items] == [
        ("postback", "Talk to a person", "PERSON", None),
        ("web_url", "Shop", None, SITE),
    ]
    (breakers,) = profile.ice_breakers
    assert breakers.locale == "default"
    assert [(one.question, one.payload) for one in breakers.questions] == [("Where?", "WHERE")]
    (commands,) = profile.commands
    assert commands.locale == "default"
    assert [(one.name, one.description) for one in commands.commands] == [("menu", "D")]
    assert profile.whitelisted_domains == (f"{SITE}/",)
    assert (profile.account_linking_url, profile.subject_to_new_eu_privacy_rules) == (None, False)
    assert profile.unreadable() == ()


async def test_a_profile_of_which_nothing_is_set() -> None:
    """All of it is empty."""
    profile = await Profile(Played({"data": []})).get("get_started", "greeting")

    assert (profile.get_started, profile.greeting) == (None, ())


@pytest.mark.parametrize("field", ["ice_breakers", "persistent_menu"])
async def test_instagram_may_answer_with_the_property_itself(field: str) -> None:
    """Its page prints ice breakers in `data`, without their name."""
    meta = Played({"data": [{"call_to_actions": [{"payload": "A"}], "locale": "default"}]})
    profile = await Profile(meta).get(field, platform="instagram")

    assert meta.call.parameters == {"platform": "instagram", "fields": field}
    assert getattr(profile, field)[0].locale == "default"


async def test_instagram_has_fewer_properties() -> None:
    """The others are not asked for."""
    meta = Played({"data": []})
    await Profile(meta).get(platform="instagram")

    assert meta.call.parameters["fields"] == "persistent_menu,ice_breakers"


@pytest.mark.parametrize("answer", [{"result": "success"}, {"success": "true"}])
async def test_properties_are_deleted(answer: JsonObject) -> None:
    """Their names travel in the query, as JSON."""
    meta = Played(answer)
    await Profile(meta).delete("persistent_menu", "get_started")

    assert meta.call.method == "DELETE"
    assert meta.call.repeatable
    assert url(meta.call) == (
        "me/messenger_profile?platform=messenger"
        "&fields=%5B%22persistent_menu%22%2C+%22get_started%22%5D"
    )


async def test_deleting_nothing_is_a_mistake() -> None:
    """Nothing is deleted by accident, and nothing else than a property."""
    meta = Played()
    with pytest.raises(InvalidInputError, match="fields"):
        await Profile(meta).delete()
    with pytest.raises(InvalidInputError, match="fields"):
        await Profile(meta).get("greeting,id")

    assert meta.calls == []


async def test_a_menu_keeps_get_started() -> None:
    """Meta refuses to delete it while there is a menu; we do not ask first."""
    with pytest.raises(InvalidRequestError):
        await Profile(Played(refused(100))).delete("get_started")


async def test_a_person_has_a_menu() -> None:
    """Set for one person, and not counted with the page's profile."""
    meta = Played({"result": "success"})
    await Profile(meta).set_user_menu(PSID, MENU)

    assert meta.asked == (
        "POST",
        "me/custom_user_settings",
        {"psid": PSID, "persistent_menu": [MENU_JSON]},
    )
    assert meta.call.repeatable
    assert meta.call.rate is Rate.OTHER


async def test_the_menu_of_a_person_is_read() -> None:
    """The person's own, and the page's."""
    own = {**MENU_JSON, "composer_input_disabled": True}
    meta = Played(
        {"data": [{"user_level_persistent_menu": [own], "page_level_persistent_menu": [MENU_JSON]}]}
    )
    menu = await Profile(meta).user_menu(PSID)

    assert meta.asked == ("GET", "me/custom_user_settings", {"psid": PSID})
    assert [one.composer_input_disabled for one in menu.menu + menu.page_menu] == [True, False]


async def test_a_person_without_a_menu() -> None:
    """Neither the person nor the page has one."""
    menu = await Profile(Played({"data": []})).user_menu(PSID)

    assert (menu.menu, menu.page_menu) == ((), ())


async def test_the_menu_of_a_person_is_deleted() -> None:
    """Then the page's is there again."""
    meta = Played(DONE)
    await Profile(meta).delete_user_menu(PSID)

    assert meta.call.method == "DELETE"
    assert url(meta.call) == (
        f"me/custom_user_settings?psid={PSID}&params=%5B%22persistent_menu%22%5D"
    )


async def test_an_id_stays_in_its_place() -> None:
    """What is no id is refused before anything is asked."""
    meta = Played()
    with pytest.raises(InvalidInputError, match="psid"):
        await Profile(meta).set_user_menu("a b", MENU)
    with pytest.raises(InvalidInputError, match="psid"):
        await Profile(meta).user_menu("")

    assert meta.calls == []


async def test_a_menu_for_one_language_is_a_mistake() -> None:
    """A person of any other would have none."""
    with pytest.raises(InvalidInputError, match="default"):
        await Profile(Played()).set_user_menu(PSID, [Menu([], locale="de_DE")])
