"""What a monitoring system asks: `check` once, `monitor` as pages of a process of its own."""

from __future__ import annotations

import signal

import click

from openline.console.codes import detail_of
from openline.console.config import parse_address
from openline.console.monitor import checking
from openline.console.monitor.checking import Checked, Verdict
from openline.console.monitor.looking import Look, Looking, look
from openline.console.monitor.pages import Pages
from openline.console.terminal import Session, room_options
from openline.console.web.setting import LOOPBACK
from openline.errors import OpenlineError


@click.command()
@click.option("--within", "within_s", type=click.IntRange(1, 600), default=10, show_default=True, metavar="SECONDS",
              help="How long the station has to answer.")
@room_options
@click.pass_obj
def check(session: Session, within_s: int) -> int:
    """One line for a monitoring system, with performance data. Ends with 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.

    These are the exit codes of monitoring plugins, not those of the other commands.
    """
    try:
        line = session.line
        checked = checking.check(look(line, within_s * 1000))
        name = line.name
    except (OpenlineError, OSError) as error:
        name, checked = str(session.line_name or "no line"), Checked(Verdict.UNKNOWN, (detail_of(error),), ())
    data = {"verdict": checked.verdict.name, "why": list(checked.why), "numbers": {n: v for n, v, _ in checked.numbers}}
    session.answer(data, lambda: checking.in_a_line(name, checked))
    return int(checked.verdict)


@click.command()
@click.option("--listen", default="127.0.0.1:9464", show_default=True, metavar="HOST:PORT",
              help="Where the pages are. Beyond this machine whoever reaches them reads volume, times and states.")
@room_options
@click.pass_obj
def monitor(session: Session, listen: str) -> None:
    """Serve /metrics (Prometheus), /healthz and /readyz of this line until SIGTERM or SIGINT.

    A process of its own, which asks the station as any command does: it says so when the station is gone. No name and
    no text of anybody is in it.
    """
    line = session.line
    address = parse_address(listen)

    def take() -> Look:
        return look(line)

    pages = Pages(address, Looking(take))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: pages.close())
    where = f"http://{address.host}:{pages.port}"
    open_to = "" if address.host in LOOPBACK else "; OPEN TO OTHER MACHINES, unencrypted: shield it"
    session.say(f"{where}/metrics, {where}/healthz, {where}/readyz of line {line.name}{open_to}")
    try:
        pages.serve()
    finally:
        pages.end()
