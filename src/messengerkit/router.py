"""Floor 4: each event goes to the functions that asked for its kind, once, in order.

A bot must not wake itself: an echo reaches only a handler that names `MessageEcho`, and the
echo of the app's own sends only one that asks for it. What happens in a conversation that
another app has comes as `Standby`, and so passes the handlers of messages by.
"""

import asyncio
import enum
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, cast

from ._json import integer
from .background import Background, is_cut_off
from .errors import ConfigurationError, MessengerError
from .events import Event, MessageEcho, Standby
from .seen import Seen, Taken

E = TypeVar("E", bound=Event)
E_contra = TypeVar("E_contra", bound=Event, contravariant=True)

Handler: TypeAlias = Callable[[E], Awaitable[object]]
"""What is called with an event."""

Filter: TypeAlias = Callable[[E], object]
"""What says by a true value that a handler wants an event."""

OnError: TypeAlias = Callable[[Event, BaseException], None]
"""What is told that a handler failed; it decides nothing."""

_log = logging.getLogger("messengerkit")


class Dispatched(enum.Enum):
    """What became of an event."""

    HANDLED = "handled"
    """Every handler that wants it has succeeded."""
    FAILED = "failed"
    """A handler failed; the event is handled again if it is delivered again."""
    REPEATED = "repeated"
    """It was handled before."""
    IN_PROGRESS = "in_progress"
    """It is being handled by another, who may fail yet: let Meta deliver it again."""
    UNWANTED = "unwanted"
    """Nobody asked for its kind."""


@dataclass(frozen=True, slots=True)
class Route(Generic[E]):
    """A handler, and what it asked for.

    Attributes:
        event: The class of event.
        handler: What is called.
        filters: What the event must pass, all of them.
        own_echoes: Whether it wants all echoes, also of this app's own sends.
    """

    event: type[E]
    handler: Handler[E]
    filters: tuple[Filter[E], ...] = ()
    own_echoes: bool = False

    def concerns(self, event: Event, own_app_id: int | None) -> bool:
        """Return whether *event* is of the kind that was asked for."""
        if not isinstance(event, self.event):
            return False
        told = event.event if isinstance(event, Standby) else event
        if not isinstance(told, MessageEcho):
            return True
        own = own_app_id is not None and told.app_id == own_app_id
        named = issubclass(self.event, MessageEcho | Standby)
        return self.own_echoes or (named and not own)


class Router:
    """Hands events to handlers.

    Args:
        own_app_id: Your app's id, by which it knows the echoes of its own sends.
        seen: Remembers which events were handled; without it, every delivery is handled.
        on_error: Is told of each handler that fails; without it, the log is.

    Raises:
        ConfigurationError: If *own_app_id* is no number.
    """

    def __init__(
        self,
        *,
        own_app_id: int | str | None = None,
        seen: Seen | None = None,
        on_error: OnError | None = None,
    ) -> None:
        self._own_app_id = integer(own_app_id)
        if own_app_id is not None and self._own_app_id is None:
            msg = "own_app_id must be the number that Meta gave the app"
            raise ConfigurationError(msg)
        self._seen = seen
        self._on_error = on_error or _log_error
        self._routes: list[Route[Event]] = []

    def on(
        self, event: type[E], /, *filters: Filter[E], own_echoes: bool = False
    ) -> Callable[[Handler[E]], Handler[E]]:
        """Return a decorator that registers a handler; handlers are called in that order.

        Args:
            event: The class of event; a parent class stands for all its children, except
                that `MessageEcho` must be named.
            filters: Functions of the event; the handler wants it if all say so.
            own_echoes: Whether to be called with all echoes, also of this app's own sends.
        """

        def register(handler: Handler[E]) -> Handler[E]:
            route = Route(event, handler, filters, own_echoes)
            # A cast, since `concerns` is asked before the handler gets anything.
            self._routes.append(cast("Route[Event]", route))
            return handler

        return register

    def handlers(self, event: Event) -> tuple[Handler[Event], ...]:
        """Return the handlers that want *event*, in the order of their registration."""
        return tuple(
            route.handler
            for route in self._concerned(event)
            if all(wants(event) for wants in route.filters)
        )

    async def dispatch(self, event: Event) -> Dispatched:
        """Call each handler that wants *event*, one after the other, and tell how it went.

        A handler or a filter that fails does not stop the others. If any failed, the event
        is not marked as seen, and all are called again when it is delivered again.

        Raises:
            Exception: If *seen* cannot be asked; then no handler was called.
        """
        routes = self._concerned(event)
        if not routes:
            return Dispatched.UNWANTED
        if self._seen is None:
            return await self._call(routes, event)
        token = await self._seen.claim(event.key)
        if isinstance(token, Taken):
            handled = token is Taken.HANDLED
            return Dispatched.REPEATED if handled else Dispatched.IN_PROGRESS
        result = Dispatched.FAILED
        try:
            result = await self._call(routes, event)
        finally:
            end = self._seen.done if result is Dispatched.HANDLED else self._seen.release
            await _ended(end(event.key, token))
        return result

    def run_in_background(self, *, most: int = 10_000, seconds: float = 25.0) -> Background:
        """Return what takes events at once and dispatches them afterwards.

        Events of one conversation are dispatched in order, those of others meanwhile.

        Args:
            most: How many events may wait.
            seconds: How long it waits for what was taken, when it is left or drained.
        """
        return Background(self.dispatch, most=most, seconds=seconds)

    def _concerned(self, event: Event) -> list[Route[Event]]:
        return [route for route in self._routes if route.concerns(event, self._own_app_id)]

    async def _call(self, routes: list[Route[Event]], event: Event) -> Dispatched:
        result = Dispatched.HANDLED
        for route in routes:
            try:
                if all(wants(event) for wants in route.filters):
                    await route.handler(event)
            except (Exception, asyncio.CancelledError) as error:  # a user's may raise anything
                if isinstance(error, asyncio.CancelledError) and is_cut_off():
                    raise
                result = Dispatched.FAILED
                self._tell(event, error)
                if is_cut_off():  # and the handler has made something else of it
                    break
        return result

    def _tell(self, event: Event, error: BaseException) -> None:
        try:
            self._on_error(event, error)
        except Exception:  # noqa: BLE001  # the same
            _log.exception("on_error failed itself.")


async def _ended(noting: Awaitable[None]) -> None:
    try:
        await noting
    except Exception:  # noqa: BLE001  # it must not hide what became of the event
        _log.exception("What became of an event could not be noted.")


def _log_error(event: Event, error: BaseException) -> None:
    kind = type(event).__name__
    if isinstance(error, MessengerError):
        _log.error("A handler of %s failed: %s %s", kind, error, error.advice)
    else:
        _log.error("A handler of %s failed.", kind, exc_info=error)
