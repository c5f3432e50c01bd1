"""An agreement's identity from a file that people write: TOML, every fault at once.

    id = "NEW-START"
    title = { en = "...", ru = "..." }
    from = "2011-02-05T00:00:00Z"        # left out: not in force yet
    until = "2026-02-05T00:00:00Z"       # left out: no end was agreed
    periods_from = "2011-03-01T00:00:00Z"
    formats = ["new-start-ii-2"]         # ids of formats of this line
    [texts]                              # files of the authentic texts, beside this one; their hashes go on record
    en = "new-start.en.txt"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from openline.accord.bodies import AGREEMENT_BYTES_MAX, FORMATS_MAX, Agreement, encode_agreement
from openline.accord.formats.section import Lines, Section, is_language
from openline.accord.formats.times import Instant
from openline.accord.formats.unfit import Fault, Unfit
from openline.accord.spelling import LANGUAGES_MAX
from openline.console.codes import Told, as_given

TEXT_BYTES_MAX: Final = 64 * 1024 * 1024


def read_agreement(path: Path, formats: Mapping[str, bytes]) -> bytes:
    """The body of an entry. `formats`: digests by id. Raises Told OL-202 with every fault, OL-303 for no file."""
    data = _bytes(path, AGREEMENT_BYTES_MAX)
    try:
        source = data.decode("utf-8")
        values = tomllib.loads(source)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise Told("OL-202", f"{path}: {wrong}") from wrong
    faults: list[Fault] = []
    section = Section(values, "", Lines(source), faults)
    title = section.take("title", _said, '{ en = "..." }', {"en": "-"}, required=True)
    texts = section.take("texts", _said, 'files by language: [texts] en = "..."', dict[str, str](), required=True)
    names = section.listed("formats", FORMATS_MAX)
    for name in names:
        if name not in formats:
            section.fault("formats", f"{name!r:.48} is no format of this line", "`openline format list` names them")
    found = Agreement(
        section.line("id", "X", required=True),
        tuple(sorted(title.items())),
        tuple(sorted((language, _digest(path.parent / file, section)) for language, file in texts.items())),
        _instant(section, "from"), _instant(section, "until"), _instant(section, "periods_from"),
        tuple(sorted({formats[name] for name in names if name in formats})),
    )  # fmt: skip
    section.end()
    if faults:
        raise Told("OL-202", f"{path}: " + "; ".join(one.in_a_line() for one in faults))
    with as_given():
        return encode_agreement(found)


def _said(value: object) -> bool:
    return (
        isinstance(value, dict) and 0 < len(value) <= LANGUAGES_MAX and all(map(is_language, value))
        and all(isinstance(one, str) and one for one in value.values())
    )  # fmt: skip


def _instant(section: Section, key: str) -> int | None:
    text = section.line(key)
    if not text:
        return None
    try:
        return Instant().read(text)
    except Unfit as unfit:
        section.fault(key, unfit.what, unfit.remedy)
        return None


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Told("OL-303", f"{path}: {error.strerror}") from error
    if len(data) > most:
        raise Told("OL-202", f"{path}: more than {most} bytes")
    return data


def _digest(path: Path, section: Section) -> bytes:
    try:
        return sha256(_bytes(path, TEXT_BYTES_MAX)).digest()
    except Told as told:
        section.fault("texts", str(told), "the name of a file beside this one")
        return bytes(32)
