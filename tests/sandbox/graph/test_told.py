"""People, the page, personas, tokens and subscriptions: what is told of them, and changed."""

import pytest
from sandbox.graph.kit import (
    HI,
    OTHER_PAGE,
    OWN_APP,
    PAGE,
    PSID,
    Answer,
    Api,
    granted,
    message,
    numbers,
    rows,
)

from messengerkit.sandbox.jsontext import JsonObject, is_object
from messengerkit.sandbox.page import PERMISSIONS

PICTURE = "https://cdn.example.com/ana.png"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (None, {"first_name": "Ana", "last_name": "Example", "profile_pic": PICTURE}),
        ("name", {"name": "Ana Example"}),
        ("id", {}),
        ("first_name,locale,timezone", {"first_name": "Ana", "locale": "en_US", "timezone": 0}),
        ("gender", {}),
    ],
)
def test_a_person_has_a_profile(fields: str | None, expected: JsonObject) -> None:
    """The id comes unasked; what they have not is left out, but a timezone of 0 is theirs."""
    api = Api()
    api.person.profile_pic = PICTURE

    told = granted(api.get(PSID) if fields is None else api.get(PSID, fields=fields))

    assert told == {**expected, "id": PSID}


@pytest.mark.parametrize("lacking", ["business_asset_user_profile_access", "pages_messaging"])
def test_a_profile_needs_permissions(lacking: str) -> None:
    """100/2018247, whether or not the person has a profile."""
    api = Api(lacking=[lacking])
    api.person.has_profile = False

    assert numbers(api.get(PSID)) == (100, 2018247)


@pytest.mark.parametrize("field", ["locale", "timezone", "gender"])
def test_some_fields_need_one_more(field: str) -> None:
    """Code 200 names it."""
    api = Api(lacking=[f"pages_user_{field}"])

    assert f"pages_user_{field}" in message(api.get(PSID, fields=f"name,{field}"))
    assert "name" in granted(api.get(PSID, fields="name"))


def test_some_people_have_no_profile() -> None:
    """A phone number alone is 100/2018218."""
    api = Api()
    api.person.has_profile = False

    assert numbers(api.get(PSID)) == (100, 2018218)


def test_a_person_who_is_not_there_is_no_object() -> None:
    """100/33, as for any id that is not this token's."""
    answer = Api().get("24000000000000009", fields="name")

    assert numbers(answer) == (100, 33)


@pytest.mark.parametrize(("node", "whose"), [(PSID, "person"), ("me", "page")])
def test_a_field_that_is_not_modelled_is_refused(node: str, whose: str) -> None:
    """There are more at Meta than here, and the refusal says so."""
    answer = Api().get(node, fields="id,about")

    assert message(answer) == f"(#100) The sandbox does not model the {whose}'s field about yet"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (None, {"id": PAGE.id, "name": PAGE.name}),
        ("name", {"name": PAGE.name, "id": PAGE.id}),
        ("id, name", {"id": PAGE.id, "name": PAGE.name}),
        ("category", {"category": "Software", "id": PAGE.id}),
    ],
)
@pytest.mark.parametrize("node", ["me", PAGE.id])
def test_the_page_tells_who_it_is(node: str, fields: str | None, expected: JsonObject) -> None:
    """`me` and the page's own id are one node, and the id comes unasked."""
    query = {} if fields is None else {"fields": fields}

    assert granted(Api().get(node, **query)) == expected


@pytest.mark.parametrize(("default", "several"), [(None, True), (OWN_APP, False)])
def test_the_page_tells_how_threads_are_routed(default: int | None, *, several: bool) -> None:
    """Several apps answer as long as there is no default app."""
    api = Api()
    api.page.default_app = default

    status = granted(api.get("me", fields="messaging_feature_status"))["messaging_feature_status"]

    assert status == {"hop_v2": True, "msgr_multi_app": several, "ig_multi_app": False}


def persona(api: Api, name: object = "Bo", picture: object = PICTURE) -> Answer:
    """Return the answer to making a persona."""
    return api.post("me/personas", {"name": name, "profile_picture_url": picture})


def test_a_persona_is_made_told_and_removed() -> None:
    """What was written under its name keeps it."""
    api = Api()
    made = granted(persona(api))
    persona_id = str(made["id"])
    whole = {"id": persona_id, "name": "Bo", "profile_picture_url": PICTURE}
    granted(api.say(HI, persona_id=persona_id))

    assert made == {"id": persona_id}
    assert granted(api.get(persona_id)) == whole
    assert granted(api.get(persona_id, fields="name")) == {"name": "Bo", "id": persona_id}
    assert granted(api.get(persona_id, fields="id")) == {"id": persona_id}
    assert message(api.get(persona_id, fields="x")).endswith("the persona's field x yet")
    assert rows(api.get("me/personas")) == [whole]
    assert rows(api.get("me/personas", fields="id")) == [{"id": persona_id}]
    assert message(api.get("me/personas", fields="x")).endswith("the persona's field x yet")
    assert granted(api.call("DELETE", persona_id)) == {"success": True}
    assert numbers(api.get(persona_id)) == (100, 33)
    assert rows(api.get("me/personas")) == []
    assert api.delivered.persona_id == persona_id


def test_personas_are_told_in_pages() -> None:
    """In the order in which they were made."""
    api = Api()
    ids = [granted(persona(api, f"{n}"))["id"] for n in range(3)]

    first = granted(api.get("me/personas", limit="2"))

    paging = first["paging"]
    assert is_object(paging)
    cursors = paging["cursors"]
    assert is_object(cursors)
    rest = rows(api.get("me/personas", after=str(cursors["after"])))
    assert [one["id"] for one in (*rows(first), *rest)] == ids


@pytest.mark.parametrize(
    ("name", "picture", "words"),
    [
        (None, PICTURE, "The parameter name is required"),
        ("", PICTURE, "param name must be non-empty."),
        (7, PICTURE, "Param name must be a string"),
        ("n" * 51, PICTURE, "Length of param name must be less than or equal to 50"),
        ("Bo", None, "The parameter profile_picture_url is required"),
        ("Bo", "bo.png", "bo.png should represent a valid URL"),
    ],
)
def test_a_wrong_persona_is_not_made(name: object, picture: object, words: str) -> None:
    """Name and picture are needed."""
    api = Api()
    before = api.state()

    assert message(persona(api, name, picture)) == f"(#100) {words}"
    assert api.state() == before


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_pages_persona_is_not_there(method: str) -> None:
    """It can neither be told nor removed, nor by an app without the permission."""
    api = Api()
    persona_id = str(granted(persona(api))["id"])

    assert numbers(api.call(method, persona_id, token=OTHER_PAGE.access_token)) == (100, 33)
    own = api.world.token_of(PAGE.id, OWN_APP).app
    object.__setattr__(own, "permissions", PERMISSIONS - {"pages_messaging"})
    assert numbers(api.call(method, persona_id)) == (200, None)
    assert persona_id in api.page.personas


def test_a_picture_that_nobody_can_fetch_makes_no_persona() -> None:
    """Meta looks at it before it answers."""
    answer = Api().post(
        "me/personas", {"name": "Bo", "profile_picture_url": "https://pictures.invalid/b.png"}
    )

    assert numbers(answer) == (100, 2018008)


def test_without_personas_nothing_is_told_of_pages() -> None:
    """An empty list has no cursors."""
    assert granted(Api().get("me/personas")) == {"data": []}


def test_personas_are_bounded() -> None:
    """A sandbox that runs for days keeps the newest ones."""
    api = Api()
    api.world.retention = 2
    made = [
        granted(
            api.post("me/personas", {"name": name, "profile_picture_url": "https://a.example/b"})
        )["id"]
        for name in "abc"
    ]

    assert list(api.page.personas) == made[1:]
