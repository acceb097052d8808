"""The document of the control surface: it has what the routes have, and keeps its word."""

import re
from typing import cast

import pytest
from jsonschema_rs import ValidationError, validator_for
from sandbox.kit import PERSON, Graph, as_object, as_objects

from messengerkit.sandbox import Fault, Sandbox
from messengerkit.sandbox.control.faultforms import FORMS
from messengerkit.sandbox.control.openapi import document
from messengerkit.sandbox.control.surface import OPERATIONS

BODIES: dict[str, object] = {
    "POST /people": {"name": "Ana"},
    "PATCH /people/{psid}": {"blocked": False, "online": True},
    "POST /people/{psid}/messages": {"text": "Hi"},
    "POST /people/{psid}/files": b"\x89PNG",
    "POST /people/{psid}/postbacks": {"payload": "MENU", "title": "Menu"},
    "POST /people/{psid}/reactions": {"mid": "m_1", "emoji": None},
    "POST /clock": {"advance": "1s"},
    "POST /faults": {"kind": "reset"},
    "POST /outage": {"seconds": 0.01},
    "POST /subscription": {"callback_url": "http://127.0.0.1:1/", "verify_token": "t"},
}
"""What is right, for each operation that wants a body."""
REFUSED = {"POST /people/{psid}/reactions", "POST /subscription"}
"""What is right in form and cannot be done here."""


def paths() -> dict[str, object]:
    """Return the paths of the document."""
    return as_object(document(OPERATIONS)["paths"])


def named(operation: str) -> dict[str, object]:
    """Return what the document says of an operation."""
    method, _, path = operation.partition(" ")
    return as_object(as_object(paths()[f"/_sandbox{path}"])[method.lower()])


async def test_the_document_is_served(graph: Graph) -> None:
    """It is the one that is made from the table of the routes."""
    status, served = await graph.control("openapi.json", method="GET")

    assert (status, served) == (200, document(OPERATIONS))
    assert served["openapi"] == "3.1.0"


def test_every_operation_is_in_the_document() -> None:
    """Each method of each path, and no other."""
    in_document = {
        (method.upper(), path) for path, methods in paths().items() for method in as_object(methods)
    }

    assert in_document == {(one.method, f"/_sandbox{one.path}") for one in OPERATIONS}
    assert len(in_document) == len(OPERATIONS)


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
async def test_every_operation_answers_as_the_document_says(graph: Graph, one: object) -> None:
    """The route is there, takes what its schema takes, and answers with a status it names."""
    operation = next(each for each in OPERATIONS if each is one)
    name = f"{operation.method} {operation.path}"
    graph.sandbox.person(psid=PERSON)
    body = BODIES.get(name)

    status, answer = await graph.control(
        operation.path.removeprefix("/").replace("{psid}", PERSON), body, method=operation.method
    )

    assert status == (400 if name in REFUSED else 200), answer
    assert str(status) in as_object(named(name)["responses"])
    if isinstance(body, dict):
        assert validator_for(schema_of(name)).is_valid(body)


def schema_of(operation: str) -> dict[str, object]:
    """Return the schema of an operation's body."""
    content = as_object(as_object(named(operation)["requestBody"])["content"])
    return as_object(as_object(content["application/json"])["schema"])


@pytest.mark.parametrize("operation", [name for name in BODIES if "files" not in name])
def test_every_schema_is_one_and_refuses_strange_fields(operation: str) -> None:
    """What is misspelt is wrong by the document, too."""
    check = validator_for(schema_of(operation))
    body = as_object(BODIES[operation])

    assert check.is_valid(body)
    with pytest.raises(ValidationError):
        check.validate({**body, "txt": 1})


def test_every_fault_is_in_the_document() -> None:
    """Each kind by name, and each has a way to be made."""
    properties = as_object(schema_of("POST /faults")["properties"])

    made = {name for name, one in vars(Fault).items() if isinstance(one, classmethod)}
    assert as_object(properties["kind"])["enum"] == list(FORMS)
    assert set(FORMS) == {name for name in made if not name.startswith("_")}


def test_every_parameter_of_a_path_is_in_the_document() -> None:
    """Those in the path are required, those of the query are not."""
    for path, methods in paths().items():
        for operation in as_object(methods).values():
            parameters = as_objects(as_object(operation)["parameters"])
            in_path = [one["name"] for one in parameters if one["in"] == "path"]
            assert in_path == re.findall(r"{(\w+)}", path)
            assert all(one["required"] == (one["in"] == "path") for one in parameters)


def test_a_file_is_any_bytes() -> None:
    """Its body is no JSON."""
    body = as_object(named("POST /people/{psid}/files")["requestBody"])

    assert body == {"required": True, "content": {"*/*": {"schema": {}}}}


def test_a_body_that_may_be_left_out_is_not_required() -> None:
    """Where no field is needed."""
    assert as_object(named("PATCH /people/{psid}")["requestBody"])["required"] is False
    assert as_object(named("POST /people")["requestBody"])["required"] is True
    assert "requestBody" not in named("DELETE /faults")


async def test_an_empty_body_is_an_empty_object(sandbox: Sandbox, graph: Graph) -> None:
    """Whoever has nothing to say need not say it in JSON."""
    sandbox.person(psid=PERSON)

    answer = await graph.control(f"people/{PERSON}/read", b"")

    assert answer == (200, cast("dict[str, object]", {}))
