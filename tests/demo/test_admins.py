"""The two admins of the demo: their keys, and whose the environment's is."""

from pathlib import Path

import pytest

from messengerkit.admin import AdminAuthVerifier, AdminRequest, Role, verifier_from_env
from messengerkit.demo.admins import Admin, admins_for
from messengerkit.errors import AdminAuthError, ConfigurationError


async def comes_in(verifier: AdminAuthVerifier, admin: Admin) -> tuple[str, Role]:
    """Return who *admin* is for the backend."""
    headers = tuple(admin.headers.items())
    known = await verifier.verify(AdminRequest(method="GET", path="/", headers=headers))
    return known.admin_id, known.role


async def test_both_come_in_with_keys_of_their_own(tmp_path: Path) -> None:
    """Alice sees the audit, Bob does not; no two runs have the same keys."""
    admins, variables = admins_for({}, tmp_path / "keys.json")
    others, _ = admins_for({}, tmp_path / "others.json")
    verifier = verifier_from_env(variables)

    assert [await comes_in(verifier, one) for one in admins] == [
        ("alice", Role.SUPERVISOR),
        ("bob", Role.AGENT),
    ]
    assert len({one.key.get_secret_value() for one in (*admins, *others)}) == 4
    for one in admins:
        assert one.key.get_secret_value() not in (tmp_path / "keys.json").read_text()
        assert one.key.get_secret_value() not in repr(one)
    with pytest.raises(AdminAuthError):
        await comes_in(verifier, others[0])


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"ADMIN_API_KEY": "my-own-key-4711"}, ["alice", "bob"]),
        ({"ADMIN_API_KEY": "my-own-key-4711", "ADMIN_USER_ID": "zoe"}, ["zoe", "bob"]),
        ({"ADMIN_USER_ID": "zoe"}, ["zoe", "bob"]),
        ({"ADMIN_API_KEY": "my-own-key-4711", "ADMIN_USER_ID": "Bob"}, ["Bob", "alice"]),
    ],
)
async def test_your_own_key_is_the_supervisors(
    tmp_path: Path, environ: dict[str, str], names: list[str]
) -> None:
    """The environment's key and name are taken, and nobody is there twice."""
    admins, variables = admins_for(environ, tmp_path / "keys.json")
    verifier = verifier_from_env(variables)
    first, second = admins

    assert [await comes_in(verifier, one) for one in admins] == [
        (names[0], Role.SUPERVISOR),
        (names[1], Role.AGENT),
    ]
    assert first.is_given == ("ADMIN_API_KEY" in environ)
    assert (first.key.get_secret_value() == "my-own-key-4711") == first.is_given
    assert not second.is_given


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    """As the keys are made."""
    with pytest.raises(ConfigurationError, match="admin_ids"):
        admins_for({"ADMIN_USER_ID": "two words"}, tmp_path / "keys.json")
