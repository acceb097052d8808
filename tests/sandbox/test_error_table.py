"""Meta's table of errors: every code and subcode, met by a real call and compared field by field.

The table was written from Meta's documentation and not from the sandbox. Each number in it is
either met by a call that leads to it, or scripted; the figures are printed.
"""

import re
from typing import cast

import aiohttp
import pytest
from _pytest.mark import ParameterSet
from sandbox.error_table import access, contents, profiles, states, templates
from sandbox.error_table.numbers import SERVER_SIDE, TRANSIENT, Number, numbers
from sandbox.error_table.stage import Answer, Object, Row, Stage, plain

from messengerkit.sandbox import Fault

ROWS = (*access.ROWS, *contents.ROWS, *templates.ROWS, *states.ROWS, *profiles.ROWS)
TOKENS = {102, 190}
"""The codes of tokens, for which the challenge has another word."""

JSON = "application/json; charset=UTF-8"


def envelope(answer: Answer) -> Object:
    """Return the error in *answer*, which has nothing beside it, and its trace taken out."""
    assert list(answer.body) == ["error"], answer.body
    error = dict(cast("Object", answer.body["error"]))
    trace = error.pop("fbtrace_id")
    assert isinstance(trace, str)
    assert trace
    return error


def check_message(message: object, code: int, says: str | None) -> str:
    """Return the message: what is printed in the documentation, or else not empty."""
    assert isinstance(message, str)
    stated = re.match(r"\(#(\d+)\) ", message)
    assert stated is None or stated[1] == str(code)
    said = message if stated is None else message[stated.end() :]
    assert said
    if says is not None:
        # Meta's documentation prints some of its texts without the code before them.
        text = message if says.startswith("(#") else said
        assert re.fullmatch(re.escape(says).replace("…", ".*"), text)
    return message


def check_headers(answer: Answer, code: int, kind: str, message: str) -> None:
    """Compare the media type, and the challenge that goes with errors of OAuth alone."""
    assert answer.headers["Content-Type"] == JSON
    if kind != "OAuthException":
        assert "WWW-Authenticate" not in answer.headers
        return
    word = "invalid_token" if code in TOKENS else "invalid_request"
    said = re.sub(r'[^ -~]|"', "?", message)
    # How much of a long message a header has is nowhere said.
    challenge = f'OAuth "Facebook Platform" "{word}" "{said[:200]}'
    assert answer.headers["WWW-Authenticate"].startswith(challenge)
    assert answer.headers["WWW-Authenticate"].endswith('"')


def parameter(row: Row) -> ParameterSet:
    """Return *row* for a test."""
    name = f"{Number(row.code, row.subcode or 0)} {row.when}"
    return pytest.param(row, id=name)


def scripted(number: Number) -> ParameterSet:
    """Return *number* for a test."""
    return pytest.param(number, id=str(number))


@pytest.mark.parametrize("row", [parameter(row) for row in ROWS])
async def test_a_call_is_refused_as_the_table_has_it(http: aiohttp.ClientSession, row: Row) -> None:
    """Status, message, type, code, subcode, trace and headers are those of the table."""
    async with row.made() as sandbox:
        person = sandbox.person()
        await person.writes("Hi")
        answer = await row.scene(Stage(http, sandbox, person))

    error = envelope(answer)
    message = check_message(error.pop("message"), row.code, row.says)
    subcode = {} if row.subcode is None else {"error_subcode": row.subcode}
    assert error == {"type": row.type, "code": row.code, **subcode}
    assert answer.status == 400
    check_headers(answer, row.code, row.type, message)
    assert answer.headers["Facebook-API-Version"] == "v26.0"


@pytest.mark.parametrize("number", [scripted(number) for number in numbers("by fault")])
async def test_a_scripted_error_is_as_the_table_has_it(
    http: aiohttp.ClientSession, number: Number
) -> None:
    """What nothing here leads to can be scripted, and looks like any other error."""
    code, subcode = number.code, number.subcode or None
    message = f"(#{code}) As scripted."
    status, transient = SERVER_SIDE.get(code, 400), code in TRANSIENT or None
    fault = Fault.graph_error(code, subcode, message, status=status, is_transient=transient)
    async with plain() as sandbox:
        person = sandbox.person()
        await person.writes("Hi")
        sandbox.script(fault)
        answer = await Stage(http, sandbox, person).send({"text": "Hello"})

    is_missing = (code, subcode) == (100, 33)
    kind = "GraphMethodException" if is_missing else "OAuthException"
    expected: Object = {"message": message, "type": kind, "code": code}
    if subcode:
        expected["error_subcode"] = subcode
    if transient:
        expected["is_transient"] = True
    assert envelope(answer) == expected
    assert answer.status == status
    assert sandbox.delivered == ()
    check_headers(answer, code, kind, message)


async def test_a_scripted_error_says_which_version_answered(http: aiohttp.ClientSession) -> None:
    """A scripted error has the header that every answer has."""
    async with plain() as sandbox:
        sandbox.script(Fault.graph_error(1))
        answer = await Stage(http, sandbox, sandbox.person()).send({"text": "Hello"})

    assert answer.headers["Facebook-API-Version"] == "v26.0"


async def test_a_scripted_missing_object_is_no_error_of_oauth(http: aiohttp.ClientSession) -> None:
    """100/33 is a GraphMethodException, scripted or not."""
    async with plain() as sandbox:
        sandbox.script(Fault.graph_error(100, 33))
        answer = await Stage(http, sandbox, sandbox.person()).send({"text": "Hello"})

    assert envelope(answer)["type"] == "GraphMethodException"
    assert "WWW-Authenticate" not in answer.headers


def test_every_number_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    """Each number of the table has a row if it is natural, and none if it comes by fault."""
    natural, faults = numbers("natural"), numbers("by fault")
    assert {Number(row.code, row.subcode or 0) for row in ROWS} == set(natural)
    assert not set(natural) & set(faults)

    permissions = sum(200 < number.code < 300 for number in faults)
    total = len(natural) + len(faults)
    with capsys.disabled():
        print(  # noqa: T201  # it tells what it found
            f"\nthe error table: {len(natural)} of {total} numbers are natural, in {len(ROWS)} "
            f"cases; {len(faults)} of {total} by fault, "
            f"{permissions} of these the permissions 201 to 299"
        )
