"""Floor 7: who may come in: verifiers of admin requests."""

from .shared_key import SharedKeyAuth, verifier_from_env
from .verifier import AdminAuthVerifier

__all__ = ("AdminAuthVerifier", "SharedKeyAuth", "verifier_from_env")
