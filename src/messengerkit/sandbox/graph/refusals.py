"""Floor 8: the sandbox's own table of Meta's refusals; values only.

It is kept apart from the client's table of errors, so that a slip in one shows against
the other. Texts are those that public captures show; Meta localises them, so only the
numbers mean something. Platform page: /docs/messenger-platform/error-codes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_NAMED = 80  # characters of a caller's own words that an error text repeats
_METHOD = "GraphMethodException"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way in which the Graph API says no.

    Attributes:
        message: The text for people.
        code: Meta's code.
        subcode: Meta's subcode, or None if the answer has none.
        type: Meta's word for the kind of error.
        page_id: Which page called too often, or None.
        minutes: How long it must wait.
    """

    message: str
    code: int = 100
    subcode: int | None = None
    type: str = "OAuthException"
    page_id: str | None = None
    minutes: int = 0


class Refused(Exception):  # noqa: N818  # it is Meta's answer, and no error of the sandbox
    """A call was refused; *refusal* says how."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


NO_TOKEN = Refusal(
    "An active access token must be used to query information about the current user.", 2500
)
WRONG_TOKEN = Refusal("Invalid OAuth access token - Cannot parse access token", 190)
NO_PROOF = Refusal("API calls from the server require an appsecret_proof argument", type=_METHOD)
WRONG_PROOF = Refusal("Invalid appsecret_proof provided in the API argument", type=_METHOD)
APP_TOKEN_NEEDED = Refusal("(#100) This call needs the access token of an app")
PAGE_TOKEN_NEEDED = Refusal("(#190) This method must be called with a Page Access Token", 190)

MESSAGE_AND_ACTION = Refusal("(#100) Cannot send both message and state", 100, 2018014)
NEITHER_MESSAGE_NOR_ACTION = Refusal("(#100) Must send either message or state", 100, 2018015)
EMPTY_MESSAGE = Refusal(
    "(#100) Message cannot be empty, must provide valid attachment or text", 100, 2018034
)
TEXT_AND_ATTACHMENT = Refusal("(#100) Only one of text or attachment can be specified")
ATTACHMENT_AND_SEVERAL = Refusal("(#100) Only one of attachment or attachments can be specified")
UNSUPPORTED_ATTACHMENT = Refusal(
    "(#100) Param message[attachment][type] is not supported. "
    "Please check developer docs for details"
)
BAD_TEMPLATE_TYPE = Refusal("(#100) Invalid template type")
INCOMPLETE_ELEMENT = Refusal(
    "(#100) Incomplete element data: at least one property besides title must be set", 100, 2018035
)
EMPTY_PAYLOAD = Refusal("(#100) Postback payload cannot be empty", 100, 2018040)
EMPTY_URL = Refusal("(#100) Button URL cannot be empty", 100, 2018041)
EMPTY_TITLE = Refusal("(#100) Button title cannot be empty", 100, 2018053)
BAD_AMOUNTS = Refusal("(#100) Receipt amounts are invalid", 100, 2018055)
NO_QUICK_REPLY_TITLE = Refusal("(#100) Quick reply title is missing", 100, 2018098)
NO_QUICK_REPLY_PAYLOAD = Refusal("(#100) Quick reply payload is missing", 100, 2018099)

MEDIA_ELEMENT = Refusal("(#100) A media template has exactly one element", 100, 2018173)
MEDIA_TYPE = Refusal("(#100) Invalid media type", 100, 2018182)
MEDIA_NEITHER = Refusal("(#100) Media element needs url or attachment_id", 100, 2018187)
MEDIA_BOTH = Refusal("(#100) Media element takes one of url and attachment_id", 100, 2018175)
MEDIA_ID_MISSING = Refusal("(#100) Attachment id is missing", 100, 2018183)
MEDIA_URL_KIND = Refusal("(#100) This Facebook URL is not supported", 100, 2018184)
MEDIA_NOT_FACEBOOK = Refusal("(#100) The URL is not a Facebook URL", 100, 2018185)
MEDIA_EXTERNAL = Refusal("(#100) External URLs are not supported", 100, 2018188)
NO_PRODUCT = Refusal("(#100) Product id is invalid", 100, 2018320)

NOT_FETCHED = Refusal("(#100) Failed to fetch the file from the url", 100, 2018008)
WRONG_UPLOAD = Refusal("(#100) Upload attachment failure.", 100, 2018047)
NO_ATTACHMENT = Refusal("(#100) Invalid attachment id", 100, 2018074)
TOO_LARGE = Refusal("(#100) Attachment size exceeds allowable limit", 100, 2018109)
BAD_VIDEO = Refusal("(#100) The video timed out or is corrupted", 100, 2018294)
FILE_COUNT = Refusal("(#100) Incorrect number of files uploaded. Must upload exactly one file.")

BAD_ID = Refusal('(#100) Param recipient[id] must be a valid ID string (e.g., "123")')
ONE_RECIPIENT = Refusal("(#100) Param recipient must name exactly one recipient")
TAG_WITHOUT_TYPE = Refusal("(#100) Param tag goes only with messaging_type MESSAGE_TAG")
NO_SUCH_PERSON = Refusal("(#100) No matching user found", 100, 2018001)
NO_ROLE = Refusal(
    "(#200) Cannot message users who are not admins, developers or testers of the app until "
    "pages_messaging permission is reviewed and the app is live.",
    200,
    2018028,
)
NO_PHONE_MATCHING = Refusal(
    "(#200) Sending to phone numbers is not allowed for this page", 200, 2018027
)
PERSON_GONE = Refusal("(#551) This person isn't available right now.", 551, 1545041)
OTHER_APP = Refusal(
    "(#10) Message not sent: another app is controlling this thread now.",
    10,
    2018300,
)
RETIRED_TAG = Refusal("Invalid parameter", 100, 1893061)
OUTSIDE_WINDOW = Refusal("(#10) This message is sent outside of allowed window.", 10, 2018278)
ALREADY_REPLIED = Refusal("(#10900) Activity already replied to", 10900)
CANNOT_REPLY = Refusal("(#10903) This user cannot reply to this activity", 10903)
BAD_LINKING = Refusal("(#10303) Invalid account_linking_token", 10303)

WRONG_TARGET = Refusal("(#100) Invalid app id of the target", 100, 2018164)
NO_TAKING = Refusal("(#10) Only the default app can take a thread that another app has", 10)
NOTHING_TO_TAKE = Refusal("(#10) The page has no default app: there is no thread to take", 10)
NESTED_MENU = Refusal("(#11) Nested persistent menus are deprecated", 11)
NEEDS_GET_STARTED = Refusal("(#100) You must set a Get Started button before a persistent menu")
MENU_NEEDS_GET_STARTED = Refusal(
    "(#100) The Get Started button cannot be deleted while there is a persistent menu"
)
MIXED_ICE_BREAKERS = Refusal("(#100) The two forms of ice_breakers cannot be mixed")
NO_PROFILE = Refusal("(#100) This user has no Facebook profile", 100, 2018218)
PROFILE_NOT_ALLOWED = Refusal(
    "(#100) Insufficient permission to access user profile.", 100, 2018247
)
TOO_OLD = Refusal("(#9000001) The message was deleted by the user or the business", 9000001)
HANDSHAKE_FAILED = Refusal("(#2200) The callback did not pass the handshake", 2200)


def dead_token(subcode: int) -> Refusal:
    """Return the refusal of a token that died, *subcode* says of what."""
    texts = {
        458: "The user has not authorized the application.",
        459: "The session is invalid because the user has been checkpointed.",
        460: "The session has been invalidated because the user changed their password.",
        463: "Session has expired.",
        464: "Sessions for the user are not allowed because the user is not confirmed.",
        467: "The session is invalid because the user logged out.",
        492: "The user has no role on the page.",
    }
    reason = texts.get(subcode, "The token is no longer good.")
    return Refusal(f"Error validating access token: {reason}", 190, subcode)


def not_permitted(permission: str) -> Refusal:
    """Return the refusal of an app without this *permission*."""
    return Refusal(f"(#200) Requires {permission} permission to manage the object", 200)


def no_capability(permission: str) -> Refusal:
    """Return the refusal of an app that lacks a feature which Meta grants by review."""
    return Refusal(f"(#3) Application does not have the capability {permission}", 3)


def required(parameter: str) -> Refusal:
    """Return the refusal of a call without *parameter*."""
    return Refusal(f"(#100) The parameter {parameter} is required")


def must_be(parameter: str, form: str) -> Refusal:
    """Return the refusal of a *parameter* that is not of the *form* that Meta wants."""
    return Refusal(f"(#100) Param {parameter} must be {form}")


def must_be_one_of(parameter: str, values: Iterable[str]) -> Refusal:
    """Return the refusal of a *parameter* that is none of *values*."""
    return must_be(parameter, f"one of {{{', '.join(sorted(values))}}}")


def must_be_url(given: str) -> Refusal:
    """Return the refusal of what was *given* as a URL and is none."""
    return Refusal(f"(#100) {given[:_NAMED]} should represent a valid URL")


def too_long(parameter: str, limit: int) -> Refusal:
    """Return the refusal of a *parameter* longer than *limit*."""
    return Refusal(f"(#100) Length of param {parameter} must be less than or equal to {limit}")


def empty(parameter: str) -> Refusal:
    """Return the refusal of an empty *parameter*."""
    return Refusal(f"(#100) param {parameter} must be non-empty.")


def too_many(parameter: str) -> Refusal:
    """Return the refusal of a list with more elements than Meta takes."""
    return Refusal(f"(#105) param {parameter} has too many elements.", 105)


def too_few(parameter: str) -> Refusal:
    """Return the refusal of a list with fewer elements than Meta wants."""
    return Refusal(f"(#194) param {parameter} has too few elements.", 194)


def unreadable(reason: str) -> Refusal:
    """Return the refusal of a body that could not be read for this *reason*."""
    return Refusal(f"(#100) The request could not be read: {reason}")


def no_such_object(method: str, identifier: str) -> Refusal:
    """Return the refusal of a call to an object that is not this token's."""
    return Refusal(
        f"Unsupported {method.lower()} request. Object with ID '{identifier[:_NAMED]}' does not "
        "exist, cannot be loaded due to missing permissions, or does not support this operation.",
        100,
        33,
        _METHOD,
    )


def unsupported_currency(currency: str) -> Refusal:
    """Return the refusal of a *currency* that Meta does not know."""
    return Refusal(f"(#100) The currency code '{currency[:_NAMED]}' is not supported")


def too_often(page_id: str, minutes: int) -> Refusal:
    """Return the refusal of a page that calls too often, and may again after *minutes*."""
    text = "(#613) Calls to this api have exceeded the rate limit."
    return Refusal(text, 613, page_id=page_id, minutes=minutes)


def not_modelled(subject: str) -> Refusal:
    """Return the refusal of what Meta may know and the sandbox does not."""
    return Refusal(f"(#100) The sandbox does not model {subject[:_NAMED]} yet")


def unknown_path(method: str, path: str) -> Refusal:
    """Return the refusal of a path that the sandbox does not know."""
    return Refusal(
        f"Unknown path components: the sandbox does not model {method} {path[:_NAMED]} yet", 2500
    )
