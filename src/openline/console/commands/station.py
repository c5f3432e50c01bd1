"""The station as a process: serve, stop, status, doctor, completion."""

from __future__ import annotations

import traceback
from functools import partial

import click
from click.shell_completion import get_completion_class

from openline.console import doctoring, passphrases, words
from openline.console.channel.asking import AskStatus, Nothing, Status, Stop
from openline.console.codes import Told, code_of, detail_of
from openline.console.config import Config, LineConfig, parse_address
from openline.console.home import LineHome
from openline.console.terminal import Serving, Session, room_options
from openline.console.watch.keys.checking import Relying
from openline.console.web.child import keep_pages
from openline.errors import Misconfigured, OpenlineError


@click.command()
@click.option("--all", "every", is_flag=True, help="Serve every open line of this home, in this one process.")
@click.option("--listen", multiple=True, metavar="HOST:PORT", help="Where theirs reaches ours; replaces station.toml.")
@click.option("--dial", multiple=True, metavar="PARTY=HOST:PORT", help="Where ours reaches theirs, by party name.")
@passphrases.option
@room_options
@click.pass_obj
def serve(
    session: Session, every: bool, listen: tuple[str, ...], dial: tuple[str, ...], sources: passphrases.Sources
) -> None:
    """Run the station of one line, or of every line of the home, until SIGTERM, SIGINT or `openline stop`."""
    if every:
        if session.line_name is not None or listen or dial:
            raise Told("OL-201", "--all serves each line as it is set; --line, --listen and --dial are for one")
        _serve_all(session, sources.station)
        return
    line = session.line
    if not line.is_open:
        raise line.why_not_open()
    config = session.config
    own = _overridden(config.of_line(line.name), listen, dial)
    session.hall.serve(_serving(session, line, config, own, _passphrase(session, line, sources.station)))


def _serve_all(session: Session, source: passphrases.Source) -> None:
    """Passphrases are all taken before the first line is served: nobody is asked later."""
    lines = {name: session.home.line(name) for name in session.home.lines()}
    shut = {name: line.why_not_open() for name, line in lines.items() if not line.is_open}
    for why in shut.values():
        session.say(f"not served: {why.detail}")
    wanted = {name: line for name, line in lines.items() if name not in shut}
    if not wanted:
        raise next(iter(shut.values()), Told("OL-302", f"no line in {session.home.folder} yet"))
    config = session.config
    if config.desk is not None and config.line is None and len(wanted) > 1:
        raise Misconfigured(f"{session.home.config}: [desk] is for the pages of one line, and there are {len(wanted)}; "
                            "say which with [station] line, or give each its own: [lines.NAME.desk]")
    if source.fd is not None:  # what it gives is read once
        given = dict.fromkeys(wanted, _passphrase(session, next(iter(wanted.values())), source))
    else:
        given = {name: _passphrase(session, line, source) for name, line in wanted.items()}

    def begin(line: LineHome) -> Serving:
        config = session.config  # as it is now: a line may be begun again because of it
        passphrase = passphrases.take_again(session, source, line.name, given[line.name])
        return _serving(session, line, config, config.of_line(line.name), passphrase)

    def tell(name: str, fault: BaseException, again_s: float) -> None:
        if not isinstance(fault, OpenlineError | OSError):
            traceback.print_exception(fault)
        detail = f"line {name} is not served, and is tried again in {again_s:.0f} s: {detail_of(fault)}"
        session.complain(Told(code_of(fault).code, detail))

    session.hall.serve_all({name: partial(begin, line) for name, line in wanted.items()}, tell)


def _passphrase(session: Session, line: LineHome, source: passphrases.Source) -> bytes:
    return passphrases.take(session, source, f"passphrase of {line.station_key}", line=line.name)


def _serving(session: Session, line: LineHome, config: Config, own: LineConfig, passphrase: bytes) -> Serving:
    """What a station needs to know to serve that line under these settings of the home, and its own among them."""
    desk = config.desk_of(line.name)
    relying = Relying(desk.name.lower(), desk.origin) if desk is not None else Relying()  # for whom security keys are
    command = [*session.hall.program, "desk", "--until-eof", "--home", str(session.home.folder), "--line", line.name]
    beside = [lambda: keep_pages(command, session.say)] if desk is not None else []
    return Serving(line, own, passphrase, lambda: session.say(f"station of line {line.name} is up"), beside, relying)


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
