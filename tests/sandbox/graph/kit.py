"""What the tests of the Graph API share: it is asked in process, with no socket and no wait."""

import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from messengerkit.sandbox import App, Attachment, Delivered, Page
from messengerkit.sandbox.graph.calls import RawCall, read
from messengerkit.sandbox.graph.handshakes import Handshake
from messengerkit.sandbox.graph.refusals import Refusal, Refused
from messengerkit.sandbox.graph.routes import ask_of, do
from messengerkit.sandbox.jsontext import JsonObject, compact, is_list, is_object
from messengerkit.sandbox.page import PERMISSIONS
from messengerkit.sandbox.world.meters import Rates
from messengerkit.sandbox.world.pages import PageState
from messengerkit.sandbox.world.people import Conversation, Entry, PersonState
from messengerkit.sandbox.world.world import World

START = 1_767_225_600.0
DAY = 86_400.0
PSID = "24000000000000001"
HOME = "http://127.0.0.1:8000"
URL = "https://cdn.example.com/menu.png"
TO: JsonObject = {"id": PSID}
HI: JsonObject = {"text": "Hi"}
EMPTY: JsonObject = {}
OUT: JsonObject = {"recipient": TO, "message": HI}
PAGE = Page()
OTHER_PAGE = Page(
    id="104000000000816", name="Other", access_token="EAAOther", app_id=815000000000105
)
OTHER_APP = App(id=815000000000106, secret="other", name="Other App")
OWN_APP = PAGE.app_id

Answer = JsonObject | Handshake | Refusal


class Api:
    """One world, its clock, and its Graph API.

    Args:
        elapsed: How long ago the person wrote, in seconds; None if they never did.
        rates: Meta's limits.
        lacking: Permissions that the page's app has not.
        development: Whether the page's app is not live yet.
        require_proof: Whether the page's app needs an `appsecret_proof`.
        retention: How many messages, people and records of each kind are kept.
        lag: How old what is read is, in seconds.
    """

    def __init__(
        self,
        *,
        elapsed: float | None = 0.0,
        rates: Rates | None = None,
        lacking: Iterable[str] = (),
        development: bool = False,
        require_proof: bool = False,
        retention: int = 1000,
        lag: float = 0.0,
    ) -> None:
        self.time = START
        self.lag = lag
        own = App(
            id=PAGE.app_id,
            secret=PAGE.app_secret,
            permissions=PERMISSIONS.difference(lacking),
            development=development,
            require_proof=require_proof,
        )
        self.world = World(
            (PAGE, OTHER_PAGE),
            (own, OTHER_APP),
            now=lambda: self.time,
            seed="seed",
            retention=retention,
            rates=Rates.unlimited() if rates is None else rates,
        )
        self.person = self.meet(PSID, "Ana Example")
        if elapsed is not None:
            self.person.acts(START - elapsed)

    @property
    def page(self) -> PageState:
        """The page that calls are made for."""
        return self.world.pages[PAGE.id]

    @property
    def conversation(self) -> Conversation:
        """The conversation of the person."""
        return self.person.conversation

    @property
    def delivered(self) -> Delivered:
        """The one message that was delivered."""
        (delivered,) = self.world.ledger.delivered
        return delivered

    @property
    def other_token(self) -> str:
        """The token with which another app acts for the page."""
        return self.world.token_of(PAGE.id, OTHER_APP.id).value

    def meet(self, psid: str, name: str = "", page: Page = PAGE) -> PersonState:
        """Return somebody who talks with a page."""
        return self.world.meet(self.world.pages[page.id], psid, name)

    def writes(self, text: str = "Hello", *, from_page: bool = False, **more: str) -> Entry:
        """Put a message into the person's conversation; return it."""
        mid = self.world.ids.mid()
        entry = Entry(
            mid=mid, from_page=from_page, at=self.time, text=text, reply_to=more.get("reply_to")
        )
        self.world.add(self.person, entry)
        return entry

    def raw(self, raw: RawCall) -> Answer:
        """Return the answer to *raw*."""
        try:
            return do(raw, ask_of(raw, read(raw), self.world, home=HOME, lag=self.lag))
        except Refused as refused:
            return refused.refusal

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str] | None = None,
        *,
        token: str | None = PAGE.access_token,
    ) -> Answer:
        """Return the answer to a call with JSON in its body."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return self.raw(
            RawCall(
                method=method,
                path=f"/v26.0/{path}",
                query=urlencode(query or {}),
                headers=headers | {"content-type": "application/json"},
                body=b"" if body is None else compact(body),
            )
        )

    def post(self, path: str, body: Mapping[str, object], token: str = PAGE.access_token) -> Answer:
        """Return the answer to a POST of JSON."""
        return self.call("POST", path, body, token=token)

    def get(self, path: str, /, token: str = PAGE.access_token, **query: str) -> Answer:
        """Return the answer to a GET."""
        return self.call("GET", path, None, query, token=token)

    def send(self, params: Mapping[str, object], token: str = PAGE.access_token) -> Answer:
        """Return the answer to a call to the send edge."""
        return self.post("me/messages", params, token)

    def say(self, message: Mapping[str, object], **beside: object) -> Answer:
        """Return the answer to a message to the person."""
        return self.send({"recipient": TO, "message": message, **beside})

    def attach(self, payload: Mapping[str, object], kind: str = "template") -> Answer:
        """Return the answer to a message with an attachment."""
        return self.say({"attachment": {"type": kind, "payload": payload}})

    def form(
        self,
        path: str,
        fields: Mapping[str, object],
        *files: tuple[str, str, str, bytes],
        token: str = PAGE.access_token,
    ) -> Answer:
        """Return the answer to a form in parts; a file is field, name, media type and bytes."""
        return self.raw(
            RawCall(
                method="POST",
                path=f"/v26.0/{path}",
                query="",
                headers={
                    "authorization": f"Bearer {token}",
                    "content-type": 'multipart/form-data; boundary="a b"',
                },
                body=parts(fields, *files),
            )
        )

    def state(self) -> str:
        """Return all that is true in the world, to be compared with what is true later."""
        world = self.world
        return repr(
            (
                world.pages,
                world.tokens,
                world.tellings,
                world.ledger.delivered,
                world.media._kept,
                world.media._size,
                world.meters._levels,
                world.changes.last,
                world.ids._counts,
            )
        )


def parts(fields: Mapping[str, object], *files: tuple[str, str, str, bytes]) -> bytes:
    """Return a body in parts, with the boundary `a b`."""
    body = b"".join(
        f'--a b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{_text(value)}\r\n'.encode()
        for name, value in fields.items()
    )
    for name, filename, kind, data in files:
        head = f'--a b\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        body += f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"
    return body + b"--a b--\r\n"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def refused(answer: Answer) -> Refusal:
    """Return *answer*, which must be a refusal."""
    assert isinstance(answer, Refusal), answer
    return answer


def numbers(answer: Answer) -> tuple[int, int | None]:
    """Return code and subcode of what must be a refusal."""
    refusal = refused(answer)
    return refusal.code, refusal.subcode


def message(answer: Answer) -> str:
    """Return the text of what must be a refusal."""
    return refused(answer).message


def granted(answer: Answer) -> JsonObject:
    """Return the JSON of *answer*, which must be no refusal."""
    assert is_object(answer), answer
    return answer


def rows(answer: Answer) -> list[JsonObject]:
    """Return the objects under `data`."""
    data = granted(answer)["data"]
    assert is_list(data)
    return [one for one in data if is_object(one)]


def page_of(api: Api, **query: str) -> tuple[list[object], JsonObject]:
    """Return the ids of one page of messages, and its paging."""
    answer = granted(api.get(f"{api.conversation.id}/messages", **query))
    paging = answer.get("paging", {})
    assert is_object(paging)
    return [row["id"] for row in rows(answer)], paging


def cursor(paging: JsonObject, name: str) -> str:
    """Return a cursor."""
    cursors = paging["cursors"]
    assert is_object(cursors)
    return str(cursors[name])


def put(api: Api, **properties: object) -> Answer:
    """Return the answer to a POST of properties."""
    return api.post("me/messenger_profile", properties)


def got(api: Api, *names: str) -> list[JsonObject]:
    """Return what a GET tells."""
    return rows(api.get("me/messenger_profile", fields=",".join(names)))


def template(kind: str, /, **fields: object) -> JsonObject:
    """Return the payload of a template."""
    return {"template_type": kind, **fields}


def medium(kind: str = "image", url: str = URL, **payload: object) -> JsonObject:
    """Return an attachment by URL."""
    return {"type": kind, "payload": {"url": url, **payload}}


def carried(kind: str, url: str, attachment_id: str | None = None, name: str = "") -> Attachment:
    """Return an attachment as a person has it."""
    return Attachment(kind, url, attachment_id, name)
