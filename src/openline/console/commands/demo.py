"""demo: the main job, on one machine, in one command."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from pathlib import Path
from types import FrameType

import click

from openline.console.demo.desk import TwoDesks, codes_in_words, in_words
from openline.console.demo.play import Demo
from openline.console.demo.radio import RadioDemo
from openline.console.demo.staging import Stage
from openline.console.demo.story import shipped_story
from openline.console.demo.telling import Telling
from openline.console.history.case import shipped_case
from openline.console.history.play import History
from openline.console.terminal import Session, room_options


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@click.command()
@click.argument("which", type=click.Choice(["line", "radio", "desk", "2026"]), default="line")
@click.option("--keep", is_flag=True, help="Leave homes, stores and the exported record where they are.")
@room_options
@click.pass_obj
def demo(session: Session, which: str, keep: bool) -> None:
    """Play a story between two stations: ceremony, exchange, kill and restart, export, verification, forgery.

    `openline demo radio` plays another: a FLASH overtakes a long letter over 300 bit/s, in about two minutes.
    `openline demo desk` opens two desks with a watch under way, prints addresses and sign-ins, and stays until Ctrl-C.
    `openline demo 2026` enters the case of February 2026, each event in the kind of object it was, and shows its pages.
    Touches nothing outside a temporary folder of its own; the others end by themselves.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # so that our stations end with us
    folder = Path(tempfile.mkdtemp(prefix="openline-demo-"))
    stage = Stage(session.hall.program, folder)
    begun = time.monotonic()
    try:
        telling = Telling(quiet=session.as_json)
        if which == "desk":
            _desks(session, TwoDesks(stage, telling))
            return
        words = None
        if which == "2026":
            words = History(shipped_case(), stage, telling).play()
        else:
            (RadioDemo(stage, telling) if which == "radio" else Demo(shipped_story(), stage, telling)).play()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # whoever presses again must not leave half of it behind
        stage.end()
        if keep:
            session.say(f"left in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    seconds = round(time.monotonic() - begun, 1)
    told = {"seconds": seconds, "folder": str(folder) if keep else None, **({"says": words} if words else {})}
    session.answer(told, f"done in {seconds} s")


def _desks(session: Session, desks: TwoDesks) -> None:
    """Set them up, say where they are, and stay. An interrupt is how this one ends; before that it is a fault."""
    sheets = desks.set_up()
    session.answer(sheets, lambda: in_words(sheets))
    try:
        desks.stay(lambda now: session.say(codes_in_words(now)))
    except KeyboardInterrupt:
        session.say("ending both desks")
