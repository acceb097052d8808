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
    return {"data": _told(token)}


def _told(token: Token) -> JsonObject:
    told: JsonObject = {
        "app_id": str(token.app.id),
        "type": "APP" if token.page_id is None else "PAGE",
        "application": token.app.name,
        "is_valid": token.dead is None,
    }
    if token.dead is not None:
        message = dead_token(token.dead).message
        told["error"] = {"code": 190, "message": message, "subcode": token.dead}
    if token.page_id is None:
        return told
    scopes = sorted(token.app.permissions - {"human_agent", "business_asset_user_profile_access"})
    return told | {
        "data_access_expires_at": int(token.issued_at + _DATA_ACCESS),
        "expires_at": 0,
        "issued_at": int(token.issued_at),
        "profile_id": token.page_id,
        "scopes": scopes,
        "granular_scopes": [{"scope": one, "target_ids": [token.page_id]} for one in scopes],
    }
