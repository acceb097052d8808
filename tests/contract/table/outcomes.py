"""How a send can end at Meta, and what the admin is told of it."""

from contract.asking import send
from contract.case import Case, case, one, step
from contract.wanting import refused, sent, unknown

from messengerkit.sandbox import Fault

_TRACE = "AScriptedFaultInTheSandbox"

REFUSED: dict[str, tuple[Fault, str]] = {
    "the window is closed": (Fault.graph_error(10, 2018278, status=403), "outside_window"),
    "the person blocks the page": (Fault.graph_error(551), "user_unavailable"),
    "the token is no longer good": (Fault.graph_error(190, status=401), "token"),
    "the app may not do it": (Fault.graph_error(200, status=403), "permission_denied"),
    "Meta reads the request otherwise": (Fault.graph_error(100), "invalid_request"),
}

UNKNOWN: dict[str, tuple[Fault, bool]] = {
    "the connection ends before the answer": (Fault.commit_then_close(), True),
    "the connection breaks before the answer": (Fault.commit_then_reset(), True),
    "the answer breaks off in its head": (Fault.half_head(), True),
    "the answer breaks off in its body": (Fault.half_body(), True),
    "the answer is not HTTP": (Fault.not_http(), True),
    "the connection breaks, and nothing came of it": (Fault.reset(), False),
    "a proxy answers for Meta": (Fault.html(502), False),
    "the answer is none of Meta's": (Fault.body(200, b"[]"), False),
    "Meta names an error that nobody knows": (Fault.graph_error(999), False),
}

CASES: tuple[Case, ...] = (
    one(
        "nobody has this id: 502, with Meta's own code",
        send("To nobody.", recipient_id="24999999999999999"),
        refused(
            502,
            "user_not_found",
            "(#100) No matching user found",
            retryable=False,
            graph={"code": 100, "subcode": 2018001},
        ),
    ),
    *(
        one(
            f"{what}: 502, and nothing is sent",
            send("Refused."),
            refused(502, code, retryable=False, graph={"fbtrace_id": _TRACE}),
            fault,
        )
        for what, (fault, code) in REFUSED.items()
    ),
    *(
        one(
            f"{what}: 202, for nobody knows",
            send(f"Perhaps, for {what}."),
            unknown(*([f"Perhaps, for {what}."] if reached else [])),
            fault,
        )
        for what, (fault, reached) in UNKNOWN.items()
    ),
    case(
        "what Meta refuses once is not refused for ever",
        step(send("Now?"), refused(502, "outside_window"), REFUSED["the window is closed"][0]),
        step(send("Now."), sent("Now.")),
    ),
    one("who waits for Meta waits", send("Slowly."), sent("Slowly."), Fault.slow(0.05)),
)
