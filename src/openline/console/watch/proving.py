"""What an exported record shows of releases: which messages say who let them go, and who attests it. (R-305)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from openline.desk.facts import SECURITY_KEY
from openline.desk.release import Release, parse_release, release_digest
from openline.errors import Malformed
from openline.record.entry import MESSAGE, RELEASE, entry_name
from openline.record.evidence.findings import EntryFinding, LogFinding


class Releases(NamedTuple):
    """Of one party's messages: with a release of two persons, of one, without; and what does not fit, in words."""

    by_two: int
    by_one: int
    by_key: int  # of these, signed by the releaser's own security key
    without: int
    misfits: tuple[str, ...]


def releases_of(logs: Sequence[LogFinding]) -> Releases:
    """Counted over these logs. A release speaks of the message straight before it, and only of that one."""
    by_two = by_one = by_key = messages = 0
    misfits: list[str] = []
    for log in logs:
        messages += sum(entry.header.kind == MESSAGE for entry in log.entries)
        for before, entry in _pairs(log):
            found = _read(entry)
            if found is None or before is None or before.body is None:
                continue  # withheld: the verdict says so elsewhere
            if isinstance(found, str) or before.header.kind != MESSAGE or not _is_over(found, before):
                why = found if isinstance(found, str) else "it is over something else than the entry before it"
                misfits.append(f"the release at {entry_name(log.log, entry.header.index)} shows nothing: {why}")
                continue
            by_two += len(found.signatories) == 2
            by_one += len(found.signatories) == 1
            by_key += found.method == SECURITY_KEY
    return Releases(by_two, by_one, by_key, messages - by_two - by_one, tuple(misfits))


def _pairs(log: LogFinding) -> Iterator[tuple[EntryFinding | None, EntryFinding]]:
    """Every release with the entry straight before it, where the file holds that."""
    by_index = {entry.header.index: entry for entry in log.entries}
    for entry in log.entries:
        if entry.header.kind == RELEASE:
            yield by_index.get(entry.header.index - 1), entry


def _read(entry: EntryFinding) -> Release | str | None:
    """The release, why it does not read, or None where its body is withheld."""
    if entry.body is None:
        return None
    try:
        return parse_release(entry.body)
    except Malformed as fault:
        return fault.reason


def _is_over(release: Release, message: EntryFinding) -> bool:
    header = message.header
    assert message.body is not None
    return release.digest == release_digest(header.kind, header.precedence, header.flags, message.body)


def in_words(releases: Releases) -> list[str]:
    """One line where there is a release at all, and one for each that does not fit."""
    lines = []
    if releases.by_two or releases.by_one:
        attested = releases.by_two + releases.by_one - releases.by_key
        lines.append(
            f"  of its messages {releases.by_two} name two persons who released them, {releases.by_one} one person, "
            f"{releases.without} have no release record; {attested} releases are its station's word, "
            f"{releases.by_key} carry a releaser's own signature"
        )
    return lines + [f"  {one}" for one in releases.misfits]
