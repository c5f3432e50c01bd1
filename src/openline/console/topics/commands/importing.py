"""topic import: reports from outside, from a table in which every row says its source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import msgspec

from openline.accord.agreements.dates import begin_of
from openline.accord.formats.section import is_language
from openline.console.accords.commands.drafting import read
from openline.console.agreeing.asking import EnterReport
from openline.console.channel.asking import Sent
from openline.console.codes import Told
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.console.topics import asking
from openline.console.topics.commands.topic import FILINGS, topic
from openline.limits import REMARK_CHARS_MAX, SUBJECT_CHARS_MAX

BYTES_MAX: Final = 4 * 1024 * 1024
ROWS_MAX: Final = 2_000
FAULTS_MAX: Final = 50
MUST: Final = ("date", "reported_by", "source", "words", "language")
MAY: Final = ("key", "said_by", "filing", "confirmed", "contradicts")


class Row(NamedTuple):
    """A row as it was read; `line` is where it begins in the file."""

    line: int
    key: str
    report: EnterReport
    filing: asking.Filing
    contradicts: tuple[str, ...]


@topic.command("import")
@click.argument("topic_id", metavar="TOPIC")
@click.argument("file", type=INPUT_FILE)
@click.option("--entered-by", default="", metavar="NAME", help="Who enters them [the officer who is signed in].")
@room_options
@click.pass_obj
def import_reports(session: Session, topic_id: str, file: Path, entered_by: str) -> None:
    """Enter a table of reports (FILE.csv) and file each under TOPIC: never as agreed, each with its source.

    Columns: date (2026-02-05, 2025-10, 2021-23 for autumn), reported_by, source, words, language; and, where wanted,
    said_by, filing (report, statement, measure announced, measure taken), confirmed (yes or no), key (a name for the
    row), contradicts (keys of earlier rows, separated by spaces). Every fault is told at once, and then nothing is
    entered. Importing the same file again enters nothing twice.
    """
    rows = read_rows(read(file, BYTES_MAX), entered_by, topic_id)
    places: dict[str, str] = {}
    entered = []
    with session.link() as link:
        for row in rows:
            place = str(link.ask(row.report, Sent).places[0])
            places[row.key] = place
            link.ask(asking.FileUnder(topic=topic_id, place=place, filing=row.filing, said=row.report.said_on,
                                      token=f"{row.report.token}/filed"), Sent)  # fmt: skip
            for other in row.contradicts:
                link.ask(asking.SayContradiction(place=place, other=places[other],
                                                 token=f"{row.report.token}/{other}"), Sent)  # fmt: skip
            entered.append({"line": row.line, "place": place})
    session.answer({"entered": entered}, lambda: f"{len(entered)} reports entered and filed under {topic_id}")


def read_rows(data: bytes, entered_by: str, topic_id: str) -> list[Row]:
    """Every row. Raises Told OL-202 with all faults, each with its line."""
    faults: list[str] = []
    found: list[Row] = []
    keys: set[str] = set()
    for line, given in _table(data, faults):
        row = _row(line, given, faults, entered_by, topic_id)
        if row is not None:
            faults += [f"line {line}: contradicts {other!r:.40}, which no earlier row has for its key"
                       for other in row.contradicts if other not in keys]  # fmt: skip
            if row.key in keys:
                faults.append(f"line {line}: the key {row.key!r:.40} is that of an earlier row")
            keys.add(row.key)
            found.append(row)
    if faults:
        more = f"; {len(faults) - FAULTS_MAX} more" if len(faults) > FAULTS_MAX else ""
        raise Told("OL-202", "; ".join(faults[:FAULTS_MAX]) + more)
    return found


def _table(data: bytes, faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(f"it is not UTF-8 at byte {error.start}")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heads = next(reader, [])
        lacking, unknown = [one for one in MUST if one not in heads], [one for one in heads if one not in MUST + MAY]
        if lacking or unknown or len(set(heads)) != len(heads):
            faults.append(f"line 1: columns lacking: {', '.join(lacking) or 'none'}; not known or twice: "
                          f"{', '.join(unknown) or 'none'}")  # fmt: skip
            return
        line = reader.line_num + 1
        for number, cells in enumerate(reader):
            if number == ROWS_MAX:
                faults.append(f"line {line}: more than {ROWS_MAX} rows; import it in parts")
                return
            if len(cells) != len(heads):
                faults.append(f"line {line}: {len(cells)} cells under {len(heads)} columns")
            else:
                yield line, dict(zip(heads, (cell.strip() for cell in cells), strict=True))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(f"line {reader.line_num}: {error}")


def _row(line: int, given: dict[str, str], faults: list[str], entered_by: str, topic_id: str) -> Row | None:
    wrong = [f"{name} is not said" for name in MUST if not given[name]]
    if given["date"] and begin_of(given["date"]) is None:
        wrong.append(f"date {given['date']!r:.40}: like 2026-02-05, 2025-10, 2021-23 (autumn)")
    if given["language"] and not is_language(given["language"]):
        wrong.append(f"language {given['language']!r:.20}: a tag such as en, ru, ar")
    filing = given.get("filing") or "report"
    if filing not in FILINGS[:-1]:
        wrong.append(f"filing {filing!r:.40}: one of {', '.join(FILINGS[:-1])}")
    confirmed = given.get("confirmed") or "no"
    if confirmed not in ("yes", "no"):
        wrong.append(f"confirmed {confirmed!r:.20}: yes or no")
    most = (("reported_by", SUBJECT_CHARS_MAX), ("said_by", SUBJECT_CHARS_MAX), ("source", REMARK_CHARS_MAX))
    wrong += [f"{name}: more than {chars} characters" for name, chars in most if len(given.get(name, "")) > chars]
    faults += [f"line {line}: {one}" for one in wrong]
    if wrong:
        return None
    told: dict[str, Any] = {name: given.get(name, "") for name in ("reported_by", "source", "words", "language")}
    token = f"import/{sha256(repr((topic_id, sorted(given.items()))).encode()).hexdigest()[:32]}"
    report = EnterReport(
        **told, said_on=given["date"], said_by=given.get("said_by", ""), confirmed=confirmed == "yes",
        entered_by=entered_by, token=token,
    )  # fmt: skip
    key = given.get("key") or f"line {line}"
    contradicts = tuple(given.get("contradicts", "").split())
    return Row(line, key, report, msgspec.convert(filing, asking.Filing), contradicts)
