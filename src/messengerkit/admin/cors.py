"""Floor 7: which pages of the web a browser lets read our answers: an allow-list, never all.

What a browser asks and what it takes for a yes: https://fetch.spec.whatwg.org/#http-cors-protocol.
"""

from dataclasses import dataclass

from .origins import origin_of
from .request import AdminAnswer, AdminRequest

Headers = tuple[tuple[str, str], ...]

_SENT = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Admin-User-ID"
_READ = "Idempotent-Replayed, Retry-After"
_MAX_AGE = "600"  # seconds for which a browser need not ask again; Chromium caps it at two hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """Lets pages of *origins* read answers; with none, it adds nothing at all.

    Attributes:
        origins: As browsers write them; see `origins_from`.
        credentials: Whether they may send the session's cookie.
    """

    origins: frozenset[str]
    credentials: bool = False

    def stamp(self, request: AdminRequest, answer: AdminAnswer) -> AdminAnswer:
        """Return *answer* with what lets the page that asked read it, if it may."""
        if not self.origins:
            return answer
        # Also where the origin is not ours: a cache must not give one page's answer to another.
        headers: Headers = (("Vary", "Origin"),)
        if self._allows(request):
            headers += (*self._allowance(request), ("Access-Control-Expose-Headers", _READ))
        return AdminAnswer(status=answer.status, headers=answer.headers + headers, body=answer.body)

    def preflight(self, request: AdminRequest, methods: str) -> Headers:
        """Return what allows the request that a browser announces by OPTIONS, if it may be."""
        asks = request.values("access-control-request-method")
        if not asks or not self._allows(request):
            return ()
        return (
            ("Access-Control-Allow-Methods", methods),
            ("Access-Control-Allow-Headers", _SENT),
            ("Access-Control-Max-Age", _MAX_AGE),
        )

    def _allows(self, request: AdminRequest) -> bool:
        return origin_of(request) in self.origins

    def _allowance(self, request: AdminRequest) -> Headers:
        origin = (("Access-Control-Allow-Origin", origin_of(request) or ""),)
        return (
            (*origin, ("Access-Control-Allow-Credentials", "true")) if self.credentials else origin
        )
