"""`messengerkit doctor`: with each of many faults it names that one, its cure, and nothing else."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import web
from cli.patient import (
    ADMIN_KEY,
    EVERY_FIELD,
    VERIFY_TOKEN,
    Patient,
    Told,
    healthy,
    served,
)

from messengerkit.sandbox import App, Fault, Page, Sandbox
from messengerkit.sandbox.page import PERMISSIONS

ALL = [
    "variables",
    "token",
    "permissions",
    "app secret",
    "subscription",
    "backend",
    "webhook handshake",
    "webhook signature",
    "admin route",
    "admin key",
    "CORS",
    "status",
    "store",
]
PAGE = Page()
SECRETS = (PAGE.access_token, PAGE.app_secret, VERIFY_TOKEN, ADMIN_KEY)


def nothing(_patient: Patient) -> None:
    """Change nothing."""


class Case(NamedTuple):
    """A fault, and what doctor says of it.

    Attributes:
        check: Which check finds it.
        told: Words of what it tells.
        cure: Words of its cure.
        skipped: The checks that cannot be made then.
        before: What is done to the set-up before the backend is served.
        after: The same, once it is.
        lacking: The permissions that the app has not.
    """

    check: str
    told: str
    cure: str
    skipped: tuple[str, ...] = ()
    before: Callable[[Patient], None] = nothing
    after: Callable[[Patient], None] = nothing
    lacking: tuple[str, ...] = ()


def both(name: str, value: str) -> Callable[[Patient], None]:
    """Return what sets a variable for doctor and for the backend."""

    def change(patient: Patient) -> None:
        patient.environ[name] = patient.backends[name] = value

    return change


def only(name: str, value: str) -> Callable[[Patient], None]:
    """Return what sets a variable for the backend alone."""
    return lambda patient: patient.backends.update({name: value})


def ours(name: str, value: str) -> Callable[[Patient], None]:
    """Return what sets a variable for doctor alone; blank is missing."""
    return lambda patient: patient.environ.update({name: value})


def instead(path: str, status: int, body: bytes = b"") -> Callable[[Patient], None]:
    """Return what lets something else answer at *path*."""
    return lambda patient: patient.instead.update({path: web.Response(status=status, body=body)})


def without(*paths: str) -> Callable[[Patient], None]:
    """Return what leaves routes out of the backend."""
    return lambda patient: patient.without.update(paths)


def fields(*names: str) -> Callable[[Patient], None]:
    """Return what lets the app hear of nothing else."""
    return lambda patient: patient.subscribe(*names)


def unsubscribe(patient: Patient) -> None:
    """Let the app not hear of the page at all."""
    patient.sandbox._world.pages[PAGE.id].subscribed.clear()


def users_token(patient: Patient) -> None:
    """Let the token be that of a person."""
    both("FACEBOOK_PAGE_ACCESS_TOKEN", patient.sandbox.user_token("Uma Example"))(patient)


def another_version(patient: Patient) -> None:
    """Let the tables be of another version."""
    database = sqlite3.connect(patient.folder / "desk.db")
    with database:
        database.execute("UPDATE messengerkit_schema SET version = version + 1")
    database.close()


def nowhere(patient: Patient) -> None:
    """Let the backend be somewhere else."""
    patient.options["--backend"] = "http://127.0.0.1:9"


def elsewhere(patient: Patient) -> None:
    """Let the address be one below which there are no routes."""
    patient.options["--backend"] = f"{patient.url}/elsewhere"


def same_origin(patient: Patient) -> None:
    """Let the panel be served by the backend itself."""
    patient.options["--origin"] = patient.url


def no_file(patient: Patient) -> None:
    """Let the store be gone."""
    (patient.folder / "desk.db").unlink()


def dies_of(subcode: int) -> Callable[[Patient], None]:
    """Return what ends the token."""
    return lambda patient: patient.sandbox.end_token(subcode)


def is_restricted(patient: Patient) -> None:
    """Let Meta answer as it does to a page that it restricts."""
    patient.sandbox.script(Fault.graph_error(368), None, path="me")


OF_META = ("permissions", "app secret", "subscription")
OF_BACKEND = tuple(ALL[6:12])
NEW_TOKEN = "Let an admin of the page log in to the app again"

CASES: Mapping[str, Case] = {
    "a variable is missing": Case(
        "variables",
        "FACEBOOK_VERIFY_TOKEN is missing (the word you chose for the webhook's handshake)",
        "Set what is named where the backend runs",
        ("webhook handshake",),
        after=ours("FACEBOOK_VERIFY_TOKEN", " "),
    ),
    "the token is missing": Case(
        "variables",
        "FACEBOOK_PAGE_ACCESS_TOKEN is missing (the page's token, to send messages)",
        "Set what is named where the backend runs",
        ("token", *OF_META),
        after=ours("FACEBOOK_PAGE_ACCESS_TOKEN", ""),
    ),
    "the token has quotation marks": Case(
        "variables",
        "FACEBOOK_PAGE_ACCESS_TOKEN has quotation marks around it",
        "without quotation marks",
        ("token", *OF_META),
        after=ours("FACEBOOK_PAGE_ACCESS_TOKEN", f'"{PAGE.access_token}"'),
    ),
    "the token is invalid": Case(
        "token",
        "Meta refuses it: it is none, is cut short, or is no page's (code 190, subcode none)",
        NEW_TOKEN,
        (*OF_META, "status"),
        before=both("FACEBOOK_PAGE_ACCESS_TOKEN", "EAANoSuchToken"),
    ),
    "the token has expired": Case(
        "token",
        "Meta refuses it: it has expired (code 190, subcode 463)",
        NEW_TOKEN,
        (*OF_META, "status"),
        before=dies_of(463),
    ),
    "the password was changed": Case(
        "token",
        "the person who granted it has changed their password (code 190, subcode 460)",
        NEW_TOKEN,
        (*OF_META, "status"),
        before=dies_of(460),
    ),
    "the token is a user's": Case(
        "token",
        "it is the token of Uma Example (",
        "GET /me/accounts gives the page's own",
        ("permissions", "subscription"),
        before=users_token,
    ),
    "the page is restricted": Case(
        "token",
        "Meta refuses: A fault that the sandbox was told to have",
        "Have a person read the page's Support Inbox at Meta",
        (*OF_META, "status"),
        before=is_restricted,
    ),
    "Meta cannot be reached": Case(
        "token",
        "Meta could not be asked: No whole answer from Meta (",
        "Check the network between this backend and Meta.",
        (*OF_META, "status"),
        before=both("MESSENGER_GRAPH_URL", "http://127.0.0.1:9"),
    ),
    "pages_messaging is not granted": Case(
        "permissions",
        "the token lacks pages_messaging",
        "Grant them to the app for this page",
        lacking=("pages_messaging",),
    ),
    "pages_manage_metadata is not granted": Case(
        "permissions",
        "the token lacks pages_manage_metadata",
        "Grant them to the app for this page",
        ("subscription",),
        lacking=("pages_manage_metadata",),
    ),
    "the app secret is wrong": Case(
        "app secret",
        "Meta refuses a call that is proved by it",
        "Copy the secret of that app from its dashboard",
        ("status",),
        before=both("FACEBOOK_APP_SECRET", "0" * 32),
    ),
    "the app secret is wrong here alone": Case(
        "app secret",
        "Meta refuses a call that is proved by it",
        "Copy the secret of that app from its dashboard",
        ("webhook signature",),
        after=ours("FACEBOOK_APP_SECRET", "0" * 32),
    ),
    "the app is not subscribed": Case(
        "subscription",
        "the app hears nothing",
        "client.subscriptions.subscribe([...])",
        before=unsubscribe,
    ),
    "the app does not hear of messages": Case(
        "subscription",
        "the app does not hear of messages",
        "client.subscriptions.subscribe([...])",
        before=fields("messaging_postbacks", "standby"),
    ),
    "the backend cannot be reached": Case(
        "backend", "no answer: nothing listens there", "Start it", OF_BACKEND, after=nowhere
    ),
    "the backend is another server": Case(
        "backend",
        "something answers, and has neither /status, nor a webhook, nor routes for admins",
        "Give the --backend below which they are",
        OF_BACKEND,
        after=elsewhere,
    ),
    "there is no webhook": Case(
        "webhook handshake",
        "there is no webhook at /webhook",
        "Mount the routes of the admin face with events=",
        ("webhook signature",),
        before=without("/webhook"),
    ),
    "the verify token is another one": Case(
        "webhook handshake",
        "the verify token of this environment is refused (HTTP 403)",
        "Let the backend have the same FACEBOOK_VERIFY_TOKEN",
        before=only("FACEBOOK_VERIFY_TOKEN", "another word"),
    ),
    "the backend's app secret is another one": Case(
        "webhook signature",
        "a post that is signed with this environment's app secret is refused (HTTP 401)",
        "Let the backend have the same FACEBOOK_APP_SECRET",
        ("status",),
        before=only("FACEBOOK_APP_SECRET", "0" * 32),
    ),
    "the admin's key is another one": Case(
        "admin key",
        "the key and the admin's id of this environment are refused (HTTP 401)",
        "Let backend and panel have the same ADMIN_API_KEY and ADMIN_USER_ID",
        before=only("ADMIN_API_KEY", "another-key"),
    ),
    "the admin is another one": Case(
        "admin key",
        "the key and the admin's id of this environment are refused (HTTP 401)",
        "Let backend and panel have the same ADMIN_API_KEY and ADMIN_USER_ID",
        before=only("ADMIN_USER_ID", "bob"),
    ),
    "the admin's route is not mounted": Case(
        "admin route",
        "there is no POST /admin/send-message (HTTP 404)",
        "Mount all of face.paths",
        ("admin key", "CORS"),
        before=without("/admin/send-message"),
    ),
    "the admin's route is open": Case(
        "admin route",
        "POST /admin/send-message lets anybody in who has no key (HTTP 422)",
        "Let no request past the verifier",
        ("admin key",),
        before=instead("/admin/send-message", 422),
        after=same_origin,
    ),
    "the panel's origin is not allowed": Case(
        "CORS",
        "pages of https://panel.example.com are not allowed (HTTP 200; none is)",
        "Add https://panel.example.com to ADMIN_ORIGINS",
        before=only("ADMIN_ORIGINS", "https://other.example.com"),
    ),
    "the backend's own token is dead": Case(
        "status",
        "/status says that the backend cannot send (HTTP 503, token)",
        "It says: Renew the page access token",
        before=only("FACEBOOK_PAGE_ACCESS_TOKEN", "EAAOlderToken"),
    ),
    "there is no status": Case(
        "status",
        "there is no /status (HTTP 404)",
        "Mount all of face.paths",
        before=without("/status"),
    ),
    "there is no store": Case(
        "store",
        "it cannot be had: there is no file ",
        "Correct --store or MESSENGERKIT_STORE",
        after=no_file,
    ),
    "the store is of another version": Case(
        "store",
        "its tables are of version 2, and this messengerkit needs 1",
        "Let all processes have the messengerkit that made the tables",
        after=another_version,
    ),
}


async def told_of(case: Case, folder: Path) -> tuple[list[Told], str]:
    """Return what doctor finds in a set-up with one fault, and all that it prints."""
    own = App(
        id=PAGE.app_id, secret=PAGE.app_secret, permissions=PERMISSIONS.difference(case.lacking)
    )
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(PAGE, apps=[own]))
        patient = await stack.enter_async_context(healthy(sandbox, folder))
        case.before(patient)
        await stack.enter_async_context(served(patient))
        case.after(patient)
        found = await patient.examined()
        printed = (await patient.run()).output

        assert not sandbox.delivered
        assert {one.method for one in sandbox.requests} <= {"GET"}
    return found, printed


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_one_fault_is_one_finding(case: Case, tmp_path: Path) -> None:
    """It is named with its cure, and no secret; what cannot be looked at then is said."""
    found, printed = await told_of(case, tmp_path)
    (fault,) = [one for one in found if one["state"] == "fault"]

    assert [one["check"] for one in found] == ALL
    assert fault["check"] == case.check
    assert fault["told"].startswith(case.told) or case.told in fault["told"]
    assert case.cure in fault["cure"]
    assert fault["means"] in printed
    assert [one["check"] for one in found if one["state"] == "skipped"] == list(case.skipped)
    assert not [one for one in SECRETS if one in f"{found}{printed}"]
    assert printed.endswith("\nFaults: 1. Mend the first one, then run this again.\n")


async def test_without_a_fault_it_says_so(tmp_path: Path) -> None:
    """Every check was made, and is ok; the exit code is 0."""
    async with Sandbox() as sandbox, healthy(sandbox, tmp_path) as patient, served(patient):
        found = await patient.examined()
        done = await patient.run()

    assert [(one["check"], one["state"]) for one in found] == [(one, "ok") for one in ALL]
    assert done.exit_code == 0
    assert done.stdout.endswith("\n\nAll is well.\n")
    assert done.stdout.count("\nok  ") == len(ALL) - 1
    assert "it is that of the page Sandbox Page (104000000000815)" in done.stdout


async def test_nothing_is_sent_and_nothing_changed(tmp_path: Path) -> None:
    """Meta is only read; what the backend is asked is refused, or without any event."""
    async with Sandbox() as sandbox, healthy(sandbox, tmp_path) as patient, served(patient):
        before = (tmp_path / "desk.db").read_bytes()
        await patient.examined("--app-id", str(PAGE.app_id))
        subscribed = sandbox._world.pages[PAGE.id].subscribed

        assert [(one.method, one.path) for one in sandbox.requests] == [
            ("GET", "/v26.0/me"),
            ("GET", "/v26.0/me"),
            ("GET", "/v26.0/debug_token"),
            ("GET", "/v26.0/me/subscribed_apps"),
            ("GET", "/v26.0/me"),  # by the backend, for its status
        ]
        assert subscribed == {PAGE.app_id: frozenset(EVERY_FIELD)}
        assert sandbox.delivered == ()
        assert (tmp_path / "desk.db").read_bytes() == before
