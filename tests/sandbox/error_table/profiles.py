"""Rows of the error table: the messenger profile, personas, subscriptions and reads."""

from sandbox.error_table.stage import IMAGE, Answer, Object, Row, Scene, Stage, calls

PATH = "me/messenger_profile"
POSTBACK: Object = {"type": "postback", "title": "Help", "payload": "HELP"}
NESTED: Object = {"type": "nested", "title": "More", "call_to_actions": [POSTBACK]}
QUESTION = {"question": "When are you open?", "payload": "HOURS"}
NEW_FORM = {"locale": "default", "call_to_actions": [QUESTION]}
MANY = "(#105) param … has too many elements."
FEW = "(#194) param … has too few elements."


def profile(**properties: object) -> Scene:
    """Return a scene in which these properties are set."""
    return calls("POST", PATH, properties)


def greeting(locale: str, text: str) -> Scene:
    """Return a scene in which this greeting is set."""
    return profile(greeting=[{"locale": locale, "text": text}])


def menu(*items: Object, locale: str = "default") -> Scene:
    """Return a scene in which a menu of these items is set, and there is a Get Started."""

    async def play(stage: Stage) -> Answer:
        await stage.call("POST", PATH, {"get_started": {"payload": "START"}})
        found = [{"locale": locale, "call_to_actions": items}]
        return await stage.call("POST", PATH, {"persistent_menu": found})

    return play


async def get_started_under_a_menu(stage: Stage) -> Answer:
    """Take the Get Started away that a menu needs."""
    await menu(POSTBACK)(stage)
    return await stage.call("DELETE", PATH, {"fields": ["get_started"]})


def commands(*names: str, description: str = "Help") -> Scene:
    """Return a scene in which these commands are set."""
    found = [{"name": name, "description": description} for name in names]
    return profile(commands=[{"locale": "default", "commands": found}])


def persona(**fields: object) -> Scene:
    """Return a scene in which such a persona is made."""
    return calls("POST", "me/personas", fields)


ROWS = (
    Row(
        100,
        None,
        "a menu without Get Started",
        profile(persistent_menu=[{"locale": "default", "call_to_actions": [POSTBACK]}]),
    ),
    Row(100, None, "Get Started under a menu", get_started_under_a_menu),
    Row(
        11,
        None,
        "a nested menu",
        menu(NESTED),
    ),
    Row(105, None, "21 menu items", menu(*[POSTBACK] * 21), MANY),
    Row(100, None, "a long item", menu({**POSTBACK, "title": "x" * 31})),
    Row(100, None, "a menu for one locale", menu(POSTBACK, locale="de_DE")),
    Row(100, None, "a long Get Started", profile(get_started={"payload": "x" * 1001})),
    Row(
        100,
        None,
        "an empty Get Started",
        profile(get_started={"payload": ""}),
        "(#100) param … must be non-empty.",
    ),
    Row(100, None, "a greeting for one locale", greeting("de_DE", "Hallo")),
    Row(100, None, "a long greeting", greeting("default", "x" * 161)),
    Row(194, None, "no greeting", profile(greeting=[]), FEW),
    Row(105, None, "5 ice breakers", profile(ice_breakers=[QUESTION] * 5), MANY),
    Row(100, None, "both forms of ice breakers", profile(ice_breakers=[NEW_FORM, QUESTION])),
    Row(
        100,
        None,
        "ice breakers for one locale",
        profile(ice_breakers=[{**NEW_FORM, "locale": "de_DE"}]),
    ),
    Row(194, None, "no commands", commands(), FEW),
    Row(105, None, "101 commands", commands(*["help"] * 101), MANY),
    Row(100, None, "a command with a slash", commands("/help")),
    Row(100, None, "a long command", commands("x" * 33)),
    Row(100, None, "a long description", commands("help", description="x" * 65)),
    Row(105, None, "51 domains", profile(whitelisted_domains=["https://a.example"] * 51), MANY),
    Row(100, None, "a domain over http", profile(whitelisted_domains=["http://a.example"])),
    Row(100, None, "linking over http", profile(account_linking_url="http://a.example")),
    Row(100, None, "an unknown property", calls("GET", PATH, fields="hologram")),
    Row(100, None, "a menu for nobody", calls("GET", "me/custom_user_settings")),
    Row(100, None, "a persona without picture", persona(name="Ana")),
    Row(100, None, "a persona without name", persona(profile_picture_url=IMAGE)),
    Row(100, None, "a long name", persona(name="x" * 51, profile_picture_url=IMAGE)),
    Row(
        100,
        None,
        "an unknown webhook field",
        calls("POST", "me/subscribed_apps", subscribed_fields="holograms"),
    ),
    Row(100, None, "nothing to debug", calls("GET", "debug_token")),
    Row(100, None, "a limit of no number", calls("GET", "me/conversations", limit="many")),
)
