"""Floor 8: the table of all that the Graph API can do here, and the way to it; pure.

What is not in the table is refused with a Graph error that says so, never with a silent
200.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.world import World

from . import (
    attaching,
    controlling,
    conversations,
    handshakes,
    people,
    personas,
    profile,
    sending,
    subscriptions,
    tokens,
    user_settings,
)
from .access import let_in
from .ask import Ask
from .calls import Call, RawCall
from .handshakes import Handshake
from .refusals import Refusal, Refused, no_such_object, unknown_path

Edge = Literal[
    "conversations",
    "custom_user_settings",
    "debug_token",
    "me",
    "message_attachments",
    "messages",
    "messenger_profile",
    "people",
    "personas",
    "subscribed_apps",
    "subscriptions",
    "thread_control",
]
"""The parts of the Graph API that the sandbox has, by the names that faults know."""

_ID = re.compile(r"[0-9]|[mt]_")

Do = Callable[[Ask], "JsonObject | Handshake"]
"""What a call does: an answer, or a handshake to be made before there is one."""

Node = Literal["page", "app", "person", "persona", "conversation", "message", "debug_token"]
"""What the first part of a path can be."""


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be done.

    Attributes:
        edge: The part of the API that it belongs to.
        do: What it does.
    """

    edge: Edge
    do: Do


ROUTES: Mapping[tuple[str, Node, str], Route] = {
    ("POST", "page", "messages"): Route("messages", sending.send),
    ("POST", "page", "message_attachments"): Route("message_attachments", attaching.upload),
    ("GET", "page", "messenger_profile"): Route("messenger_profile", profile.get_profile),
    ("POST", "page", "messenger_profile"): Route("messenger_profile", profile.set_profile),
    ("DELETE", "page", "messenger_profile"): Route("messenger_profile", profile.delete_profile),
    ("GET", "page", "custom_user_settings"): Route("custom_user_settings", user_settings.get_menu),
    ("POST", "page", "custom_user_settings"): Route("custom_user_settings", user_settings.set_menu),
    ("DELETE", "page", "custom_user_settings"): Route(
        "custom_user_settings", user_settings.delete_menu
    ),
    ("GET", "page", "personas"): Route("personas", personas.list_all),
    ("POST", "page", "personas"): Route("personas", personas.create),
    ("GET", "persona", ""): Route("personas", personas.tell),
    ("DELETE", "persona", ""): Route("personas", personas.delete),
    ("POST", "page", "pass_thread_control"): Route("thread_control", controlling.pass_control),
    ("POST", "page", "take_thread_control"): Route("thread_control", controlling.take_control),
    ("POST", "page", "request_thread_control"): Route(
        "thread_control", controlling.request_control
    ),
    ("POST", "page", "release_thread_control"): Route(
        "thread_control", controlling.release_control
    ),
    ("POST", "page", "extend_thread_control"): Route("thread_control", controlling.extend_control),
    ("GET", "page", "thread_owner"): Route("thread_control", controlling.thread_owner),
    ("GET", "page", "secondary_receivers"): Route(
        "thread_control", controlling.secondary_receivers
    ),
    ("GET", "page", "conversations"): Route("conversations", conversations.list_all),
    ("GET", "conversation", ""): Route("conversations", conversations.tell),
    ("GET", "conversation", "messages"): Route("conversations", conversations.messages),
    ("GET", "message", ""): Route("conversations", conversations.tell_message),
    ("GET", "person", ""): Route("people", people.profile),
    ("GET", "page", ""): Route("me", people.page),
    ("GET", "page", "subscribed_apps"): Route("subscribed_apps", subscriptions.list_all),
    ("POST", "page", "subscribed_apps"): Route("subscribed_apps", subscriptions.subscribe),
    ("DELETE", "page", "subscribed_apps"): Route("subscribed_apps", subscriptions.unsubscribe),
    ("POST", "app", "subscriptions"): Route("subscriptions", handshakes.subscribe),
    ("GET", "debug_token", ""): Route("debug_token", tokens.debug),
}
"""Method, kind of node and the rest of the path → what is done."""


def edge_of(raw: RawCall, world: World) -> Edge | None:
    """Return which part of the API *raw* reaches, or None if none."""
    route = _route(raw, _node_of(raw.segments, world))
    return None if route is None else route.edge


def ask_of(raw: RawCall, call: Call, world: World, *, home: str, lag: float) -> Ask:
    """Return *call*, let in and ready to be done.

    Raises:
        Refused: If its token is not good.
    """
    token = let_in(call, world)
    node = raw.segments[0] if raw.segments else ""
    owner = world.pages.get(token.page_id or "")
    if node == "me" and owner is not None:
        node = owner.page.id
    return Ask(
        world=world,
        call=call,
        app=token.app,
        method=raw.method,
        version=raw.version,
        node=node,
        home=home,
        lag=lag,
        owner=owner,
        user=token.user,
    )


def do(raw: RawCall, ask: Ask) -> "JsonObject | Handshake":
    """Do what a call asks, and return the answer.

    Raises:
        Refused: If Meta refuses it, or the sandbox does not know it.
    """
    kind = _node_of(raw.segments, ask.world)
    route = _route(raw, kind)
    if route is None:
        raise Refused(_unknown(raw))
    # `me` is whoever owns the token, and that may be no page.
    if ask.user is None or route.do is not people.page:
        _refuse_others(kind, ask)
    return route.do(ask)


def _unknown(raw: RawCall) -> Refusal:
    tails = {(), *((tail,) for _, _, tail in ROUTES)}
    if raw.segments and _ID.match(raw.segments[0]) and raw.segments[1:] in tails:
        return no_such_object(raw.method, raw.segments[0])
    return unknown_path(raw.method, "/" + "/".join(raw.segments))


def _route(raw: RawCall, kind: Node | None) -> Route | None:
    tail = "/".join(raw.segments[1:])
    return None if kind is None else ROUTES.get((raw.method, kind, tail))


def _node_of(segments: tuple[str, ...], world: World) -> Node | None:
    node = segments[0] if segments else ""
    if node == "me" or node in world.pages:
        return "page"
    if node == "debug_token":
        return "debug_token"
    if world.person_of_thread(node) is not None:
        return "conversation"
    if world.person_of_message(node) is not None:
        return "message"
    return _node_of_page(node, world)


def _node_of_page(node: str, world: World) -> Node | None:
    for state in world.pages.values():
        if node in state.people:
            return "person"
        if node in state.personas:
            return "persona"
        if any(str(app_id) == node for app_id in state.apps):
            return "app"
    return None


def _refuse_others(kind: Node | None, ask: Ask) -> None:
    """Refuse an object that is there, but is not this token's."""
    if kind in {"app", "debug_token"}:
        return  # what they are asked is for the tokens of apps
    if kind in {"conversation", "message"}:
        ask.partner()
        return
    page = ask.page
    if ask.node not in {page.page.id, *page.people, *page.personas}:
        raise Refused(no_such_object(ask.method, ask.node))
