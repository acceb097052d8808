"""Each path answers every method: with what it is for, or with what it has instead."""

from contract.asking import ACTIONS, ATTACH, HEALTH, SEND, SESSION, STATUS, TEST, WEBHOOK, ask
from contract.case import Case, Step, case, step
from contract.wanting import done, has, refused

READ, WRITE = ("GET", "HEAD", "OPTIONS"), ("OPTIONS", "POST")
PATHS: dict[str, tuple[str, ...]] = {
    STATUS: READ,
    HEALTH: READ,
    ACTIONS: READ,
    SEND: WRITE,
    ATTACH: WRITE,
    TEST: WRITE,
    SESSION: ("DELETE", "OPTIONS", "POST"),
    WEBHOOK: ("GET", "HEAD", "OPTIONS", "POST"),
}
_ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def _steps(path: str, methods: tuple[str, ...]) -> list[Step]:
    listed = ", ".join(methods)
    no = refused(405, "method_not_allowed", f"This path has {listed}.", headers=has(*methods))
    yes = done(f"This path has {listed}.", headers=has(*methods))
    others = [ask(method, path) for method in _ALL if method not in methods]
    return [*(step(other, no) for other in others), step(ask("OPTIONS", path), yes)]


CASES: tuple[Case, ...] = (
    *(case(f"{path} has {', '.join(its)}", *_steps(path, its)) for path, its in PATHS.items()),
)
