"""Floor 7: one row of the table of routes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel

from messengerkit.admin.identity import AdminIdentity, Role
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import JSON
from messengerkit.uploads import MAX_UPLOAD

from .wiring import Wiring

Handler: TypeAlias = Callable[[AdminRequest, AdminIdentity], Awaitable[AdminAnswer]]
"""Serves a request, once it is known who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table.

    Attributes:
        method: The HTTP method.
        path: The path, to be mounted as it is; a name in braces stands for any id.
        summary: One line for the documentation page of the API.
        wire: Returns what serves it with what is wired, or None if nothing there can; then
            it is not mounted.
        statuses: The statuses of its own; `messengerkit.admin.openapi` adds those of every
            route.
        body: The model of the request's body, if it has one.
        query: The model of the request's query, if it has one.
        upload: The model of the query beside a file, if the body may be one in place of JSON;
            a backend that does not `SendsUploads` takes none.
        max_upload: Bytes of the largest such file.
        public: Whether it asks for no admin.
        role: Who may use it, at least.
        signed: Whether its body is Meta's, which is larger than an admin's.
        idempotent: Whether it takes an `Idempotency-Key`.
        media_type: Of its success: JSON, or that of a text without the envelope.
    """

    method: str
    path: str
    summary: str
    wire: Callable[[Wiring], Handler | None]
    statuses: tuple[int, ...] = (200,)
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    upload: type[BaseModel] | None = None
    max_upload: int = MAX_UPLOAD
    public: bool = False
    role: Role = Role.AGENT
    signed: bool = False
    idempotent: bool = False
    media_type: str = JSON
