"""Exit codes and stable codes: one registry, and every error of the tree has a place in it."""

from __future__ import annotations

import pytest

from openline import errors
from openline.console.codes import CODES, Told, code_of, detail_of, for_a_person, for_a_program


def leaves(kind: type[BaseException]) -> list[type[BaseException]]:
    below = kind.__subclasses__()
    return [kind] + [leaf for k in below if k.__module__ == "openline.errors" for leaf in leaves(k)]


@pytest.mark.parametrize("kind", leaves(errors.OpenlineError), ids=lambda kind: kind.__name__)
def test_every_error_of_the_tree_has_a_code(kind: type[BaseException]) -> None:
    code = code_of(kind("x"))
    assert 1 <= code.exit <= 9
    if kind is not errors.OpenlineError and kind is not errors.LocalFault:
        assert code.code != "OL-101", f"{kind.__name__} would be shown as a fault in this program"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.Refused("x"), 4),
        (errors.Forged("x"), 5),
        (errors.Malformed("x"), 5),
        (errors.Equivocated("x", b"", b""), 5),
        (errors.Unchecked("x"), 5),
        (errors.BearerDown("x"), 6),
        (errors.Stale("x"), 7),
        (errors.Misconfigured("x"), 8),
        (errors.Locked("x"), 9),
        (errors.StoreDown("x"), 1),
        (FileNotFoundError("x"), 3),
        (ZeroDivisionError("x"), 1),
        (Told("OL-602", "x"), 6),
    ],
    ids=str,
)
def test_whose_doing_it_is_decides_the_exit_code(error: BaseException, exit_code: int) -> None:
    assert code_of(error).exit == exit_code


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_every_code_says_what_is_known_what_is_not_and_what_to_do(code: object) -> None:
    from openline.console.codes import Code

    assert isinstance(code, Code)
    assert code.code[:3] == "OL-" and len(code.code) == 6 and 1 <= code.exit <= 9
    for sentence in (code.known, code.unknown, code.act):
        assert sentence.endswith("."), code.code
    text = (code.title + code.known + code.unknown + code.act).lower()
    assert not any(word in text for word in ("timeout", "failed", "delivered", "invalid", "user"))


def test_a_code_that_nobody_wrote_down_is_refused() -> None:
    with pytest.raises(errors.LocalFault, match="OL-999"):
        Told("OL-999", "x")


def test_a_person_and_a_program_read_the_same_facts() -> None:
    error = errors.Forged("entry 17 of log 0/abcd: the digest differs")
    told = for_a_program(error)
    assert told["code"] == "OL-501" and told["exit"] == 5
    for key in ("code", "title", "detail", "known", "unknown", "act"):
        assert str(told[key]) in for_a_person(error)


def test_an_error_without_words_is_named_by_its_kind() -> None:
    assert detail_of(KeyError()) == "KeyError"
