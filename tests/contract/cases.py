"""All cases: those of a backend that has everything, and those of one that has little."""

from contract.case import Case
from contract.table import (
    bodies,
    browsers,
    keys,
    lean,
    methods,
    outcomes,
    repeats,
    sending,
    sessions,
    state,
    webhooks,
)

FULL: tuple[Case, ...] = (
    *state.CASES,
    *keys.CASES,
    *sending.CASES,
    *bodies.CASES,
    *outcomes.CASES,
    *repeats.CASES,
    *methods.CASES,
    *browsers.CASES,
    *sessions.CASES,
    *webhooks.CASES,
)
LEAN: tuple[Case, ...] = lean.CASES
