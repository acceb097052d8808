"""Floor 8: who may call: Meta's checks of the token and of its proof.

Platform page: /docs/graph-api/guides/secure-requests.
"""

import re

from messengerkit.sandbox.world.pages import Token
from messengerkit.sandbox.world.world import World
from messengerkit.signature import appsecret_proof

from .calls import Call
from .refusals import NO_PROOF, NO_TOKEN, WRONG_PROOF, WRONG_TOKEN, Refused, dead_token

_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")
_PROOF_LIFE = 300  # seconds that a timed proof is good for


def let_in(call: Call, world: World) -> Token:
    """Return the token of *call*.

    Raises:
        Refused: If it is missing, wrong or dead, or its proof is.
    """
    if call.token in (None, ""):
        raise Refused(NO_TOKEN)
    token = world.tokens.get(str(call.token))
    if token is None:
        raise Refused(WRONG_TOKEN)
    dead = token.dead_at(world.clock())
    if dead is not None:
        raise Refused(dead_token(dead))
    _check_proof(call, token, world.clock())
    return token


def _check_proof(call: Call, token: Token, now: float) -> None:
    proof = call.params.get("appsecret_proof")
    if proof is None:
        if token.app.require_proof and not token.is_of_app:
            raise Refused(NO_PROOF)
        return
    if proof != _expected_proof(call, token, now):
        raise Refused(WRONG_PROOF)


def _expected_proof(call: Call, token: Token, now: float) -> str | None:
    stamp = call.params.get("appsecret_time")
    if stamp is None:
        return appsecret_proof(token.value, token.app.secret)
    seconds = str(stamp)
    if not _UNIX_SECONDS.fullmatch(seconds) or abs(now - int(seconds)) > _PROOF_LIFE:
        return None
    return appsecret_proof(f"{token.value}|{seconds}", token.app.secret)
