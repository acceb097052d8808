"""Rows of the error table: who may call at all, and whether there is what is called."""

import hashlib
import hmac

from sandbox.error_table.stage import (
    PAGE,
    SECOND_PAGE,
    Answer,
    Row,
    Scene,
    Stage,
    calls,
    sends,
    to,
    with_app,
)
from sandbox.kit import START

HELLO = {"text": "Hello"}
METHOD = "GraphMethodException"
BAD_PROOF = "Invalid appsecret_proof provided in the API argument"


def with_token(token: str | None) -> Scene:
    """Return a scene in which a message is sent with this token."""

    async def play(stage: Stage) -> Answer:
        stage.token = token
        return await stage.send(HELLO)

    return play


def with_dead_token(subcode: int) -> Scene:
    """Return a scene in which a message is sent with a token that died so."""

    async def play(stage: Stage) -> Answer:
        stage.sandbox.end_token(subcode)
        return await stage.send(HELLO)

    return play


def with_proof(proof: str, **query: str) -> Scene:
    """Return a scene in which a message is sent with this proof."""
    return lambda stage: stage.call(
        "POST",
        "me/messages",
        {"recipient": {"id": stage.person.psid}, "message": HELLO},
        appsecret_proof=proof,
        **query,
    )


def with_old_proof() -> Scene:
    """Return a scene in which the proof was made more than 5 minutes ago."""
    at = str(int(START) - 301)
    signed = f"{PAGE.access_token}|{at}".encode()
    proof = hmac.new(PAGE.app_secret.encode(), signed, hashlib.sha256).hexdigest()
    return with_proof(proof, appsecret_time=at)


def as_second_page(scene: Scene) -> Scene:
    """Return the scene, played with the token of another page."""

    async def play(stage: Stage) -> Answer:
        stage.token = SECOND_PAGE.access_token
        return await scene(stage)

    return play


ROWS = (
    Row(190, None, "an unknown token", with_token("unknown")),
    Row(190, None, "an app's token", with_token(f"{PAGE.app_id}|{PAGE.app_secret}")),
    *(
        Row(190, subcode, "a dead token", with_dead_token(subcode))
        for subcode in (458, 459, 460, 463, 464, 467, 492)
    ),
    Row(2500, None, "no token", with_token(None)),
    Row(2500, None, "an unknown path", calls("POST", "me/no_such_edge", {})),
    Row(100, None, "a wrong proof", with_proof("0" * 64), BAD_PROOF, METHOD),
    Row(100, None, "an old proof", with_old_proof(), BAD_PROOF, METHOD),
    Row(
        100,
        None,
        "no proof",
        sends(HELLO),
        "…server…proof…",
        METHOD,
        with_app(require_proof=True),
    ),
    Row(100, 33, "no such object", calls("GET", "123456"), None, METHOD),
    Row(100, 33, "nobody of this page", calls("GET", "9999999999999999"), None, METHOD),
    Row(
        100,
        33,
        "a person of another page",
        as_second_page(calls("GET", "PSID", fields="name")),
        None,
        METHOD,
    ),
    Row(
        100,
        33,
        "another page's edge",
        as_second_page(calls("GET", f"{PAGE.id}/conversations")),
        None,
        METHOD,
    ),
    Row(100, 33, "no such persona", calls("DELETE", "123456"), None, METHOD),
    *(
        Row(
            100,
            33,
            f"no such object: {path}",
            calls("GET", path),
            None,
            METHOD,
        )
        for path in ("t_123456", "m_123456", "t_123456/messages")
    ),
    Row(100, 2018001, "nobody", to({"id": "9999999999999999"})),
    Row(100, 2018001, "a person of another page", as_second_page(sends(HELLO))),
    Row(
        100,
        2018001,
        "nobody, for a menu",
        calls("GET", "me/custom_user_settings", psid="9999999999999999"),
    ),
    Row(200, None, "no pages_messaging", sends(HELLO), made=with_app(without=["pages_messaging"])),
    Row(
        200,
        None,
        "no pages_manage_metadata",
        calls("POST", "me/subscribed_apps", subscribed_fields="messages"),
        made=with_app(without=["pages_manage_metadata"]),
    ),
    Row(
        200,
        None,
        "no pages_user_locale",
        calls("GET", "PSID", fields="locale"),
        made=with_app(without=["pages_user_locale"]),
    ),
    Row(
        3,
        None,
        "no Human Agent",
        sends(HELLO, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"),
        made=with_app(without=["human_agent"]),
    ),
    Row(200, 2018028, "in development", sends(HELLO), made=with_app(development=True)),
    Row(
        100,
        2018247,
        "no pages_messaging for a profile",
        calls("GET", "PSID", fields="name"),
        made=with_app(without=["pages_messaging"]),
    ),
    Row(
        100,
        2018247,
        "no profile access",
        calls("GET", "PSID", fields="name"),
        made=with_app(without=["business_asset_user_profile_access"]),
    ),
    Row(
        10303,
        None,
        "a bad linking token",
        calls("GET", "me", fields="recipient", account_linking_token="bad"),
    ),
)
