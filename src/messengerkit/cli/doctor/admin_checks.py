"""Floor 9: whether the panel's route is there, opens to the admin's key, and to nothing else."""

from dataclasses import dataclass

from . import settings as names
from .findings import Check, Finding, because, fault, ok, skipped
from .http import Answer, Backend
from .settings import Settings

PATH = "/admin/send-message"

_EMPTY = b"{}"  # it names no person: whoever takes it has nothing to send
_JSON = {"Content-Type": "application/json"}
_UNAUTHORISED = frozenset({401, 403, 429})
_UNPROCESSABLE = frozenset({400, 422})
_FORBIDDEN = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminFacts:
    """What the route answered to a message without anything in it.

    Attributes:
        keyless: To whoever has no key.
        keyed: To the key of this environment, or None if there is none.
    """

    keyless: Answer
    keyed: Answer | None

    @property
    def is_guarded(self) -> bool:
        """Whether there is a route that wants a key."""
        return self.keyless.status in _UNAUTHORISED


async def ask_admin(backend: Backend, settings: Settings) -> AdminFacts:
    """Return what the route answers; nothing can be sent by it."""
    keyless = await backend.ask("POST", PATH, headers=_JSON, body=_EMPTY)
    key, admin = settings.get(names.ADMIN_KEY), settings.get(names.ADMIN_ID)
    facts = AdminFacts(keyless=keyless, keyed=None)
    if key is None or admin is None or not facts.is_guarded:
        return facts
    headers = _JSON | {"Authorization": f"Bearer {key}", "X-Admin-User-ID": admin}
    keyed = await backend.ask("POST", PATH, headers=headers, body=_EMPTY)
    return AdminFacts(keyless=keyless, keyed=keyed)


def route_finding(facts: AdminFacts) -> Finding:
    """Return whether the route is there, and wants a key."""
    check, answer = Check.ADMIN_ROUTE, facts.keyless
    if facts.is_guarded:
        return ok(check, f"POST {PATH} wants a key ({answer.told})")
    if answer.is_no_route:
        return fault(
            check,
            f"there is no POST {PATH} ({answer.told})",
            "The panel has nothing to call; what it calls instead, a browser may block.",
            "Mount all of face.paths, or let the proxy in front pass /admin/ on.",
        )
    if answer.is_success or answer.is_refusal:
        return fault(
            check,
            f"POST {PATH} lets anybody in who has no key ({answer.told})",
            "Whoever finds the address can write to people in the page's name.",
            "Let no request past the verifier: AdminFace asks one for every route of admins.",
        )
    return fault(
        check,
        f"POST {PATH} fails ({answer.told})",
        "The panel cannot send.",
        "Read the backend's log; it tells what failed.",
    )


def key_finding(facts: AdminFacts, settings: Settings) -> Finding:
    """Return whether the key of this environment opens the route."""
    check, answer = Check.ADMIN_KEY, facts.keyed
    if not facts.is_guarded:
        return because(check, Check.ADMIN_ROUTE)
    if answer is None:
        if settings.get(names.KEYS_FILE):
            return skipped(check, f"each admin has a key of their own, in {names.KEYS_FILE}")
        return because(check, Check.VARIABLES)
    return _keyed_finding(answer)


def _keyed_finding(answer: Answer) -> Finding:
    check = Check.ADMIN_KEY
    if answer.status in _UNPROCESSABLE:
        return ok(check, f"it is let in, and a message without a text is refused ({answer.told})")
    if answer.status == _FORBIDDEN:
        return fault(
            check,
            f"the key is known, and may not send here ({answer.told})",
            "The panel's requests are refused: the key is for other pages, or another admin.",
            "Give the admin a key for this page: messengerkit keys make.",
        )
    if answer.status in _UNAUTHORISED:
        return fault(
            check,
            f"the key and the admin's id of this environment are refused ({answer.told})",
            "The backend has others, so the panel's authentication fails.",
            f"Let backend and panel have the same {names.ADMIN_KEY} and {names.ADMIN_ID}, and "
            "start the backend again; its log says which of the two is wrong.",
        )
    return fault(
        check,
        f"with the key, a message without a text is not refused ({answer.told})",
        "The route does not look at what it is given, or fails.",
        "Read the backend's log; answer 422 to a body that lacks something.",
    )
