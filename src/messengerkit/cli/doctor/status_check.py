"""Floor 9: whether the backend itself says that it can send."""

from collections.abc import Sequence

from messengerkit._inbound import inner
from messengerkit._json import JsonObject, decode, is_object

from .findings import Check, Finding, because, fault, ok
from .http import Answer
from .settings import Settings

PATH = "/status"

_CAUSES = (
    Check.TOKEN,
    Check.APP_SECRET,
    Check.SIGNATURE,
    Check.STORE,
    Check.ADMIN_ROUTE,
    Check.HANDSHAKE,
)
"""What else is wrong where the status is not ok: a fault of these is told, and not a second one."""


def status_finding(answer: Answer, others: Sequence[Finding], settings: Settings) -> Finding:
    """Return what the status is; what another finding explains is no fault of its own."""
    data = inner(_json(answer), "data")
    if answer.is_success and data.get("status", "ok") == "ok":
        return ok(Check.STATUS, f"{PATH} says that the backend can send")
    cause = next((one.check for one in others if one.is_fault and one.check in _CAUSES), None)
    if cause is not None:
        return because(Check.STATUS, cause)
    if answer.is_no_route:
        return fault(
            Check.STATUS,
            f"there is no {PATH} ({answer.told})",
            "Nothing that watches the backend can see whether it can send.",
            "Mount all of face.paths, or give the --backend whose routes they are.",
        )
    error = inner(data, "error")
    code = f", {settings.shown(error['code'])}" if error.get("code") else ""
    advice = f" It says: {settings.shown(error['advice'])}" if error.get("advice") else ""
    return fault(
        Check.STATUS,
        f"{PATH} says that the backend cannot send ({answer.told}{code})",
        "What this environment says is right, so the backend has another one, an older one, or no "
        "way to Meta.",
        f"Compare its environment with this one, start it again, and read its log.{advice}",
    )


def _json(answer: Answer) -> JsonObject:
    try:
        value = decode(answer.body)
    except ValueError:
        return {}
    return value if is_object(value) else {}
