"""demo: the main job, on one machine, in one command."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from pathlib import Path
from types import FrameType

import click

from openline.console.demo.play import Demo
from openline.console.demo.radio import RadioDemo
from openline.console.demo.staging import Stage
from openline.console.demo.story import shipped_story
from openline.console.demo.telling import Telling
from openline.console.terminal import Session, room_options


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@click.command()
@click.argument("which", type=click.Choice(["line", "radio"]), default="line")
@click.option("--keep", is_flag=True, help="Leave homes, stores and the exported record where they are.")
@room_options
@click.pass_obj
def demo(session: Session, which: str, keep: bool) -> None:
    """Play a story between two stations: ceremony, exchange, kill and restart, export, verification, forgery.

    `openline demo radio` plays another: a FLASH overtakes a long letter over 300 bit/s, in about two minutes.
    Touches nothing outside a temporary folder of its own, and ends by itself.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # so that our stations end with us
    folder = Path(tempfile.mkdtemp(prefix="openline-demo-"))
    stage = Stage(session.hall.program, folder)
    begun = time.monotonic()
    try:
        telling = Telling(quiet=session.as_json)
        (RadioDemo(stage, telling) if which == "radio" else Demo(shipped_story(), stage, telling)).play()
    finally:
        stage.end()
        if keep:
            session.say(f"left in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    seconds = round(time.monotonic() - begun, 1)
    session.answer({"seconds": seconds, "folder": str(folder) if keep else None}, f"done in {seconds} s")
