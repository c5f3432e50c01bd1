"""Templates of messages: list, show, check a file."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console.home import read_bounded
from openline.console.templates.asking import AskTemplates, TemplateRow
from openline.console.templates.reading import read_template
from openline.console.templates.shelf import FOLDER, one_of
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.console.words import wrapped
from openline.limits import TEMPLATE_BYTES_MAX
from openline.visible import visible


@click.group()
def template() -> None:
    """Templates of messages with their checklists: files in the folder `templates` of the home, and some that come
    along. `openline draft new --template NAME` begins a draft with one."""


@template.command("list")
@room_options
@click.pass_obj
def listed(session: Session) -> None:
    """List templates; one whose file does not read says why."""
    with session.link() as link:
        rows = link.ask(AskTemplates(), list[TemplateRow])
    session.answer(rows, lambda: "\n".join(_line(row) for row in rows))


@template.command("show")
@click.argument("name")
@room_options
@click.pass_obj
def show(session: Session, name: str) -> None:
    """Show the template NAME with what is to be filled in."""
    with session.link() as link:
        row = one_of(link.ask(AskTemplates(), list[TemplateRow]), name)
    session.answer(row, lambda: _whole(row))


@template.command("check")
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def check(session: Session, file: str) -> None:
    """Read FILE as a station would, and say every fault in it with its line. Needs no station."""
    path = Path(file)
    row = read_template(read_bounded(path, TEMPLATE_BYTES_MAX), path.name.removesuffix(".toml"), str(path))
    session.answer(row, lambda: f"{_whole(row)}\n\nno fault; put it into the folder {FOLDER} of the home to use it")


def _line(row: TemplateRow) -> str:
    if row.fault:
        return f"{row.name:<28} FAULT  {visible(row.fault)}"
    about = f"{'own' if row.own else 'comes along'}, {len(row.checklist)} points"
    return f"{row.name:<28} {row.language} {row.precedence:<9} {visible(row.title)}  ({about})"


def _whole(row: TemplateRow) -> str:
    head = [_line(row), f"  subject: {visible(row.subject)}"]
    head += [f"  {key}: {', '.join(visible(one) for one in value)}" for key, value in
             (("action", row.action), ("info", row.info)) if value]  # fmt: skip
    if row.reply_within_minutes is not None:
        head.append(f"  reply within {row.reply_within_minutes} minutes")
    head += [f"  [ ] {visible(point)}" for point in row.checklist]
    head += [f"  to fill in: {visible(', '.join(row.places))}"] if row.places else []
    return "\n".join([*head, "", *wrapped(row.text)])
