"""What the scripts of foreign clients share: where the sandbox is, and how they tell.

It runs in the clients' own environment, so it knows the standard library alone. A script
prints one JSON line per check; what it expects, Meta's documentation says or public captures
show, and the check names the place: `PLATFORM` is what this project gathered of the
documentation, `corpus` what it gathered of captures.
"""

import inspect
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

META = "https://graph.facebook.com"

Method = Callable[..., object]
"""A method of a client that has no types; what it answers is checked, whatever it is."""


def like(pattern: str) -> dict[str, str]:
    """Return what stands for a text that all of *pattern* matches."""
    return {"~": pattern}


MID = like(r"m_[\w=-]+")
ID = like(r"[0-9]{10,}")
ANY = like(r".+")
SUCCESS = {"success": True}
DONE = {"result": "success"}


@dataclass(frozen=True)
class Place:
    """Where the sandbox is, and who is there.

    Attributes:
        url: The sandbox.
        token: The page's token.
        secret: The secret of the page's app, which is the default app.
        page: The page.
        app: The page's app.
        other_app: Another app of the page.
        person: Somebody who wrote just now.
        late: Somebody who wrote more than a day ago.
        blocked: Somebody who wrote, and then blocked the page.
        handed: Somebody who wrote, for what is about threads.
        stranger: Nobody.
        image: A file, a small PNG.
    """

    url: str
    token: str
    secret: str
    page: str
    app: str
    other_app: str
    person: str
    late: str
    blocked: str
    handed: str
    stranger: str
    image: str


def place() -> Place:
    """Return what the environment says."""
    return Place(**json.loads(os.environ["SANDBOX"]))


def sent(psid: str) -> dict[str, object]:
    """Return the answer to a send, PLATFORM §2.11."""
    return {"recipient_id": psid, "message_id": MID}


def refused(
    message: object, code: int, subcode: int | None = None, kind: str = "OAuthException"
) -> dict[str, object]:
    """Return an error as Meta writes it, PLATFORM §8.1."""
    error = {"message": message, "type": kind, "code": code, "fbtrace_id": ANY}
    return {"error": error if subcode is None else error | {"error_subcode": subcode}}


BAD_TOKEN = refused(ANY, 190)
BAD_PROOF = refused(
    "Invalid appsecret_proof provided in the API argument", 100, kind="GraphMethodException"
)
LATE = refused(
    like(r"\(#10\) This message is sent outside of (the )?allowed window\."), 10, 2018278
)
UNKNOWN_PERSON = refused("(#100) No matching user found", 100, 2018001)
GONE = refused(like(r"\(#551\) .+"), 551, 1545041)
RETIRED_TAG = refused("Invalid parameter", 100, 1893061)
TOO_LONG = refused("(#100) Length of param message[text] must be less than or equal to 2000", 100)
EMPTY = refused(like(r"\(#100\) .+"), 100, 2018034)
BAD_TEMPLATE = refused("(#100) Invalid template type", 100)
NOT_FETCHED = refused(like(r"\(#100\) .+"), 100, 2018008)


def unreachable(here: Place) -> tuple[tuple[str, str, str, object], ...]:
    """Return whom no plain message reaches: the check, who says so, the PSID, the error."""
    return (
        ("outside the window", "corpus node-messenger-tests 10/2018278", here.late, LATE),
        ("unknown person", "PLATFORM §8.4, 100/2018001", here.stranger, UNKNOWN_PERSON),
        ("person who blocked", "corpus ptt-alertor 551/1545041", here.blocked, GONE),
    )


def line_of(code: Method, part: str) -> str:
    """Return which line of a client's source has *part* in it, and that line."""
    lines, first = inspect.getsourcelines(code)
    index = next(index for index, line in enumerate(lines) if part in line)
    file = Path(inspect.getsourcefile(code) or "")
    return f"{file.parent.name}/{file.name}:{first + index}: {lines[index].strip()}"


def check(
    name: str, source: str, expected: object, call: Method, /, *args: object, **keywords: object
) -> object:
    """Make a call, print what came of it as one line, and return it.

    Args:
        name: What is checked.
        source: Who says what is to come of it.
        expected: What is to come of it.
        call: What is called, with all that follows.
        args: The arguments.
        keywords: The arguments that have names.
    """
    got = outcome(call, *args, **keywords)
    print(json.dumps({"check": name, "expected": expected, "got": got, "source": source}))
    return got


def fault(
    name: str, where: str, expected: object, call: Method, /, *args: object, **keywords: object
) -> None:
    """Make a call in which the client itself is at fault; *where* is the line, and why."""
    got = outcome(call, *args, **keywords)
    print(
        json.dumps(
            {"check": name, "expected": expected, "got": got, "source": where, "fault": True}
        )
    )


def outcome(call: Method, /, *args: object, **keywords: object) -> object:
    """Return what a call answers, or what it raises."""
    try:
        return call(*args, **keywords)
    except Exception as error:  # noqa: BLE001  # whatever a client raises is what came of it
        body = getattr(error, "body", None)  # what a FacebookRequestError was answered with
        return body() if callable(body) else {"raises": f"{type(error).__name__}: {error}"}


def word(answer: object, name: str) -> str:
    """Return the text under *name* in *answer*; empty if there is none."""
    known = cast("dict[str, object]", answer) if isinstance(answer, dict) else {}
    return str(known.get(name, ""))
