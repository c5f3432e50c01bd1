"""Pages: real images, spoiled as real ones are, read back; partial sets kept; giants and junk refused."""

from __future__ import annotations

import os
import random
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from openline.bearer.pages import drawing, reading
from openline.bearer.pages.drawing import Heading, sheets
from openline.bearer.pages.sets import SCREEN_SYMBOL_BYTES, Between, PageSet, group, make_set
from openline.bearer.pages.shelf import Shelf
from openline.errors import BearerDown, Malformed, Unchecked
from openline.limits import (
    COURIER_KEEP_MS,
    PAGE_FRAME_BYTES_MAX,
    PAGE_IMAGES_MAX,
    PAGE_SET_BYTES_MAX,
    PAGE_SETS_KEPT_MAX,
    PAGE_SYMBOLS_MAX,
)
from openline.wire.frame import FrameReader
from openline.wire.pages import Symbol, join, parse_symbol
from tests.rooms.bearer.camera import Shot, as_jpeg, cover, photograph, sheet, write

BETWEEN = Between(bytes(range(32)), 0, 1, 1_770_000_000_000)


def a_set(size: int, seed: int = 1, at_ms: int = BETWEEN.made_at_ms) -> PageSet:
    return make_set(BETWEEN._replace(made_at_ms=at_ms), random.Random(seed).randbytes(size))


def whole_of(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def read(path: Path) -> dict[int, bytes]:
    return {one.number: one.data for one in map(parse_symbol, reading.codes_in(path))}


SHOTS = {
    "flat": Shot(),
    "turned a little, tilted": Shot(turned=7, tilted=0.15, noise=5),
    "on its side": Shot(turned=90, blurred=0.8, noise=8, quality=80),
    "upside down": Shot(turned=181, blurred=0.6, noise=5),
    "askew, noisy, badly pressed": Shot(turned=33, tilted=0.1, blurred=1.0, noise=12, quality=60, size=(2400, 2400)),
    "out of focus": Shot(turned=2, blurred=2.2, noise=3, quality=70, size=(2400, 3200)),
}


QUICK = ("flat", "upside down")


@pytest.mark.parametrize(
    "shot",
    [pytest.param(shot, id=name, marks=() if name in QUICK else pytest.mark.whole) for name, shot in SHOTS.items()],
)
def test_a_photograph_gives_all_six_codes_of_its_sheet(shot: Shot, tmp_path: Path) -> None:
    """R-266"""
    page_set = a_set(2500)
    assert len(page_set.symbols) == 6
    path = write(tmp_path, "photo.jpg", photograph(sheet(page_set.symbols), shot))
    assert join(page_set.head, read(path)) == whole_of(1, 2500)
    assert len(read(path)) == 6


def test_codes_cut_off_or_covered_are_made_good_by_any_others_and_one_fewer_is_not_enough(tmp_path: Path) -> None:
    """R-263"""
    page_set = a_set(2500)
    needed = page_set.head.needed
    paper = sheet(page_set.symbols)
    third = paper.height // 3
    torn = paper.crop((0, third, paper.width, paper.height))  # the upper two codes are gone
    got = read(write(tmp_path, "torn.jpg", photograph(torn, Shot(turned=5, noise=4))))
    assert len(got) == needed == 4
    assert join(page_set.head, got) == whole_of(1, 2500)
    thumb = cover(torn, (60, 60, paper.width // 2 - 60, third // 2))
    fewer = read(write(tmp_path, "thumb.jpg", photograph(thumb, Shot(turned=5, noise=4))))
    assert len(fewer) == needed - 1
    with pytest.raises(Unchecked):
        join(page_set.head, fewer)


def test_a_stain_within_a_code_is_mended_by_the_code_itself(tmp_path: Path) -> None:
    page_set = a_set(700)
    paper = sheet(page_set.symbols[:1], across=1)
    at = paper.width // 2
    stained = cover(paper, (at, at, at + paper.width // 8, at + paper.width // 8))
    assert read(write(tmp_path, "stained.jpg", as_jpeg(stained)))


def test_two_sets_on_one_table_are_told_apart(tmp_path: Path) -> None:
    """R-262"""
    first, other = a_set(600), a_set(600, seed=2, at_ms=BETWEEN.made_at_ms + 1)
    path = write(tmp_path, "both.jpg", as_jpeg(sheet([*first.symbols[:3], *other.symbols[3:6]])))
    heads = [parse_symbol(code).head for code in reading.codes_in(path)]
    assert (heads.count(first.head), heads.count(other.head)) == (3, 3)


def test_a_screenshot_of_the_terminal_is_read(tmp_path: Path) -> None:
    page_set = make_set(BETWEEN, b"shown" * 40, SCREEN_SYMBOL_BYTES)
    rows = drawing.for_a_terminal(page_set.symbols[0]).splitlines()
    assert len(rows) <= 39 and all(row.endswith("\x1b[0m") for row in rows)
    cells = [row.split("m", 1)[1].removesuffix("\x1b[0m") for row in rows]
    picture = Image.new("L", (len(cells[0]) * 8, len(cells) * 16), 255)
    for down, row in enumerate(cells):
        for across, cell in enumerate(row):
            for half in (0, 1):
                if cell == "█" or cell == "▀▄"[half]:
                    picture.paste(0, (across * 8, down * 16 + half * 8, across * 8 + 8, down * 16 + half * 8 + 8))
    assert len(cells[0]) <= 80
    assert reading.codes_in(write(tmp_path, "shot.jpg", as_jpeg(picture))) == [page_set.symbols[0]]


def test_other_peoples_codes_are_read_and_are_no_symbols(tmp_path: Path) -> None:
    path = write(tmp_path, "poster.jpg", as_jpeg(sheet([b"https://example.org/menu"], across=1)))
    (code,) = reading.codes_in(path)
    with pytest.raises(Malformed, match="not a code of an Openline page"):
        parse_symbol(code)


# ------------------------------------------------------------------------------------------------------ bad images
def png(width: int, height: int, packed: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def test_an_image_that_would_unfold_to_a_giant_is_refused_before_its_pixels(tmp_path: Path) -> None:
    """R-266: 4 GB of pixels in a few kilobytes; nothing is unfolded, so it takes no time and no memory."""
    bomb = write(tmp_path, "bomb.png", png(65_000, 65_000, zlib.compress(bytes(100_000))))
    assert bomb.stat().st_size < 1000
    with pytest.raises(Malformed, match="pixels"):
        reading.codes_in(bomb)
    large = write(tmp_path, "large.png", png(8_001, 8_000, zlib.compress(bytes(100_000))))
    with pytest.raises(Malformed, match="8001 x 8000 pixels"):
        reading.codes_in(large)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.png", b""),
        ("text.jpg", b"not an image at all"),
        ("cut.png", png(100, 100, zlib.compress(bytes(10_100)))[:60]),
        ("short.png", png(100, 100, zlib.compress(b""))),
        ("nothing.png", png(0, 0, b"")),
        ("gif.png", b"GIF89a" + bytes(60)),
        ("cut.jpg", as_jpeg(Image.new("L", (300, 300), 128))[:200]),
    ],
)
def test_what_is_no_image_is_refused_by_name(name: str, data: bytes, tmp_path: Path) -> None:
    """R-266"""
    with pytest.raises((Malformed, BearerDown), match=name):
        reading.codes_in(write(tmp_path, name, data))


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (2, 2), (500, 3)])
def test_images_too_small_for_any_code_hold_none(size: tuple[int, int], tmp_path: Path) -> None:
    assert reading.codes_in(write(tmp_path, "small.jpg", as_jpeg(Image.new("L", size, 255)))) == []


def test_links_pipes_and_too_many_images_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(Malformed, match="plain file"):
        reading.codes_in(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("/etc/hostname")
    with pytest.raises(BearerDown, match="link"):
        reading.codes_in(tmp_path / "link.png")
    with pytest.raises(BearerDown, match="not_there"):
        reading.images_of([tmp_path / "not_there.jpg"])
    here = write(tmp_path, "a.jpg", b"")
    with pytest.raises(BearerDown, match="one command reads"):
        reading.images_of([here] * (PAGE_IMAGES_MAX + 1))
    write(tmp_path, "notes.txt", b"")
    assert here in reading.images_of([tmp_path])
    assert not any(one.suffix == ".txt" for one in reading.images_of([tmp_path]))


# ------------------------------------------------------------------------------------------------------ the shelf
def symbols_of(page_set: PageSet) -> list[Symbol]:
    return [parse_symbol(one) for one in page_set.symbols]


def test_codes_read_in_several_calls_come_together(tmp_path: Path) -> None:
    """R-265"""
    page_set = a_set(2500)
    symbols = symbols_of(page_set)
    for one in symbols[::2]:
        with Shelf(tmp_path) as shelf:
            shelf.put(one)
            shelf.put(one)
            shelf.save()
    with Shelf(tmp_path) as shelf:
        (shelved,) = shelf.sets()
        assert len(shelved.data) == 3
        shelf.put(symbols[1])
        (shelved,) = shelf.sets()
        assert join(shelved.head, shelved.data) == whole_of(1, 2500)
        shelf.save()
        shelf.take(shelved.head)
    with Shelf(tmp_path) as shelf:
        assert shelf.sets() == []
        assert shelf.was_taken(page_set.head)
        assert not shelf.was_taken(a_set(2500, seed=2).head)


def test_the_shelf_is_bounded_and_forgets_what_nobody_touches(tmp_path: Path) -> None:
    """R-265"""
    with Shelf(tmp_path) as shelf:
        for n in range(PAGE_SETS_KEPT_MAX + 3):
            one = symbols_of(a_set(100, seed=n, at_ms=n))[0]
            shelf.put(one)
            shelf.save()
            for path in tmp_path.glob("*.set"):
                os.utime(path, (path.stat().st_mtime - 1, path.stat().st_mtime - 1))  # the order of their coming
        assert len(shelf.sets()) == PAGE_SETS_KEPT_MAX
        assert len(shelf.dropped) == 3
    with Shelf(tmp_path, clock=lambda: time.time() + COURIER_KEEP_MS / 1000 + 60) as shelf:
        assert shelf.sets() == []
        assert len(shelf.dropped) == PAGE_SETS_KEPT_MAX
    assert not list(tmp_path.glob("*.set"))


def test_a_shelf_file_that_was_damaged_is_said_and_begun_anew(tmp_path: Path) -> None:
    """R-265"""
    page_set = a_set(2500)
    with Shelf(tmp_path) as shelf:
        for one in symbols_of(page_set)[:2]:
            shelf.put(one)
        shelf.save()
    (path,) = tmp_path.glob("*.set")
    good = path.read_bytes()
    for spoiled in (good[:-1], good + b"\x00", good[:50], b"", bytes(len(good)), good[:100] + b"!" + good[101:]):
        path.write_bytes(spoiled)
        with Shelf(tmp_path) as shelf:
            assert shelf.sets() == []
            assert "read again" in shelf.dropped[0]
    other = symbols_of(a_set(2500, seed=2))[0]
    with Shelf(tmp_path) as shelf:
        shelf.put(other)
        shelf.save()
    (second,) = tmp_path.glob("*.set")
    second.write_bytes(good + second.read_bytes())  # two sets in one file
    with Shelf(tmp_path) as shelf:
        assert shelf.sets() == []


def test_one_command_at_a_time_touches_the_shelf(tmp_path: Path) -> None:
    with Shelf(tmp_path), pytest.raises(BearerDown, match="another command"):
        Shelf(tmp_path)
    Shelf(tmp_path).__exit__()


# ------------------------------------------------------------------------------------------------------ printing
def test_frames_stand_whole_in_sets_that_are_large_enough() -> None:
    bodies = [random.Random(n).randbytes(PAGE_FRAME_BYTES_MAX) for n in range(20)]
    wholes = group(bodies)
    assert len(wholes) == 3
    assert [body for whole in wholes for body in FrameReader().feed(whole)] == bodies
    assert group([]) == []


@pytest.mark.parametrize("size", [1, 5, 699, 700, 701, 4200, 30_000, PAGE_SET_BYTES_MAX - 1, PAGE_SET_BYTES_MAX])
def test_every_size_of_set_is_cut_and_joined(size: int) -> None:
    page_set = a_set(size)
    head = page_set.head
    assert head.made == len(page_set.symbols) <= PAGE_SYMBOLS_MAX
    assert head.made % 6 == 0
    assert 2 * head.made >= 3 * head.needed
    chosen = random.Random(size).sample(symbols_of(page_set), head.needed)
    assert join(head, {one.number: one.data for one in chosen}) == whole_of(1, size)


def test_names_on_a_sheet_are_words_and_never_markup() -> None:
    page_set = a_set(100)
    heading = Heading("<b>&", bytes(32), 'A "B"', "x" * 64, "now", ("xx", "ru-RU", "en"))
    ((name, drawn),) = sheets(page_set, heading)
    assert name == f"{page_set.head.name}-01-of-01.svg"
    assert "&lt;b&gt;&amp;" in drawn and "<b>" not in drawn
    assert "Достаточно любых 1 из 6" in drawn and "Any 1 of the 6" in drawn
