"""The station as a process: serve, stop, status, doctor, completion."""

from __future__ import annotations

import gc
from collections.abc import Callable, Coroutine
from typing import Any

import click
from click.shell_completion import get_completion_class

from openline.console import doctoring, passphrases, words
from openline.console.channel.asking import AskStatus, Nothing, Status, Stop
from openline.console.config import LineConfig, parse_address
from openline.console.terminal import Serving, Session, room_options
from openline.console.watch.keys.checking import Relying
from openline.console.web.child import keep_pages
from openline.errors import Misconfigured


@click.command()
@click.option("--listen", multiple=True, metavar="HOST:PORT", help="Where theirs reaches ours; replaces station.toml.")
@click.option("--dial", multiple=True, metavar="PARTY=HOST:PORT", help="Where ours reaches theirs, by party name.")
@passphrases.option
@room_options
@click.pass_obj
def serve(session: Session, listen: tuple[str, ...], dial: tuple[str, ...], sources: passphrases.Sources) -> None:
    """Run the station of one line until SIGTERM, SIGINT or `openline stop`."""
    line = session.line
    if not line.is_open:
        raise line.why_not_open()
    config = _overridden(session.config.of_line(line.name), listen, dial)
    passphrase = passphrases.take(session, sources.station, f"passphrase of {line.station_key}")

    def ready() -> None:
        gc.collect()
        gc.freeze()  # code and papers stay: an idle station does not look through them again and again
        session.say(f"station of line {line.name} is up")

    beside, relying = _beside(session, line.name), _relying(session)
    session.hall.serve(Serving(line, config, passphrase, ready, beside, relying))


def _relying(session: Session) -> Relying:
    """For whom security keys are made: the desk's name, at exactly the address that is set."""
    setting = session.config.desk
    return Relying(setting.name.lower(), setting.origin) if setting is not None else Relying()


def _beside(session: Session, line: str) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """What runs as long as the station: the desk's pages, where `[desk] listen` is set."""
    if session.config.desk is None:
        return []
    command = [*session.hall.program, "desk", "--until-eof", "--home", str(session.home.folder), "--line", line]
    return [lambda: keep_pages(command, session.say)]


def _overridden(config: LineConfig, listen: tuple[str, ...], dial: tuple[str, ...]) -> LineConfig:
    if listen:
        config = config._replace(listen=tuple(parse_address(text) for text in listen))
    if dial:
        pairs = [text.rpartition("=") for text in dial]
        for name, _, _address in pairs:
            if not name:
                raise Misconfigured("--dial takes PARTY=HOST:PORT, for example --dial Blue=198.51.100.7:7443")
        config = config._replace(dial={name: parse_address(address) for name, _, address in pairs})
    return config


@click.command()
@room_options
@click.pass_obj
def stop(session: Session) -> None:
    """Stop the running station: what is under way is committed first."""
    with session.link() as link:
        link.ask(Stop(), Nothing)
    session.answer(Nothing(), "told to stop")


@click.command()
@room_options
@click.pass_obj
def status(session: Session) -> int:
    """Is the line alive, what is not held yet, what is wrong. Exit 6 while a party is not up."""
    with session.link() as link:
        now = link.ask(AskStatus(), Status)
    session.answer(now, lambda: words.state(now))
    return 0 if all(peer.state == "up" for peer in now.peers) else 6


@click.command()
@room_options
@click.pass_obj
def doctor(session: Session) -> int:
    """Check home, settings, key files, store, clock and primitives; says what is wrong and what to do."""
    found = doctoring.examine(session)
    session.answer([f._asdict() for f in found], lambda: doctoring.in_words(found))
    return max((f.exit for f in found), default=0)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@room_options
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of SHELL; for bash: eval "$(openline completion bash)"."""
    complete = get_completion_class(shell)
    assert complete is not None
    click.echo(complete(context.find_root().command, {}, "openline", "_OPENLINE_COMPLETE").source())
