"""What is sealed can be read by who has the secret, and by nobody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cti.kit.sealing import Seal

SEAL = Seal("secret")


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_comes_back(text: str) -> None:
    assert Seal("secret").open(SEAL.close(text)) == text


@given(text=st.text())
def test_what_was_never_sealed_is_none(text: str) -> None:
    assert SEAL.open(text) is None


def test_another_secret_opens_nothing() -> None:
    assert Seal("other").open(SEAL.close("2718")) is None


def test_what_is_sealed_can_stand_in_a_channel_variable_and_does_not_show() -> None:
    sealed = SEAL.close('{"card": "4539148803436467"}' * 20)
    assert sealed.replace("-", "").replace("_", "").rstrip("=").isalnum()
    assert len(sealed) < 300
