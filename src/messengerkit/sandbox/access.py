"""Floor 8: who may call: Meta's checks of the token and of its proof; pure."""

import re

from messengerkit.signature import appsecret_proof

from .calls import Call
from .page import Page
from .refusals import NO_TOKEN, WRONG_PROOF, WRONG_TOKEN, Refusal

_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")
_PROOF_LIFE = 300  # seconds that a timed proof is good for


def refuse_access(call: Call, page: Page, now: float) -> Refusal | None:
    """Return why *call* may not act for *page*, or None if it may.

    A proof is checked when present, as for an app without "Require App Secret".
    Platform page: /docs/graph-api/guides/secure-requests.
    """
    if call.token in (None, ""):
        return NO_TOKEN
    if call.token != page.access_token:
        return WRONG_TOKEN
    proof = call.params.get("appsecret_proof")
    if proof is None or proof == _expected_proof(call, page, now):
        return None
    return WRONG_PROOF


def _expected_proof(call: Call, page: Page, now: float) -> str | None:
    stamp = call.params.get("appsecret_time")
    if stamp is None:
        return appsecret_proof(page.access_token, page.app_secret)
    seconds = str(stamp)
    if not _UNIX_SECONDS.fullmatch(seconds) or abs(now - int(seconds)) > _PROOF_LIFE:
        return None
    return appsecret_proof(f"{page.access_token}|{seconds}", page.app_secret)
