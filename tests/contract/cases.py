"""All cases: of a backend with everything, with little, that Meta limits, and of a desk."""

from contract.case import Case
from contract.table import (
    bodies,
    browsers,
    desk,
    desk_acting,
    desk_watching,
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
DESK: tuple[Case, ...] = (*desk.CASES, *desk_acting.CASES, *desk_watching.CASES)
