"""Floor 8: what Meta knows about a token.

Platform page: /docs/graph-api/reference/debug_token.
"""

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.pages import Token
from messengerkit.sandbox.world.people import DAY

from .ask import Ask
from .refusals import Refused, dead_token, required

_DATA_ACCESS = 90 * DAY


def debug(ask: Ask) -> JsonObject:
    """Tell of a token; one that is not valid is told of with HTTP 200, too."""
    value = ask.params.text("input_token")
    if value is None:
        raise Refused(required("input_token"))
    token = ask.world.tokens.get(value)
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token.", "subcode": 467}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    return {"data": _told(token, ask.now)}


def _told(token: Token, now: float) -> JsonObject:
    dead = token.dead_at(now)
    kind = "APP" if token.is_of_app else "PAGE" if token.user is None else "USER"
    told: JsonObject = {
        "app_id": str(token.app.id),
        "type": kind,
        "application": token.app.name,
        "is_valid": dead is None,
    }
    if dead is not None:
        told["error"] = {"code": 190, "message": dead_token(dead).message, "subcode": dead}
    if kind == "APP":
        return told
    scopes = sorted(token.app.permissions - {"human_agent", "business_asset_user_profile_access"})
    owner: JsonObject = {"profile_id": token.page_id}
    targets: JsonObject = {"target_ids": [token.page_id]}
    if token.user is not None:
        owner, targets = {"user_id": token.user.id}, {}
    return (
        told
        | {
            "data_access_expires_at": int(token.issued_at + _DATA_ACCESS),
            "expires_at": int(token.ends_at),
            "issued_at": int(token.issued_at),
            "scopes": scopes,
            "granular_scopes": [{"scope": one, **targets} for one in scopes],
        }
        | owner
    )
