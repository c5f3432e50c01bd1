"""Who let an entry go, and who says so: the release record straight behind it, looked at as `verify` looks at it.

What is said here is found in the record alone: a signature of an officer's key is checked again with the key that the
party had named before. Whether it shows another release too is not looked at here; `verify` does. (R-305 to R-309)
"""

from __future__ import annotations

from openline.console.ladder.rows import ReleaseRow
from openline.desk.facts import BEFOREHAND, SECURITY_KEY
from openline.desk.leaving import GATED
from openline.desk.release import Release, parse_release, release_digest
from openline.desk.signing import KeyNamed, check_signed, parse_key_named, parse_signed
from openline.desk.telling.bodies import Relation, parse_body
from openline.desk.telling.counting import stands_beside
from openline.desk.texts.precleared import check_use
from openline.errors import Malformed, PeerFault
from openline.limits import COMMIT_BYTES_MAX
from openline.line.ports import EntryRow, LogId, Store
from openline.record.entry import KEY_OF_OFFICER, RELATION, RELEASE, Header, parse_header

SIGNED, UNNAMED, ATTESTED, PRECLEARED, NOTHING = (
    "signed by the officer's security key", "signed by a security key that the record does not name",
    "attested by the station, not signed by the officer", "released beforehand by two, sent by one", "shows nothing",
)  # fmt: skip
_KEYS_AT_ONCE = 256


class Releases:
    """Of one store. Officers' keys that were named are read once, as they come."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys: dict[tuple[int, bytes], list[tuple[tuple[bytes, int], KeyNamed]]] = {}
        self._to = 0

    def of(self, log: LogId, header: Header, body: bytes, line_id: bytes) -> ReleaseRow | None:
        """The release of an entry that is held here; None where there is none behind it."""
        if header.kind not in GATED:
            return None
        kinds = self._store.kinds(log, header.index + 1, 2)
        if kinds[:1] == [RELEASE]:
            return self._read(log, header.index + 1, (header, body), line_id)
        if kinds != [RELATION, RELEASE]:
            return None
        beside, said = self._entry(log, header.index + 1)
        if not _is_beside(beside, said, (header, body)):
            return None
        return self._read(log, header.index + 2, (beside, said), line_id)

    def _entry(self, log: LogId, index: int) -> tuple[Header, bytes]:
        row: EntryRow = self._store.entries(log, index, 1, COMMIT_BYTES_MAX)[0]
        return parse_header(row.header), row.body

    def _read(self, log: LogId, index: int, over: tuple[Header, bytes], line_id: bytes) -> ReleaseRow:
        """The release record at `index`, over the entry straight before it."""
        row = ReleaseRow(place=f"{log.party}/{log.generation.hex()}/{index}", evidence=NOTHING)
        try:
            release = parse_release(self._entry(log, index)[1])
            row.persons = [f"{one.name} ({one.role})" for one in release.signatories]
            header, body = over
            if release.digest != release_digest(header.kind, header.precedence, header.flags, body):
                raise Malformed("it is over something else than the entry before it")
            if release.method == BEFOREHAND:
                check_use(release, header.precedence, body)
                row.evidence = PRECLEARED
            elif release.method == SECURITY_KEY:
                self._signed(row, release, log, index, line_id)
            else:
                row.evidence = ATTESTED
        except PeerFault as fault:
            row.why = fault.reason
        return row

    def _signed(self, row: ReleaseRow, release: Release, log: LogId, index: int, line_id: bytes) -> None:
        signed = parse_signed(release.evidence)
        named = self._named(log, index, signed.public)
        check_signed(signed, line_id, release.digest, named.rp_id if named else None)
        who = release.signatories[-1].name
        if named is not None and not (named.given and named.name == who and named.algorithm == signed.algorithm):
            raise Malformed(f"its key was not that of {who!r} by then")
        row.evidence = SIGNED if named else UNNAMED
        row.key = signed.public.hex()[-16:]

    def _named(self, log: LogId, index: int, public: bytes) -> KeyNamed | None:
        """What the party had said last of that key before an entry of its log, by generation and index."""
        while rows := self._store.find(KEY_OF_OFFICER, self._to, _KEYS_AT_ONCE):
            for row in rows:
                self._to = row.position
                try:
                    named = parse_key_named(self._entry(row.log, row.index)[1])
                except Malformed:
                    continue  # it names no key
                at = (row.log.generation, row.index)
                self._keys.setdefault((row.log.party, named.public), []).append((at, named))
        before = [one for one in self._keys.get((log.party, public), []) if one[0] < (log.generation, index)]
        return max(before, key=lambda one: one[0])[1] if before else None


def _is_beside(header: Header, body: bytes, message: tuple[Header, bytes]) -> bool:
    try:
        said = parse_body(RELATION, body)
    except Malformed:
        return False
    return isinstance(said, Relation) and bool(said.beside) and stands_beside(said, header, message)


def in_words(row: ReleaseRow) -> str:
    """One line for a person."""
    who = " and ".join(row.persons) or "nobody it names"
    key = f", {row.key}" if row.key else ""
    why = f": {row.why}" if row.why else ""
    return f"released by {who}: {row.evidence}{key}{why}"
