"""What an exported record shows of releases: which messages say who let them go, and who attests it.

(R-305, R-308, R-309, R-319)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from openline.desk.facts import BEFOREHAND, SECURITY_KEY
from openline.desk.leaving import GATED
from openline.desk.release import Release, parse_release, release_digest
from openline.desk.signing import KeyNamed, Signed, check_signed, parse_key_named, parse_signed
from openline.desk.telling.bodies import Relation, parse_body
from openline.desk.telling.counting import stands_beside
from openline.desk.texts.precleared import PRECLEARED, check_use
from openline.errors import Malformed, PeerFault
from openline.record.entry import KEY_OF_OFFICER, MESSAGE, RELATION, RELEASE, entry_name
from openline.record.evidence.findings import EntryFinding, LogFinding


class Releases(NamedTuple):
    """Of one party's messages: with a release of two persons, of one, without; and what does not fit, in words.

    `by_key`: signed by a security key that the party had named as the releaser's before. `by_unnamed`: signed, and
    whose key it is this file does not say.
    """

    by_two: int
    by_one: int
    by_key: int
    without: int
    misfits: tuple[str, ...]
    others: int = 0  # releases of withdrawals, of directories of offices, of notices and what belongs to them
    by_unnamed: int = 0
    precleared: int = 0  # messages that are a notice which two persons released beforehand, sent by one


class _Walk:
    """One party's logs in the order in which they were written: keys given and taken away, releases."""

    def __init__(self, line_id: bytes) -> None:
        self.line_id = line_id
        self.keys: dict[bytes, KeyNamed] = {}
        self.signatures: set[tuple[bytes, int, int]] = set()
        self.by_two = self.by_one = self.by_key = self.by_unnamed = self.others = self.precleared = 0
        self.misfits: list[str] = []

    def take(self, name: str, entry: EntryFinding, by_index: Mapping[int, EntryFinding]) -> None:
        """One entry of a log, of which the file holds `by_index`."""
        if entry.body is None:
            return  # withheld: the verdict says so elsewhere
        try:
            if entry.header.kind == KEY_OF_OFFICER:
                named = parse_key_named(entry.body)
                self.keys[named.public] = named
            elif entry.header.kind == RELEASE:
                self._release(parse_release(entry.body), by_index.get(entry.header.index - 1), by_index)
        except PeerFault as fault:
            what = "release" if entry.header.kind == RELEASE else "officer's key"
            self.misfits.append(f"the {what} at {name} shows nothing: {fault.reason}")

    def _release(
        self, release: Release, before: EntryFinding | None, by_index: Mapping[int, EntryFinding]
    ) -> None:
        if before is None or before.body is None:
            return
        header = before.header
        over = release_digest(header.kind, header.precedence, header.flags, before.body)
        if header.kind not in GATED or release.digest != over:
            raise Malformed("it is over something else than the entry before it")
        if release.method == BEFOREHAND:
            self._precleared(release, before, before.body)
            return
        if release.method == SECURITY_KEY:
            self._signed(release, parse_signed(release.evidence))
        if header.kind == MESSAGE or _names_a_message(before, by_index):
            self.by_two += len(release.signatories) == 2
            self.by_one += len(release.signatories) == 1
        else:
            self.others += 1

    def _precleared(self, release: Release, before: EntryFinding, message: bytes) -> None:
        """A notice that two released before: filled in again, and their release looked at as any other. (R-322)"""
        clearing = check_use(release, before.header.precedence, message)
        if before.header.kind != MESSAGE:
            raise Malformed("it is over no message")
        if clearing.method == SECURITY_KEY:
            digest = release_digest(PRECLEARED, 0, 0, clearing.notice)
            cleared = Release(digest, clearing.signatories, clearing.method, clearing.evidence)
            self._signed(cleared, parse_signed(clearing.evidence), again=True)
        self.precleared += 1

    def _signed(self, release: Release, signed: Signed, *, again: bool = False) -> None:
        named = self.keys.get(signed.public)
        check_signed(signed, self.line_id, release.digest, named.rp_id if named else None)
        once = (signed.public, signed.draft, signed.version)
        if once in self.signatures and not again:
            raise Malformed("its signature shows another release already")
        if named is not None:
            who = release.signatories[-1].name
            if named.name != who or named.algorithm != signed.algorithm:
                raise Malformed(f"its key is that of {named.name!r}, not of {who!r}")
            if not named.given:
                raise Malformed(f"its key had been taken away from {who!r} before")
        self.signatures.add(once)
        self.by_key += named is not None
        self.by_unnamed += named is None


def releases_of(logs: Sequence[LogFinding], line_id: bytes) -> Releases:
    """Counted over these logs of one party. A release speaks of the entry straight before it, and of the message that
    one names."""
    walk = _Walk(line_id)
    messages = 0
    for log in sorted(logs, key=lambda one: one.log):
        messages += sum(entry.header.kind == MESSAGE for entry in log.entries)
        by_index = {entry.header.index: entry for entry in log.entries}
        for entry in log.entries:
            if entry.header.kind in (RELEASE, KEY_OF_OFFICER):
                walk.take(entry_name(log.log, entry.header.index), entry, by_index)
    without = messages - walk.by_two - walk.by_one - walk.precleared
    return Releases(
        walk.by_two, walk.by_one, walk.by_key, without, tuple(walk.misfits), walk.others, walk.by_unnamed,
        walk.precleared,
    )


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
    """One line where there is a release at all, one where keys signed, and one for each that does not fit."""
    lines = []
    released = releases.by_two + releases.by_one + releases.others
    if released:
        attested = released - releases.by_key - releases.by_unnamed
        lines.append(
            f"  of its messages {releases.by_two} name two persons who released them, {releases.by_one} one person, "
            f"{releases.without} have no release record; {attested} releases are its station's word, attested by the "
            f"station; {releases.by_key} are signed by the officer's security key"
        )
    if releases.precleared:
        lines.append(f"  {releases.precleared} are PRE-CLEARED: notices that two released beforehand, sent by one")
    if releases.others:
        lines.append(
            f"  of these {releases.others} are over a withdrawal or a directory of offices, or over a notice, a "
            "format, an agreement or a standing to one"
        )
    if releases.by_unnamed:
        lines.append(
            f"  {releases.by_unnamed} releases are signed by a security key of which this file does not say whose it is"
        )
    return lines + [f"  {one}" for one in releases.misfits]
