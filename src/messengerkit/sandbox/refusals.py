"""Floor 8: the sandbox's own table of Meta's refusals; values only.

It is kept apart from the client's table of errors, so that a slip in one shows against
the other. Texts are those that public captures show; Meta localises them, so only the
numbers mean something. Platform page: /docs/messenger-platform/error-codes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_NAMED = 80  # characters of a caller's own words that an error text repeats


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way in which the Graph API says no.

    Attributes:
        message: The text for people.
        code: Meta's code.
        subcode: Meta's subcode, or None if the answer has none.
        type: Meta's word for the kind of error.
    """

    message: str
    code: int = 100
    subcode: int | None = None
    type: str = "OAuthException"


NO_TOKEN = Refusal(
    "An active access token must be used to query information about the current user.", 2500
)
WRONG_TOKEN = Refusal("Invalid OAuth access token - Cannot parse access token", 190)
WRONG_PROOF = Refusal(
    "Invalid appsecret_proof provided in the API argument", type="GraphMethodException"
)
MESSAGE_AND_ACTION = Refusal("(#100) Cannot send both message and state", 100, 2018014)
NEITHER_MESSAGE_NOR_ACTION = Refusal("(#100) Must send either message or state", 100, 2018015)
EMPTY_MESSAGE = Refusal(
    "(#100) Message cannot be empty, must provide valid attachment or text", 100, 2018034
)
TEXT_AND_ATTACHMENT = Refusal(
    "(#100) Only one of text or attachment can be specified", 100, 2018018
)
UNSUPPORTED_ATTACHMENT = Refusal(
    "(#100) Param message[attachment][type] is not supported. "
    "Please check developer docs for details"
)
BAD_ID = Refusal('(#100) Param recipient[id] must be a valid ID string (e.g., "123")')
TAG_WITHOUT_TYPE = Refusal("(#100) Param tag goes only with messaging_type MESSAGE_TAG")
NO_SUCH_PERSON = Refusal("(#100) No matching user found", 100, 2018001)
RETIRED_TAG = Refusal("Invalid parameter", 100, 1893061)
OUTSIDE_WINDOW = Refusal("(#10) This message is sent outside of allowed window.", 10, 2018278)


def required(parameter: str) -> Refusal:
    """Return the refusal of a call without *parameter*."""
    return Refusal(f"(#100) The parameter {parameter} is required")


def must_be(parameter: str, form: str) -> Refusal:
    """Return the refusal of a *parameter* that is not of the *form* that Meta wants."""
    return Refusal(f"(#100) Param {parameter} must be {form}")


def must_be_one_of(parameter: str, values: Iterable[str]) -> Refusal:
    """Return the refusal of a *parameter* that is none of *values*."""
    return must_be(parameter, f"one of {{{', '.join(values)}}}")


def must_be_url(given: str) -> Refusal:
    """Return the refusal of what was *given* as a URL and is none."""
    return Refusal(f"(#100) {given[:_NAMED]} should represent a valid URL")


def too_long(parameter: str, limit: int) -> Refusal:
    """Return the refusal of a *parameter* longer than *limit*."""
    return Refusal(f"(#100) Length of param {parameter} must be less than or equal to {limit}")


def unreadable(reason: str) -> Refusal:
    """Return the refusal of a body that could not be read for this *reason*."""
    return Refusal(f"(#100) The request could not be read: {reason}")


def no_such_object(identifier: str) -> Refusal:
    """Return the refusal of a POST to an object that is not this page's."""
    return Refusal(
        f"Unsupported post request. Object with ID '{identifier[:_NAMED]}' does not exist, cannot "
        "be loaded due to missing permissions, or does not support this operation.",
        100,
        33,
        "GraphMethodException",
    )


def not_modelled(subject: str) -> Refusal:
    """Return the refusal of what Meta may know and the sandbox does not."""
    return Refusal(f"(#100) The sandbox does not model {subject[:_NAMED]} yet")


def unknown_path(method: str, path: str) -> Refusal:
    """Return the refusal of a path that the sandbox does not know."""
    return Refusal(
        f"Unknown path components: the sandbox does not model {method} {path[:_NAMED]} yet", 2500
    )
