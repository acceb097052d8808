"""Floor 7: the table of routes; `AdminFace` mounts those that its backend can serve."""

from . import meta, sends, signing_in, state
from .route import Route

ROUTES: tuple[Route, ...] = (*sends.ROUTES, *state.ROUTES, *signing_in.ROUTES, *meta.ROUTES)
"""All of them but `TEST_MESSAGE`, which is mounted only where it is asked for."""
