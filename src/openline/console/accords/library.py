"""The formats of notices and the layouts of declarations that come with the program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from openline.accord.declarations.layout import Layout
from openline.accord.declarations.reading import read_layout
from openline.accord.formats.format import Format
from openline.accord.formats.reader import read_format
from openline.console.accords.asking import FormatWhole
from openline.console.declaring.asking import LayoutWhole


@cache
def files() -> Mapping[str, bytes]:
    """Each file by the id of its format, sorted."""
    return _in("openline.accord")


def _in(room: str) -> Mapping[str, bytes]:
    folder = resources.files(room) / "library"
    found = (one for one in folder.iterdir() if one.name.endswith(".toml"))
    return {one.name.removesuffix(".toml"): one.read_bytes() for one in sorted(found, key=lambda one: one.name)}


@cache
def formats() -> Mapping[str, Format]:
    """The same, read. A shipped file with faults is a fault of the program, and a test looks for it."""
    return {name: read_format(data) for name, data in files().items()}


@cache
def by_mark() -> Mapping[bytes, Format]:
    """The same by their marks."""
    return {one.mark: one for one in formats().values()}


def of_mark(mark: bytes, read: Mapping[bytes, Format]) -> Format | None:
    """A format as the record has it (`read`), else as it is shipped; None where neither knows it."""
    return read.get(mark) or by_mark().get(mark)


def known_format(whole: FormatWhole) -> Format:
    """A format as the station told it, read from its own file."""
    return _read(whole.file.encode())


@lru_cache(maxsize=128)
def _read(file: bytes) -> Format:
    return read_format(file)


@cache
def layout_files() -> Mapping[str, bytes]:
    """Each file by the id of its layout, sorted."""
    return _in("openline.accord.declarations")


@cache
def layouts() -> Mapping[str, Layout]:
    """The same, read."""
    return {name: read_layout(data) for name, data in layout_files().items()}


def known_layout(whole: LayoutWhole) -> Layout:
    """A layout as the station told it, read from its own file."""
    return _read_layout(whole.file.encode())


@lru_cache(maxsize=32)
def _read_layout(file: bytes) -> Layout:
    return read_layout(file)
