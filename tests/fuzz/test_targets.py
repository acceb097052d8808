"""The fuzzers' targets, tried with what hypothesis thinks of, and with their own seeds."""

import pytest
from fuzz.targets import SEEDS, TARGETS
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.binary(max_size=400))
def test_any_bytes(name: str, data: bytes) -> None:
    """Only our errors leave, and what is read is of its type."""
    TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds(name: str) -> None:
    """What a fuzzer begins with must not fail, or it never begins."""
    for seed in SEEDS[name]:
        TARGETS[name](seed)
