"""What schemathesis cannot know: who the admin is, and that a key is for one message."""

import os
import re
import secrets
from collections.abc import MutableMapping
from typing import Protocol, cast

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CaseMetadata

ADMIN = os.environ["PROOF_ADMIN"]

_ID = re.compile(r"[A-Za-z0-9._@:-]{1,128}")
_KEY = re.compile(r'("?)([!#-+\--~]{1,240})\1')


class Case(Protocol):
    """What there is of `schemathesis.Case`, which is not typed further."""

    body: object
    headers: MutableMapping[str, object]
    meta: CaseMetadata | None


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType]  # it takes any function
def before_call(_context: object, case: Case, _kwargs: dict[str, object]) -> None:
    """Make the request succeed that deserves it, and leave the others as they are."""
    body = case.body
    if isinstance(body, dict):
        fields = cast("dict[str, object]", body)
        claimed = fields.get("admin_id")
        if isinstance(claimed, str) and _ID.fullmatch(claimed):
            fields["admin_id"] = ADMIN
    if case.meta and case.meta.is_negative_at(ParameterLocation.HEADER):
        return  # what is changed there no longer counts as wrong
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and (found := _KEY.fullmatch(key)):
        case.headers["Idempotency-Key"] = f"{found[1]}{found[2]}{secrets.token_hex(4)}{found[1]}"
