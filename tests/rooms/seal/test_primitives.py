"""A library that computes something else is noticed before a key is touched."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from openline.errors import LocalFault
from openline.seal import primitives
from openline.seal.primitives import check_primitives
from tests.rooms.seal.people import DRAW, Counted


def test_the_library_here_answers_as_published() -> None:
    """R-069."""
    check_primitives(DRAW)


def test_a_wrong_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-069."""
    with pytest.raises(LocalFault, match="X-Wing"):
        check_primitives(Counted(b"not the real thing"))
    for name, shown in (("_ed25519", "Ed25519"), ("_mldsa44", "ML-DSA-44"), ("_gcm_siv", "SIV"), ("_hkdf", "HKDF")):
        with monkeypatch.context() as broken:
            broken.setattr(primitives, name, lambda: False)
            with pytest.raises(LocalFault, match=shown):
                check_primitives(DRAW)


def test_a_library_without_a_primitive_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking() -> bool:
        raise UnsupportedAlgorithm("no ML-DSA here")

    monkeypatch.setattr(primitives, "_mldsa44", lacking)
    with pytest.raises(LocalFault, match="ML-DSA-44: this machine's library does not have it"):
        check_primitives(DRAW)
