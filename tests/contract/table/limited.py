"""A backend whose page Meta limits in the end: from then on, the whole page is still."""

from contract.asking import STATUS, attach, get, send
from contract.case import Case, one
from contract.wanting import done, refused, sent

from messengerkit.sandbox import Fault

_LATER = {"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":5}]}'}

CASES: tuple[Case, ...] = (
    one("the status is asked for, and kept", get(STATUS), done("Ready to send.")),
    one(
        "a limit that is over soon is waited for",
        send("At last."),
        sent("At last.", attempts=2),
        Fault.graph_error(613, headers={"Retry-After": "0.1"}),
    ),
    one(
        "Meta asks to wait for longer than anybody would: 429, and for how long",
        attach("image", "https://cdn.example.com/many.png"),
        refused(429, "rate_limit", retryable=True, headers={"retry-after": "300"}),
        Fault.graph_error(4, headers=_LATER),
    ),
    one("the status is still told", get(STATUS), done("Ready to send.", sent=1)),
)
