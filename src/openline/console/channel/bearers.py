"""The bearers that the settings of a line ask for."""

from __future__ import annotations

import difflib
from pathlib import Path

from openline.bearer.contract import Bearer, Hears
from openline.bearer.directory import DIRECTORY_FACTS, DirectoryBearer
from openline.bearer.folder import Cover
from openline.bearer.tls import TLS_FACTS, Identity, TlsBearer, TlsPeer
from openline.console.channel.keeping import Kept
from openline.errors import Misconfigured


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
    facts = TLS_FACTS._replace(padded=config.padding)
    tls = TlsBearer(papers.me, identity, peers, hears, listen=listen, facts=facts)
    return [tls, *_folders_of(kept, hears)]


def unknown_dialled(kept: Kept) -> str:
    """Which address is set for a party that is not on the line, in words: it would silently never be dialled."""
    others = [party.name for number, party in enumerate(kept.roster.parties) if number != kept.papers.me]
    for name in kept.config.dial:
        if name not in others:
            near = difflib.get_close_matches(name, others, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(others)}"
            return f"dial: no other party of line {kept.line.name} is called {name!r}; {hint}"
    return ""


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
