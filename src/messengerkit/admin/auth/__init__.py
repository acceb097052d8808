"""Floor 7: who may come in: verifiers of admin requests."""

from .chain import AnyOf
from .key import AdminKey, NewKey, new_key
from .key_file import KeyFile
from .key_ring import KeyRingAuth
from .session import Session, SessionAuth
from .shared_key import SharedKeyAuth
from .throttled import Throttled
from .verifier import AdminAuthVerifier
from .web_token import JWTAuth

__all__ = (
    "AdminAuthVerifier",
    "AdminKey",
    "AnyOf",
    "JWTAuth",
    "KeyFile",
    "KeyRingAuth",
    "NewKey",
    "Session",
    "SessionAuth",
    "SharedKeyAuth",
    "Throttled",
    "new_key",
)
