"""What is used of facebook_business, Meta's own SDK, which has no types; pointed at the sandbox."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from proofs.clients.checking import Method, place


class Response(Protocol):
    """An answer, as requests gives it to a hook."""

    json: Method


class Requests(Protocol):
    """What is set of the session of requests beneath."""

    hooks: dict[str, list[Method]]


class Session(Protocol):
    """What is set of `FacebookSession`, which has no types."""

    GRAPH: str
    requests: Requests


class Answer(Protocol):
    """What a call of the API comes back as."""

    json: Method


class Api(Protocol):
    """What is called of `FacebookAdsApi`."""

    call: Callable[..., Answer]


class Node(Protocol):
    """What is called of an object of the Graph."""

    api_get: "Callable[..., Node]"
    api_delete: "Callable[..., Node]"
    export_all_data: Method


Edge = Callable[..., object]
SESSION = cast("Callable[..., Session]", import_module("facebook_business.session").FacebookSession)
API = cast("Callable[[Session], Api]", import_module("facebook_business.api").FacebookAdsApi)
OBJECTS = "facebook_business.adobjects."
PAGE = cast("Callable[..., Node]", import_module(f"{OBJECTS}page").Page)
USER = cast("Callable[..., Node]", import_module(f"{OBJECTS}user").User)
PERSONA = cast("Callable[..., Node]", import_module(f"{OBJECTS}persona").Persona)
THREAD = cast("Callable[..., Node]", import_module(f"{OBJECTS}unifiedthread").UnifiedThread)
HERE = place()
ANSWERS: list[object] = []
"""Each answer as it came; the SDK's objects leave `success` out (objectparser.py)."""


def keep(response: Response, **_: object) -> None:
    """Remember an answer."""
    ANSWERS.append(response.json())


def api(token: str = HERE.token, secret: str | None = None) -> Api:
    """Return an API that calls the sandbox."""
    session = SESSION(access_token=token, app_secret=secret)
    session.GRAPH = HERE.url
    session.requests.hooks["response"].append(keep)
    return API(session)


ONE = api()
OURS = PAGE(HERE.page, api=ONE)


def plain(answer: object) -> object:
    """Return what the SDK's objects hold: one, or those of a cursor's page."""
    if hasattr(answer, "export_all_data"):
        return cast("Node", answer).export_all_data()
    return [plain(one) for one in cast("list[object]", answer)]


def edge(name: str, node: Node = OURS, /, **params: object) -> object:
    """Call an edge of a node, the page's unless told otherwise, with *params*."""
    call = cast("Edge", getattr(node, name))
    return plain(call(params=params))


def raw(name: str, node: Node = OURS, /, **params: object) -> object:
    """Call an edge, and return its answer as it came."""
    edge(name, node, **params)
    return ANSWERS[-1]


def send(psid: str, message: object, **more: object) -> object:
    """Send a message with the Page object."""
    rest = {"messaging_type": "RESPONSE", **more}
    return edge("create_message", recipient={"id": psid}, message=message, **rest)


def upload(edge_name: str, **params: object) -> object:
    """Post a file in parts, which only the bare API can."""
    file = ("photo.png", Path(HERE.image).read_bytes(), "image/png")
    path, files = (HERE.page, edge_name), {"filedata": file}
    return ONE.call("POST", path, params=params, files=files).json()


def template(kind: str, **rest: object) -> dict[str, object]:
    """Return a template."""
    payload = {"template_type": kind, **rest}
    return {"attachment": {"type": "template", "payload": payload}}


def media(kind: str, **payload: object) -> dict[str, object]:
    """Return an attachment."""
    return {"type": kind, "payload": payload}
