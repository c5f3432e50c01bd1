"""A replay file: every line checked before any is sent, every bad one named by its number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.codes import Told
from openline.console.replaying import Words, cast, read
from openline.limits import REPLAY_LINE_BYTES_MAX, TEXT_CHARS_MAX


def file_of(tmp_path: Path, *lines: bytes) -> Path:
    path = tmp_path / "words.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_texts_are_read_in_order_and_other_fields_left_alone(tmp_path: Path) -> None:
    path = file_of(tmp_path, b'{"from":"USA","text":"one","date":null}', b'{"from":"USSR","text":"two","to":"USA"}')
    assert read(path) == ([Words(1, "USA", "one"), Words(2, "USSR", "two")], [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not an object"),
        (b"[]", "not an object"),
        (b"{", "not an object"),
        (b'{"from":"A"}', "text"),
        (b'{"text":"x"}', "from"),
        (b'{"from":"A","text":7}', "text"),
        (b'{"from":"A","text":""}', "is empty"),
        (b'{"from":"","text":"x"}', "`from` must"),
        (b'{"from":"A","text":"x"} {}', "not an object"),
        (b'{"from":"A","text":"\xff"}', "not an object"),
        (b'{"from":"A","text":"a\\u0007"}', "control character U\\+0007"),
        (b'{"from":"A","text":"' + b"x" * (TEXT_CHARS_MAX + 1) + b'"}', f"at most {TEXT_CHARS_MAX}"),
        (b'{"from":"A","text":"' + b"x" * REPLAY_LINE_BYTES_MAX + b'"}', "longer than"),
        (b"[" * 100_000, "not an object"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_line_is_named_and_the_next_good_one_taken(tmp_path: Path, line: bytes, why: str) -> None:
    good = b'{"from":"A","text":"x"}'
    words, bad = read(file_of(tmp_path, good, line, good))
    assert [said.row for said in words] == [1, 3]
    assert len(bad) == 1 and bad[0].row == 2
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(bad[0].why)


@given(st.lists(st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"")), max_size=5))
def test_any_line_is_good_or_bad(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    words, bad = read(file_of(tmp_path_factory.mktemp("r"), *lines))
    assert sorted([w.row for w in words] + [b.row for b in bad]) == list(range(1, len(lines) + 1 if lines else 2))


WORDS = [Words(1, "USA", "x"), Words(2, "USSR", "y")]


def test_speakers_find_their_address_by_name() -> None:
    controls = [("USSR", Path("/s")), ("USA", Path("/u"))]
    assert cast(WORDS, controls) == {"USA": Path("/u"), "USSR": Path("/s")}


def test_speakers_without_a_named_address_take_them_in_order_of_appearance() -> None:
    assert cast(WORDS, [("A", Path("/a")), ("B", Path("/b"))]) == {"USA": Path("/a"), "USSR": Path("/b")}


@pytest.mark.parametrize("controls", [[("USA", Path("/u")), ("B", Path("/b"))], [("A", Path("/a"))]], ids=str)
def test_a_half_match_is_refused_rather_than_guessed(controls: list[tuple[str, Path]]) -> None:
    with pytest.raises(Told, match="USA, USSR"):
        cast(WORDS, controls)
