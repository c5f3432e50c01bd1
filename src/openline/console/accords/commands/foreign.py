"""Forms of others: read one into the fields of a notice, write one from them. Needs no running station."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from openline.accord.declarations.files import each_key_once, no_number
from openline.accord.foreign.carrying import FORMS, Carried, Form, write
from openline.accord.foreign.scanning import FORM_CHARS_MAX, Misread, Unwritable
from openline.accord.formats.notice import compose
from openline.console.accords.commands.drafting import read
from openline.console.accords.library import formats
from openline.console.codes import Told
from openline.console.home import write_whole
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.visible import visible

FIELDS_BYTES_MAX: Final = 1 << 20
_FORM: Final = click.argument("form", type=click.Choice(tuple(FORMS)))


@click.group()
def foreign() -> None:
    """Forms of others, in and out: NOTAM, navigational warnings, Hague Code, Open Skies and OSCE frame, ACP 127."""


@foreign.command("forms")
@room_options
@click.pass_obj
def forms(session: Session) -> None:
    """List the forms, the format of ours each corresponds to, and what a writer must be told besides."""
    rows = [{"form": one.name, "about": one.about, "format": one.format_id, "needs": list(one.needs),
             "may": list(one.may)} for one in FORMS.values()]  # fmt: skip
    session.answer(rows, lambda: "\n".join(map(_form_text, FORMS.values())))


def _form_text(one: Form) -> str:
    may = f" [{', '.join(one.may)}]" if one.may else ""
    return f"{one.name:<11} {one.about}; {one.format_id}; --set {', '.join(one.needs)}{may}"


@foreign.command("read")
@_FORM
@click.argument("file", type=INPUT_FILE)
@click.option("--fields", "out", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the fields here, for `notice send --fields`.")
@room_options
@click.pass_obj
def read_form(session: Session, form: str, file: Path, out: Path | None) -> int:
    """Read FILE in the FORM of others: our fields, and what they cannot carry. A fault names line and column; exit 2.

    Exit 1: it is well formed, and does not fit our format.
    """
    try:
        found = FORMS[form].read(read(file, 4 * FORM_CHARS_MAX).decode("utf-8"))
    except (Misread, UnicodeDecodeError) as wrong:
        raise Told("OL-202", f"{file}: {wrong}") from wrong
    format_ = formats()[FORMS[form].format_id]
    faults = [one.in_a_line() for one in compose(format_, found.fields).faults]
    if out is not None:
        write_whole(out, json.dumps(found.fields, ensure_ascii=False, indent=1).encode() + b"\n")
    data = {"format": format_.id, "fields": found.fields, "left": found.left, "faults": faults}
    session.answer(data, lambda: _read_text(format_.id, found, faults))
    return 1 if faults else 0


def _read_text(format_id: str, found: Carried, faults: list[str]) -> str:
    lines = [f"as {format_id}:", *(f"  {name}: {visible(str(value))}" for name, value in found.fields.items())]
    left = [f"  {part}: {visible(said)}" for part, said in found.left.items()]
    lines += ["not carried over:", *left] * bool(left)
    return "\n".join([*lines, *(f"ERROR  {visible(one)}" for one in faults)])


@foreign.command("write")
@_FORM
@click.option("--fields", "file", type=INPUT_FILE, required=True,
              help="A JSON object of fields, or what `notice show --json` answers.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="What the form needs and no notice has.")
@room_options
@click.pass_obj
def write_form(session: Session, form: str, file: Path, given: tuple[str, ...]) -> None:
    """Write the FORM of others from the fields of a notice; on stderr what it cannot say, or says otherwise."""
    pairs = [one.partition("=") for one in given]
    if not all(between and name for name, between, _ in pairs):
        raise Told("OL-204", "--set NAME=VALUE")
    try:
        made = write(FORMS[form], _fields(file, FORMS[form]), {name: value for name, _, value in pairs})
    except (Unwritable, Misread) as wrong:
        raise Told("OL-204", f"{form}: {wrong}") from wrong
    for part, said in made.left.items():
        session.say(f"{part}: {visible(said)}")
    session.answer(made._asdict(), made.text.rstrip("\n"))


def _fields(file: Path, form: Form) -> dict[str, Any]:
    try:
        found = json.loads(read(file, FIELDS_BYTES_MAX), object_pairs_hook=each_key_once, parse_constant=no_number)
    except (ValueError, RecursionError) as wrong:
        raise Told("OL-202", f"{file} is not JSON: {wrong}") from wrong
    if isinstance(found, dict) and isinstance(found.get("fields"), dict) and "format" in found:
        if found["format"] != form.format_id:
            which = f"{str(found['format'])!r:.60}; {form.name} takes {form.format_id}"
            raise Told("OL-204", f"{file} is a notice in {which}")
        found = found["fields"]
    if not isinstance(found, dict):
        raise Told("OL-202", f"{file} is not one JSON object of fields")
    faults = compose(formats()[form.format_id], found).faults
    if faults:
        raise Told("OL-204", "; ".join(one.in_a_line() for one in faults))
    return found


