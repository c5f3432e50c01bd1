"""Forms of others: read to the last character, faults by line and column, written again alike, nothing dropped."""

from __future__ import annotations

import contextlib
import json
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.foreign import acp127, framed, navarea, notam
from openline.accord.foreign.carrying import FORMS, write
from openline.accord.foreign.measures import DEGREE, Spot, spot_of
from openline.accord.foreign.scanning import FORM_CHARS_MAX, Misread, Unwritable
from openline.accord.formats.notice import as_given, compose
from openline.console.accords.library import formats
from tests.rooms.accord.library.listing import example, notice_of

NOTAM = """(A0123/26 NOTAMN
Q) XXXX/QWMLW/IV/BO/W/000/999/0843N16743E027
A) XXXX
B) 2603040500 C) 2603041100 EST
D) DAILY 0500-1100
E) MISSILE FIRING WILL TAKE PLACE
WITHIN 27NM OF 084300N 1674300E
F) SFC G) FL100)
"""
WARNING = """041200Z MAR 26
NAVAREA XII 123/26
NORTH PACIFIC
HAZARDOUS OPERATIONS 040500Z TO 041100Z MAR 26
IN AREA BOUNDED BY 08-00N 167-00E, 09-00N 167-00E, 09-00.50N 168-00.00W.
DETAILS IN PLAIN WORDS
CANCEL THIS MESSAGE 041200Z MAR 26.
"""
SEVERAL = """NAVAREA XII 124/26
HAZARDOUS OPERATIONS 040500Z TO 041100Z MAR 26, 050500Z TO 051100Z MAR 26 AND 310500Z MAR 26 TO 011100Z APR 26
IN AREAS:
A. BOUNDED BY 08-00N 167-00E, 09-00N 167-00E, 09-00N 168-00E.
B. WITHIN 27 MILES OF 08-43N 167-43E.
C. WITHIN 5 MILES OF 10-43S 167-43W.
DETAILS IN PLAIN WORDS
CANCEL THIS MESSAGE 011200Z APR 26.
"""
PLAIN = """VZCZC051
RR ABCD
R 221856Z APR 26
FM CENTRE A
TO CENTRE B
CENTRE C
INFO CENTRE D
BT
UNCLAS
THIS IS A TEST.
BT
NNNN
"""
FRAME = """PRECEDENCE: PRIORITY
FROM: PARTY A
TO: PARTY B
INFO: NIL
SUBJECT: TRANSFER OF ACTIVE QUOTA
1. OS MESSAGE NUMBER: OS/A/26/0001/F1
2. OS MESSAGE DATE AND TIME: 041200Z MAR 26
3. TREATY REFERENCE: ARTICLE III, SECTION I, PARAGRAPH 9
4. MESSAGE REFERENCE: OS/A/26/0001/F36
5. CONTENT:
A. STATE TO BE OVERFLOWN: EXAMPLELAND
(1) ELSEWHERE: 2
(a) A LEAF
6. REMARKS: NIL
7. END OF OS MESSAGE NUMBER: OS/A/26/0001/F1
"""
HAGUE = """HCOC PRE-LAUNCH NOTIFICATION
1. LAUNCHING STATE: EXAMPLELAND
2. KIND: SPACE LAUNCH VEHICLE
3. GENERIC CLASS: EXAMPLE CLASS
4. PLANNED LAUNCH WINDOW: 280500Z FEB 30 TO 011100Z MAR 30
5. LAUNCH AREA: EXAMPLE RANGE
6. PLANNED DIRECTION: AZIMUTH 090, TO THE EAST
7. REMARKS: NIL
END
"""
Read = Callable[[str], Any]
WAYS: dict[str, tuple[str, Read, Callable[[Any], str]]] = {
    "notam": (NOTAM, notam.read_notam, notam.write_notam),
    "navarea": (WARNING, navarea.read_warning, navarea.write_warning),
    "several": (SEVERAL, navarea.read_warning, navarea.write_warning),
    "acp127": (PLAIN, acp127.read_message, acp127.write_message),
    "open-skies": (FRAME, framed.read_frame, framed.write_frame),
    "hague": (HAGUE, framed.read_pre_launch, framed.write_pre_launch),
}


@pytest.mark.parametrize("form", WAYS)
def test_an_example_is_read_and_written_to_the_same(form: str) -> None:
    text, read, write_ = WAYS[form]
    assert write_(read(text)) == text
    assert write_(read(text.replace("\n", "\r\n"))) == text


@pytest.mark.parametrize(("form", "old", "new", "line", "column", "says"), [
    ("notam", "NOTAMN", "NOTAMX", 1, 10, "NOTAMN, NOTAMR or NOTAMC"),
    ("notam", "NOTAMN", "NOTAMR", 1, 17, "the number that it acts on"),
    ("notam", "QWMLW", "XWMLW", 2, 9, "the first is Q"),
    ("notam", "000/999/", "999/000/", 2, 23, "above the upper"),
    ("notam", "0843N", "0863N", 2, 31, "no place on the Earth"),
    ("notam", "2603041100", "2602301100", 4, 18, "in no calendar"),
    ("notam", "2603041100", "2603030000", 4, 18, "ends before it begins"),
    ("notam", "E) MISS", "E) miss", 6, 4, "U+006D"),
    ("notam", "FL100)", "FL1)", 8, 11, "FL100"),
    ("notam", "FL100)", "FL100) MORE", 8, 17, "after the end"),
    ("navarea", "041200Z MAR 26\nNAV", "041200Z MAY\nNAV", 1, 1, "NAVAREA XII 123/26"),
    ("navarea", "040500Z TO", "050500Z TO", 4, 22, "ends before it begins"),
    ("navarea", ", 09-00N 167-00E, 09-00.50N 168-00.00W", "", 5, 34, "1 corners"),
    ("navarea", "168-00.00W", "168-00W", 5, 52, "same accuracy"),
    ("navarea", "167-00E,", "187-00E,", 5, 20, "no place on the Earth"),
    ("navarea", "CANCEL THIS", "CANCEL", 6, 1, "no line begins with"),
    ("several", "050500Z TO 051100Z", "041000Z TO 051100Z", 2, 49, "before the one before it ends"),
    ("several", "050500Z TO 051100Z", "030500Z TO 051100Z", 2, 49, "in their order"),
    ("several", " AND 31", ", 31", 2, 108, "' AND ' before the last"),
    ("several", "051100Z MAR 26 AND", "051100Z MAR 26 OR", 2, 74, "' AND ' before the last"),
    ("several", "TO 011100Z APR 26", "TO 011100Z APR", 2, 97, "without its month and year"),
    ("several", "B. WITHIN", "C. WITHIN", 5, 1, "'B. '"),
    ("several", "27 MILES", "27.55 MILES", 5, 11, "a radius in nautical miles"),
    ("several", "C. WITHIN 5 MILES OF 10-43S", "C. WITHIN 5 MILES OF 10-63S", 6, 22, "no place on the Earth"),
    ("several", "C. WITHIN 5", "C. NEAR 5", 6, 4, "'BOUNDED BY '"),
    ("several", "IN AREAS:\nA. ", "IN AREAS: A. ", 3, 1, "'IN AREAS:"),
    ("acp127", "R 221856Z", "X 221856Z", 9, 1, "precedence and date-time group"),
    ("acp127", "221856Z APR 26", "321856Z APR 26", 3, 3, "in no calendar"),
    ("acp127", "TO CENTRE B", "CENTRE B", 5, 1, "'TO '"),
    ("acp127", "THIS IS A TEST.", "T" * 70, 10, 70, "at most 69"),
    ("acp127", "NNNN", "NNN", 9, 1, "no line begins with"),
    ("acp127", "A TEST", "A ТEST", 10, 11, "U+0422"),
    ("open-skies", "F1\n2.", "F2\n2.", 15, 30, "another number than at the head"),
    ("open-skies", "A. STATE", "STATE", 11, 1, "no lettered line"),
    ("open-skies", "INFO: NIL", "INFO: ", 4, 7, "nothing behind the heading"),
    ("open-skies", "EXAMPLELAND", "EX\u202eLAND", 11, 29, "U+202E"),
    ("hague", "SPACE LAUNCH", "MOON LAUNCH", 3, 10, "BALLISTIC MISSILE or SPACE LAUNCH VEHICLE"),
    ("hague", "END\n", "END\n\n", 10, 1, "an empty line"),
])  # fmt: skip
def test_a_fault_has_line_column_and_remedy(form: str, old: str, new: str, line: int, column: int, says: str) -> None:
    text, read, _ = WAYS[form]
    assert old in text
    with pytest.raises(Misread) as refused:
        read(text.replace(old, new, 1))
    assert (refused.value.line, refused.value.column) == (line, column), str(refused.value)
    assert says in str(refused.value) and refused.value.remedy


@pytest.mark.parametrize("form", WAYS)
@given(data=st.data())
def test_whatever_comes_is_read_whole_or_refused_with_a_place(form: str, data: st.DataObject) -> None:
    text, read, write_ = WAYS[form]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 12))
    letters = st.text(alphabet=string.ascii_uppercase + string.digits + " /:.,()-\n\x00é", max_size=8)
    changed = text[:at] + data.draw(letters) + text[at + cut :]
    for one in (changed, changed[at:]):
        try:
            found = read(one)
        except Misread as refused:
            assert 1 <= refused.line <= one.count("\n") + 1 and refused.column >= 1
            continue
        assert read(write_(found)) == found


@pytest.mark.parametrize("form", WAYS)
def test_what_is_too_long_is_refused(form: str) -> None:
    with pytest.raises(Misread, match=f"at most {FORM_CHARS_MAX}"):
        WAYS[form][1]("A" * (FORM_CHARS_MAX + 1))


WORDS = st.from_regex(r"[A-Z][A-Z0-9 ]{0,18}[A-Z0-9]", fullmatch=True)
SPOTS = st.builds(Spot, st.integers(-90 * DEGREE, 90 * DEGREE), st.integers(-180 * DEGREE, 180 * DEGREE))
MINUTES = st.integers(946_684_800 // 60, 4_102_444_740 // 60).map(lambda one: one * 60)


@given(st.builds(lambda *parts: parts, WORDS, MINUTES, st.integers(0, 10**6), st.lists(SPOTS, min_size=3, max_size=6),
                 st.integers(10, 9999), st.booleans(), WORDS))  # fmt: skip
def test_what_is_written_is_read_to_the_same(parts: tuple[Any, ...]) -> None:
    words, begin, length, corners, tenths, is_circle, remarks = parts
    end = min(begin + length * 60, 4_102_444_740)
    where = navarea.Place((corners[0],), tenths) if is_circle else navarea.Place(tuple(corners))
    more = ((end + 60, end + 600),) * (length % 2)
    places = (where, *[navarea.Place(tuple(corners))] * (tenths % 3))
    one = navarea.Warned(None, "NAVAREA IV", 7, 31, "", "HAZARD", ((begin, end), *more), places, remarks, end)
    with contextlib.suppress(Unwritable):
        assert navarea.read_warning(navarea.write_warning(one)) == one
    plain = acp127.Plain((), "O", begin, words, (words, remarks), (), f"{words}\n{remarks}")
    if not {"BT", "INFO"} & {words, remarks} and not remarks.startswith("INFO "):
        assert acp127.read_message(acp127.write_message(plain)) == plain
    launch = framed.PreLaunch(words, 1, remarks, begin, end, words, "", "")
    with contextlib.suppress(Unwritable):
        assert framed.read_pre_launch(framed.write_pre_launch(launch)) == launch
    for spot in corners:
        assert spot_of(spot.given(), "corner") == spot


HAND = {
    "notam": {"number": "A0001/30", "fir": "XXXX", "code": "QWMLW", "centre": "0830N16730E060"},
    "navarea": {"number": "NAVAREA XII 1/30"},
    "hague": {"state": "EXAMPLELAND"},
    "open-skies": {"from": "PARTY A", "to": "PARTY B", "number": "OS/A/30/0001/F1", "at": "2030-03-01T12:00:00Z"},
    "acp127": {"from": "CENTRE A", "to": "CENTRE B; CENTRE C", "at": "2030-03-01T12:00:00Z", "precedence": "FLASH"},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_notice_goes_into_a_form_and_comes_back(form: str) -> None:
    format_ = formats()[FORMS[form].format_id]
    fields = as_given(notice_of(format_, example(format_.id)), format_)
    made = write(FORMS[form], fields, HAND[form])
    back = FORMS[form].read(made.text)
    assert not compose(format_, back.fields).faults
    again = as_given(notice_of(format_, back.fields), format_)
    same = {name for name, value in again.items() if value == fields.get(name)}
    said_otherwise = {"area", "nature"} if form == "notam" else {"nature"} if form == "navarea" else set(made.left)
    if form == "acp127":
        said_otherwise = {"subject", "text"}  # capitals
    assert set(fields) - same <= said_otherwise, (fields, again, made.left)
    assert form in ("navarea", "acp127") or back.left, "what has no field of ours is named"
    with pytest.raises(Unwritable, match="the form needs it"):
        write(FORMS[form], fields, {})
    with pytest.raises(Unwritable, match="nothing of this form"):
        write(FORMS[form], fields, {**HAND[form], "colour": "red"})


def test_several_periods_and_areas_go_into_a_notice_and_come_back() -> None:
    format_ = formats()["incsea-hazard"]
    carried = FORMS["navarea"].read(SEVERAL)
    assert len(carried.fields["more_periods"]) == len(carried.fields["more_areas"]) == 2  # type: ignore[arg-type]
    assert not compose(format_, carried.fields).faults
    again = as_given(notice_of(format_, carried.fields), format_)
    made = write(FORMS["navarea"], again, {"number": "NAVAREA XII 124/26", "cancelled": "2026-04-01T12:00:00Z"})
    assert made.text == SEVERAL and not made.left
    left = write(FORMS["notam"], {**again, "area": "circle: 08 43N 167 43E radius 27 nm"}, HAND["notam"]).left
    assert {"more_periods", "more_areas"} <= set(left), "what a NOTAM does not say is named"
    for name, value, says in (("more_areas", "circle", "a list"), ("more_areas", [5], "a text"),
                              ("more_periods", [again["period"]], "do not overlap")):  # fmt: skip
        with pytest.raises(Unwritable, match=says):
            write(FORMS["navarea"], {**again, name: value}, HAND["navarea"])
    many = [f"2030-03-{day:02}T05:00:00Z to 2030-03-{day:02}T06:00:00Z" for day in range(1, 18)]
    with pytest.raises(Unwritable, match="1 to 16 periods"):
        write(FORMS["navarea"], {**again, "period": many[0], "more_periods": many[1:]}, HAND["navarea"])


@pytest.mark.parametrize(("many", "line", "column", "says"), [
    (("TO 041100Z MAR 26", "TO 041100Z MAR 26" + "".join(
        f", 05{n:02d}00Z TO 05{n:02d}30Z MAR 26" for n in range(15))), 2, 454, "more than 16 periods"),
    (("C. WITHIN 5 MILES OF 10-43S 167-43W.", "\n".join(
        f"{chr(65 + n)}. WITHIN 5 MILES OF 10-43S 167-43W." for n in range(2, 17))), 20, 1, "more than 16 areas"),
    (("B. WITHIN 27 MILES OF 08-43N 167-43E.\nC. WITHIN 5 MILES OF 10-43S 167-43W.\n", ""), 5, 1,
     "one area in a list"),
])  # fmt: skip
def test_lists_of_periods_and_areas_are_bounded(many: tuple[str, str], line: int, column: int, says: str) -> None:
    with pytest.raises(Misread, match=says) as refused:
        navarea.read_warning(SEVERAL.replace(*many))
    assert (refused.value.line, refused.value.column) == (line, column)


def test_what_cannot_be_said_is_refused_or_told() -> None:
    circle = {"period": "2030-03-04T05:00:00Z to 2030-03-04T11:00:00Z",
              "area": "circle: 08 43.5N 167 43.0E radius 27 nm"}  # fmt: skip
    with pytest.raises(Unwritable, match="whole minutes"):
        write(FORMS["notam"], circle, HAND["notam"])
    with pytest.raises(Unwritable, match="to the minute"):
        write(FORMS["navarea"], {**circle, "period": "2030-03-04T05:00:01Z to 2030-03-04T11:00:00Z"}, HAND["navarea"])
    with pytest.raises(Unwritable, match="'П' is not among the letters"):
        write(FORMS["navarea"], {**circle, "remarks": "Пуск"}, HAND["navarea"])
    with pytest.raises(Unwritable, match="looks like the cancellation"):
        write(FORMS["navarea"], {**circle, "remarks": "CANCEL THIS MESSAGE SOON"}, HAND["navarea"])
    made = write(FORMS["navarea"], {**circle, "nature": "Rocket launching"}, HAND["navarea"])
    assert "ROCKET LAUNCHING 040500Z TO 041100Z MAR 30\nIN AREA WITHIN 27 MILES OF 08-43.50N 167-43.00E." in made.text
    assert set(made.left) == {"nature", "cancelled"}
    permanent = FORMS["notam"].read(NOTAM.replace("2603041100 EST", "PERM"))
    assert "period" not in permanent.fields and "permanent" in permanent.left["end"]
    content = FRAME.replace("(a) A LEAF", "Z. SOMETHING ELSE: 1")
    assert FORMS["open-skies"].read(content).left["content"].endswith("Z. SOMETHING ELSE: 1")


@pytest.mark.whole
def test_the_commands_read_and_write(tmp_path: Path) -> None:
    file, fields = tmp_path / "notam.txt", tmp_path / "fields.json"
    file.write_text(NOTAM)
    ran = called("foreign", "read", "notam", str(file), "--fields", str(fields))
    assert ran.returncode == 0 and "as incsea-hazard" in ran.stdout and "fir: XXXX" in ran.stdout, ran
    assert json.loads(fields.read_text())["area"] == "circle: 08 43.00N 167 43.00E radius 27 nm"
    into = ("foreign", "write", "navarea", "--fields", str(fields), "--set", "number=NAVAREA XII 1/26")
    ran = called(*into)
    assert ran.returncode == 2 and "subject" in ran.stderr, "item E has two lines: no subject of a warning"
    fields.write_text(json.dumps(json.loads(fields.read_text()) | {"nature": "MISSILE FIRING"}))
    ran = called(*into)
    assert ran.returncode == 0 and "XII 1/26\nMISSILE FIRING 040500Z TO 041100Z MAR 26" in ran.stdout, ran
    file.write_text(NOTAM.replace("QWMLW", "QWM"))
    ran = called("foreign", "read", "notam", str(file))
    assert ran.returncode == 2 and "line 2, column 9" in ran.stderr, ran


def called(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "openline", *command], capture_output=True, text=True, check=False)
