"""The messenger profile of a page and the menus of single people: whole or not at all."""

import pytest
from sandbox.graph.kit import (
    OTHER_PAGE,
    URL,
    Answer,
    Api,
    got,
    granted,
    message,
    numbers,
    put,
    rows,
)

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.meters import Rate, Rates

DONE = {"result": "success"}
START_BUTTON = {"payload": "START"}
QUESTION = {"question": "When?", "payload": "WHEN"}
BREAKERS = [{"call_to_actions": [QUESTION], "locale": "default"}]
NOTHING: list[object] = []
COMMANDS = [{"locale": "default", "commands": [{"name": "menu", "description": "The menu"}]}]
GREETING = [{"locale": "default", "text": "Hello {{user_first_name}}"}]


def remove(api: Api, *names: str) -> Answer:
    """Return the answer to a DELETE."""
    return api.call("DELETE", "me/messenger_profile", {"fields": list(names)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("get_started", START_BUTTON),
        ("get_started", {"payload": "p" * 1000}),
        ("greeting", GREETING),
        ("greeting", [*GREETING, {"locale": "de_DE", "text": "t" * 160}]),
        ("ice_breakers", BREAKERS),
        ("commands", COMMANDS),
        ("whitelisted_domains", ["https://a.example"] * 50),
        ("whitelisted_domains", []),
        ("account_linking_url", "https://a.example/login"),
        ("description", "{A shop}"),
    ],
)
@pytest.mark.parametrize("as_form", [True, False])
def test_a_property_is_set_told_and_removed(name: str, value: object, *, as_form: bool) -> None:
    """A GET tells it as it was set, by JSON or by a form; what is not set is left out."""
    api = Api()

    answer = (
        api.form("me/messenger_profile", {name: value}) if as_form else put(api, **{name: value})
    )

    assert granted(answer) == DONE
    assert got(api, name, "persistent_menu") == [{name: value}]
    assert granted(remove(api, name)) == DONE
    assert got(api, name) == []


def test_a_property_is_replaced_whole() -> None:
    """Not locale by locale; and other properties stay."""
    api = Api()
    granted(put(api, greeting=[*GREETING, {"locale": "de_DE", "text": "Hallo"}], description="A"))

    granted(put(api, greeting=GREETING))

    assert got(api, "greeting", "description") == [{"greeting": GREETING, "description": "A"}]


def test_ice_breakers_are_told_in_the_new_form() -> None:
    """However they were set."""
    api = Api()

    granted(put(api, ice_breakers=[QUESTION] * 4))

    new = [{"call_to_actions": [QUESTION] * 4, "locale": "default"}]
    assert got(api, "ice_breakers") == [{"ice_breakers": new}]


def test_text_that_looks_like_json_stays_text() -> None:
    """A form says nothing of types, so the property does."""
    api = Api()

    granted(api.form("me/messenger_profile", {"description": "[1]"}))

    assert got(api, "description") == [{"description": "[1]"}]


@pytest.mark.parametrize(
    ("properties", "code", "words"),
    [
        (
            {},
            100,
            (
                "Param fields must be one of {account_linking_url, commands, description, "
                "get_started, greeting, ice_breakers, persistent_menu, whitelisted_domains}"
            ),
        ),
        ({"home_url": {}}, 100, "The sandbox does not model home_url yet"),
        ({"get_started": {}}, 100, "The parameter get_started[payload] is required"),
        (
            {"get_started": {"payload": "p" * 1001}},
            100,
            "Length of param get_started[payload] must be less than or equal to 1000",
        ),
        (
            {"get_started": {"payload": "P", "title": "Go"}},
            100,
            "The sandbox does not model get_started[title] yet",
        ),
        (
            {"greeting": [{**GREETING[0], "size": 1}]},
            100,
            "The sandbox does not model greeting[0][size] yet",
        ),
        (
            {"ice_breakers": [{**QUESTION, "size": 1}]},
            100,
            "The sandbox does not model ice_breakers[0][size] yet",
        ),
        ({"greeting": []}, 194, "param greeting has too few elements."),
        (
            {"greeting": [{"locale": "de_DE", "text": "Hallo"}]},
            100,
            "Param greeting must be with the locale default",
        ),
        (
            {"greeting": [{"locale": "default", "text": "t" * 161}]},
            100,
            "Length of param greeting[0][text] must be less than or equal to 160",
        ),
        (
            {"ice_breakers": [QUESTION, *BREAKERS]},
            100,
            "The two forms of ice_breakers cannot be mixed",
        ),
        ({"ice_breakers": [QUESTION] * 5}, 105, "param ice_breakers has too many elements."),
        (
            {"ice_breakers": [{"locale": "default", "call_to_actions": [QUESTION] * 5}]},
            105,
            "param ice_breakers[0][call_to_actions] has too many elements.",
        ),
        (
            {"ice_breakers": [{"question": "q" * 81}]},
            100,
            "Length of param ice_breakers[0][question] must be less than or equal to 80",
        ),
        (
            {"ice_breakers": [{"locale": "de_DE"}]},
            100,
            "Param ice_breakers must be with the locale default",
        ),
        (
            {"commands": [{"locale": "default", "commands": NOTHING}]},
            194,
            "param commands[0][commands] has too few elements.",
        ),
        (
            {"commands": [{"locale": "default", "commands": [{"name": "/menu"}]}]},
            100,
            "Param commands[0][commands][0][name] must be without a slash",
        ),
        (
            {"commands": [{"locale": "default", "commands": [{"name": "menu"}]}]},
            100,
            "The parameter commands[0][commands][0][description] is required",
        ),
        (
            {"whitelisted_domains": ["https://a.example"] * 51},
            105,
            "param whitelisted_domains has too many elements.",
        ),
        (
            {"whitelisted_domains": ["https://a.example", "http://a.example"]},
            100,
            "Param whitelisted_domains[1] must be an https URL",
        ),
        ({"whitelisted_domains": [7]}, 100, "Param whitelisted_domains[0] must be an https URL"),
        (
            {"whitelisted_domains": ["https://["]},
            100,
            "Param whitelisted_domains[0] must be an https URL",
        ),
        (
            {"account_linking_url": "http://a.example"},
            100,
            "Param account_linking_url must be an https URL",
        ),
        (
            {"account_linking_url": "https://"},
            100,
            "Param account_linking_url must be an https URL",
        ),
        ({"description": ""}, 100, "param description must be non-empty."),
        (
            {"description": "A", "platform": "instagram"},
            100,
            "The sandbox does not model the platform instagram yet",
        ),
    ],
)
def test_a_wrong_property_is_refused_and_none_is_set(
    properties: JsonObject, code: int, words: str
) -> None:
    """A right one beside it is not set either, and the call does not count."""
    api = Api(rates=Rates(messenger_profile=Rate(1, 600)))
    before = api.state()

    answer = put(api, **{"account_linking_url": URL, **properties} if properties else {})

    assert (numbers(answer), message(answer)) == ((code, None), f"(#{code}) {words}")
    assert api.state() == before


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (None, "The parameter fields is required"),
        ([], "The parameter fields is required"),
        (["greeting", "home_url"], "Param fields must be one of {account_linking_url, "),
        ([7], "Param fields must be an array of strings"),
        ({"a": 1}, "Param fields must be an array"),
    ],
)
def test_wrong_fields_are_refused(method: str, fields: object, words: str) -> None:
    """Reading and deleting alike."""
    answer = Api().call(method, "me/messenger_profile", {"fields": fields})

    assert numbers(answer) == (100, None)
    assert message(answer).startswith(f"(#100) {words}")


@pytest.mark.parametrize("query", ["greeting, description", '["greeting","description"]'])
def test_fields_stand_in_the_query(query: str) -> None:
    """With commas, or as JSON."""
    api = Api()
    granted(put(api, description="A"))

    assert rows(api.get("me/messenger_profile", fields=query)) == [{"description": "A"}]


def test_a_profile_changes_ten_times_in_ten_minutes() -> None:
    """Reads, writes and deletes count together; each page has its own meter."""
    api = Api(rates=Rates())
    for _ in range(4):
        granted(put(api, description="A"))
        got(api, "description")
    granted(remove(api, "description"))
    granted(remove(api, "description"))

    assert numbers(put(api, description="B")) == (613, None)
    assert numbers(api.get("me/messenger_profile", fields="greeting")) == (613, None)
    assert numbers(remove(api, "description")) == (613, None)
    api.time += 60
    assert got(api, "description") == []
    assert rows(api.get("me/messenger_profile", OTHER_PAGE.access_token, fields="greeting")) == []


def test_the_enums_of_metas_own_sdk_are_taken() -> None:
    """It writes them in upper case."""
    api = Api()
    put(api, greeting=GREETING)
    asked = {"fields": ["GREETING"], "platform": "MESSENGER"}

    assert granted(api.call("DELETE", "me/messenger_profile", asked)) == DONE
    assert got(api, "greeting") == []


def test_whether_the_eu_rules_hold_is_told() -> None:
    """It can be read, and not set."""
    api = Api()

    assert got(api, "subject_to_new_eu_privacy_rules") == [
        {"subject_to_new_eu_privacy_rules": False}
    ]
    assert numbers(put(api, subject_to_new_eu_privacy_rules=True)) == (100, None)


def test_the_profile_needs_one_more_permission() -> None:
    """That to manage the page."""
    assert numbers(put(Api(lacking=["pages_manage_metadata"]), greeting=GREETING)) == (200, None)
