"""Floor 7: a key of the ring: its form, what is kept of it, and how one is made."""

import hashlib
import re
import secrets
import string
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Self
from zlib import crc32

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    Strict,
    ValidationError,
    field_serializer,
    model_validator,
)

from messengerkit._model import Identifier, invalid_input
from messengerkit.admin.identity import ID_RULE, Role, is_id
from messengerkit.errors import ConfigurationError

ANYBODY = ("*",)
"""The `admin_ids` of a key that may speak for every admin."""

_KEY_ID = re.compile(r"[A-Za-z0-9-]{1,32}")
KEY_ID_RULE = "must have 1 to 32 characters of A-Z a-z 0-9 -"
"""What the id of a key must be, as an error says it."""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET = (32, 43)  # bytes, and the base62 digits that hold any of that many
_CRC_DIGITS = 6
_RANDOM_ID = (5, 7)
_KEY = re.compile(
    rf"(mk_({_KEY_ID.pattern})_[0-9A-Za-z]{{{_SECRET[1]}}})([0-9A-Za-z]{{{_CRC_DIGITS}}})"
)
_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")


def _digest(value: str) -> str:
    if not _SHA256.fullmatch(value):
        msg = "must be 64 hexadecimal digits: the SHA-256 of the key, never the key"
        raise ValueError(msg)
    return value.lower()


def _admins(value: tuple[str, ...]) -> tuple[str, ...]:
    if value != ANYBODY and not (value and all(map(is_id, value))):
        msg = f'must be "*" alone, or one or more ids, each of which {ID_RULE}'
        raise ValueError(msg)
    return value


def _time(value: object) -> object:
    # Pydantic would also read a bare number, and guess whether it counts milliseconds.
    with suppress(ValueError):
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    return value


class AdminKey(BaseModel):
    """What a backend keeps of one key: whose it is and what it opens, and not the key.

    Attributes:
        sha256: The SHA-256 of the whole key, 64 hexadecimal digits. The key has 256 random
            bits, so that nobody can guess it, and a slow hash would guard nothing.
        admin_ids: For whom the key may speak: ids that `X-Admin-User-ID` may name, or "*"
            alone for any. "*" is for a trusted backend that names its own admins: the
            header alone attributes an action, it authenticates nobody.
        role: What its holders may do.
        pages: The ids of the pages that they may answer for, or None for all.
        expires_at: From when on the key is refused, aware, or None for never.

    Raises:
        ConfigurationError: If a field is wrong; it names the field, and never its value.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )

    sha256: Annotated[str, AfterValidator(_digest), Field(repr=False)]
    admin_ids: Annotated[tuple[str, ...], AfterValidator(_admins)]
    role: Role = Role.AGENT
    pages: frozenset[Identifier] | None = None
    expires_at: Annotated[Annotated[AwareDatetime, Strict()] | None, BeforeValidator(_time)] = None

    @model_validator(mode="wrap")
    @classmethod
    def _or_ours(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as error:
            problem = str(invalid_input(error, whole="key"))
        # Raised outside the handler: pydantic's error holds the input, and would ride along.
        raise ConfigurationError(problem)

    @field_serializer("pages")
    def _in_order(self, pages: frozenset[str] | None) -> list[str] | None:
        return None if pages is None else sorted(pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made.

    Attributes:
        key: What the admin sends. Show it once: it is kept nowhere.
        key_id: Its public id.
        record: What to keep under that id.
    """

    key: SecretStr
    key_id: str
    record: AdminKey


def new_key(
    *,
    admin_ids: tuple[str, ...],
    role: Role,
    pages: frozenset[str] | None,
    expires_at: datetime | None,
    key_id: str | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> NewKey:
    """Return a new key: `mk_<key id>_<secret><CRC-32>`.

    Args:
        admin_ids: As of `AdminKey`.
        role: As of `AdminKey`.
        pages: As of `AdminKey`.
        expires_at: As of `AdminKey`.
        key_id: Its public id, or None for a random one.
        random: Returns as many unpredictable bytes as it is asked for.

    Raises:
        ConfigurationError: If one of them is wrong; it names it, and never its value.
    """
    key_id = _random_digits(random, *_RANDOM_ID) if key_id is None else key_id
    if not is_key_id(key_id):
        # The id is not repeated: it may be a whole key, in the wrong place.
        msg = f"key_id: {KEY_ID_RULE}"
        raise ConfigurationError(msg)
    key = _key(key_id, random)
    record = AdminKey(
        sha256=hashlib.sha256(key.get_secret_value().encode()).hexdigest(),
        admin_ids=admin_ids,
        role=role,
        pages=pages,
        expires_at=expires_at,
    )
    return NewKey(key=key, key_id=key_id, record=record)


def is_key_id(text: str) -> bool:
    """Return whether *text* may be the id of a key."""
    return _KEY_ID.fullmatch(text) is not None


def claimed_key_id(token: str) -> str | None:
    """Return the id of the key that *token* claims to be, or None if it has no key's form.

    Form and checksum prove nothing; they tell a typo from a key without any look-up.
    """
    match = _KEY.fullmatch(token)
    # A plain comparison: both sides come from the caller, who learns nothing by its time.
    return match[2] if match and match[3] == _checksum(match[1]) else None


def _key(key_id: str, random: Callable[[int], bytes]) -> SecretStr:
    body = f"mk_{key_id}_{_random_digits(random, *_SECRET)}"
    return SecretStr(body + _checksum(body))


def _checksum(body: str) -> str:
    return _base62(crc32(body.encode()), _CRC_DIGITS)


def _random_digits(random: Callable[[int], bytes], length: int, width: int) -> str:
    raw = random(length)
    if len(raw) == length:
        return _base62(int.from_bytes(raw), width)
    # Fewer would be a weak key; and what came may be one half of a secret.
    del raw
    msg = f"random: must return {length} bytes when it is asked for as many"
    raise ConfigurationError(msg)


def _base62(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
