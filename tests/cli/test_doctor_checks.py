"""The checks of doctor, one by one: what else Meta, a backend or an environment can be like."""

import json
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from aiohttp import web
from cli.patient import PANEL, Patient, healthy, served
from multidict import CIMultiDict

from messengerkit.cli.doctor.admin_checks import (
    AdminFacts,
    ask_admin,
    key_finding,
    route_finding,
)
from messengerkit.cli.doctor.cors import cors_finding
from messengerkit.cli.doctor.examining import Wanted, _of_reached
from messengerkit.cli.doctor.findings import Finding, State
from messengerkit.cli.doctor.graph_checks import graph_findings
from messengerkit.cli.doctor.graph_probes import GraphFacts
from messengerkit.cli.doctor.http import Answer, Backend, reaching
from messengerkit.cli.doctor.settings import Settings
from messengerkit.cli.doctor.status_check import status_finding
from messengerkit.cli.doctor.store_check import look_at_store
from messengerkit.cli.doctor.variables import problems_of, variables_finding
from messengerkit.cli.doctor.webhook_checks import (
    WebhookFacts,
    handshake_finding,
    signature_finding,
)
from messengerkit.errors import (
    MessengerError,
    PermissionDeniedError,
    TemporaryError,
    TokenError,
    TransportError,
)
from messengerkit.page import Page
from messengerkit.sandbox import App, Fault, Sandbox
from messengerkit.sandbox import Page as SandboxPage
from messengerkit.tokens import SubscribedApp, TokenInfo

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCOPES = ["pages_messaging", "pages_manage_metadata", "pages_read_engagement"]
GOOD = {
    "FACEBOOK_PAGE_ACCESS_TOKEN": "EAAToken",
    "FACEBOOK_APP_SECRET": "new-secret,old-secret",
    "FACEBOOK_VERIFY_TOKEN": "a-word",
    "ADMIN_API_KEY": "a-key",
    "ADMIN_USER_ID": "alice",
}
SETTINGS = Settings(GOOD)
APP = SubscribedApp({"id": "7", "subscribed_fields": ["messages", "messaging_postbacks"]})
INFO = {"app_id": "7", "type": "PAGE", "is_valid": True, "scopes": SCOPES, "profile_id": "104"}
ME = Page(id="104", name="Café")
FACTS = GraphFacts(me=ME, proved=ME, token=TokenInfo(INFO), apps=(APP,))


def at_meta(facts: GraphFacts, app_id: int | None = None) -> dict[str, Finding]:
    """Return what is found in *facts*."""
    return {one.check: one for one in graph_findings(facts, SETTINGS, NOW, app_id)}


def states(found: Mapping[str, Finding]) -> list[str]:
    """Return how each check ended."""
    return [one.state.value for one in found.values()]


def test_a_page_that_is_served() -> None:
    """What a desk would also want is told, and is no fault."""
    found = at_meta(FACTS)

    assert states(found) == ["ok"] * 4
    assert "a desk would also want message_echoes, message_deliveries" in found["subscription"].told


def test_a_token_that_ends_soon_is_a_fault() -> None:
    """The rest is looked at nevertheless."""
    info = TokenInfo({**INFO, "expires_at": NOW.timestamp() + 6 * 86_400})
    found = at_meta(replace(FACTS, token=info))

    assert states(found) == ["fault", "ok", "ok", "ok"]
    assert found["token"].told.endswith("and no longer than 2026-01-07 00:00 UTC")


def test_a_token_that_ends_later_is_none() -> None:
    """Who renews it each month is not told so each day."""
    info = TokenInfo({**INFO, "expires_at": NOW.timestamp() + 8 * 86_400})

    assert states(at_meta(replace(FACTS, token=info))) == ["ok"] * 4


def test_a_permission_for_other_pages_is_none() -> None:
    """Granular scopes tell for which page it was granted."""
    other = {"granular_scopes": [{"scope": "pages_messaging", "target_ids": ["105"]}]}
    found = at_meta(replace(FACTS, token=TokenInfo({**INFO, **other})))

    assert found["permissions"].told == "the token lacks pages_messaging"


UNTOLD = "Meta does not tell (no): give --app-id"


def test_what_meta_does_not_tell_is_not_guessed() -> None:
    """Without the app's id, nothing is said of permissions, nor which app is ours."""
    found = at_meta(replace(FACTS, token=PermissionDeniedError("no")))

    assert states(found) == ["ok", "skipped", "ok", "skipped"]
    assert found["token"].told == f"it works, for Café (104); of what kind it is, {UNTOLD}"
    assert found["permissions"].told == UNTOLD
    assert found["subscription"].told == "which of 1 apps is yours is not known: give --app-id"


@pytest.mark.parametrize(("app_id", "state"), [(7, "ok"), (8, "fault")])
def test_the_apps_id_tells_which_app_is_ours(app_id: int, state: str) -> None:
    """Also where nothing is known of the token."""
    found = at_meta(replace(FACTS, token=PermissionDeniedError("no")), app_id)

    assert found["subscription"].state.value == state


def test_no_app_at_all_is_not_ours() -> None:
    """That needs no id."""
    found = at_meta(replace(FACTS, token=PermissionDeniedError("no"), apps=()))

    assert found["subscription"].told == "the app hears nothing"


@pytest.mark.parametrize("error", [TemporaryError("later"), TransportError("nobody")])
def test_what_fails_for_other_reasons_is_told(error: MessengerError) -> None:
    """With the advice of its error."""
    found = at_meta(replace(FACTS, proved=error, apps=error))

    assert states(found) == ["ok", "ok", "fault", "fault"]
    assert found["app secret"].cure == found["subscription"].cure == error.advice


def test_a_fault_tells_metas_trace() -> None:
    """Its support asks for it."""
    error = TemporaryError("later", fbtrace_id="AbC")

    assert at_meta(GraphFacts(me=error))["token"].means.endswith(
        "(TemporaryError, fbtrace_id AbC)."
    )


def test_a_reason_that_is_not_known_has_its_numbers() -> None:
    """Meta may add one."""
    error = TokenError("no", code=190, subcode=1)

    assert "(code 190, subcode 1)" in at_meta(GraphFacts(me=error))["token"].told


async def examined(sandbox: Sandbox, folder: Path, **changes: str) -> dict[str, str]:
    """Return how each check of Meta ends; *changes* are of doctor's environment."""
    async with healthy(sandbox, folder) as patient:
        patient.environ |= changes
        found = await patient.examined()
    return {one["check"]: one["state"] for one in found[:5]}


def strict() -> Sandbox:
    """Return a sandbox whose app wants each call to be proved."""
    page = SandboxPage()
    return Sandbox(page, apps=[App(id=page.app_id, secret=page.app_secret, require_proof=True)])


async def test_an_app_may_want_each_call_to_be_proved(tmp_path: Path) -> None:
    """Then the token is seen to work by calls that are."""
    async with strict() as sandbox:
        found = await examined(sandbox, tmp_path)

    assert list(found.values()) == ["ok"] * 5


@pytest.mark.parametrize(("secret", "fault"), [("another-secret", "app secret"), ("", "variables")])
async def test_then_a_wrong_secret_hides_the_token(tmp_path: Path, secret: str, fault: str) -> None:
    """It is one fault, and not two."""
    async with strict() as sandbox:
        found = await examined(sandbox, tmp_path, FACEBOOK_APP_SECRET=secret)

    assert [check for check, state in found.items() if state == "fault"] == [fault]
    assert found["token"] == "skipped"


@pytest.mark.parametrize(("app_id", "state"), [("815000000000104", "ok"), ("", "skipped")])
async def test_the_app_itself_is_told_of_the_token(tmp_path: Path, app_id: str, state: str) -> None:
    """Where Meta tells the token nothing of itself."""
    async with Sandbox() as sandbox:
        sandbox.script(Fault.graph_error(100), path="debug_token")
        found = await examined(sandbox, tmp_path, FACEBOOK_APP_ID=app_id)

        assert found["permissions"] == state
        # Whatever is told of it: the token to look into does not stand in a record.
        assert sandbox.page.access_token not in repr(sandbox.requests)


def problem(**changes: str) -> str | None:
    """Return what is wrong with the variables."""
    problems = problems_of(Settings({**GOOD, **changes}))
    found = variables_finding(problems)

    assert found.is_fault == bool(problems)
    return found.told if problems else None


KEYS_FILE = {"ADMIN_KEYS_FILE": "keys.json"}
WRONG: Mapping[str, tuple[dict[str, str], str]] = {
    "a placeholder": (
        {"FACEBOOK_VERIFY_TOKEN": "your_verify_token_here"},
        "FACEBOOK_VERIFY_TOKEN is still the placeholder of an example",
    ),
    "no text": ({"FACEBOOK_VERIFY_TOKEN": "\udcff"}, "FACEBOOK_VERIFY_TOKEN is not text"),
    "a blank in a token": (
        {"FACEBOOK_PAGE_ACCESS_TOKEN": "Bearer EAAToken"},
        "FACEBOOK_PAGE_ACCESS_TOKEN holds blanks, or characters that no token has",
    ),
    "half a pair of secrets": (
        {"FACEBOOK_APP_SECRET": "new-secret,"},
        "FACEBOOK_APP_SECRET has a comma, and no secret beside it",
    ),
    "a key with a comma": (
        {"ADMIN_API_KEY": "a,b"},
        "ADMIN_API_KEY is not as it must be: The admin API key must be 1 to 8000",
    ),
    "an admin with a blank": (
        {"ADMIN_USER_ID": "alice and bob"},
        "ADMIN_USER_ID is not as it must be: The admin user id must have 1 to 128",
    ),
    "a version": (
        {"MESSENGER_GRAPH_VERSION": "26"},
        "MESSENGER_GRAPH_VERSION is not as it must be: graph_version must look like 'v26.0'",
    ),
    "another host": (
        {"MESSENGER_GRAPH_URL": "http://graph.example.com"},
        "MESSENGER_GRAPH_URL is not as it must be: graph_url must be https",
    ),
    "any origin": (
        {"ADMIN_ORIGINS": "*"},
        "ADMIN_ORIGINS is not as it must be: '*' is not an origin: it must be https://host",
    ),
    "a proxy": ({"ADMIN_PROXIES": "everywhere"}, "ADMIN_PROXIES is not as it must be: "),
    "a short secret": (
        {"ADMIN_ORIGINS": PANEL, "ADMIN_SESSION_SECRET": "short"},
        "ADMIN_SESSION_SECRET is not as it must be: secrets: one or more, each of 32",
    ),
    "a session without an origin": (
        {"ADMIN_SESSION_SECRET": "s" * 32},
        "ADMIN_ORIGINS is missing, and ADMIN_SESSION_SECRET needs it",
    ),
    "no switch": ({"ADMIN_TEST_MESSAGE": "perhaps"}, "ADMIN_TEST_MESSAGE is not as it must be: "),
    "no file": (KEYS_FILE, "ADMIN_KEYS_FILE is not as it must be: keys.json: cannot be read"),
}


@pytest.mark.parametrize(("changes", "told"), WRONG.values(), ids=WRONG)
def test_a_variable_that_is_malformed(changes: dict[str, str], told: str) -> None:
    """It is named, and what it must be; never with the value of a secret."""
    found = problem(**changes)

    assert found is not None
    assert found.startswith(told)
    assert "short" not in found
    assert found.count(";") == 0


@pytest.mark.parametrize("mark", ["'", '"'])
def test_quotation_marks_are_a_part_of_no_value(mark: str) -> None:
    """Some files of settings keep them."""
    found = problem(ADMIN_API_KEY=f"{mark}a-key{mark}")

    assert found == "ADMIN_API_KEY has quotation marks around it, which are taken as a part of it"


def test_variables_that_are_all_right(tmp_path: Path) -> None:
    """Those that may be left out, too; blanks around a value are left out by the backend."""
    (tmp_path / "keys.json").write_text('{"keys": {}}', encoding="utf-8")
    found = problem(
        ADMIN_KEYS_FILE=str(tmp_path / "keys.json"),
        ADMIN_ORIGINS=f"{PANEL}, http://localhost:3000",
        ADMIN_SESSION_SECRET="s" * 32,
        ADMIN_PROXIES="10.0.0.0/8",
        ADMIN_TEST_MESSAGE="0",
        MESSENGER_GRAPH_VERSION="v25.0",
        FACEBOOK_VERIFY_TOKEN=" a-word\n",
    )

    assert found is None


def test_a_file_of_keys_is_instead_of_one_key(tmp_path: Path) -> None:
    """Then neither the key nor its admin is missing, unless one of them is there."""
    (tmp_path / "keys.json").write_text('{"keys": {}}', encoding="utf-8")
    by_file = {"ADMIN_KEYS_FILE": str(tmp_path / "keys.json"), "ADMIN_API_KEY": ""}

    assert problem(**by_file, ADMIN_USER_ID="") is None
    assert problem(**by_file, ADMIN_USER_ID="alice") == (
        "ADMIN_API_KEY is missing (the key that admins send as Authorization: Bearer)"
    )


OK, REFUSED, NO_ROUTE, FAILS = (Answer(status=status) for status in (200, 403, 404, 500))
NOBODY = Answer(why="none came")
WEBHOOK = WebhookFacts(
    challenge="123", right=Answer(status=200, body=b"123"), wrong=REFUSED, signed=OK, forged=REFUSED
)
SHAKEN: Mapping[str, tuple[WebhookFacts, str]] = {
    "right": (WEBHOOK, "the challenge is echoed, and another verify token is refused"),
    "another text": (
        replace(WEBHOOK, right=Answer(status=200, body=b'"123"')),
        "the handshake is answered with something other than the challenge",
    ),
    "to anybody": (
        replace(WEBHOOK, wrong=OK),
        "the handshake is answered whatever the verify token is",
    ),
    "fails": (replace(WEBHOOK, right=FAILS), "the handshake fails (HTTP 500)"),
    "nobody": (replace(WEBHOOK, right=NOBODY), "the handshake fails (no answer: none came)"),
    "404 to others": (
        replace(WEBHOOK, wrong=NO_ROUTE),
        "the challenge is echoed, and another verify token is refused",
    ),
}


@pytest.mark.parametrize(("facts", "told"), SHAKEN.values(), ids=SHAKEN)
def test_a_handshake(facts: WebhookFacts, told: str) -> None:
    """It is for Meta, and its answer is the challenge alone."""
    found = handshake_finding(facts)

    assert found.told == told
    assert found.is_fault == (not told.startswith("the challenge"))


SIGNED: Mapping[str, tuple[WebhookFacts, str]] = {
    "right": (WEBHOOK, "a signed post is taken, an unsigned one is refused"),
    "fails": (
        replace(WEBHOOK, signed=FAILS),
        "a signed post without events is not taken (HTTP 500)",
    ),
    "not 200": (
        replace(WEBHOOK, signed=Answer(status=204)),
        "a signed post without events is not taken (HTTP 204)",
    ),
    "forged": (
        replace(WEBHOOK, forged=OK),
        "a post without a signature is not refused (HTTP 200)",
    ),
    "no secret": (replace(WEBHOOK, signed=None), "because of: variables"),
}


@pytest.mark.parametrize(("facts", "told"), SIGNED.values(), ids=SIGNED)
def test_a_signature(facts: WebhookFacts, told: str) -> None:
    """What is signed gets 200, and what is not is refused."""
    assert signature_finding(facts).told == told


ADMIN = AdminFacts(keyless=REFUSED, keyed=Answer(status=422))
BY_KEY: Mapping[str, tuple[AdminFacts, str, str]] = {
    "right": (ADMIN, "ok", "it is let in, and a message without a text is refused (HTTP 422)"),
    "for others": (
        replace(ADMIN, keyed=REFUSED),
        "fault",
        "the key is known, and may not send here (HTTP 403)",
    ),
    "too often": (
        replace(ADMIN, keyed=Answer(status=429)),
        "fault",
        "the key and the admin's id of this environment are refused (HTTP 429)",
    ),
    "taken": (
        replace(ADMIN, keyed=OK),
        "fault",
        "with the key, a message without a text is not refused (HTTP 200)",
    ),
    "no key": (replace(ADMIN, keyed=None), "skipped", "because of: variables"),
}


@pytest.mark.parametrize(("facts", "state", "told"), BY_KEY.values(), ids=BY_KEY)
def test_a_key(facts: AdminFacts, state: str, told: str) -> None:
    """It opens the route; what is sent through it is refused for what it lacks."""
    found = key_finding(facts, SETTINGS)

    assert (found.state.value, found.told) == (state, told)


@pytest.mark.parametrize(("status", "asked"), [(401, 2), (200, 1), (404, 1), (500, 1)])
async def test_the_key_goes_to_a_route_that_wants_one(status: int, asked: int) -> None:
    """And to no other: what lets everybody in may be anybody's."""
    session = Answering(status)
    backend = Backend(cast("aiohttp.ClientSession", session), "http://127.0.0.1")
    await ask_admin(backend, SETTINGS)

    keys = [one.get("Authorization") for one in session.headers]
    assert keys == [None, "Bearer a-key"][:asked]


def test_a_file_of_keys_is_not_tried() -> None:
    """The keys themselves are not in it."""
    found = key_finding(replace(ADMIN, keyed=None), Settings({"ADMIN_KEYS_FILE": "keys.json"}))

    assert found.told == "each admin has a key of their own, in ADMIN_KEYS_FILE"


@pytest.mark.parametrize(
    ("answer", "told"),
    [(FAILS, "fails (HTTP 500)"), (NOBODY, "fails (no answer: none came)")],
)
def test_a_route_that_fails(answer: Answer, told: str) -> None:
    """It is there, and the panel cannot use it."""
    found = route_finding(AdminFacts(keyless=answer, keyed=None))

    assert (found.is_fault, found.told) == (True, f"POST /admin/send-message {told}")


def preflight(status: int = 204, origin: str = PANEL, headers: str = "*, Authorization") -> Finding:
    """Return what is found in an answer to OPTIONS."""
    told = {
        "access-control-allow-origin": origin,
        "access-control-allow-headers": headers,
    }
    return cors_finding(Answer(status=status, headers=told), PANEL)


@pytest.mark.parametrize(
    "headers", ["*, Authorization", "Authorization, Content-Type, X-Admin-User-ID, Idempotency-Key"]
)
@pytest.mark.parametrize("origin", [PANEL, "*"])
def test_a_preflight_that_a_browser_takes(origin: str, headers: str) -> None:
    """With every header named, but for a star."""
    assert preflight(origin=origin, headers=headers).state is State.OK


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (preflight(405), "are not allowed (HTTP 405; another one is, or more than one)"),
        (preflight(origin=f"{PANEL}, {PANEL}"), "(HTTP 204; another one is, or more than one)"),
        (preflight(origin=""), "are not allowed (HTTP 204; none is)"),
        (preflight(headers="*"), "may not send authorization"),
        (preflight(headers="authorization,content-type"), "idempotency-key, x-admin-user-id"),
    ],
)
def test_a_preflight_that_a_browser_does_not_take(found: Finding, told: str) -> None:
    """A star does not name Authorization, and two origins are none."""
    assert found.is_fault
    assert told in found.told


@pytest.mark.parametrize("body", [b"", b"fine", b"[]", b'{"data": []}'])
def test_a_status_of_another_kind_is_believed(body: bytes) -> None:
    """A backend that is not ours says it with 200."""
    assert status_finding(Answer(status=200, body=body), (), SETTINGS).state is State.OK


def test_a_status_that_says_nothing() -> None:
    """Its number is told."""
    found = status_finding(FAILS, (), SETTINGS)

    assert found.told == "/status says that the backend cannot send (HTTP 500)"
    assert found.cure.endswith("read its log.")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+asyncpg://u:correct-horse@127.0.0.1:1/d", "the database failed: "),
        ("mysql://u:correct-horse@127.0.0.1/d", "mysql: no such database is known"),
        ("'sqlite:///desk.db'", "the database's URL cannot be read"),
    ],
)
async def test_a_store_that_cannot_be_had(url: str, told: str) -> None:
    """It is one fault, which shows no password."""
    found = await look_at_store(url)

    assert found.told.startswith(f"it cannot be had: {told}")
    assert "correct-horse" not in repr(found)


async def test_a_store_without_tables_stays_so(tmp_path: Path) -> None:
    """A desk makes them; doctor does not."""
    (tmp_path / "desk.db").touch()
    found = await look_at_store(f"sqlite:///{tmp_path / 'desk.db'}")

    assert found.state is State.OK
    assert "it has no tables yet" in found.told
    assert (tmp_path / "desk.db").read_bytes() == b""


async def test_a_store_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, that is the fault."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    found = await look_at_store("sqlite:///desk.db")

    assert 'pip install "messengerkit[sql]"' in found.told


class Answering:
    """A session that notes the headers of each request, and answers nothing but a status."""

    def __init__(self, status: int) -> None:
        self.headers: list[Mapping[str, str]] = []
        self._status = status

    async def request(self, *_: object, headers: Mapping[str, str], **__: object) -> object:
        """Answer."""
        self.headers.append(headers)
        return Answered(self._status)


class Answered:
    """An answer without a body."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.headers = CIMultiDict[str]()
        self.content = self

    async def iter_any(self) -> AsyncGenerator[bytes]:
        """Yield what there is."""
        yield b""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None


class Failing:
    """A session with which every request fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def request(self, *_: object, **__: object) -> object:
        """Fail."""
        raise self._error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (
            aiohttp.ClientConnectorCertificateError.__new__(
                aiohttp.ClientConnectorCertificateError
            ),
            "its certificate is not valid",
        ),
        (
            aiohttp.ClientConnectorDNSError.__new__(aiohttp.ClientConnectorDNSError),
            "there is no host",
        ),
        (
            aiohttp.ClientConnectorError.__new__(aiohttp.ClientConnectorError),
            "nothing listens there",
        ),
        (aiohttp.ServerTimeoutError(), "none came within 6 seconds"),
        (TimeoutError(), "none came within 6 seconds"),
        (aiohttp.ServerDisconnectedError(), "what came is no answer of HTTP, or broke off"),
    ],
)
async def test_why_no_answer_came(error: Exception, why: str) -> None:
    """It is told in words, and without what aiohttp says."""
    backend = Backend(cast("aiohttp.ClientSession", Failing(error)), "http://127.0.0.1")
    answer = await backend.ask("GET", "/status")

    assert answer.status == 0
    assert answer.told.startswith(f"no answer: {why}")


async def test_a_name_that_no_host_can_have_is_no_traceback() -> None:
    """Python refuses to look for it at all."""
    async with reaching("https://api..example.com") as backend:
        answer = await backend.ask("GET", "/status")

    assert answer.told == "no answer: no host can have that name"


async def test_a_backend_that_does_not_answer_is_asked_once() -> None:
    """What else it might say is not waited for."""
    backend = Backend(cast("aiohttp.ClientSession", Failing(TimeoutError())), "http://127.0.0.1")
    reached, *others = await _of_reached(backend, SETTINGS, Wanted(), ())

    assert reached.told == "no answer: none came within 6 seconds"
    assert {one.told for one in others} == {"because of: backend"}


async def test_an_answer_is_read_in_part(tmp_path: Path) -> None:
    """However long it is; and nobody is followed elsewhere."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox())
        patient = await stack.enter_async_context(healthy(sandbox, tmp_path))
        away = web.Response(status=302, body=b"x" * 300_000, headers={"Location": "/status"})
        patient.instead["/away"] = away
        await stack.enter_async_context(served(patient))
        backend = await stack.enter_async_context(reaching(patient.url))
        answer = await backend.ask("GET", "/away")
        patience = backend._session.timeout.total

    assert patience == 6.0
    assert (answer.status, len(answer.body)) == (302, 65_536)
    assert answer.headers["location"] == "/status"


ESCAPE = "\x1b[2J"


def echoing(patient: Patient) -> str:
    """Return all the secrets, as a server might repeat them."""
    return ESCAPE + " ".join(patient.environ[name] for name in GOOD)


async def test_no_answer_is_shown_as_it_came(tmp_path: Path) -> None:
    """Neither Meta's nor the backend's: what it repeats of ours is hidden, and what it commands."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox())
        patient = await stack.enter_async_context(healthy(sandbox, tmp_path))
        page = json.dumps({"id": "104", "name": echoing(patient)}).encode()
        sandbox.script(Fault.body(200, page), None, path="me")
        error = {"code": ESCAPE + "no", "advice": echoing(patient)}
        status = json.dumps({"data": {"status": "degraded", "error": error}}).encode()
        patient.instead["/status"] = web.Response(status=503, body=status)
        await stack.enter_async_context(served(patient))
        printed = (await patient.run()).output + (await patient.run("--json")).output

    assert "It says: \N{REPLACEMENT CHARACTER}[2J*** ***" in printed
    assert ESCAPE not in printed
    assert not [name for name in [*GOOD][:4] if patient.environ[name] in printed]


def test_what_is_long_is_cut() -> None:
    """After its secrets are hidden: no half of one is left."""
    shown = SETTINGS.shown("x" * 195 + "new-secret" + "y" * 200)

    assert shown == "x" * 195 + "***yy…"


def test_a_secret_that_is_a_part_of_another_leaves_nothing_of_it() -> None:
    """While two app secrets rotate, or where one word was used twice."""
    settings = Settings({"FACEBOOK_APP_SECRET": "harbour,harbour-2026"})

    assert settings.shown("it is harbour-2026, it was harbour") == "it is ***, it was ***"
