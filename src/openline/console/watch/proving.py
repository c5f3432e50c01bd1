"""What an exported record shows of releases: which messages say who let them go, and who attests it. (R-305, R-319)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from openline.desk.facts import SECURITY_KEY
from openline.desk.release import Release, parse_release, release_digest
from openline.desk.telling.bodies import Relation, parse_body
from openline.desk.telling.counting import stands_beside
from openline.errors import Malformed
from openline.record.entry import MESSAGE, OFFICES, RELATION, RELEASE, entry_name
from openline.record.evidence.findings import EntryFinding, LogFinding

LET_GO: Final = frozenset((MESSAGE, RELATION, OFFICES))  # kinds that a release may be over


class Releases(NamedTuple):
    """Of one party's messages: with a release of two persons, of one, without; and what does not fit, in words."""

    by_two: int
    by_one: int
    by_key: int  # of these, signed by the releaser's own security key
    without: int
    misfits: tuple[str, ...]
    others: int = 0  # releases of withdrawals and of directories of offices


def releases_of(logs: Sequence[LogFinding]) -> Releases:
    """Counted over these logs. A release speaks of the entry straight before it, and of the message that one names."""
    by_two = by_one = by_key = messages = others = 0
    misfits: list[str] = []
    for log in logs:
        messages += sum(entry.header.kind == MESSAGE for entry in log.entries)
        by_index = {entry.header.index: entry for entry in log.entries}
        for entry in log.entries:
            before = by_index.get(entry.header.index - 1)
            found = _read(entry)
            if found is None or before is None or before.body is None:
                continue  # no release; or withheld: the verdict says so elsewhere
            if isinstance(found, str) or not _is_over(found, before):
                why = found if isinstance(found, str) else "it is over something else than the entry before it"
                misfits.append(f"the release at {entry_name(log.log, entry.header.index)} shows nothing: {why}")
                continue
            by_key += found.method == SECURITY_KEY
            if before.header.kind == MESSAGE or _names_a_message(before, by_index):
                by_two += len(found.signatories) == 2
                by_one += len(found.signatories) == 1
            else:
                others += 1
    return Releases(by_two, by_one, by_key, messages - by_two - by_one, tuple(misfits), others)


def _read(entry: EntryFinding) -> Release | str | None:
    """The release, why it does not read, or None where it is none or its body is withheld."""
    if entry.header.kind != RELEASE or entry.body is None:
        return None
    try:
        return parse_release(entry.body)
    except Malformed as fault:
        return fault.reason


def _is_over(release: Release, before: EntryFinding) -> bool:
    header = before.header
    assert before.body is not None
    digest = release_digest(header.kind, header.precedence, header.flags, before.body)
    return header.kind in LET_GO and release.digest == digest


def _names_a_message(entry: EntryFinding, by_index: Mapping[int, EntryFinding]) -> bool:
    """Whether a relation that was released stands straight behind the message it names: the release is over both."""
    if entry.header.kind != RELATION or entry.body is None:
        return False
    before = by_index.get(entry.header.index - 1)
    try:
        said = parse_body(RELATION, entry.body)
    except Malformed:
        return False
    if not isinstance(said, Relation) or not said.beside or before is None or before.body is None:
        return False
    return stands_beside(said, entry.header, (before.header, before.body))


def in_words(releases: Releases) -> list[str]:
    """One line where there is a release at all, and one for each that does not fit."""
    lines = []
    released = releases.by_two + releases.by_one + releases.others
    if released:
        lines.append(
            f"  of its messages {releases.by_two} name two persons who released them, {releases.by_one} one person, "
            f"{releases.without} have no release record; {released - releases.by_key} releases are its station's word, "
            f"{releases.by_key} carry a releaser's own signature"
        )
    if releases.others:
        lines.append(f"  of these {releases.others} are over a withdrawal or a directory of offices")
    return lines + [f"  {one}" for one in releases.misfits]
