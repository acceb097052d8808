"""The stage of one row of the error table: a sandbox, a person who has written, and calls."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import aiohttp
from sandbox.kit import START

from messengerkit.sandbox import App, Page, Person, Rates, Sandbox
from messengerkit.sandbox.page import PERMISSIONS

PAGE = Page()
SECOND_PAGE = Page(id="104000000000816", access_token="EAASecondPage", app_id=815000000000105)
SECOND_APP = App(id=900000000000001, secret="the second app's secret", name="Second App")
IMAGE = "https://cdn.example.com/a.png"

Object = dict[str, object]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Object


@dataclass(slots=True)
class Stage:
    """A sandbox, a person who has just written to its page, and the token that calls carry."""

    http: aiohttp.ClientSession
    sandbox: Sandbox
    person: Person
    token: str | None = PAGE.access_token

    async def call(
        self, method: str, path: str, body: object = None, /, **query: str | int
    ) -> Answer:
        """Make a call, *body* as JSON unless it is a form or bytes."""
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        data = body
        if body is not None and not isinstance(body, aiohttp.FormData):
            headers["Content-Type"] = "application/json"
            data = body if isinstance(body, bytes) else json.dumps(body)
        url = f"{self.sandbox.url}/v26.0/{path}"
        async with self.http.request(
            method, url, data=data, params=query, headers=headers
        ) as response:
            got = await response.json(content_type=None)
            return Answer(response.status, response.headers, got)

    async def send(self, message: object, **beside: object) -> Answer:
        """Send *message* to the person."""
        recipient = {"id": self.person.psid}
        return await self.call(
            "POST", "me/messages", {"recipient": recipient, "message": message, **beside}
        )


Scene = Callable[[Stage], Awaitable[Answer]]
"""What is done on the stage; its last call is the one that is refused."""


def plain() -> Sandbox:
    """Return a sandbox with two pages, as nobody changed it."""
    return Sandbox(PAGE, pages=[SECOND_PAGE], now=lambda: START)


def with_app(
    *, without: Iterable[str] = (), development: bool = False, require_proof: bool = False
) -> Callable[[], Sandbox]:
    """Return how to make a sandbox whose app is not allowed everything."""
    app = App(
        id=PAGE.app_id,
        secret=PAGE.app_secret,
        permissions=PERMISSIONS - set(without),
        development=development,
        require_proof=require_proof,
    )
    return lambda: Sandbox(PAGE, apps=[app], now=lambda: START)


def with_two_apps() -> Sandbox:
    """Return a sandbox with a second app at the page."""
    return Sandbox(PAGE, apps=[SECOND_APP], now=lambda: START)


def with_rates(rates: Rates) -> Callable[[], Sandbox]:
    """Return how to make a sandbox in which a page may call as often as *rates* say."""
    return lambda: Sandbox(PAGE, rates=rates, now=lambda: START)


@dataclass(frozen=True, slots=True)
class Row:
    """A refusal as the documentation of Meta has it, and how to be refused so.

    Attributes:
        code: The error's code.
        subcode: Its subcode, or None where the documentation has none.
        when: The case, in a few words.
        scene: How to be refused so.
        says: The message, where the documentation prints it; "…" stands for anything.
        type: The error's type.
        made: How the sandbox is made.
    """

    code: int
    subcode: int | None
    when: str
    scene: Scene
    says: str | None = None
    type: str = "OAuthException"
    made: Callable[[], Sandbox] = plain


def calls(method: str, path: str, body: object = None, /, **query: str | int) -> Scene:
    """Return a scene of one call; a `PSID` in the path is the person."""
    return lambda stage: stage.call(method, path.replace("PSID", stage.person.psid), body, **query)


def sends(message: object, **beside: object) -> Scene:
    """Return a scene in which *message* is sent to the person."""
    return lambda stage: stage.send(message, **beside)


def to(recipient: Object) -> Scene:
    """Return a scene in which a text is sent to *recipient*."""
    return calls("POST", "me/messages", {"recipient": recipient, "message": {"text": "Hello"}})


def acts(**beside: object) -> Scene:
    """Return a scene in which something other than a message is sent to the person."""
    return lambda stage: stage.call(
        "POST", "me/messages", {"recipient": {"id": stage.person.psid}, **beside}
    )


def attaches(kind: str, **payload: object) -> Scene:
    """Return a scene in which an attachment is sent to the person."""
    return sends({"attachment": {"type": kind, "payload": payload}})


def template(kind: str, **fields: object) -> Scene:
    """Return a scene in which a template is sent to the person."""
    return attaches("template", template_type=kind, **fields)


def button(**fields: object) -> Scene:
    """Return a scene in which a template with this one button is sent to the person."""
    return template("button", text="Choose", buttons=[fields])


def quick_reply(**fields: object) -> Scene:
    """Return a scene in which a text with this one quick reply is sent to the person."""
    return sends({"text": "Choose", "quick_replies": [fields]})
