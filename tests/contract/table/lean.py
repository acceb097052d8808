"""A backend with one key and nothing else, while Meta cannot be reached."""

from contract.admins import ALICE, BOSS
from contract.asking import ACTIONS, FROM_PANEL, HEALTH, SEND, STATUS, WEBHOOK, ask, get, send
from contract.case import Case, case, one, step
from contract.expecting import ENVELOPE, Expect
from contract.servers import WORD
from contract.wanting import STRANGER, TEXT, THROTTLED, done, has, refused

_DOWN = refused(503, "transport", retryable=True)
_PUBLIC = Expect(
    status=503,
    message="Not ready to send.",
    data={"status": "degraded", "error": {"code": "transport", "advice": TEXT}, "sent": 0},
)
_WHY = Expect(
    status=503,
    message="Not ready to send.",
    data={"status": "degraded", "error": {"code": "transport", "reason": TEXT}, "page_id": None},
)
_WRONG = ("Authorization", "Bearer wrong")

CASES: tuple[Case, ...] = (
    one("the status is 503 while nothing can be sent", get(STATUS), _PUBLIC),
    one("HEAD, too", ask("HEAD", STATUS), _PUBLIC),
    one("an admin learns why", get(HEALTH, by=BOSS), _WHY),
    one("a message is not sent, and may be sent again: 503", send("Later.", by=BOSS), _DOWN),
    one(
        "what is in the log is there to be read",
        get(ACTIONS, by=BOSS),
        done("1 actions, the newest first.", next=None),
    ),
    one(
        "without a list of pages there is nothing for pages",
        ask("OPTIONS", SEND, FROM_PANEL, ("Access-Control-Request-Method", "POST")),
        done("This path has OPTIONS, POST.", headers=has("OPTIONS", "POST")),
    ),
    one("nor on any other answer", get(STATUS, FROM_PANEL), _PUBLIC),
    one("a key of the ring is nothing without the ring", get(HEALTH, by=ALICE), STRANGER),
    one(
        "nor is a cookie without sessions",
        get(HEALTH, ("Cookie", "__Host-messengerkit=x")),
        STRANGER,
    ),
    one(
        "Meta can shake hands all the same",
        get(f"{WEBHOOK}?hub.mode=subscribe&hub.verify_token={WORD}&hub.challenge=1"),
        Expect(
            status=200,
            headers={**ENVELOPE, "content-type": "text/plain; charset=utf-8"},
            body=b"1",
        ),
    ),
    case(
        "without named proxies all come from one address, whatever they say",
        *(
            step(get(HEALTH, _WRONG, ("X-Forwarded-For", f"203.0.113.{number}")), STRANGER)
            for number in range(3)
        ),
        step(get(HEALTH, _WRONG, ("X-Forwarded-For", "203.0.113.9")), THROTTLED),
        step(get(ACTIONS, by=BOSS), done("7 actions, the newest first.")),
    ),
)
