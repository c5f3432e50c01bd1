"""party renew, party renewed: new keys for our station before the old ones end, or after they were lost."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from openline.console import ceremonies, passphrases
from openline.console.channel import asking
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.kept import joining
from openline.console.kept.papers import load_papers, nonce_of, save_papers
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.errors import Forged, PeerFault
from openline.limits import CERTIFICATE_BYTES_MAX
from openline.seal.certificate import Certificate, parse_certificate
from openline.visible import visible


@click.command()
@click.option("--days", type=click.IntRange(1, 3660), default=366, show_default=True,
              help="How long the new certificate is in force.")
@click.option("--now", "at_once", is_flag=True,
              help="Use the new keys at the next start, whoever has their certificate; with no station running.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the certificate as a file.")
@passphrases.option
@passphrases.root_option
@room_options
@click.pass_obj
def renew(session: Session, days: int, at_once: bool, out: Path | None, sources: passphrases.Sources) -> None:
    """Make new station keys for this line. They are used once every other party has receipted their certificate."""
    line = session.line
    papers = load_papers(line)
    passphrase = passphrases.take(session, sources.station, f"passphrase of line {line.name}", line=line.name)
    root_passphrase = passphrases.take_root(session, sources, passphrase, line.name)
    root = ceremonies.unlock_root(session.home, root_passphrase)
    running = _is_running(session)
    if at_once and running:
        raise Told("OL-703", "--now takes the place of the keys in use")
    certificate = joining.waiting_renewal(line, papers, passphrase) if at_once else None
    if certificate is None:
        certificate = joining.renew(line, papers, root, ceremonies.window(days), passphrase)
    if out is not None:
        joining.write_certificate(out.absolute(), certificate)
    if running:
        with session.link() as link:
            link.ask(asking.TakePaper(paper=certificate.signed.hex()), asking.Sent)
    else:
        save_papers(line, papers.with_certificate(papers.me, certificate))
    if at_once:  # their certificate is kept already: a start finds the old keys or the new ones, never one without it
        joining.use_renewed(line)
    _say(session, certificate, running, at_once)


def _say(session: Session, certificate: Certificate, running: bool, at_once: bool) -> None:
    how = "on the record here; the keys are used once every party has receipted it" if running else (
        "the next `openline serve` uses the new keys; hand the certificate to the others where no line is up"
        if at_once else "the next `openline serve` puts it on the record, and waits for the receipts of all")
    answer = {"certificate": certificate.digest.hex(), "not_after_ms": certificate.not_after_ms, "recorded": running}
    until = dtg(certificate.not_after_ms)
    session.answer(answer, f"certificate {certificate.digest.hex()[:16]}…, until {until}; {how}")


@click.command()
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def renewed(session: Session, file: Path) -> None:
    """Take the station certificate in FILE, of another party, that came by any way: it carries its own proof."""
    line = session.line
    papers = load_papers(line)
    with ceremonies.of_file(file):
        data = joining.read_certificate_file(ceremonies.read_text(file, CERTIFICATE_BYTES_MAX))
    found = None
    for number, card in enumerate(papers.cards):
        try:
            found = number, parse_certificate(data, card.root)
        except PeerFault:
            continue
    if found is None:
        raise Forged(f"{file}: no party of line {line.name} has signed it", data)
    number, certificate = found
    if certificate.line_nonce != nonce_of(papers.charter, number, certificate.party_id):
        raise Forged(f"{file}: was made for another line", data)
    recorded = _is_running(session)
    if recorded:
        with session.link() as link:
            link.ask(asking.TakePaper(paper=data.hex()), asking.Sent)
    else:
        save_papers(line, papers.with_certificate(number, certificate))
    name = papers.cards[number].name
    how = "on the record here, and on its way to the others"
    if not recorded:
        how = "in this line's papers; no station runs here"
    answer = {"party": number, "name": name, "certificate": certificate.digest.hex(), "recorded": recorded}
    session.answer(answer, f"{visible(name)} has certified {certificate.digest.hex()[:16]}…; {how}")


def _is_running(session: Session) -> bool:
    try:
        session.link().close()
    except Told:
        return False
    return True


COMMANDS: Final = (renew, renewed)
