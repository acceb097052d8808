"""All cases: of a backend that has everything, of one that has little, of one that Meta limits."""

from contract.case import Case
from contract.table import (
    bodies,
    browsers,
    keys,
    lean,
    limited,
    methods,
    outcomes,
    repeats,
    sending,
    sessions,
    state,
    uploads,
    webhooks,
)

FULL: tuple[Case, ...] = (
    *state.CASES,
    *keys.CASES,
    *sending.CASES,
    *uploads.CASES,
    *bodies.CASES,
    *outcomes.CASES,
    *repeats.CASES,
    *methods.CASES,
    *browsers.CASES,
    *sessions.CASES,
    *webhooks.CASES,
)
LEAN: tuple[Case, ...] = lean.CASES
LIMITED: tuple[Case, ...] = limited.CASES
