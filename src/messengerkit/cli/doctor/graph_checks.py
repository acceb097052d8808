"""Floor 9: findings about the page at Meta, made of what the Graph API said; pure.

Platform pages: /docs/graph-api/reference/debug_token and
/docs/graph-api/reference/page/subscribed_apps.
"""

from datetime import datetime, timedelta

from messengerkit.errors import (
    InvalidRequestError,
    MessengerError,
    PermissionDeniedError,
    TokenError,
)
from messengerkit.tokens import TokenInfo

from . import settings as names
from .findings import Check, Finding, because, failed, fault, ok, skipped
from .graph_probes import GraphFacts
from .settings import Settings

NEEDED = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")
"""The permissions without which a page cannot be served."""

FIELDS = ("messages", "messaging_postbacks")
"""The webhook fields without which a bot does not hear people."""

DESK_FIELDS = (
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "messaging_handovers",
    "standby",
)
"""Those that a desk wants, too: what others write, what arrived, who has the conversation."""

_SOON = timedelta(days=7)
_DIED_OF = {
    458: "the app is no longer installed by the person who granted it",
    459: "the person who granted it must first settle something on facebook.com",
    460: "the person who granted it has changed their password",
    463: "it has expired",
    464: "the account of the person who granted it is not confirmed",
    467: "it was revoked, or the person who granted it logged out",
    492: "the person who granted it has lost their role on the page",
}
_RENEW = (
    "Let an admin of the page log in to the app again; with their long-lived token, GET "
    "/me/accounts gives the page's own. Put that into FACEBOOK_PAGE_ACCESS_TOKEN, and start the "
    "backend again."
)
_NOTHING_SENT = "No message can be sent, whoever asks for it."
_APP_ID = "give --app-id"


def graph_findings(
    facts: GraphFacts, settings: Settings, now: datetime, app_id: int | None
) -> tuple[Finding, ...]:
    """Return the findings about token, permissions, app secret and subscription."""
    return (
        _token(facts, settings, now),
        _permissions(facts, settings),
        _secret(facts, settings),
        _subscription(facts, settings, app_id),
    )


def _token(facts: GraphFacts, settings: Settings, now: datetime) -> Finding:
    check, owner, info = Check.TOKEN, facts.owner or facts.me, facts.token
    if isinstance(owner, MessengerError):
        return _no_token(owner, settings)
    whose = f"{settings.shown(owner.name)} ({settings.shown(owner.id)})"
    if not isinstance(info, TokenInfo):
        return ok(check, f"it works, for {whose}; of what kind it is, {_untold(facts, settings)}")
    if not _is_pages(info):
        told = f"it is the token of {whose}, of the type {settings.shown(info.type)}"
        return fault(check, told, f"It is no page's token. {_NOTHING_SENT}", _RENEW)
    if info.expires_at is not None and info.expires_at - now < _SOON:
        told = f"it works, for {whose}, and no longer than {info.expires_at:%Y-%m-%d %H:%M} UTC"
        means = "Then nothing can be sent. One that is made of a long-lived token has no end."
        return fault(check, told, means, _RENEW)
    return ok(check, f"it is that of the page {whose}{_where(settings)}")


def _no_token(error: MessengerError, settings: Settings) -> Finding:
    if isinstance(error, InvalidRequestError):
        if settings.newest_secret() is None:
            return because(Check.TOKEN, Check.VARIABLES)
        return because(Check.TOKEN, Check.APP_SECRET)
    if isinstance(error, TokenError):
        numbers = f"code {error.code}, subcode {error.subcode or 'none'}"
        why = _DIED_OF.get(error.subcode or 0, "it is none, is cut short, or is no page's")
        return fault(Check.TOKEN, f"Meta refuses it: {why} ({numbers})", _NOTHING_SENT, _RENEW)
    return failed(Check.TOKEN, error, settings)


def _permissions(facts: GraphFacts, settings: Settings) -> Finding:
    check, info = Check.PERMISSIONS, facts.token
    if not _is_usable(facts):
        return because(check, Check.TOKEN)
    if not isinstance(info, TokenInfo):
        return skipped(check, _untold(facts, settings))
    missing = _missing(info)
    if missing:
        return fault(
            check,
            f"the token lacks {', '.join(missing)}",
            "Meta refuses what needs them: pages_messaging to send, the others for webhooks and "
            "the page's profile.",
            "Grant them to the app for this page (App Review gives them for people without a role "
            "in the app), log in again with them, and renew FACEBOOK_PAGE_ACCESS_TOKEN.",
        )
    return ok(check, f"{', '.join(NEEDED)} are granted")


def _secret(facts: GraphFacts, settings: Settings) -> Finding:
    check, proved = Check.APP_SECRET, facts.proved
    if settings.newest_secret() is None:
        return because(check, Check.VARIABLES)
    if proved is None:
        return because(check, Check.TOKEN)
    if isinstance(proved, InvalidRequestError):
        return fault(
            check,
            "Meta refuses a call that is proved by it",
            "It is not the secret of the app that the token was made for. Every call is refused, "
            "and every webhook looks forged.",
            f"Copy the secret of that app from its dashboard (Settings, Basic) into "
            f"{names.APP_SECRET}, or make the token for the app whose secret this is.",
        )
    if isinstance(proved, MessengerError):
        return failed(check, proved, settings)
    return ok(check, "Meta takes calls that are proved by it")


def _subscription(facts: GraphFacts, settings: Settings, app_id: int | None) -> Finding:
    check, apps, info = Check.SUBSCRIPTION, facts.apps, facts.token
    if not _is_usable(facts):
        return because(check, Check.TOKEN)
    is_lacking = isinstance(info, TokenInfo) and bool(_missing(info))
    if isinstance(apps, MessengerError):
        if isinstance(apps, PermissionDeniedError) and is_lacking:
            return because(check, Check.PERMISSIONS)
        return failed(check, apps, settings)
    ours = info.app_id if isinstance(info, TokenInfo) else app_id
    if ours is None and apps:
        return skipped(check, f"which of {len(apps)} apps is yours is not known: {_APP_ID}")
    fields = {field for app in apps if app.app_id == ours for field in app.subscribed_fields}
    lacking = [field for field in FIELDS if field not in fields]
    if lacking:
        return fault(
            check,
            f"the app does not hear of {', '.join(lacking)}" if fields else "the app hears nothing",
            "Meta posts none of that to the webhook, so it never arrives. Meta also ends a "
            "subscription itself, after an hour in which the webhook failed.",
            "await client.subscriptions.subscribe([...]) with all that you want, or the app's "
            f"dashboard, Messenger, Webhooks: {', '.join((*FIELDS, *DESK_FIELDS))}.",
        )
    more = [field for field in DESK_FIELDS if field not in fields]
    wish = f"; a desk would also want {', '.join(more)}" if more else ""
    return ok(check, f"the app hears of {', '.join(FIELDS)}{wish}")


def _is_usable(facts: GraphFacts) -> bool:
    return facts.owner is not None and (
        not isinstance(facts.token, TokenInfo) or _is_pages(facts.token)
    )


def _is_pages(info: TokenInfo) -> bool:
    return info.type in {"PAGE", None}  # Meta may leave it out


def _missing(info: TokenInfo) -> list[str]:
    """Return what is needed and not granted, or granted for other pages alone."""
    elsewhere = {
        one.scope
        for one in info.granular_scopes
        if one.target_ids and info.profile_id and info.profile_id not in one.target_ids
    }
    return [one for one in NEEDED if one not in info.scopes or one in elsewhere]


def _untold(facts: GraphFacts, settings: Settings) -> str:
    return f"Meta does not tell ({settings.shown(facts.token)}): {_APP_ID}"


def _where(settings: Settings) -> str:
    url = settings.get(names.GRAPH_URL)
    return "" if url is None else f"; {names.GRAPH_URL} says to ask {settings.shown(url)}, not Meta"
