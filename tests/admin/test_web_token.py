"""JSON Web Tokens: pinned algorithms, required claims, and no text that does more than fail."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from admin.kit import ADMIN, NOW
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm
from pydantic import SecretStr

from messengerkit.admin import AdminIdentity, AdminRequest
from messengerkit.admin.auth import JWTAuth
from messengerkit.admin.identity import Role
from messengerkit.errors import AdminAuthError, ConfigurationError

SECRET = "marked-secret-of-the-issuer-4711"  # 32 bytes, the fewest that are accepted
OTHER = "another-secret-of-an-issuer-4712"
END = NOW + timedelta(minutes=5)
SOON, PAST = int(END.timestamp()), int(NOW.timestamp()) - 3600
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

RSA: rsa.RSAPrivateKey = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK_RSA: rsa.RSAPrivateKey = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  # on purpose
P256: ec.EllipticCurvePrivateKey = ec.generate_private_key(ec.SECP256R1())
P384: ec.EllipticCurvePrivateKey = ec.generate_private_key(ec.SECP384R1())
ED: ed25519.Ed25519PrivateKey = ed25519.Ed25519PrivateKey.generate()


def public(key: Private) -> str:
    """Return the public half of *key* as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private(key: Private) -> str:
    """Return *key* as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def claims(**changes: object) -> dict[str, object]:
    """Return what a good token says, with *changes*; a claim that is `...` is left out."""
    told = {"iss": "https://issuer.example", "aud": "panel", "sub": ADMIN, "exp": SOON, **changes}
    return {name: value for name, value in told.items() if value is not ...}


def part(value: object) -> str:
    """Return one part of a token: *value*, or its JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def by_hand(header: object, payload: object, secret: str = SECRET) -> str:
    """Return a token of any header and payload, signed as HS256: no library refuses to."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def token(**changes: object) -> str:
    """Return a token by HS256."""
    return by_hand({"alg": "HS256", "typ": "JWT"}, claims(**changes))


def verifier(**settings: object) -> JWTAuth:
    """Return a verifier of HS256, with other *settings*."""
    usual: dict[str, object] = {
        "key": SECRET,
        "algorithms": ["HS256"],
        "audience": "panel",
        "issuer": "https://issuer.example",
        "now": lambda: NOW,
    }
    return JWTAuth(**{**usual, **settings})  # type: ignore[arg-type]  # as a test gives them


def request(text: str, *headers: tuple[str, str]) -> AdminRequest:
    """Return a request with the token *text*."""
    bearer = ("Authorization", f"Bearer {text}")
    return AdminRequest(method="POST", path="/admin/send-message", headers=(bearer, *headers))


async def admin_of(text: str, auth: JWTAuth | None = None) -> AdminIdentity:
    """Return the admin of the token *text*."""
    return await (auth or verifier()).verify(request(text))


async def refused(asked: AdminRequest | str, auth: JWTAuth | None = None) -> str:
    """Return the reason of a refusal, of which nothing tells the token."""
    asked = request(asked) if isinstance(asked, str) else asked
    with pytest.raises(AdminAuthError) as caught:
        await (auth or verifier()).verify(asked)

    error = caught.value
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in report.stack if frame.filename.endswith("/web_token.py")]
    shown = f"{error} {error!r} {error.reason} {[frame.locals for frame in frames]}"
    words = [word for header in asked.headers for word in header[1].split() if len(word) > 20]
    assert error.status == 401
    assert error.__context__ is None
    assert [word for word in words if word in shown] == []
    assert SECRET not in shown
    return error.reason


async def test_a_token_names_its_admin() -> None:
    """With the least that it must say: an agent, for all pages, until it expires."""
    admin = await admin_of(token())

    assert admin == AdminIdentity(admin_id=ADMIN, role=Role.AGENT, pages=None, expires_at=END)
    assert admin.key_id is None


async def test_a_token_tells_role_and_pages() -> None:
    """By the claims that the settings name."""
    auth = verifier(admin_claim="email", role_claim="https://x/role", pages_claim="p")
    text = token(**{"email": "a@b.c", "https://x/role": "supervisor", "p": ["1", "2", "1"]})

    assert await admin_of(text, auth) == AdminIdentity(
        admin_id="a@b.c", role=Role.SUPERVISOR, pages=frozenset({"1", "2"}), expires_at=END
    )


KEYS: Mapping[str, tuple[Private, str]] = {
    "RS256": (RSA, public(RSA)),
    "RS512": (RSA, public(RSA)),
    "PS256": (RSA, public(RSA)),
    "ES256": (P256, public(P256)),
    "ES384": (P384, public(P384)),
    "EdDSA": (ED, public(ED)),
}


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_public_key_verifies(algorithm: str) -> None:
    """As text, as bytes, sealed; and another key of the kind does not."""
    key, pem = KEYS[algorithm]
    text = jwt.encode(claims(), key, algorithm)
    for given_key in (pem, pem.encode(), SecretStr(pem)):
        auth = verifier(key=given_key, algorithms=[algorithm])

        assert (await admin_of(text, auth)).admin_id == ADMIN
        assert "InvalidSignature" in await refused(text[:-8] + "AAAAAAAA", auth)
        cut = text.rpartition(".")[0]
        assert "Error" in await refused(f"{cut}.", auth)
        assert "InvalidSignature" in await refused(f"{cut}.AAAA", auth)


@pytest.mark.parametrize("bits", [256, 384, 512])
async def test_a_secret_verifies(bits: int) -> None:
    """Also one of bytes that are no text."""
    secret = b"\xff" * (bits // 8)
    text = jwt.encode(claims(), secret, f"HS{bits}")
    auth = verifier(key=secret, algorithms=[f"HS{bits}"])

    assert (await admin_of(text, auth)).admin_id == ADMIN


async def test_several_algorithms_may_be_accepted() -> None:
    """All that are listed, and no other of the same key."""
    auth = verifier(key=public(RSA), algorithms=("RS256", "PS256"))

    for algorithm in ("RS256", "PS256"):
        assert (await admin_of(jwt.encode(claims(), RSA, algorithm), auth)).admin_id == ADMIN
    assert "InvalidAlgorithm" in await refused(jwt.encode(claims(), RSA, "RS512"), auth)


HEADERS: Mapping[str, object] = {
    "alg none": {"alg": "none"},
    "alg None": {"alg": "None"},
    "alg NONE": {"alg": "NONE"},
    "alg empty": {"alg": ""},
    "alg null": {"alg": None},
    "alg missing": {"typ": "JWT"},
    "alg in other case": {"alg": "hs256"},
    "alg of a list": {"alg": ["HS256"]},
    "alg of an object": {"alg": {"HS256": 1}},
    "alg of a number": {"alg": 256},
    "alg true": {"alg": True},
    "alg with a null": {"alg": "HS256\0"},
    "alg of a surrogate": {"alg": "\ud800"},
    "another alg": {"alg": "HS512"},
    "an asymmetric alg": {"alg": "RS256"},
    "kid of a number": {"alg": "HS256", "kid": 1},
    "kid null": {"alg": "HS256", "kid": None},
    "kid of a list": {"alg": "HS256", "kid": ["a"]},
    "kid of an object": {"alg": "HS256", "kid": {}},
    "crit": {"alg": "HS256", "crit": ["exp"], "exp": 1},
    "crit unknown": {"alg": "HS256", "crit": ["x"], "x": 1},
    "crit empty": {"alg": "HS256", "crit": []},
    "crit null": {"alg": "HS256", "crit": None},
    "crit of text": {"alg": "HS256", "crit": "x"},
    "detached": {"alg": "HS256", "b64": False, "crit": ["b64"]},
    "detached in secret": {"alg": "HS256", "b64": False},
    "a list": ["HS256"],
    "null": None,
    "text": "HS256",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe",
    "deep": b"[" * 2000,
    "a long number": b"9" * 5000,
    "empty": b"",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
async def test_the_header_decides_nothing(header: object) -> None:
    """The algorithms are ours, and so are the keys; rightly signed or not."""
    assert await refused(by_hand(header, claims()))
    assert await refused(f"{part(header)}.{part(claims())}.")


async def test_a_key_in_the_token_is_not_looked_at() -> None:
    """`jku`, `jwk`, `x5u`, `x5c`: whoever writes a token would choose who can have signed it."""
    pointers: dict[str, object] = {
        "jku": "https://evil.example/jwks.json",
        "jwk": {"kty": "oct", "k": part(OTHER.encode())},
        "x5u": "https://evil.example/cert.pem",
        "x5c": ["MII"],
    }
    header = {"alg": "HS256", **pointers}

    assert (await admin_of(by_hand(header, claims()))).admin_id == ADMIN
    assert "InvalidSignature" in await refused(by_hand(header, claims(), OTHER))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_the_public_key_is_no_secret(algorithm: str) -> None:
    """Everybody has it; a token that it signs by HMAC is the oldest trick of all."""
    pem = KEYS[algorithm][1]
    auth = verifier(key=pem, algorithms=[algorithm])
    for header in ({"alg": "HS256"}, {"alg": algorithm}):
        for secret in (pem, pem.strip(), pem.replace("\n", "")):
            assert await refused(by_hand(header, claims(), secret), auth)


WRONG_CLAIMS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "no exp": ({"exp": ...}, "MissingRequiredClaim"),
    "no aud": ({"aud": ...}, "MissingRequiredClaim"),
    "no iss": ({"iss": ...}, "MissingRequiredClaim"),
    "no sub": ({"sub": ...}, "MissingRequiredClaim"),
    "exp null": ({"exp": None}, "MissingRequiredClaim"),
    "sub null": ({"sub": None}, "MissingRequiredClaim"),
    "aud of another": ({"aud": "another"}, "InvalidAudience"),
    "aud of others": ({"aud": ["another", "panel2"]}, "InvalidAudience"),
    "aud with more": ({"aud": "panel "}, "InvalidAudience"),
    "aud in other case": ({"aud": "Panel"}, "InvalidAudience"),
    "aud empty": ({"aud": ""}, "MissingRequiredClaim"),
    "aud of none": ({"aud": []}, "MissingRequiredClaim"),
    "aud an object": ({"aud": {"panel": 1}}, "InvalidAudience"),
    "aud true": ({"aud": True}, "InvalidAudience"),
    "aud of numbers": ({"aud": ["panel", 1]}, "InvalidAudience"),
    "aud in a list in a list": ({"aud": [["panel"]]}, "InvalidAudience"),
    "iss of another": ({"iss": "https://evil.example"}, "InvalidIssuer"),
    "iss with more": ({"iss": "https://issuer.example/"}, "InvalidIssuer"),
    "iss a list": ({"iss": ["https://issuer.example"]}, "InvalidIssuer"),
    "iss empty": ({"iss": ""}, "InvalidIssuer"),
    "exp past": ({"exp": PAST}, "token expired"),
    "exp zero": ({"exp": 0}, "token expired"),
    "exp negative": ({"exp": -1.5}, "token expired"),
    "exp true": ({"exp": True}, "a time that is none"),
    "exp false": ({"exp": False}, "a time that is none"),
    "exp text": ({"exp": str(SOON)}, "a time that is none"),
    "exp a list": ({"exp": [SOON]}, "a time that is none"),
    "exp an object": ({"exp": {}}, "a time that is none"),
    "exp NaN": ({"exp": float("nan")}, "a time that is none"),
    "exp infinite": ({"exp": float("inf")}, "a time that is none"),
    "exp negative infinite": ({"exp": float("-inf")}, "a time that is none"),
    "exp after all years": ({"exp": 253_402_300_800}, "a time that is none"),
    "exp huge": ({"exp": 10**400}, "a time that is none"),
    "exp huge, a float": ({"exp": 1e300}, "a time that is none"),
    "exp huge, negative": ({"exp": -(10**400)}, "a time that is none"),
    "nbf to come": ({"nbf": SOON}, "token not yet valid"),
    "nbf true": ({"nbf": True}, "a time that is none"),
    "nbf text": ({"nbf": "now"}, "a time that is none"),
    "nbf null": ({"nbf": None}, "a time that is none"),
    "nbf infinite": ({"nbf": float("inf")}, "a time that is none"),
    "iat to come": ({"iat": SOON}, "token not yet valid"),
    "iat NaN": ({"iat": float("nan")}, "a time that is none"),
    "sub a number": ({"sub": 7}, "InvalidSubject"),
    "sub a list": ({"sub": [ADMIN]}, "InvalidSubject"),
    "sub empty": ({"sub": ""}, "the admin's claim is no id"),
    "sub with a blank": ({"sub": "alice b"}, "the admin's claim is no id"),
    "sub with a null": ({"sub": ADMIN + "\0"}, "the admin's claim is no id"),
    "sub with a new line": ({"sub": ADMIN + "\n"}, "the admin's claim is no id"),
    "sub a surrogate": ({"sub": "\ud800"}, "the admin's claim is no id"),
    "sub too long": ({"sub": "a" * 129}, "the admin's claim is no id"),
    "role unknown": ({"role": "owner"}, "unknown role"),
    "role in other case": ({"role": "Agent"}, "unknown role"),
    "role null": ({"role": None}, "unknown role"),
    "role empty": ({"role": ""}, "unknown role"),
    "role a list": ({"role": ["supervisor"]}, "unknown role"),
    "role an object": ({"role": {}}, "unknown role"),
    "pages null": ({"pages": None}, "pages are no list of ids"),
    "pages text": ({"pages": "1001"}, "pages are no list of ids"),
    "pages true": ({"pages": True}, "pages are no list of ids"),
    "pages an object": ({"pages": {"1001": 1}}, "pages are no list of ids"),
    "pages of numbers": ({"pages": ["1001", 1002]}, "pages are no list of ids"),
    "pages of lists": ({"pages": [["1001"]]}, "pages are no list of ids"),
    "pages of no ids": ({"pages": ["1001", "*"]}, "pages are no list of ids"),
    "pages of nothing": ({"pages": [""]}, "pages are no list of ids"),
}


@pytest.mark.parametrize("changes", [row[0] for row in WRONG_CLAIMS.values()], ids=WRONG_CLAIMS)
async def test_a_signature_is_not_enough(changes: Mapping[str, object]) -> None:
    """Every claim that matters must be there and right, and is refused for a reason of its own."""
    (reason,) = {why for wrong, why in WRONG_CLAIMS.values() if wrong is changes}

    assert reason in await refused(token(**changes))


async def test_an_admins_claim_of_another_name_must_be_text() -> None:
    """PyJWT knows the type of `sub` only."""
    auth = verifier(admin_claim="uid")
    for uid in (7, [ADMIN], True, {"a": 1}):
        assert await refused(token(uid=uid), auth) == "the admin's claim is no id"
    assert "MissingRequiredClaim" in await refused(token(), auth)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["another", "panel"]},
        {"exp": SOON + 0.5},
        {"exp": float(SOON)},
        {"exp": 253_402_300_799},
        {"nbf": PAST, "iat": PAST + 0.5},
        {"pages": []},
        {"jti": "x", "more": {"deep": [1]}},
    ],
)
async def test_what_the_standard_allows_comes_in(changes: Mapping[str, object]) -> None:
    """RFC 7519: several audiences, parts of a second, claims that are not ours; and no page."""
    admin = await admin_of(token(**changes))

    assert admin.admin_id == ADMIN
    assert admin.pages == (frozenset() if "pages" in changes else None)


@pytest.mark.parametrize(
    ("name", "seconds", "good"),
    [
        ("exp", -30, False),
        ("exp", -29, True),
        ("nbf", 30, True),
        ("nbf", 31, False),
        ("iat", 30, True),
        ("iat", 31, False),
    ],
)
async def test_the_clocks_may_differ_a_little(
    name: str,
    seconds: int,
    good: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """By the leeway and no more; and the end that is told is the token's own."""
    at = NOW + timedelta(seconds=seconds)
    text = token(**{name: int(at.timestamp())})
    strict = verifier(leeway=timedelta(0))
    if good:
        assert (await admin_of(text)).expires_at == (at if name == "exp" else END)
    else:
        assert await refused(text)
    assert await refused(text, strict)


PAYLOADS: Mapping[str, bytes] = {
    "empty": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "text": b'"x"',
    "no UTF-8": b"\xff",
    "a null": b"\0",
    "deep": b"[" * 2000,
    "deep objects": b'{"a":' * 500,
    "a long number": b'{"exp":' + b"9" * 2500 + b"}",
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_a_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    """Rightly signed, and yet no token."""
    assert await refused(by_hand({"alg": "HS256"}, payload))


async def test_of_a_claim_that_is_there_twice_one_is_checked_and_used() -> None:
    """A reader that checks the first and uses the last could be deceived."""
    twice = json.dumps(claims())[:-1] + ', "sub": "bob", "exp": 1}'

    assert await refused(by_hand({"alg": "HS256"}, twice.encode())) == "token expired"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", f"Bearer {token()}")] * 2,
        [("Authorization", f"Bearer {token()}"), ("authorization", "Bearer x")],
        [("Authorization", f"Bearer {token()}, Bearer {token()}")],
        [("Authorization", f"Basic {token()}")],
        [("Authorization", token())],
        [("Authorization", f"Bearer {token()}\0")],
        [("Authorization", "Bearer " + token(more="x" * 8000))],
        [("Cookie", f"token={token()}")],
    ],
    ids=["none", "twice", "two", "joined", "basic", "bare", "null", "huge", "cookie"],
)
async def test_there_is_one_token_in_one_header(headers: Sequence[tuple[str, str]]) -> None:
    """Of two, different readers would believe different ones."""
    asked = AdminRequest(method="GET", path="/admin/health", headers=headers)

    assert await refused(asked) == "no token"


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        ((), True),
        ((ADMIN,), True),
        ((ADMIN.upper(),), True),
        (("bob",), False),
        (("",), False),
        ((ADMIN, ADMIN), False),
        ((ADMIN, "bob"), False),
        (("\udce9",), False),
    ],
)
async def test_the_header_names_the_same_admin(
    sent: tuple[str, ...],
    same: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """The guide's panel always sends it; it may not contradict the token."""
    asked = request(token(), *(("X-Admin-User-ID", one) for one in sent))
    if same:
        assert (await verifier().verify(asked)).admin_id == ADMIN
    else:
        assert await refused(asked) == "wrong admin id"


def jwks(*keys: Mapping[str, object]) -> dict[str, object]:
    """Return a key set."""
    return {"keys": list(keys)}


RSA_JWK = {**RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "rsa"}
EC_JWK = {**ECAlgorithm.to_jwk(P256.public_key(), as_dict=True), "kid": "ec"}
ED_JWK = {**OKPAlgorithm.to_jwk(ED.public_key(), as_dict=True), "kid": "ed", "use": "sig"}
OCT_JWK = {**HMACAlgorithm.to_jwk(SECRET, as_dict=True), "kid": "oct", "alg": "HS256"}
SET = jwks(RSA_JWK, EC_JWK, ED_JWK, OCT_JWK)
ALL = ["RS256", "PS256", "ES256", "EdDSA"]


def of_set(key_set: object = SET, algorithms: Sequence[str] = ALL) -> JWTAuth:
    """Return a verifier with a key set."""
    return verifier(key=None, key_set=key_set, algorithms=algorithms)


@pytest.mark.parametrize(
    ("kid", "key", "algorithm"),
    [("rsa", RSA, "RS256"), ("rsa", RSA, "PS256"), ("ec", P256, "ES256"), ("ed", ED, "EdDSA")],
)
async def test_the_kid_selects_the_key(kid: str, key: Private, algorithm: str) -> None:
    """The token is good with the key that it names, and with no other."""
    text = jwt.encode(claims(), key, algorithm, headers={"kid": kid})

    assert (await admin_of(text, of_set())).admin_id == ADMIN
    for other in {"rsa", "ec", "ed"} - {kid}:
        wrong = jwt.encode(claims(), key, algorithm, headers={"kid": other})
        assert "InvalidAlgorithm" in await refused(wrong, of_set())


@pytest.mark.parametrize(
    "kid", [..., "", "RSA", "rsa ", "oct", None, 1, True, ["rsa"], {}, "\ud800"]
)
async def test_a_kid_that_the_set_has_not_is_refused(kid: object) -> None:
    """No other key is tried, and a token without a kid has none."""
    header = {"alg": "RS256"} | ({} if kid is ... else {"kid": kid})
    signed = f"{part(header)}.{part(claims())}"
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(signed.encode(), RSA)

    assert await refused(f"{signed}.{part(signature)}", of_set()) == "unknown key"
    assert await refused(by_hand(header, claims()), of_set()) == "unknown key"


async def test_a_set_may_hold_secrets() -> None:
    """Of HMAC; the public keys beside them are not among those then."""
    auth = of_set(SET, ["HS256"])

    good, other = (by_hand({"alg": "HS256", "kid": kid}, claims()) for kid in ("oct", "rsa"))

    assert (await admin_of(good, auth)).admin_id == ADMIN
    assert await refused(other, auth) == "unknown key"
    assert SECRET not in f"{vars(auth)}"


async def test_what_a_set_says_of_a_key_is_obeyed() -> None:
    """A key for one algorithm, or for encryption, verifies nothing else."""
    only_ps = of_set(jwks({**RSA_JWK, "alg": "PS256"}))
    text = jwt.encode(claims(), RSA, "RS256", headers={"kid": "rsa"})

    assert "InvalidAlgorithm" in await refused(text, only_ps)
    for_encryption = of_set(jwks({**RSA_JWK, "use": "enc"}, EC_JWK))
    assert await refused(text, for_encryption) == "unknown key"


async def test_what_a_set_has_beside_is_ignored() -> None:
    """RFC 7517 §5: keys that are not understood, and entries that are none."""
    strange: list[object] = [
        None,
        7,
        {},
        {"kty": "RSA", "kid": "a"},
        {"kty": "RSA", "kid": "b", "n": 1, "e": None},
        {"kty": "EC", "kid": "c", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "new", "kid": "d"},
        {"kid": "e"},
        {**RSA_JWK, "kid": None},
        {**RSA_JWK, "kid": 1},
        {**RSA_JWK, "alg": ["RS256"], "kid": "f"},
        {name: value for name, value in RSA_JWK.items() if name != "kid"},
    ]
    auth = of_set({"keys": [*strange, RSA_JWK], "more": 1})
    text = jwt.encode(claims(), RSA, "RS256", headers={"kid": "rsa"})

    assert (await admin_of(text, auth)).admin_id == ADMIN


def private_jwk() -> dict[str, object]:
    """Return a private key as JWK."""
    return {**RSAAlgorithm.to_jwk(RSA, as_dict=True), "kid": "rsa"}


UNSAFE: Mapping[str, tuple[Mapping[str, object], str]] = {
    "no key": ({"key": None}, "either"),
    "both keys": ({"key_set": SET}, "either"),
    "no algorithm": ({"algorithms": []}, "algorithms"),
    "none": ({"algorithms": ["none"]}, "never none"),
    "none beside others": ({"algorithms": ["HS256", "none"]}, "never none"),
    "unknown": ({"algorithms": ["HS1024"]}, "algorithms"),
    "in other case": ({"algorithms": ["hs256"]}, "algorithms"),
    "one text": ({"algorithms": "HS256"}, "algorithms"),
    "mixed": ({"algorithms": ["HS256", "RS256"]}, "all of HS256"),
    "mixed, a public key": ({"key": public(RSA), "algorithms": ["RS256", "HS256"]}, "all of HS256"),
    "mixed, a set": ({"key": None, "key_set": SET, "algorithms": ["ES256", "HS512"]}, "all of"),
    "empty": ({"key": ""}, "HS256"),
    "no text": ({"key": SECRET + "\udce9"}, "HS256"),
    "short": ({"key": SECRET[:31]}, "too short"),
    "short, bytes": ({"key": b"\xff" * 31}, "too short"),
    "short for SHA-512": ({"key": SECRET, "algorithms": ["HS256", "HS512"]}, "for HS512"),
    "a public key as secret": ({"key": public(RSA)}, "HS256"),
    "a key set as secret": ({"key": json.dumps(SET)}, "HS256"),
    "a secret as public key": ({"algorithms": ["RS256"]}, "RS256"),
    "another kind": ({"key": public(P256), "algorithms": ["RS256"]}, "RS256"),
    "another curve": ({"key": public(P256), "algorithms": ["ES384"]}, "ES384"),
    "two kinds": ({"key": public(RSA), "algorithms": ["RS256", "ES256"]}, "ES256"),
    "weak": ({"key": public(WEAK_RSA), "algorithms": ["RS256"]}, "too short"),
    "private, RSA": ({"key": private(RSA), "algorithms": ["RS256"]}, "private"),
    "private, EC": ({"key": private(P256), "algorithms": ["ES256"]}, "private"),
    "private, Ed25519": ({"key": private(ED), "algorithms": ["EdDSA"]}, "private"),
    "private, in a set": (
        {"key": None, "key_set": jwks(private_jwk()), "algorithms": ["RS256"]},
        "private",
    ),
    "short, in a set": (
        {"key": None, "key_set": jwks({"kty": "oct", "k": part(b"short"), "kid": "a"})},
        "too short",
    ),
    "no keys": ({"key": None, "key_set": {}}, "no key"),
    "keys of no list": ({"key": None, "key_set": {"keys": {"a": OCT_JWK}}}, "no key"),
    "no key that fits": ({"key": None, "key_set": jwks(RSA_JWK)}, "no key"),
    "a kid twice": ({"key": None, "key_set": jwks(OCT_JWK, OCT_JWK)}, "same kid"),
    "no audience": ({"audience": ""}, "audience"),
    "no issuer": ({"issuer": ""}, "issuer"),
    "no admin's claim": ({"admin_claim": ""}, "claims"),
    "no role's claim": ({"role_claim": ""}, "claims"),
    "no pages' claim": ({"pages_claim": ""}, "claims"),
    "a negative leeway": ({"leeway": timedelta(seconds=-1)}, "leeway"),
    "a long leeway": ({"leeway": timedelta(minutes=5, seconds=1)}, "leeway"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_setting_is_refused(name: str) -> None:
    """At the start, with what is wrong, and without any key in the report."""
    settings, named = UNSAFE[name]
    with pytest.raises(ConfigurationError, match=named) as caught:
        verifier(**settings)

    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in report.stack if frame.filename.endswith("/web_token.py")]
    shown = f"{caught.value} {[frame.locals for frame in frames]}"
    assert SECRET[:31] not in shown
    assert "BEGIN" not in shown
    assert "kty" not in shown
    assert caught.value.__context__ is None


async def test_no_repr_shows_the_secret() -> None:
    """Nor do the variables of the verifier."""
    auth = verifier()

    assert SECRET not in f"{auth!r} {vars(auth)}"


async def test_without_a_clock_it_is_now() -> None:
    """The default is the time of the computer."""
    auth = JWTAuth(
        key=SECRET, algorithms=["HS256"], audience="panel", issuer="https://issuer.example"
    )
    now = datetime.now(UTC).timestamp()

    assert (await admin_of(token(exp=int(now) + 60), auth)).admin_id == ADMIN
    assert await refused(token(exp=int(now) - 60), auth) == "token expired"


def test_without_pyjwt_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "jwt.algorithms", None)
    with pytest.raises(ConfigurationError, match=r'pip install "messengerkit\[jwt\]"'):
        verifier()


def test_pyjwt_is_loaded_only_for_who_uses_it() -> None:
    """It takes a while, and brings cryptography with it."""
    code = (
        "import sys, messengerkit.admin.auth as auth; print('jwt' in sys.modules); "
        f"auth.JWTAuth(key={SECRET!r}, algorithms=['HS256'], audience='a', issuer='i'); "
        "print('jwt' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == ["False", "True"]


VERIFIERS: Sequence[Callable[[], JWTAuth]] = (
    verifier,
    lambda: verifier(key=public(P256), algorithms=["ES256"]),
    of_set,
)


@pytest.mark.parametrize("make", VERIFIERS, ids=["secret", "public key", "set"])
@given(text=st.text())
async def test_any_bearer_text_is_only_refused(make: Callable[[], JWTAuth], text: str) -> None:
    """Whatever stands in the header."""
    asked = AdminRequest(method="GET", path="/", headers=[("Authorization", f"Bearer {text}")])
    with pytest.raises(AdminAuthError):
        await make().verify(asked)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
HEADER = st.fixed_dictionaries(
    {"alg": st.sampled_from(["HS256", "ES256", "RS256", "none"]) | JSON},
    optional={"kid": st.sampled_from(["rsa", "ec", "oct"]) | JSON, "crit": JSON, "b64": JSON},
)


@pytest.mark.parametrize("make", VERIFIERS, ids=["secret", "public key", "set"])
@given(header=HEADER | JSON, payload=JSON | st.binary(), signature=st.binary(max_size=600))
async def test_any_token_is_only_refused(
    make: Callable[[], JWTAuth], header: object, payload: object, signature: bytes
) -> None:
    """In the form of a token, with any signature."""
    text = f"{part(header)}.{part(payload)}.{part(signature)}"
    with pytest.raises(AdminAuthError):
        await make().verify(request(text))


CLAIMS = ("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "role", "pages")


@given(
    changes=st.fixed_dictionaries({}, optional=dict.fromkeys(CLAIMS, JSON)),
    sent=st.none() | st.text(),
)
async def test_any_claims_are_an_admin_or_a_refusal(
    changes: dict[str, object], sent: str | None
) -> None:
    """Rightly signed, with anything in any claim."""
    headers = () if sent is None else (("X-Admin-User-ID", sent),)
    try:
        admin = await verifier().verify(request(token(**changes), *headers))
    except AdminAuthError as refusal:
        assert refusal.reason  # noqa: PT017  # either is right
    else:
        assert admin.expires_at is not None
        assert admin.expires_at > NOW - timedelta(seconds=30)
