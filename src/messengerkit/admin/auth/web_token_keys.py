"""Floor 7: the keys with which the tokens of an issuer are verified, as PyJWT wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from messengerkit._json import is_list, is_object
from messengerkit._secret import is_key, revealed, sealed
from messengerkit.errors import ConfigurationError

if TYPE_CHECKING:
    from jwt.algorithms import Algorithm

_SHARED = frozenset({"HS256", "HS384", "HS512"})
"""The algorithms by which whoever verifies a token could also write one."""
_INSTALL = 'pip install "messengerkit[jwt]"'


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One key, and the algorithms that a token may be signed by for it."""

    # What PyJWT made of it, of a class that only the algorithm knows.
    prepared: Any = field(repr=False)
    algorithms: list[str]


def keys_or_problem(
    key: str | bytes | SecretStr | None,
    key_set: Mapping[str, object] | None,
    algorithms: Sequence[str],
) -> Mapping[str | None, TokenKey] | str:
    """Return the keys by `kid`, or one under None; or what is wrong, without any frame."""
    try:
        known = _known(algorithms)
        if key is not None and key_set is None:
            return {None: _single(key, known)}
        if key_set is not None and key is None:
            return _set(key_set, known)
    except ConfigurationError as error:
        return str(error)
    return "Give JWTAuth either key or key_set."


def _known(names: Sequence[str]) -> Mapping[str, "Algorithm"]:
    try:
        from jwt.algorithms import get_default_algorithms  # noqa: PLC0415  # an extra
    except ImportError:
        msg = f"JWTAuth needs PyJWT: {_INSTALL}"
        raise ConfigurationError(msg) from None
    all_of_them = get_default_algorithms()
    wanted = set(names)
    if not wanted or not wanted <= all_of_them.keys() - {"none"}:
        msg = f"algorithms must list one or more that PyJWT has, and never none: {_INSTALL}"
        raise ConfigurationError(msg)
    if wanted & _SHARED and wanted - _SHARED:
        # The public key, which everybody has, would be the secret: RFC 8725 §2.1.
        msg = "algorithms must be all of HS256 and its like, or none of them."
        raise ConfigurationError(msg)
    return {name: all_of_them[name] for name in names}


def _single(key: str | bytes | SecretStr, known: Mapping[str, "Algorithm"]) -> TokenKey:
    material = key if isinstance(key, bytes) else _encoded(key)
    prepared = None
    for name, algorithm in known.items():
        prepared = _prepared(algorithm, material)
        if prepared is None:
            msg = f"key is none that {name} can verify with."
            raise ConfigurationError(msg)
        _check(prepared, name, algorithm)
    return TokenKey(prepared, list(known))


def _set(
    key_set: Mapping[str, object], known: Mapping[str, "Algorithm"]
) -> dict[str | None, TokenKey]:
    keys: dict[str | None, TokenKey] = {}
    listed = key_set.get("keys")
    for jwk in filter(is_object, listed if is_list(listed) else []):
        kid, key = jwk.get("kid"), _member(jwk, known)
        if not isinstance(kid, str) or key is None:
            continue  # "SHOULD ignore": RFC 7517 §5; a set also has keys for other ends
        if kid in keys:
            msg = "key_set has two keys of the same kid."
            raise ConfigurationError(msg)
        keys[kid] = key
    if not keys:
        msg = "key_set has no key with a kid that fits one of the algorithms."
        raise ConfigurationError(msg)
    return keys


def _member(jwk: dict[str, object], known: Mapping[str, "Algorithm"]) -> TokenKey | None:
    if jwk.get("use", "sig") != "sig":
        return None
    fits: dict[str, object] = {}
    for name, algorithm in known.items():
        prepared = _prepared(algorithm, jwk) if jwk.get("alg", name) == name else None
        if prepared is not None:
            _check(prepared, name, algorithm)
            fits[name] = prepared
    return TokenKey(next(iter(fits.values())), list(fits)) if fits else None


def _prepared(algorithm: "Algorithm", material: bytes | dict[str, object]) -> object | None:
    try:
        loaded = algorithm.from_jwk(material) if isinstance(material, dict) else material
        prepared: object = algorithm.prepare_key(loaded)
    except Exception:  # noqa: BLE001  # PyJWT and cryptography have many names for a malformed key
        return None
    return prepared


def _check(prepared: object, name: str, algorithm: "Algorithm") -> None:
    if hasattr(prepared, "private_bytes"):
        msg = "The key is private. A verifier needs the public one, and must not have the other."
        raise ConfigurationError(msg)
    if algorithm.check_key_length(prepared):
        msg = f"The key is too short for {name}: RFC 7518 §3.2 and §3.3."
        raise ConfigurationError(msg)


def _encoded(key: str | SecretStr) -> bytes:
    return revealed(key).encode() if is_key(sealed(key)) else b""
