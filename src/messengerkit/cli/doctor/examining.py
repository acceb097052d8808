"""Floor 9: all that doctor looks at, in order; what one fault explains is not told as a second."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from . import settings as names
from .admin_checks import AdminFacts, ask_admin, key_finding, route_finding
from .cors import ask_preflight, cors_finding, same_origin
from .findings import Check, Finding, because, fault, is_faulty, ok, skipped
from .graph_checks import graph_findings
from .graph_probes import ask_graph
from .http import Answer, Backend, reaching
from .settings import Settings
from .status_check import PATH, status_finding
from .store_check import look_at_store
from .variables import problems_of, variables_finding
from .webhook_checks import WebhookFacts, ask_webhook, handshake_finding, signature_finding

_META = (Check.TOKEN, Check.PERMISSIONS, Check.APP_SECRET, Check.SUBSCRIPTION)
_ROUTES = (
    Check.HANDSHAKE,
    Check.SIGNATURE,
    Check.ADMIN_ROUTE,
    Check.ADMIN_KEY,
    Check.CORS,
    Check.STATUS,
)
_TO_ASK = frozenset({names.TOKEN, names.GRAPH_URL, names.GRAPH_VERSION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be looked at besides the environment and the page at Meta.

    Attributes:
        backend: Where the backend is, or None.
        backend_origin: Its origin, as browsers write it.
        origin: The origin of the panel's page, as browsers write it, or None.
        store: The URL of the desk's store, or None.
        app_id: The app's id, or None.
    """

    backend: str | None = None
    backend_origin: str = ""
    origin: str | None = None
    store: str | None = field(default=None, repr=False)
    app_id: int | None = None


async def examine(environ: Mapping[str, str], wanted: Wanted, now: datetime) -> tuple[Finding, ...]:
    """Return what was found, in the order of `Check`.

    Args:
        environ: The variables of the backend.
        wanted: What else is to be looked at.
        now: The time, aware.
    """
    given = Settings(environ, wanted.store)
    problems = problems_of(given)
    settings = given.without(*problems)
    found = [variables_finding(problems)]
    if _TO_ASK & problems.keys():
        found += [because(one, Check.VARIABLES) for one in _META]
    else:
        facts = await ask_graph(settings, wanted.app_id)
        found += graph_findings(facts, settings, now, wanted.app_id)
    if wanted.store is None:
        store = skipped(Check.STORE, "give --store")
    else:
        store = await look_at_store(wanted.store)
    found += await _of_backend(settings, wanted, (*found, store))
    return (*found, store)


async def _of_backend(
    settings: Settings, wanted: Wanted, others: tuple[Finding, ...]
) -> list[Finding]:
    if wanted.backend is None:
        return [skipped(one, "give --backend") for one in (Check.BACKEND, *_ROUTES)]
    async with reaching(wanted.backend) as backend:
        return await _of_reached(backend, settings, wanted, others)


async def _of_reached(
    backend: Backend, settings: Settings, wanted: Wanted, others: tuple[Finding, ...]
) -> list[Finding]:
    status = await backend.ask("GET", PATH)
    if not status.status:
        return [_unreachable(status, others), *_because_of_backend()]
    webhook = await ask_webhook(backend, settings)
    admin = await ask_admin(backend, settings)
    if status.is_no_route and webhook.is_missing and admin.keyless.is_no_route:
        return [_no_routes(status), *_because_of_backend()]
    found = [ok(Check.BACKEND, f"it answers at {wanted.backend}")]
    found += _of_webhook(webhook, others)
    found += [route_finding(admin), key_finding(admin, settings)]
    found.append(await _of_cors(backend, wanted, admin))
    return [*found, status_finding(status, (*others, *found), settings)]


def _of_webhook(facts: WebhookFacts, others: tuple[Finding, ...]) -> list[Finding]:
    signature = signature_finding(facts)
    if signature.is_fault and is_faulty(others, Check.APP_SECRET):
        signature = because(Check.SIGNATURE, Check.APP_SECRET)
    return [handshake_finding(facts), signature]


async def _of_cors(backend: Backend, wanted: Wanted, admin: AdminFacts) -> Finding:
    if wanted.origin is None:
        return skipped(Check.CORS, "give --origin, the panel's")
    if wanted.origin == wanted.backend_origin:
        return same_origin()
    if admin.keyless.is_no_route:
        return because(Check.CORS, Check.ADMIN_ROUTE)
    return cors_finding(await ask_preflight(backend, wanted.origin), wanted.origin)


def _unreachable(answer: Answer, others: tuple[Finding, ...]) -> Finding:
    if is_faulty(others, Check.VARIABLES):
        # A backend that lacks a variable does not start.
        return skipped(Check.BACKEND, f"{answer.told}; first mend the {Check.VARIABLES}")
    return fault(
        Check.BACKEND,
        answer.told,
        "Neither Meta nor the panel can reach it.",
        "Start it; let --backend be the address at which it is reached from here, and at Meta's "
        "one that the internet reaches, with a valid certificate.",
    )


def _no_routes(answer: Answer) -> Finding:
    return fault(
        Check.BACKEND,
        f"something answers, and has neither {PATH}, nor a webhook, nor routes for admins "
        f"({answer.told})",
        "It is another server, or the routes are below another path.",
        "Give the --backend below which they are, or mount all of face.paths.",
    )


def _because_of_backend() -> list[Finding]:
    return [because(one, Check.BACKEND) for one in _ROUTES]
