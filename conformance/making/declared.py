"""Scenarios of declarations: bodies; each rule of the layouts that come along, kept and broken; reconciliation."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.scenarios import Book
from openline.accord.clocks.spans import days_of
from openline.accord.declarations.declaration import Count, Declaration, encode_count, encode_declaration
from openline.accord.declarations.layout import Layout
from openline.accord.formats.notice import Notice, Relation, compose, encode_notice
from openline.console.accords import library
from openline.record.entry import Ref

MARK: Final = bytes(range(8))
REF: Final = [1, bytes(range(12)), 7]
PLAIN: Final[list[Any]] = [MARK, [2026, 1], "", None, 18_506, [1, 1], [[1, [["A"]]]]]
DATA: Final = "new-start-data"
AS_OF: Final = days_of(2020, 9, 1)
# Public figures of 1 September 2020: https://www.globalsecurity.org/wmd/library/news/usa/2020/usa-201201-state01.htm
TOTALS: Final = (675, 1457, 800)
DETAIL: Final = (
    ("Minuteman III", "ICBM_DEPLOYED", 397), ("Minuteman III", "ICBM_LAUNCHERS", 454),
    ("Minuteman III", "ICBM_LAUNCHER_DEPLOYED", 397), ("Minuteman III", "ICBM_LAUNCHER_NONDEPLOYED", 57),
    ("Minuteman III", "ICBM_LAUNCHER_TEST", 4), ("Trident II", "SLBM_DEPLOYED", 230), ("Trident II", "SLBM_LAUNCHERS", 280),
    ("Trident II", "SLBM_LAUNCHER_DEPLOYED", 230), ("Trident II", "SLBM_LAUNCHER_NONDEPLOYED", 50),
    ("Trident II", "SLBM_LAUNCHER_TEST", 0), ("B-2A", "BOMBER_DEPLOYED", 12), ("B-52H", "BOMBER_DEPLOYED", 36),
    ("all", "BOMBER_DEPLOYED", 48), ("all", "BOMBER_NONDEPLOYED", 18), ("all", "BOMBER_TEST", 5), ("all", "BOMBER_NONNUCLEAR", 41),
)  # fmt: skip
UNIT: Final = ("TYPE-1", "Base North", "ICBM_DEPLOYED")


def write(book: Book) -> None:
    """All of them."""
    for name, data in library.layout_files().items():
        book.shared.add(f"layout-{name}", data)
        book.accept(f"declared-layout-{name}", "layout", {"bytes": data}, "R-410", "One that comes along, by its bytes.", id=name)
    book.refuse("declared-layout-without-a-table", "layout", {"bytes": b"[declaration]\n"}, "R-410", "A file with faults is no layout.", "is missing")
    _bodies(book)
    _counts(book)
    _judged(book)
    _other_layouts(book)
    _reconciled(book)
    _counted(book)


def _counted(book: Book) -> None:
    data = library.layouts()[DATA]
    days = [days_of(2022, 3, 1), days_of(2022, 9, 1), days_of(2023, 3, 1)]
    said = [declared(data, [[list(totals)]], day, number) for number, (totals, day) in enumerate(zip(((700, 1457, 800), (690, 1457, 800), (690, False, 799)), days, strict=True), 1)]
    def count(of: int, figure: str, number: int) -> bytes:
        return encode_count(Count(Ref(0, bytes(12), of), ((figure, number),), "", ""))

    first = "2022-03-01"
    for name, of, counts, figures, story in (
        ("f1-side-by-side", 1, [count(1, "launchers", 901)], [["launchers", 800, [["901", first, 0, True]]]], "Declared 800, counted 901: both stand."),
        ("f1-counted-as-declared", 1, [count(1, "launchers", 800)], [["launchers", 800, [["800", first, 0, False]]]], "The same number is no reservation."),
        ("f1-of-what-is-kept-back", 3, [count(3, "warheads", 1500)], [["warheads", None, [["1500", "2023-03-01", 0, True]]]], "Not provided, and counted all the same."),
        ("f2-open-over-two-updates", 3, [count(1, "launchers", 901)], [["launchers", 799, [["901", first, 2, True]]]], "Shown with each later declaration."),
        ("f2-withdrawn", 3, [count(1, "launchers", 901), count(2, "launchers", 800)], [["launchers", 799, []]], "A count as declared ends it."),
    ):
        given = {"layout": library.layout_files()[DATA], "declared": said[:of], "counts": counts}
        book.accept(f"declared-{name}", "declarations-counted", given, "R-414 R-419", story)
        found = [[one, number, [[str(n), since, updates, is_open] for n, since, updates, is_open in each]]
                 for one, number, each in book.ask("declarations-counted", given)["figures"] if one == figures[0][0]]
        if name == "f1-side-by-side":
            book.refuse("declared-f1-no-count", "declarations-counted", {**given, "counts": [b""]}, "R-414", "Nothing is counted.", "not CBOR")
        if found != figures:
            book.problems.append(f"{name}: {found}")


def _bodies(book: Book) -> None:
    def put(at: int, value: object) -> bytes:
        return cbor([*PLAIN[:at], value, *PLAIN[at + 1 :]])

    for name, data, story in (
        ("declaration", cbor(PLAIN), "One row of one column."),
        ("declaration-correcting", put(3, [2, REF]), "Its header refers to what it corrects."),
        ("declaration-of-nothing", put(6, [None, [0, []]]), "A table that is not there, and one without rows."),
        ("declaration-by-places", put(6, [[4, [[["a", "b"], b"\0\1\1\0"]]]]), "Half of the cells say again what another says."),
        ("declaration-kept-back", put(6, [[5, [[False, True, 0, 1, None]]]]), "Not provided, withheld, zero, one, nothing: five different things."),
        ("declaration-part", put(5, [2, 3]), "The second of three."),
    ):
        book.accept(f"declared-{name}", "declaration-body", {"bytes": data}, "R-411 R-412 R-413", story)
    for name, data, says, story in (
        ("field-lacks", cbor(PLAIN[:-1]), "keys 0 to 6", "The last field is missing."),
        ("trailing-byte", cbor(PLAIN) + b"\0", "one spelling", "A byte after the end."),
        ("answering", put(3, [1, REF]), "neither 2", "A declaration answers nothing."),
        ("part-0", put(5, [0, 1]), "part 0 of 1", "Parts are counted from 1."),
        ("part-2-of-1", put(5, [2, 1]), "part 2 of 1", "More than there are."),
        ("part-of-65", put(5, [1, 65]), "from 0 to 64", "One too many."),
        ("column-short", put(6, [[2, [["a"]]]]), "a column of 1 cells", "A cell is missing."),
        ("rows-without-columns", put(6, [[1, []]]), "rows without columns", "What do they say?"),
        ("fraction", put(6, [[1, [[0.5]]]]), "of no kind", "No binary fractions."),
        ("number-beyond-53-bits", put(6, [[1, [[2**53]]]]), "of no kind", "Not every reader keeps it exact."),
        ("repeated-in-full", put(6, [[2, [["a", "a"]]]]), "one spelling", "Half repeat, so they are spelled by places."),
        ("places-for-few", put(6, [[2, [[["a", "b"], b"\0\1"]]]]), "one spelling", "Nothing repeats."),
        ("places-out-of-order", put(6, [[4, [[["a", "b"], b"\1\0\1\0"]]]]), "one spelling", "In the order in which it is said first."),
        ("place-of-nothing", put(6, [[2, [[["a"], b"\0\1"]]]]), "places are not those", "Nothing stands there."),
    ):
        book.refuse(f"declared-declaration-{name}", "declaration-body", {"bytes": data}, "R-411 R-412 R-413", story, says)


def _counts(book: Book) -> None:
    good: list[Any] = [REF, [["launchers", 901]], "Not confirmed.", "en"]
    book.accept("declared-count", "count-body", {"bytes": cbor(good)}, "R-414", "What another party counts, and why.")
    for name, fields, says, story in (
        ("of-no-figure", [REF, [], "", ""], "of no figure", "It counts nothing."),
        ("out-of-order", [REF, [["b", 1], ["a", 1]], "", ""], "ascending", "By their names."),
        ("twice", [REF, [["a", 1], ["a", 2]], "", ""], "each once", "Which of the two?"),
        ("true", [REF, [["a", True]], "", ""], "whole number", "A count is a number."),
        ("reason-in-no-language", [REF, [["a", 1]], "Why.", ""], "has a language", "In which language?"),
    ):
        book.refuse(f"declared-count-{name}", "count-body", {"bytes": cbor(fields)}, "R-414", story, says)


def declared(layout: Layout, tables: Sequence[Any], as_of: int = AS_OF, serial: int = 1) -> bytes:
    """A declaration with rows as people give them."""
    cells: list[Any] = []
    for table, given in zip(layout.tables, tables, strict=False):
        cells.append(None if given is None else [
            [cell if cell is None or type(cell) in (int, bool) else column.type.read(cell)
             for column, cell in zip(table.columns, [*row, *[None] * (len(table.columns) - len(row))], strict=True)]
            for row in given
        ])  # fmt: skip
    return encode_declaration(Declaration(layout.mark, 2026, serial, "", as_of, tuple(cells)))


def _figures(totals: Sequence[Any] = TOTALS, *other: tuple[str, str, Any], more: Sequence[Any] = (), units: Any = None) -> list[Any]:
    """The public figures with some of them otherwise."""
    changed = {(type_, category): value for type_, category, value in other}
    rows = [["*TOTAL*", None, type_, category, changed.get((type_, category), value)] for type_, category, value in DETAIL]
    return [[list(totals)], [*rows, *more], *([units] if units is not None else [])]


def _judge(book: Book, name: str, layout: Layout, tables: Sequence[Any], story: str, broken: Sequence[str], **more: Any) -> None:
    as_of = more.pop("as_of", AS_OF)
    given = {"layout": library.layout_files()[layout.id], "bytes": declared(layout, tables, as_of), **more}
    book.accept(f"declared-rule-{name}", "declaration-judged", given, "R-415 R-413", story, **{"is broken": sorted(broken)})


def _judged(book: Book) -> None:
    data = library.layouts()[DATA]
    _judge(book, "none-broken", data, _figures(), "Public figures: every sum closes.", [])
    missile, submarine = "Minuteman III", "Trident II"
    bases = [["*TOTAL*", None, "X", "ICBM_NONDEPLOYED", 5], ["Base A", None, "X", "ICBM_NONDEPLOYED", 2], ["Base B", None, "X", "ICBM_NONDEPLOYED", 2]]
    warheads = ["*TOTAL*", None, "all", "WARHEADS"]
    for name, tables, story, broken in (
        ("c1", _figures(TOTALS, (missile, "ICBM_LAUNCHER_NONDEPLOYED", 56)), "Launchers are deployed or not.", ["C1"]),
        ("c2", _figures(TOTALS, ("B-2A", "BOMBER_DEPLOYED", 11)), "A total is the sum by type.", ["C2"]),
        ("c3", _figures(more=bases), "A total is the sum by facility.", ["C3"]),
        ("c4", _figures((674, 1457, 800)), "Article III.1.", ["C4"]),
        ("c5", _figures((675, 1457, 799)), "Article III.3.", ["C5"]),
        ("c6", _figures(TOTALS, (submarine, "SLBM_LAUNCHER_TEST", 51)), "Test launchers are among the non-deployed.", ["C6"]),
        ("c7", _figures(TOTALS, (missile, "ICBM_DEPLOYED", 396), ("all", "BOMBER_DEPLOYED", 49), ("B-52H", "BOMBER_DEPLOYED", 37), ("all", "BOMBER_NONDEPLOYED", 17)), "A deployed missile is in a deployed launcher.", ["C7"]),
        ("c8", _figures((675, 47, 800)), "One warhead for each bomber.", ["C8", "C9"]),
        ("c9", _figures((675, 600, 800)), "A deployed missile carries one.", ["C9"]),
        ("c10", [[[801, 1457, 800]]], "What is deployed is among all.", ["C10", "D1"]),
        ("c11", _figures(), "Non-nuclear bombers are in no sum.", []),
        ("c12", _figures((675, False, 800)), "Not provided is not zero.", ["C12"]),
        ("c12-withheld", _figures((675, True, 800)), "Withheld is not one.", ["C12"]),
        ("c13", _figures(more=[[*warheads, 1408]]), "Warheads by base add up.", ["C13"]),
        ("c13-kept", _figures(more=[[*warheads, 1409]]), "They do.", []),
        ("d1", [[[675, 1551, 800]]], "One warhead too many.", ["D1"]),
        ("d4", [None, None, [["A", *UNIT[:2], "ICBM_NONDEPLOYED", "AIR_BASE"]]], "No missile is kept there.", ["D4"]),
        ("d4-kept", [None, None, [["A", *UNIT[:2], "ICBM_NONDEPLOYED", "STORAGE"], ["B", *UNIT]]], "There it may be; of the other nothing is said.", []),
        ("e1", [None, None, [["A", *UNIT], ["A", *UNIT]]], "One identifier, one place.", ["E1"]),
    ):  # fmt: skip
        _judge(book, name, data, tables, story, broken)
    _judge(book, "d2", data, [[[882, 1800, 1124]]], "Before its first day a ceiling is not in force.", [], as_of=days_of(2011, 2, 5))
    _judge(book, "d3", data, [[[701, 1457, 800]]], "Nor after its last.", [], as_of=days_of(2026, 3, 1))
    _judge(book, "b9", data, _figures(), "Not one of its days.", ["B9"], as_of=AS_OF + 1)
    before = declared(data, [[[675, 1200, 800]]], days_of(2020, 3, 1))
    book.refuse("declared-rule-of-no-layout", "declaration-judged", {"layout": b"[declaration]\n", "bytes": before}, "R-410", "No rule follows from a file with faults.", "is missing")
    _judge(book, "e6", data, _figures(), "A jump by 257.", ["E6"], before=before)
    other, same = (declared(data, [[[675, warheads_, 800]]], days_of(2020, 3, 1)) for warheads_ in (1456, 1457))
    _judge(book, "e3", data, _figures(), "A warhead more, between two updates.", ["B9", "E3"], before=other, as_of=AS_OF + 1)
    _judge(book, "e3-as-before", data, _figures(), "The same number between two updates.", ["B9"], before=same, as_of=AS_OF + 1)
    _judge(book, "e3-at-the-update", data, _figures(), "A warhead more, at the update.", [], before=other)


def _other_layouts(book: Book) -> None:
    inspections, quotas = library.layouts()["new-start-inspections"], library.layouts()["open-skies-quota"]
    ones = [[f"N{number:02}", "ONE", "Site", f"2012-{number + 1:02}-01", f"2012-{number + 1:02}-02"] for number in range(2, 12)]
    at_once = ["X", "TWO", "Site", "2012-03-02", "2012-03-03"]
    for name, rows, broken, story in (
        ("d6-kept", ones, [], "Ten in the year from 5 February."),
        ("d6-eleventh", [*ones, ["X", "ONE", "Site", "2013-02-04"]], ["D6"], "The eleventh."),
        ("d6-next-year", [*ones, ["X", "ONE", "Site", "2013-02-05"]], [], "The first of another year."),
        ("d6-two-at-once", [*ones, at_once], ["D6"], "One at a time."),
        ("d6-too-early", [["X", "TWO", "Site", "2011-04-05"]], ["D6"], "Within the first 60 days."),
    ):
        _judge(book, name, inspections, [rows], story, broken)
    for name, row, broken, story in (
        ("d10-kept", [4, 1, 1, 2], [], "What is left."),
        ("d10", [4, 1, 1, 3], ["D10"], "More than is left."),
        ("d10-negative", [1, 1, 1, -1], ["D10"], "More than was given."),
        ("d10-not-told", [4, False, 1, 3], ["C12"], "Used: not provided."),
    ):
        _judge(book, name, quotas, [[["STATE-A", *row]]], story, broken)


def _notice(format_: str, serial: int, **fields: Any) -> bytes:
    form = library.formats()[format_]
    written = compose(form, fields)
    assert not written.faults, written.faults
    language = "en" if "procedure" in fields else ""
    return encode_notice(Notice(form.mark, 2026, serial, language, Relation.NONE, written.values))


def _reconciled(book: Book) -> None:
    data = library.layouts()[DATA]
    south = ("TYPE-1", "Base South", "ICBM_DEPLOYED")
    move = {"departure": "2020-04-01", "arrival": "2020-04-03", "origin": "Base North", "destination": "Base South", "type": "TYPE-1", "item": "A"}
    moved = _notice("new-start-iii-2", 1, **move)
    ended = _notice("new-start-v", 1, stage="COMPLETION", completed="2020-04-03", facility="Base North", type="TYPE-1", item="A", procedure="as agreed")
    left = _notice("new-start-iii-1", 1, planned_exit="2020-04-01T06:00:00Z", facility="Base North", type="TYPE-1", item="A")
    other = _notice("new-start-iii-2", 2, **{**move, "origin": "Depot"})
    slow = _notice("new-start-iii-2", 3, **{**move, "arrival": "2020-05-02"})
    formats = [library.files()[name] for name in ("new-start-iii-1", "new-start-iii-2", "new-start-v")]
    for file in formats:
        book.shared.add(f"format-{len(file)}", file)
    for name, before, after, notices, differences, rules, story in (
        ("e2-unchanged", [["A", *UNIT]], [["A", *UNIT]], [], [], [], "As before."),
        ("e2-explained", [["A", *UNIT]], [["A", *south]], [moved], [], [], "A notice says so."),
        ("e2-moved", [["A", *UNIT]], [["A", *south]], [], [["A", ["moved"]]], [], "No notice says so."),
        ("e2-appeared", [], [["A", *UNIT]], [], [["A", ["appeared"]]], [], "Where from?"),
        ("e2-gone", [["A", *UNIT]], [], [], [["A", ["gone"]]], [], "Where to?"),
        ("e2-not-done", [["A", *UNIT]], [["A", *UNIT]], [moved], [["A", ["not as a notice said"]]], [], "Said, and not done."),
        ("e1-two-places", [["A", *UNIT]], [["A", *south]], [other], [], ["E1"], "It was known elsewhere."),
        ("d5-under-way", [["A", *UNIT]], [["A", *south]], [slow], [], ["D5"], "Thirty-one days under way."),
        ("e4-eliminated", [["A", *UNIT]], [["A", *UNIT]], [ended], [["A", ["not as a notice said"]]], ["E4"], "Declared again."),
        ("e4-kept", [["A", *UNIT]], [], [ended], [], [], "It is there no more."),
        ("e5-no-arrival", [], [["A", *UNIT]], [left], [], ["E5"], "It left, and did not arrive."),
    ):
        given = {
            "layout": library.layout_files()[DATA], "formats": formats, "notices": notices,
            "before": declared(data, [None, None, before], days_of(2020, 3, 1)), "after": declared(data, [None, None, after]),
        }  # fmt: skip
        if name == "e2-unchanged":
            book.refuse("declared-e2-with-nothing", "declarations-reconciled", {**given, "after": b""}, "R-411", "No declaration follows.", "not CBOR")
        book.accept(f"declared-{name}", "declarations-reconciled", given, "R-416", story, differences=differences, rules=rules)


assert Ref(*REF).index == 7
