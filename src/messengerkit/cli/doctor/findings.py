"""Floor 9: what doctor tells of one check, as a value, and of all of them, in one sentence."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from messengerkit.errors import GraphError, MessengerError

from .settings import Settings


class Check(enum.StrEnum):
    """What is looked at, in the order in which it is told."""

    VARIABLES = "variables"
    TOKEN = "token"  # noqa: S105  # the name of a check
    PERMISSIONS = "permissions"
    APP_SECRET = "app secret"  # noqa: S105  # as above
    SUBSCRIPTION = "subscription"
    BACKEND = "backend"
    HANDSHAKE = "webhook handshake"
    SIGNATURE = "webhook signature"
    ADMIN_ROUTE = "admin route"
    ADMIN_KEY = "admin key"
    CORS = "CORS"
    STATUS = "status"
    STORE = "store"


class State(enum.Enum):
    """How a check ended."""

    OK = "ok"
    FAULT = "fault"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check ended.

    Attributes:
        check: What was looked at.
        state: How it is.
        told: What was seen, or why nothing was looked at.
        means: What a fault means.
        cure: How to mend it.
    """

    check: Check
    state: State
    told: str
    means: str = ""
    cure: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong."""
        return self.state is State.FAULT


def ok(check: Check, told: str) -> Finding:
    """Return that all is well."""
    return Finding(check, State.OK, told)


def fault(check: Check, told: str, means: str, cure: str) -> Finding:
    """Return what is wrong, what it means, and how to mend it."""
    return Finding(check, State.FAULT, told, means, cure)


def skipped(check: Check, told: str) -> Finding:
    """Return that nothing was looked at, and why."""
    return Finding(check, State.SKIPPED, told)


def because(check: Check, of: Check) -> Finding:
    """Return that nothing can be said before the fault *of* another check is mended."""
    return skipped(check, f"because of: {of}")


def failed(check: Check, error: MessengerError, settings: Settings) -> Finding:
    """Return an error that is no fault of a setting, in Meta's words and with our advice."""
    how = "Meta refuses" if isinstance(error, GraphError) else "Meta could not be asked"
    told = f"{how}: {settings.shown(error)}"
    trace = f", fbtrace_id {settings.shown(error.fbtrace_id)}" if error.fbtrace_id else ""
    means = f"No setting is known to be wrong by that ({type(error).__name__}{trace})."
    return fault(check, told, means, error.advice)


def is_faulty(findings: Sequence[Finding], check: Check) -> bool:
    """Return whether *check* found a fault."""
    return any(one.is_fault for one in findings if one.check is check)


def in_short(findings: Sequence[Finding]) -> str:
    """Return how many faults there are, in one sentence."""
    faults = sum(one.is_fault for one in findings)
    left_out = sum(one.state is State.SKIPPED for one in findings)
    if faults:
        return f"Faults: {faults}. Mend the first one, then run this again."
    if left_out:
        return f"All is well, as far as it was looked at; {left_out} checks were not made."
    return "All is well."
