"""What of a form of others is in a notice of ours, and the reverse; what is not is named, never dropped in silence.

    form       our format        both have
    notam      incsea-hazard     period, circle or (in words) polygon, what it is about
    navarea    incsea-hazard     periods, circles or polygons, what it is about, remarks
    hague      hague-pre-launch  all but the launching state
    open-skies open-skies-f1     all of the content
    acp127     goodwill          subject and text
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from openline.accord.foreign import acp127, framed, navarea, notam
from openline.accord.foreign.measures import Spot, sea_spot, spot_of, ten
from openline.accord.foreign.scanning import Scan, Unwritable
from openline.accord.formats.times import Instant, Window
from openline.accord.formats.unfit import Unfit

Fields = Mapping[str, object]
_CIRCLE: Final = re.compile(r"circle: (.+) radius (\d+(?:\.\d)?) nm", re.ASCII)
_AZIMUTH: Final = re.compile(r"AZIMUTH (\d{3})(?:, (.+))?")
_ANY: Final = re.compile(r"[^\n]")


class Carried(NamedTuple):
    """Fields for our format, as its form takes them, and what has no field there."""

    fields: dict[str, object]
    left: dict[str, str]


class Made(NamedTuple):
    """The text of a form, and what of the notice it does not say, or says otherwise."""

    text: str
    left: dict[str, str]


class Form(NamedTuple):
    """A form of others. `needs`: what the writer must be told besides the fields; `may`: what it can be told."""

    name: str
    format_id: str
    about: str
    read: Callable[[str], Carried]
    write: Callable[[Fields, Mapping[str, str]], Made]
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


def _period(fields: Fields, name: str) -> tuple[int, int]:
    try:
        begin, length = Window(Instant()).read(fields.get(name))
    except Unfit as unfit:
        raise Unwritable(name, str(unfit)) from unfit
    return begin, begin + length


def _window(begin: int, end: int) -> str:
    return str(Window(Instant()).give([begin, end - begin]))


def _words(fields: Fields, name: str) -> str:
    said = fields.get(name, "")
    if not isinstance(said, str):
        raise Unwritable(name, "a text")
    return said


def _listed(fields: Fields, name: str) -> list[object]:
    said = fields.get(name, [])
    if not isinstance(said, list):
        raise Unwritable(name, "a list")
    return said


def _shape(area: object) -> tuple[tuple[Spot, ...], int]:
    """Corners and no radius, or a centre and a radius in tenths of a nautical mile."""
    if not isinstance(area, str):
        raise Unwritable("area", "a text")
    circle = _CIRCLE.fullmatch(area)
    if circle is not None:
        tenths = round(float(circle[2]) * 10)
        if not 10 <= tenths < 10_000:
            raise Unwritable("area", "a radius of 1 to 999 nautical miles")
        return (spot_of(circle[1], "area"),), tenths
    if not area.startswith("polygon: "):
        raise Unwritable("area", "a circle in nm, or a polygon")
    return tuple(spot_of(one.strip(), "area") for one in area.removeprefix("polygon: ").split(";")), 0


def _area(corners: tuple[Spot, ...], tenths: int) -> str:
    if tenths:
        return f"circle: {corners[0].given()} radius {f'{tenths / 10:g}'} nm"
    return "polygon: " + "; ".join(one.given() for one in corners)


def _capital(said: str, part: str, left: dict[str, str]) -> str:
    if said != said.upper():
        left[part] = "small letters are written as capitals"
    return said.upper()


# ---------------------------------------------------------------- NOTAM and navigational warnings
def _read_notam(text: str) -> Carried:
    one = notam.read_notam(text)
    left = {
        "number": one.number, "kind": f"NOTAM{one.kind} {one.of}".strip(), "fir": one.fir, "code": one.code,
        "qualifiers": f"{one.traffic}/{one.purpose}/{one.scope}", "levels": f"{one.lower:03d}/{one.upper:03d}",
        "places": " ".join(one.places), "schedule": one.schedule, "floor": one.floor, "ceiling": one.ceiling,
        "estimated": "the end is estimated" * one.estimated,
        "exact area": "the circle is that of the Q line, in whole minutes and miles; item E may say it closer",
    }  # fmt: skip
    fields: dict[str, object] = {"area": _area((one.centre,), one.radius_nm * 10), "nature": one.text}
    if one.ends is None:
        left["end"] = "permanent: our period has an end"
    else:
        fields["period"] = _window(one.begins, one.ends)
    return Carried(fields, {part: said for part, said in left.items() if said})


def _write_notam(fields: Fields, extra: Mapping[str, str]) -> Made:
    left: dict[str, str] = {}
    begins, ends = _period(fields, "period")
    corners, tenths = _shape(fields.get("area", ""))
    for name in ("more_periods", "more_areas"):
        if _listed(fields, name):
            left[name] = "a NOTAM has one of them here: write one more for each"
    said = _capital(_words(fields, "nature") or "DANGER AREA ACTIVE", "nature", left)
    if tenths % 10:
        raise Unwritable("area", "the Q line has whole miles")
    if tenths:
        centre = notam.short_centre(corners[0], tenths // 10)
    else:
        centre = extra.get("centre", "")
        said += "\nAREA " + " - ".join(map(sea_spot, corners))
        left["area"] = "the corners stand in item E; the circle around them was given by hand"
    remarks = _words(fields, "remarks")
    if remarks:
        said += "\n" + _capital(remarks, "remarks", left)
    levels, qualifiers = extra.get("levels", "000/999"), extra.get("qualifiers", "IV/BO/W")
    head = f"({extra['number']} NOTAMN\nQ) {extra['fir']}/{extra['code']}/{qualifiers}/{levels}/{centre}"
    times = f"B) {ten(begins, 'period')} C) {ten(ends, 'period')}"
    heights = f"\nF) {extra['floor']} G) {extra['ceiling']}" if {"floor", "ceiling"} <= extra.keys() else ""
    text = f"{head}\nA) {extra.get('places', extra['fir'])}\n{times}\nE) {said}{heights})\n"
    return Made(notam.write_notam(notam.read_notam(text)), left)  # what was given by hand is read like theirs


def _read_warning(text: str) -> Carried:
    one = navarea.read_warning(text)
    left = {
        "series": f"{one.series} {one.number}/{one.year:02d}", "general area": one.area,
        "cancelled": _window(one.cancelled, one.cancelled).split(" ", 1)[0],
    }  # fmt: skip
    if one.origin is not None:
        left["origin"] = _window(one.origin, one.origin).split(" ", 1)[0]
    (first, *periods), (area, *areas) = one.periods, one.places
    fields: dict[str, object] = {
        "period": _window(*first), "area": _area(*area), "nature": one.subject, "remarks": one.remarks,
        "more_periods": [_window(*period) for period in periods], "more_areas": [_area(*place) for place in areas],
    }  # fmt: skip
    return Carried({name: value for name, value in fields.items() if value}, {k: v for k, v in left.items() if v})


def _write_warning(fields: Fields, extra: Mapping[str, str]) -> Made:
    left: dict[str, str] = {}
    periods = [_period(fields, "period")]
    periods += [_period({"more_periods": one}, "more_periods") for one in _listed(fields, "more_periods")]
    periods.sort()
    places = [navarea.Place(*_shape(one)) for one in (fields.get("area", ""), *_listed(fields, "more_areas"))]
    subject = _capital(_words(fields, "nature") or "HAZARDOUS OPERATIONS", "nature", left)
    remarks = _capital(_words(fields, "remarks"), "remarks", left)
    found = re.fullmatch(r"(.+) (\d{1,4})/(\d\d)", extra["number"], re.ASCII)
    if found is None:
        raise Unwritable("number", "series, number and year: NAVAREA XII 123/26")
    cancelled = _instant(extra["cancelled"], "cancelled") if "cancelled" in extra else periods[-1][1] + 3600
    if "cancelled" not in extra:
        left["cancelled"] = "cancels itself an hour after its end: say `cancelled` for another time"
    one = navarea.Warned(None, found[1], int(found[2]), int(found[3]), extra.get("area", ""), subject,
                         tuple(periods), tuple(places), remarks, cancelled)  # fmt: skip
    text = navarea.write_warning(one)
    navarea.read_warning(text)
    return Made(text, left)


def _instant(given: str, part: str) -> int:
    try:
        return Instant().read(given)
    except Unfit as unfit:
        raise Unwritable(part, str(unfit)) from unfit


# ---------------------------------------------------------------- headings and lettered lines
def _read_pre_launch(text: str) -> Carried:
    one = framed.read_pre_launch(text)
    in_form = one.area.startswith(("circle: ", "polygon: "))
    fields: dict[str, object] = {
        "kind": ("MISSILE", "SPACE")[one.kind], "generic_class": one.generic_class,
        "window": _window(one.begins, one.ends), "launch_area": one.area if in_form else f"named: {one.area}",
        "remarks": one.remarks,
    }  # fmt: skip
    azimuth = _AZIMUTH.fullmatch(one.direction)
    if azimuth is not None:
        fields["azimuth"], fields["direction"] = int(azimuth[1]), azimuth[2] or ""
    else:
        fields["direction"] = one.direction
    return Carried({name: value for name, value in fields.items() if value != ""}, {"state": one.state})


def _write_pre_launch(fields: Fields, extra: Mapping[str, str]) -> Made:
    begins, ends = _period(fields, "window")
    kind = _words(fields, "kind")
    if kind not in ("MISSILE", "SPACE"):
        raise Unwritable("kind", "MISSILE or SPACE")
    direction, azimuth = _words(fields, "direction"), fields.get("azimuth")
    if azimuth is not None:
        direction = f"AZIMUTH {int(str(azimuth)):03d}{f', {direction}' if direction else ''}"
    one = framed.PreLaunch(
        extra["state"], ("MISSILE", "SPACE").index(kind), _words(fields, "generic_class"), begins, ends,
        _words(fields, "launch_area").removeprefix("named: "), direction, _words(fields, "remarks"),
    )  # fmt: skip
    return Made(framed.write_pre_launch(one), {})


_QUOTA: Final = (("overflown", "A. STATE TO BE OVERFLOWN: "), ("year", "B. YEAR: "),
                 ("distributed", "C. ACTIVE QUOTA DISTRIBUTED: "), ("used", "D. ACTIVE QUOTA USED: "),
                 ("transferred", "E. ACTIVE QUOTA TRANSFERRED: "))  # fmt: skip
_AFTER: Final = (("remaining", "G. ACTIVE QUOTA REMAINING: "), ("effective", "H. EFFECTIVE DATE: "))
_RECEIVERS: Final = "F. RECEIVERS:"
_RECEIVER: Final = re.compile(r"\((\d{1,2})\) (.+): (\d{1,4})", re.ASCII)


def _read_quota(text: str) -> Carried:
    one = framed.read_frame(text)
    scan = Scan("\n".join(one.content) + "\n.", _ANY) if one.content else Scan(".", _ANY)
    fields: dict[str, object] = {}
    left = {
        "precedence": one.precedence, "from": one.sender, "to": one.to, "info": one.info, "subject": one.subject,
        "number": one.number, "at": _window(one.at, one.at).split(" ", 1)[0], "treaty": one.treaty,
        "references": one.references,
    }  # fmt: skip
    for name, heading in _QUOTA:
        if scan.sees(heading):
            scan.literal(heading)
            fields[name] = scan.line()
    if scan.sees(f"{_RECEIVERS}\n"):
        scan.line()
        receivers: list[dict[str, str]] = []
        while (found := _RECEIVER.match(scan.text, scan.at)) is not None and int(found[1]) == len(receivers) + 1:
            scan.line()
            receivers.append({"state": found[2], "number": found[3]})
        fields["receivers"] = receivers
    for name, heading in _AFTER:
        if scan.sees(heading):
            scan.literal(heading)
            fields[name] = scan.line()
    rest = scan.text[scan.at : -1].rstrip("\n")
    if rest:
        left["content"] = rest
    if one.remarks:
        fields["remarks"] = one.remarks
    return Carried(fields, {part: said for part, said in left.items() if said})


def _write_quota(fields: Fields, extra: Mapping[str, str]) -> Made:
    receivers = fields.get("receivers")
    if not isinstance(receivers, list):
        raise Unwritable("receivers", "a table of states and numbers")
    content = [f"{heading}{fields[name]}" for name, heading in _QUOTA if name in fields]
    content.append(_RECEIVERS)
    content += [f"({number}) {one['state']}: {one['number']}" for number, one in enumerate(receivers, 1)]
    content += [f"{heading}{fields[name]}" for name, heading in _AFTER if name in fields]
    one = framed.Framed(
        extra.get("precedence", "ROUTINE"), extra["from"], extra["to"], extra.get("info", ""),
        extra.get("subject", "TRANSFER OF ACTIVE QUOTA"), extra["number"], _instant(extra["at"], "at"),
        extra.get("treaty", "ARTICLE III, SECTION I, PARAGRAPH 9"), extra.get("references", ""), tuple(content),
        _words(fields, "remarks"),
    )  # fmt: skip
    text = framed.write_frame(one)
    framed.read_frame(text)
    return Made(text, {})


# ---------------------------------------------------------------- plain text
def _read_plain(text: str) -> Carried:
    one = acp127.read_message(text)
    left = {
        "top": "\n".join(one.top), "precedence": acp127.PROSIGNS[one.precedence], "from": one.sender,
        "at": _window(one.at, one.at).split(" ", 1)[0], "to": "; ".join(one.to), "info": "; ".join(one.info),
    }  # fmt: skip
    first, _, rest = one.text.partition("\n")
    fields: dict[str, object] = {"text": one.text}
    if first.startswith("SUBJ: ") and rest:
        fields = {"subject": first.removeprefix("SUBJ: "), "text": rest}
    return Carried(fields, {part: said for part, said in left.items() if said})


def _write_plain(fields: Fields, extra: Mapping[str, str]) -> Made:
    left: dict[str, str] = {}
    lines = []
    text = _capital(_words(fields, "text"), "text", left)
    for line in text.split("\n"):
        if len(line) > acp127.LINE_CHARS_MAX or not line.strip():
            left["lines"] = "long lines are broken, empty ones left out"
        lines += textwrap.wrap(line, acp127.LINE_CHARS_MAX)
    subject = _capital(_words(fields, "subject"), "subject", left)
    precedence = {word: sign for sign, word in acp127.PROSIGNS.items()}.get(extra.get("precedence", "ROUTINE"))
    if precedence is None:
        raise Unwritable("precedence", ", ".join(acp127.PROSIGNS.values()))
    one = acp127.Plain(
        (), precedence, _instant(extra["at"], "at"), extra["from"], _split(extra["to"]),
        _split(extra["info"]) if "info" in extra else (), "\n".join([f"SUBJ: {subject}", *lines]),
    )  # fmt: skip
    written = acp127.write_message(one)
    acp127.read_message(written)
    return Made(written, left)


def _split(names: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in names.split(";"))


FORMS: Final[Mapping[str, Form]] = {one.name: one for one in (
    Form("notam", "incsea-hazard", "NOTAM", _read_notam, _write_notam, ("number", "fir", "code"),
         ("places", "centre", "levels", "qualifiers", "floor", "ceiling")),
    Form("navarea", "incsea-hazard", "navigational warning", _read_warning, _write_warning, ("number",),
         ("area", "cancelled")),
    Form("hague", "hague-pre-launch", "Hague Code pre-launch notification", _read_pre_launch, _write_pre_launch,
         ("state",)),
    Form("open-skies", "open-skies-f1", "Open Skies and OSCE frame", _read_quota, _write_quota,
         ("from", "to", "number", "at"), ("precedence", "info", "subject", "treaty", "references")),
    Form("acp127", "goodwill", "plain text after ACP 127", _read_plain, _write_plain, ("from", "to", "at"),
         ("precedence", "info")),
)}  # fmt: skip


def write(form: Form, fields: Mapping[str, Any], extra: Mapping[str, str]) -> Made:
    """A form from the fields of a notice. Raises Unwritable, Misread (of what was given by hand)."""
    for name in form.needs:
        if not extra.get(name):
            raise Unwritable(name, f"the form needs it, and no notice has it: give {name}")
    for name in extra:
        if name not in (*form.needs, *form.may):
            raise Unwritable(name, f"nothing of this form; there are: {', '.join((*form.needs, *form.may))}")
    return form.write(fields, extra)
