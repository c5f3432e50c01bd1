"""The bearers that the settings of a line ask for."""

from __future__ import annotations

import difflib
from pathlib import Path

from openline.bearer.contract import Bearer, Hears
from openline.bearer.directory import DIRECTORY_FACTS, DirectoryBearer
from openline.bearer.folder import Cover
from openline.bearer.program import ProgramBearer
from openline.bearer.serial import SerialBearer, SerialPort
from openline.bearer.tls import TLS_FACTS, Identity, TlsBearer, TlsPeer
from openline.bearer.udp import UdpBearer
from openline.console.bearer_settings import BearerConfig
from openline.console.kept.keeping import Kept
from openline.errors import Misconfigured
from openline.limits import NARROW_BELOW_BYTES_PER_SECOND


def pins_of(kept: Kept) -> tuple[Identity, list[TlsPeer]]:
    """Our TLS identity, and for every other party on the line its certificates and where we dial it."""
    config = kept.config
    peers = [
        TlsPeer(
            number,
            tuple(station.tls_certificate for station in party.stations if not station.revoked),
            tuple((address.host, address.port) for name, address in config.dial.items() if name == party.name),
        )
        for number, party in enumerate(kept.roster.parties)
        if number != kept.papers.me and not party.left
    ]
    return Identity(kept.certificate.tls_certificate, kept.secrets.tls_key_pem()), peers


def bearers_of(kept: Kept, hears: Hears) -> list[Bearer]:
    """The bearers that the settings of this line ask for. Raises Misconfigured when they name no party of the line."""
    papers, config = kept.papers, kept.config
    unknown = unknown_dialled(kept)
    if unknown:
        raise Misconfigured(unknown)
    identity, peers = pins_of(kept)
    listen = [(address.host, address.port) for address in config.listen]
    facts = TLS_FACTS._replace(padded=config.padding, cost=config.tls_cost)
    tls = TlsBearer(papers.me, identity, peers, hears, listen=listen, facts=facts)
    return [tls, *_folders_of(kept, hears), *(_made(kept, hears, one) for one in config.bearers)]


def unknown_dialled(kept: Kept) -> str:
    """Which address is set for a party that is not on the line, in words: it would silently never be dialled."""
    others = [party.name for number, party in enumerate(kept.roster.parties) if number != kept.papers.me]
    for name in kept.config.dial:
        if name not in others:
            return f"dial: {_nobody(kept, name)}"
    return ""


def _nobody(kept: Kept, name: str) -> str:
    others = [party.name for number, party in enumerate(kept.roster.parties) if number != kept.papers.me]
    near = difflib.get_close_matches(name, others, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(others)}"
    return f"no other party of line {kept.line.name} is called {name!r}; {hint}"


def _folders_of(kept: Kept, hears: Hears) -> list[Bearer]:
    """A directory bearer for each other party; of more than one, each in a folder `party-N` of the one that is set."""
    config, names = kept.config, [party.name for party in kept.roster.parties]
    if config.carry_out is None and config.carry_in is None:
        return []
    made: list[Bearer] = []
    for party in range(len(names)):
        if party == kept.papers.me or kept.roster.parties[party].left:
            continue
        below = Path() if len(names) == 2 else Path(f"party-{party}")
        cover = Cover(kept.papers.charter.line_name, kept.papers.line_id, names[kept.papers.me], names[party])
        facts = DIRECTORY_FACTS._replace(name="directory" if len(names) == 2 else f"directory-{party}")
        out = config.carry_out / below if config.carry_out else None
        into = config.carry_in / below if config.carry_in else None
        made.append(DirectoryBearer(party, hears, cover, out=out, into=into, facts=facts))
    return made


def _made(kept: Kept, hears: Hears, config: BearerConfig) -> Bearer:
    """One bearer of the settings. Raises Misconfigured when it names nobody, or does not say whom of several."""
    me, names = kept.papers.me, [party.name for party in kept.roster.parties]
    others = [number for number, party in enumerate(kept.roster.parties) if number != me and not party.left]
    if config.party is None and len(others) != 1:
        raise Misconfigured(f"bearer {config.name}: which party does it reach? party = one of {_listed(names, others)}")
    named = [number for number in others if config.party in (None, names[number])]
    if not named:
        raise Misconfigured(f"bearer {config.name}: {_nobody(kept, config.party or '')}")
    peer, facts = named[0], config.facts
    match config.kind:
        case "serial":
            assert config.device is not None
            port = SerialPort(config.device, config.baud, config.rts_cts)
            return SerialBearer(me, peer, hears, port, facts)
        case "udp":
            assert config.listen is not None and config.address is not None
            is_broad = facts.bytes_per_second >= NARROW_BELOW_BYTES_PER_SECOND
            facts = facts._replace(padded=kept.config.padding and is_broad)
            return UdpBearer(peer, hears, config.listen, config.address, facts)
        case "program":
            return ProgramBearer(peer, hears, config.program, facts)
        case _:
            cover = Cover(kept.papers.charter.line_name, kept.papers.line_id, names[me], names[peer])
            return DirectoryBearer(peer, hears, cover, out=config.out, into=config.into, facts=facts)


def _listed(names: list[str], others: list[int]) -> str:
    return ", ".join(names[number] for number in others)
