"""Floor 0: secrets, sealed at the edge where they come in, so that no report shows them."""

from pydantic import SecretStr

from ._json import is_text


def sealed(secret: str | SecretStr) -> SecretStr:
    """Return *secret* as one that does not print itself."""
    return SecretStr(secret) if isinstance(secret, str) else secret


def sealed_each(secrets: str) -> tuple[SecretStr, ...]:
    """Return the secrets of a setting that may hold several, with commas between them."""
    return tuple(SecretStr(one.strip()) for one in secrets.split(","))


def revealed(secret: str | SecretStr) -> str:
    """Return what *secret* says, for the frame that needs it and no longer."""
    return secret if isinstance(secret, str) else secret.get_secret_value()


def is_key(secret: SecretStr) -> bool:
    """Return whether *secret* can be a key: not empty, and text that UTF-8 can carry.

    Bytes of the environment that are no text arrive as lone surrogates.
    """
    return bool(secret) and is_text(secret.get_secret_value())
