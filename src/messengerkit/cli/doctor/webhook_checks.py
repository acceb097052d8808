"""Floor 9: whether the backend's webhook knows Meta, and nobody else.

Platform page: /docs/graph-api/webhooks/getting-started.
"""

import secrets
from dataclasses import dataclass

from messengerkit.signature import sign

from . import settings as names
from .findings import Check, Finding, because, fault, ok
from .http import Answer, Backend
from .settings import Settings

PATH = "/webhook"

_OK = 200
_NO_EVENTS = b'{"object":"page","entry":[]}'
_JSON = {"Content-Type": "application/json"}
_NOT_VERIFIED = "Meta cannot verify the webhook, or will not the next time, and posts nothing to it"
_NO_ROUTE = (
    "there is no webhook at /webhook",
    "Meta's posts go nowhere: nothing that people write arrives.",
    "Mount the routes of the admin face with events=..., and let a proxy in front pass them on.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """What the webhook answered; None where it could not be asked.

    Attributes:
        challenge: What was to be echoed.
        right: The answer to the verify token.
        wrong: The answer to another word.
        signed: The answer to no events, signed.
        forged: The answer to the same, unsigned.
    """

    challenge: str
    right: Answer | None
    wrong: Answer
    signed: Answer | None
    forged: Answer

    @property
    def is_missing(self) -> bool:
        """Whether there is no webhook at all."""
        # One alone does not tell: a backend may answer 404 to a word that is not its own.
        asked = [one for one in (self.right, self.wrong, self.forged) if one is not None]
        return all(one.is_no_route for one in asked)


async def ask_webhook(backend: Backend, settings: Settings) -> WebhookFacts:
    """Return what the webhook answers to what Meta would ask, and to what others would."""
    # Of digits, as Meta's are: a backend may read it as a number.
    challenge = str(10**9 + secrets.randbelow(10**9))
    word, secret = settings.get(names.VERIFY_TOKEN), settings.newest_secret()

    async def shake(token: str) -> Answer:
        asked = {"mode": "subscribe", "verify_token": token, "challenge": challenge}
        query = {f"hub.{name}": value for name, value in asked.items()}
        return await backend.ask("GET", PATH, query=query)

    async def post(**headers: str) -> Answer:
        sent = _JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        return await backend.ask("POST", PATH, headers=sent, body=_NO_EVENTS)

    signature = None if secret is None else sign(_NO_EVENTS, secret)
    return WebhookFacts(
        challenge=challenge,
        right=None if word is None else await shake(word),
        wrong=await shake(secrets.token_hex(16)),
        signed=None if signature is None else await post(X_Hub_Signature_256=signature),
        forged=await post(),
    )


def handshake_finding(facts: WebhookFacts) -> Finding:
    """Return whether the handshake is answered to Meta, and to nobody else."""
    check, right = Check.HANDSHAKE, facts.right
    if facts.is_missing:
        return fault(check, *_NO_ROUTE)
    if right is None:
        return because(check, Check.VARIABLES)
    if right.status != _OK:
        return _not_shaken(right)
    if right.body != facts.challenge.encode():
        return fault(
            check,
            "the handshake is answered with something other than the challenge",
            f"{_NOT_VERIFIED}.",
            "Answer with the value of hub.challenge alone, as text: no JSON, no quotation marks.",
        )
    if facts.wrong.is_success:
        return fault(
            check,
            "the handshake is answered whatever the verify token is",
            "Anybody can subscribe an app of theirs to this webhook.",
            "Compare hub.verify_token, and answer 403 if it is another one.",
        )
    return ok(check, "the challenge is echoed, and another verify token is refused")


def _not_shaken(right: Answer) -> Finding:
    check = Check.HANDSHAKE
    if right.is_refusal:
        return fault(
            check,
            f"the verify token of this environment is refused ({right.told})",
            f"{_NOT_VERIFIED}.",
            f"Let the backend have the same {names.VERIFY_TOKEN} as the app's dashboard and this "
            "environment, and start it again.",
        )
    return fault(
        check,
        f"the handshake fails ({right.told})",
        f"{_NOT_VERIFIED}.",
        "Read the backend's log; a redirect is no answer, either.",
    )


def signature_finding(facts: WebhookFacts) -> Finding:
    """Return whether what Meta signs is taken, and nothing else."""
    check, signed = Check.SIGNATURE, facts.signed
    if facts.is_missing:
        return because(check, Check.HANDSHAKE)
    if signed is None:
        return because(check, Check.VARIABLES)
    if signed.is_refusal:
        return fault(
            check,
            f"a post that is signed with this environment's app secret is refused ({signed.told})",
            "The backend has another app secret, or something in between changes the body: it "
            "refuses all that Meta posts.",
            f"Let the backend have the same {names.APP_SECRET}, start it again, and let it verify "
            "the raw bytes of the body.",
        )
    if signed.status != _OK:
        return fault(
            check,
            f"a signed post without events is not taken ({signed.told})",
            "Meta posts what gets no 200 again, and ends the subscription after an hour of it.",
            "Read the backend's log; answer 200 within 5 seconds, and work afterwards.",
        )
    if not facts.forged.is_refusal:
        return fault(
            check,
            f"a post without a signature is not refused ({facts.forged.told})",
            "Anybody can post events in the name of people.",
            "Verify X-Hub-Signature-256 before anything else: Webhook.receive does.",
        )
    return ok(check, "a signed post is taken, an unsigned one is refused")
