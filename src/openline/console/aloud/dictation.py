"""A message read over a voice line: the sheet for who reads, and what who listens types, line by line.

    A 10110 11763 80000 00000 00014
    B 12345 67890 12345
    1 Transport aircraft in distress 48213
    E 12345 67890

That is the sheet as `read-aloud show --plain` prints it and `read-aloud take` reads it. What is typed of a sheet is
kept after each line, so that a cut voice line or a closed terminal loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from openline.console.channel.asking import PRECEDENCES, Shown
from openline.console.codes import Told
from openline.console.dtg import short_dtg
from openline.console.home import write_whole
from openline.console.words import parse_place
from openline.contact.aloud import (
    Naming,
    Sheet,
    check_end,
    check_line,
    checked_digits,
    end_digits,
    in_groups,
    leaf_number,
    line_digits,
    make_sheet,
    naming_digits,
    parse_naming,
)
from openline.errors import Malformed
from openline.limits import ALOUD_LINES_MAX, ALOUD_TYPED_CHARS_MAX
from openline.visible import visible

DRAFT_BYTES_MAX: Final = 4 * (ALOUD_LINES_MAX + 3) * (ALOUD_TYPED_CHARS_MAX + 16)
_ROW: Final = re.compile(r"[ \t]*(A|B|E|[1-9][0-9]?)[.:)]?[ \t]+(.*?)[ \t]*", re.ASCII)
_WORDS_AND_GROUP: Final = re.compile(r"(.*)[ \t|]+((?:[0-9][ .\-]?){4}[0-9])", re.ASCII)

_ICAO: Final = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    "ALFA", "BRAVO", "CHARLIE", "DELTA", "ECHO", "FOXTROT", "GOLF", "HOTEL", "INDIA", "JULIETT", "KILO", "LIMA",
    "MIKE", "NOVEMBER", "OSCAR", "PAPA", "QUEBEC", "ROMEO", "SIERRA", "TANGO", "UNIFORM", "VICTOR", "WHISKEY", "X-RAY",
    "YANKEE", "ZULU",
), strict=True))  # fmt: skip
_RUSSIAN: Final = dict(zip("АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", (
    "АННА", "БОРИС", "ВАСИЛИЙ", "ГРИГОРИЙ", "ДМИТРИЙ", "ЕЛЕНА", "ЖЕНЯ", "ЗИНАИДА", "ИВАН", "ИВАН КРАТКИЙ", "КОНСТАНТИН",
    "ЛЕОНИД", "МИХАИЛ", "НИКОЛАЙ", "ОЛЬГА", "ПАВЕЛ", "РОМАН", "СЕМЁН", "ТАТЬЯНА", "УЛЬЯНА", "ФЁДОР", "ХАРИТОН", "ЦАПЛЯ",
    "ЧЕЛОВЕК", "ШУРА", "ЩУКА", "ТВЁРДЫЙ ЗНАК", "ЕРЫ", "МЯГКИЙ ЗНАК", "ЭХО", "ЮРИЙ", "ЯКОВ",
), strict=True)) | {"Ё": "ЕЛЕНА С ТОЧКАМИ"}  # fmt: skip
_MARKS: Final = {
    "en": {".": "FULL STOP", ",": "COMMA", ";": "SEMICOLON", ":": "COLON", "?": "QUESTION MARK",
           "!": "EXCLAMATION MARK", "-": "DASH", "–": "DASH", "—": "DASH",
           "(": "BRACKET", ")": "BRACKET CLOSED",
           '"': "QUOTE", "«": "QUOTE",
           "»": "QUOTE", "“": "QUOTE", "”": "QUOTE", "'": "APOSTROPHE", "’": "APOSTROPHE", "/": "SLASH",
           "%": "PER CENT", "+": "PLUS", "…": "THREE STOPS", "=": "EQUALS", "№": "NUMBER SIGN"},
    "ru": {".": "ТОЧКА", ",": "ЗАПЯТАЯ", ";": "ТОЧКА С ЗАПЯТОЙ", ":": "ДВОЕТОЧИЕ", "?": "ЗНАК ВОПРОСА",
           "!": "ВОСКЛИЦАТЕЛЬНЫЙ ЗНАК", "-": "ТИРЕ", "–": "ТИРЕ", "—": "ТИРЕ", "(": "СКОБКА", ")": "СКОБКА ЗАКРЫТА",
           '"': "КАВЫЧКА", "«": "КАВЫЧКА", "»": "КАВЫЧКА", "“": "КАВЫЧКА", "”": "КАВЫЧКА", "'": "АПОСТРОФ",
           "’": "АПОСТРОФ", "/": "ДРОБЬ", "%": "ПРОЦЕНТ", "+": "ПЛЮС", "…": "ТРИ ТОЧКИ", "=": "РАВНО", "№": "НОМЕР"},
}  # fmt: skip


def sheet_of(entry: Shown) -> Sheet:
    """The sheet of a message as the station shows it. Raises Told OL-204 when it cannot be read aloud."""
    if entry.kind != "message" or not entry.leaf:
        raise Told("OL-204", f"{entry.place} is not a message; only messages are read aloud")
    naming = Naming(
        entry.party, parse_place(entry.place).index, PRECEDENCES.index(entry.precedence), entry.exercise,
        entry.written_at_ms // 1000, leaf_number(bytes.fromhex(entry.leaf)), 0, 0,
    )  # fmt: skip
    try:
        return make_sheet(naming, entry.subject, entry.text)
    except Malformed as fault:
        raise Told("OL-204", f"{entry.place} cannot be read aloud: {fault.reason}") from fault


def plain(sheet: Sheet) -> str:
    """The sheet as `take` reads it from a file."""
    return "\n".join(row for row, _ in _rows(sheet)) + "\n"


def for_a_reader(sheet: Sheet, entry: Shown, *, spell: bool) -> str:
    """The sheet for whoever reads it out: one thing to say after the other."""
    language = "ru" if entry.language.lower().startswith("ru") else "en"
    naming = sheet.naming
    drill = "EXERCISE EXERCISE EXERCISE\n" if naming.exercise else ""
    left_out = [what for what, given in (("addressees", entry.action or entry.info), ("reply by", entry.reply_by_ms),
                                         ("attachments", entry.attachments)) if given]  # fmt: skip
    rows = [
        f"{drill}READ ALOUD  {visible(entry.name)}, entry {naming.index}, {entry.precedence}, "
        f"{short_dtg(entry.written_at_ms)}, lines: {naming.lines}",
        "Say each line, then its digits; wait for the other side to say that they fit. Punctuation is said.",
        *([f"Not on this sheet, and only in the entry: {', '.join(left_out)}."] if left_out else []),
    ]
    for row, line in _rows(sheet):
        rows += ["", row]
        if line is not None:
            rows += [f"    say   {visible(_said(line, language))}", *(_spelled(line, language) if spell else [])]
    return "\n".join(rows)


def _rows(sheet: Sheet) -> Iterator[tuple[str, str | None]]:
    """Every row of a sheet, and the words it holds if it holds any."""
    first, second = naming_digits(sheet.naming)
    yield f"A {in_groups(first)}", None
    yield f"B {in_groups(second)}", None
    for number, line in enumerate(sheet.lines, 1):
        yield f"{number} {visible(line)} {line_digits(sheet.naming, number, line)}", line
    yield f"E {in_groups(end_digits(sheet))}", None


def _said(line: str, language: str) -> str:
    said = "".join(f" {_MARKS[language][c]} " if c in _MARKS[language] else c for c in line)
    return " ".join(said.split())


def _spelled(line: str, language: str) -> Iterator[str]:
    """Each word letter by letter, for names and bad lines."""
    for word in line.split():
        letters = [
            _ICAO.get(c) or _RUSSIAN.get(c) or _MARKS[language].get(c) or c for c in word.upper()
        ]  # fmt: skip
        yield f"          {visible(word)}: {' '.join(letters)}"


# ------------------------------------------------------------------------------------------------------ taking down
class Taking:
    """A sheet as far as it was taken down. Every line that fits is kept at `path` at once."""

    def __init__(self, path: Path | None) -> None:
        """Goes on from what is at `path`, if that still fits."""
        self._path = path
        self.digits: dict[str, str] = {}  # of A, B and E
        self.lines: dict[int, str] = {}
        if path is not None and path.is_file() and path.stat().st_size <= DRAFT_BYTES_MAX:
            self.take_rows(path.read_text("utf-8", errors="replace"))

    def take_rows(self, typed: str) -> list[str]:
        """Take down all rows of a text; what does not fit is named in what comes back, and left out."""
        faults = []
        for row in typed.splitlines():
            found = _ROW.fullmatch(row)
            if found is None:
                if row.strip():
                    faults.append(f"{visible(row[:60])!r} begins with none of A, B, E and a line's number")
                continue
            try:
                self.take(found[1], found[2])
            except Malformed as fault:
                faults.append(fault.reason)
        return faults

    def take(self, which: str, typed: str) -> None:
        """One row: A, B, E or a line's number, and what was heard of it. Raises Malformed naming what to ask for."""
        if which in ("A", "B", "E"):
            self._take_digits(which, checked_digits(typed, {"A": 25, "B": 15, "E": 10}[which], which))
        else:
            self._take_line(int(which), typed)
        self._keep()

    def _take_digits(self, which: str, digits: str) -> None:
        before = self.digits.get(which)
        self.digits[which] = digits
        try:
            self.naming()
        except Malformed:
            del self.digits[which]
            raise
        if which != "E" and before not in (None, digits):  # another sheet: nothing of the last one is of it
            self.lines.clear()
            self.digits.pop("E", None)

    def _take_line(self, number: int, typed: str) -> None:
        naming = self.naming()
        if naming is None:
            raise Malformed(f"line {number}: lines A and B come first; ask for them")
        if not 1 <= number <= naming.lines:
            raise Malformed(f"line {number}: line A says there are {naming.lines}")
        found = _WORDS_AND_GROUP.fullmatch(typed)
        if found is None:
            raise Malformed(f"line {number}: its words, then the five digits of its check group; ask for the digits")
        self.lines[number] = check_line(naming, number, found[1], found[2])

    def naming(self) -> Naming | None:
        """What lines A and B say, once both are here. Raises Malformed."""
        if "A" not in self.digits or "B" not in self.digits:
            return None
        return parse_naming(self.digits["A"], self.digits["B"])

    def lacking(self) -> list[str]:
        """Rows still to be taken down, in the order they are read."""
        naming = self.naming()
        if naming is None:
            return [which for which in ("A", "B") if which not in self.digits]
        rest = [str(n) for n in range(1, naming.lines + 1) if n not in self.lines]
        return rest + ([] if "E" in self.digits else ["E"])

    def sheet(self) -> Sheet:
        """The whole sheet. Raises Malformed when line E does not fit it."""
        naming = self.naming()
        assert naming is not None and not self.lacking()
        sheet = Sheet(naming, tuple(self.lines[n] for n in range(1, naming.lines + 1)))
        try:
            return check_end(sheet, self.digits["E"])
        except Malformed:
            del self.digits["E"]
            raise

    def forget(self) -> None:
        """It is in the record, or begun anew."""
        self.digits.clear()
        self.lines.clear()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _keep(self) -> None:
        if self._path is None:
            return
        naming = self.naming()
        rows = [f"{which} {in_groups(digits)}" for which, digits in sorted(self.digits.items())]
        if naming is not None:
            rows += [f"{n} {line} {line_digits(naming, n, line)}" for n, line in sorted(self.lines.items())]
        write_whole(self._path, ("\n".join(rows) + "\n").encode())


def take_by_hand(taking: Taking, ask: Callable[[str], str], say: Callable[[str], None]) -> Sheet:
    """Ask for every row that lacks until the whole fits; a row that does not fit is asked for again."""
    while True:
        lacking = taking.lacking()
        if not lacking:
            try:
                return taking.sheet()
            except Malformed as fault:
                say(fault.reason)
                continue
        which = lacking[0]
        typed = ask(f"line {which}" if which in ("A", "B", "E") else f"line {which}, words and its five digits")
        try:
            taking.take(which, typed)
        except Malformed as fault:
            say(fault.reason)


def take_text(taking: Taking, typed: str) -> Sheet:
    """A whole sheet, or the rows of one that was begun. Raises Told OL-205 naming every row that does not fit."""
    faults = taking.take_rows(typed)
    lacking = taking.lacking()
    if not lacking and not faults:
        try:
            return taking.sheet()
        except Malformed as fault:
            faults = [fault.reason]
    if lacking and not faults:
        faults = [f"not here yet: line {', '.join(lacking)}"]
    raise Told("OL-205", "; ".join(faults))
