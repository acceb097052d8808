"""Floor 9: whether the environment variables are there and well-formed; no value is told."""

import re
from collections.abc import Callable, Mapping

from pydantic import SecretStr

from messengerkit._environment import PURPOSES
from messengerkit._graph import Graph
from messengerkit._secret import is_key, sealed_each
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.admin.auth.session import SessionAuth
from messengerkit.admin.auth.shared_key import SharedKeyAuth
from messengerkit.admin.origins import origins_from
from messengerkit.admin.peer import networks
from messengerkit.admin.settings import _is_on, _listed
from messengerkit.demo.saying import plain
from messengerkit.errors import ConfigurationError

from . import settings as names
from .findings import Check, Finding, fault, ok
from .settings import Settings

Problems = Mapping[str, str]
"""What is wrong with each variable that is not as it must be."""

_Make = Callable[[str], object]

_QUOTED = re.compile(r"([\"']).*\1", re.DOTALL)
_FROM_THE_GUIDE = re.compile(r"your_[a-z_]+_here")
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_ANY = SecretStr("x")


def _listed_in(name: str, make: Callable[[tuple[str, ...]], object]) -> _Make:
    return lambda value: make(_listed({name: value}, name))


# Each is given to what the backend itself makes of it, so that both agree on what is wrong.
_MADE_OF: Mapping[str, _Make] = {
    names.ADMIN_KEY: lambda value: SharedKeyAuth(api_key=value, admin_user_id="x"),
    names.ADMIN_ID: lambda value: SharedKeyAuth(api_key="x", admin_user_id=value),
    names.GRAPH_URL: lambda value: Graph(access_token=_ANY, url=value),
    names.GRAPH_VERSION: lambda value: Graph(access_token=_ANY, version=value),
    names.KEYS_FILE: KeyFile,
    names.ORIGINS: _listed_in(names.ORIGINS, origins_from),
    names.PROXIES: _listed_in(names.PROXIES, networks),
    names.SESSION_SECRET: lambda value: SessionAuth(
        secrets=sealed_each(value), origins=("http://localhost",)
    ),
    names.TEST_MESSAGE: lambda value: _is_on({names.TEST_MESSAGE: value}, names.TEST_MESSAGE),
}


def problems_of(settings: Settings) -> Problems:
    """Return what is wrong with the variables."""
    found = {name: _problem(settings, name) for name in names.NAMES}
    return {name: problem for name, problem in found.items() if problem is not None}


def variables_finding(problems: Problems) -> Finding:
    """Return what is to be told of the variables."""
    if not problems:
        return ok(Check.VARIABLES, "those that are needed are there, and all are well-formed")
    return fault(
        Check.VARIABLES,
        "; ".join(f"{name} {problem}" for name, problem in problems.items()),
        "A backend with this environment does not start, or has a value that cannot work.",
        "Set what is named where the backend runs, without quotation marks and blanks around it, "
        "and start the backend again.",
    )


def _problem(settings: Settings, name: str) -> str | None:
    value = settings.get(name)
    if value is None:
        return _missing(settings, name)
    if not is_key(SecretStr(value)):
        return "is not text"
    if _QUOTED.fullmatch(value):
        return "has quotation marks around it, which are taken as a part of it"
    if _FROM_THE_GUIDE.fullmatch(value):
        return "is still the placeholder of an example"
    return _malformed(name, value)


def _missing(settings: Settings, name: str) -> str | None:
    if name == names.ORIGINS and settings.get(names.SESSION_SECRET):
        return f"is missing, and {names.SESSION_SECRET} needs it"
    if name not in PURPOSES:
        return None
    one_key = settings.get(names.ADMIN_KEY) or settings.get(names.ADMIN_ID)
    if name.startswith("ADMIN_") and settings.get(names.KEYS_FILE) and not one_key:
        return None  # each admin has a key of their own
    return f"is missing ({PURPOSES[name]})"


def _malformed(name: str, value: str) -> str | None:
    if name == names.TOKEN and not _VISIBLE.fullmatch(value):
        return "holds blanks, or characters that no token has"
    if name == names.APP_SECRET and not all(one.strip() for one in value.split(",")):
        return "has a comma, and no secret beside it"
    make = _MADE_OF.get(name)
    try:
        if make is not None:
            make(value)
    except ConfigurationError as error:
        return f"is not as it must be: {plain(str(error)).removesuffix('.')}"
    return None
