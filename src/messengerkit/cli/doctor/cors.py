"""Floor 9: whether a browser lets the panel's page call the backend.

What a browser asks, and what it takes for a yes: https://fetch.spec.whatwg.org/#http-cors-protocol.
"""

from .admin_checks import PATH
from .findings import Check, Finding, fault, ok
from .http import Answer, Backend

WANTED = ("authorization", "content-type", "idempotency-key", "x-admin-user-id")
"""The headers that a panel sends, in the order in which a browser asks for them."""

_MEANS = (
    "The browser blocks what the panel asks: in its console stands a CORS error, and fetch fails."
)


async def ask_preflight(backend: Backend, origin: str) -> Answer:
    """Return the answer to what a browser asks before the panel's page may call."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ",".join(WANTED),
    }
    return await backend.ask("OPTIONS", PATH, headers=asked)


def same_origin() -> Finding:
    """Return that the panel's page may call, as it is the backend's own."""
    return ok(Check.CORS, "the panel's page is of the backend's own origin: nothing is needed")


def cors_finding(answer: Answer, origin: str) -> Finding:
    """Return whether a page of *origin* may call."""
    allowed = answer.headers.get("access-control-allow-origin", "").strip()
    if not answer.is_success or allowed not in {origin, "*"}:
        named = "none is" if not allowed else "another one is, or more than one"
        return fault(
            Check.CORS,
            f"pages of {origin} are not allowed ({answer.told}; {named})",
            _MEANS,
            f"Add {origin} to ADMIN_ORIGINS, start the backend again, and let nothing in front of "
            "it answer OPTIONS or add the same header.",
        )
    # POST is always allowed, and "*" is not good for Authorization.
    headers = answer.headers.get("access-control-allow-headers", "").lower().split(",")
    named_headers = {one.strip() for one in headers}
    lacking = [
        one
        for one in WANTED
        if one not in named_headers and ("*" not in named_headers or one == "authorization")
    ]
    if lacking:
        return fault(
            Check.CORS,
            f"pages of {origin} may not send {', '.join(lacking)}",
            _MEANS,
            f"Name them in Access-Control-Allow-Headers: {', '.join(WANTED)}.",
        )
    return ok(Check.CORS, f"pages of {origin} may call, with the headers that a panel sends")
