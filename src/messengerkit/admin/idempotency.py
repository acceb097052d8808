"""Floor 7: a request that is sent again with its `Idempotency-Key` acts once.

It protects a person from a second message when an admin clicks twice, or a proxy
repeats (draft-ietf-httpapi-idempotency-key-header; the key of a request that is known to
have done nothing is free again).
"""

import asyncio
import hashlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from messengerkit.delivery import Outcome, outcome_of
from messengerkit.errors import (
    AdminError,
    BackendError,
    DeliveryUnknownError,
    IdempotencyKeyError,
    MessengerError,
    NotFoundError,
    PartialSendError,
    RequestInProgressError,
    TransitionError,
)

from .answers import refusal, unknown
from .identity import AdminIdentity
from .request import AdminAnswer, AdminRequest

_log = logging.getLogger("messengerkit.admin")

LIFE = 24 * 60 * 60.0
"""Seconds for which an answer is kept: the figure of Stripe's API."""

# Bare, or in quotes as the draft writes it; without the comma, by which WSGI joins two of them.
_CHARACTERS = r"[\x21\x23-\x2b\x2d-\x7e]{1,255}"
_KEY = re.compile(f'"({_CHARACTERS})"|({_CHARACTERS})')
KEY_PATTERN = f'^("{_CHARACTERS}"|{_CHARACTERS})$'
"""What a key must be, as JSON Schema says it."""
REPLAYED = ("Idempotent-Replayed", "true")
"""The header of an answer to a request that had been served before."""


class IdempotencyKeys(Protocol):
    """Where keys and their answers are kept: one for all processes that serve one page."""

    async def claim(self, scope: str, key: str, fingerprint: str, /) -> AdminAnswer | None:
        """Return the answer that *key* has already; None gives it to the caller, alone.

        Args:
            scope: Whose key it is; two admins may choose the same one.
            key: The key.
            fingerprint: Of the request, to tell another one apart.

        Raises:
            RequestInProgressError: If the request is still at work.
            IdempotencyKeyError: If *fingerprint* is not that of the first request.
        """
        ...

    async def keep(self, scope: str, key: str, answer: AdminAnswer, /) -> None:
        """Keep *answer* for 24 hours for whoever sends the request again."""
        ...

    async def release(self, scope: str, key: str, /) -> None:
        """Forget a claimed *key*: its request did nothing."""
        ...


@dataclass(frozen=True, slots=True)
class _Kept:
    fingerprint: str
    answer: AdminAnswer
    until: float


class MemoryIdempotencyKeys:
    """Keeps keys in this process, and loses them with it.

    Several processes need one that they share: a request that is repeated may reach
    another of them.

    Args:
        life: Seconds for which an answer is kept.
        most: How many answers; the oldest go first.
        monotonic: The clock, in seconds.
    """

    def __init__(
        self,
        *,
        life: float = LIFE,
        most: int = 10_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._life = life
        self._most = most
        self._monotonic = monotonic
        self._running: dict[tuple[str, str], str] = {}
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()  # in the order of `until`

    async def claim(self, scope: str, key: str, fingerprint: str, /) -> AdminAnswer | None:
        """Return the answer that *key* has, or None; see `IdempotencyKeys`."""
        self._forget()
        name = (scope, key)
        kept = self._kept.get(name)
        if fingerprint != (kept.fingerprint if kept else self._running.get(name, fingerprint)):
            msg = "This Idempotency-Key was used for another request."
            raise IdempotencyKeyError(msg)
        if name in self._running:
            msg = "The request with this Idempotency-Key is still at work."
            raise RequestInProgressError(msg)
        if kept is None:
            self._running[name] = fingerprint
            return None
        return kept.answer

    async def keep(self, scope: str, key: str, answer: AdminAnswer, /) -> None:
        """Keep *answer*; see `IdempotencyKeys`."""
        fingerprint = self._running.pop((scope, key))
        self._kept[scope, key] = _Kept(fingerprint, answer, self._monotonic() + self._life)

    async def release(self, scope: str, key: str, /) -> None:
        """Forget *key*; see `IdempotencyKeys`."""
        del self._running[scope, key]

    def _forget(self) -> None:
        now = self._monotonic()
        while self._kept:
            oldest = next(iter(self._kept))
            if self._kept[oldest].until > now and len(self._kept) <= self._most:
                return
            del self._kept[oldest]


async def once(
    keys: IdempotencyKeys,
    request: AdminRequest,
    admin: AdminIdentity,
    act: Callable[[], Awaitable[AdminAnswer]],
) -> AdminAnswer:
    """Return what *act* answers, or what it answered before to the same request and key.

    An answer is kept if the message is out, or may be. If it surely is not, the key is
    free again, so that the same request may be sent once the cause is mended.

    Raises:
        IdempotencyKeyError: If the key is malformed, or was used for another request.
        RequestInProgressError: If the request is still at work.
        MessengerError: What *act* raises.
    """
    key = key_of(request)
    if key is None:
        return await act()
    scope = admin.admin_id
    stored = await keys.claim(scope, key, _fingerprint(request))
    if stored is not None:
        return AdminAnswer(
            status=stored.status, headers=(*stored.headers, REPLAYED), body=stored.body
        )
    try:
        answer = await act()
    except (Exception, asyncio.CancelledError) as error:
        await _settle(keys, scope, key, _kept_of(error))
        raise
    await _settle(keys, scope, key, answer)
    return answer


def _kept_of(error: BaseException) -> AdminAnswer | None:
    """Return the answer to keep after *error*, or None if nothing was done."""
    try:
        return _answer_to(error)
    except Exception:  # noqa: BLE001  # an error that no answer can tell of, such as an endless wait
        return refusal(BackendError("The backend failed."))


def _answer_to(error: BaseException) -> AdminAnswer | None:
    match error:
        case DeliveryUnknownError() | PartialSendError():
            return unknown(error)
        case BackendError():
            return refusal(error)
        case AdminError() | NotFoundError() | TransitionError():
            return None
        case MessengerError():
            return refusal(error) if outcome_of(error) is Outcome.UNKNOWN else None
        case asyncio.CancelledError():
            msg = "The request was given up while the message was on its way."
            return unknown(DeliveryUnknownError(msg))
        case _:
            return refusal(BackendError("The backend failed."))


async def _settle(keys: IdempotencyKeys, scope: str, key: str, answer: AdminAnswer | None) -> None:
    async def settle() -> None:
        try:
            await (keys.release(scope, key) if answer is None else keys.keep(scope, key, answer))
        except Exception:  # noqa: BLE001  # whatever a user's store may raise
            # The message may be out; an error now would make the admin send it again.
            _log.exception("The Idempotency-Key of a request of %s could not be settled.", scope)

    settling = asyncio.create_task(settle())
    try:
        await asyncio.shield(settling)
    except asyncio.CancelledError:
        # Whoever asked has gone; a key that stays at work would never answer again.
        await settling
        raise


def key_of(request: AdminRequest) -> str | None:
    """Return the `Idempotency-Key` of *request*, or None if there is none.

    Raises:
        IdempotencyKeyError: If it is malformed, or was sent twice.
    """
    values = request.values("idempotency-key")
    if not values:
        return None
    match = _KEY.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        msg = "Idempotency-Key must be 1 to 255 visible ASCII characters without commas, sent once."
        raise IdempotencyKeyError(msg)
    return match[1] or match[2]


def _fingerprint(request: AdminRequest) -> str:
    parts = (request.method, request.path, request.query)
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
    digest.update(b"\0")
    digest.update(request.body)
    return digest.hexdigest()
