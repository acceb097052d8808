"""Floor 7: the table of routes; `AdminFace` mounts those that its backend can serve."""

from . import controlling, looking, meta, sends, signing_in, state, watching
from .route import Route

DESK: tuple[Route, ...] = (*controlling.ROUTES, *looking.ROUTES, *watching.ROUTES)
"""Those that only a backend serves that keeps conversations."""

ROUTES: tuple[Route, ...] = (
    *sends.ROUTES,
    *state.ROUTES,
    *DESK,
    *signing_in.ROUTES,
    *meta.ROUTES,
)
"""All of them but `TEST_MESSAGE`, which is mounted only where it is asked for."""
