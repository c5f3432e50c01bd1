"""A draft that begins with a template: what the template says, and what is given besides."""

from __future__ import annotations

import time
from typing import NamedTuple

import click
from click.core import ParameterSource

from openline.console.channel.asking import PRECEDENCES, Precedence
from openline.console.codes import Told
from openline.console.templates.asking import AskTemplates, TemplateRow
from openline.console.templates.reading import filled_in
from openline.console.templates.shelf import one_of
from openline.console.terminal import F, session_of


class Begun(NamedTuple):
    """Text, precedence and the other options of a message; `checklist` None: the draft has none of a template."""

    text: str | None
    precedence: Precedence
    given: dict[str, object]
    checklist: list[str] | None = None


def template_options(command: F) -> F:
    """`--template` and `--fill`."""
    fill = click.option("--fill", multiple=True, metavar="PLACE=WORDS",
                        help="What goes into a place of it; may be repeated.")  # fmt: skip
    return click.option("--template", metavar="NAME", help="Begin with one (`openline template list`).")(fill(command))


def begin(context: click.Context, template: str | None, fill: tuple[str, ...], begun: Begun) -> Begun:
    """With what the template says where nothing else was given. Raises Told OL-201, OL-204, OL-301."""
    if template is None:
        if fill:
            raise Told("OL-201", "--fill fills in the places of a template: give --template too")
        return begun
    if begun.text is not None:
        raise Told("OL-201", "TEXT and --template: give one of them")
    with session_of(context).link() as link:
        row = one_of(link.ask(AskTemplates(), list[TemplateRow]), template)
    text, said = filled_in(row, fill, time.time_ns() // 1_000_000)
    given = begun.given | {name: value for name, value in said.items() if not _was_given(context, name)}
    precedence = begun.precedence
    if not _was_given(context, "precedence"):
        precedence = PRECEDENCES[PRECEDENCES.index(row.precedence)]
    return Begun(text, precedence, given, row.checklist)


def _was_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT
