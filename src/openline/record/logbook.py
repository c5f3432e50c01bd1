"""One log of an export as it is read: each entry against its place, each checkpoint against the entries before it."""

from __future__ import annotations

from openline.errors import Forged, Malformed
from openline.record import merkle
from openline.record.entry import (
    NOTHING_HELD,
    OPENING,
    After,
    Header,
    LogId,
    body_digest,
    entry_name,
    leaf,
    log_name,
    parse_header,
)
from openline.record.evidence.export import Arrival, Entry, LogStart, Proof
from openline.record.evidence.findings import EntryFinding, Job, verify
from openline.record.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    ED25519,
    ED25519_BYTES,
    MLDSA44_BYTES,
    Checkpoint,
    NoteSignature,
    cosigned_message,
    cosigned_text,
    key_id,
    parse_checkpoint,
    parse_note,
    parse_timestamped,
)
from openline.record.opening import Opening, parse_opening
from openline.record.roster import Roster, StationKeys, origin_of, receipt_name_of, station_of
from openline.record.statement import ALWAYS_SHOWN

_Signer = tuple[int, int, StationKeys]  # algorithm, party, station
_SIGNED_BYTES = {ED25519: ED25519_BYTES, COSIGNATURE_ED25519: 8 + ED25519_BYTES, COSIGNATURE_MLDSA44: 8 + MLDSA44_BYTES}


class LogBook:
    """Reads the items of one log. Everything that does not fit raises Malformed or Forged naming the entry."""

    def __init__(self, start: LogStart, roster: Roster, whole: bool, jobs: list[Job]) -> None:
        self.log = LogId(start.party, start.generation)
        self.name = log_name(self.log)
        self.start = start
        self.station = station_of(roster, start.party, start.station)
        self.origin = origin_of(roster, self.log)
        self.entries: list[EntryFinding] = []
        self.leaves: list[bytes] = []
        self.changes: list[tuple[int, After]] = []  # where `after` differs from the entry before
        self.noted: dict[int, bytes] = {}  # size -> root, ascending
        self.receipts: dict[tuple[int, int], tuple[int, bytes, bytes]] = {}  # witness, size: at_s, station, signature
        self.arrivals: dict[tuple[int, int], int] = {}
        self.pq_sizes = [0] * len(roster.parties)
        self.withheld = 0
        self.opening: Opening | None = None
        self._whole = whole
        self._jobs = jobs
        self._signers = self._known_signers(roster)
        self._peaks: merkle.Peaks = ()
        self._noted_size = 0
        self._unproved: int | None = None  # extract: the entry that waits for its proof
        self._ends_in_entry = False
        self.proved: dict[int, int] | None = None if whole else {}  # extract: entry -> size of the checkpoint over it

    def _known_signers(self, roster: Roster) -> dict[tuple[str, bytes], list[_Signer]]:
        """By name and key id, newest first: four bytes are soon those of two keys, where somebody looks for them."""
        known: dict[tuple[str, bytes], list[_Signer]] = {}
        author, own = self.start.party, self.station
        known[self.origin, key_id(self.origin, ED25519, own.note_key)] = [(ED25519, author, own)]
        for party, member in enumerate(roster.parties):
            name = self.origin if party == author else receipt_name_of(roster, party)
            for station in reversed(member.stations):
                keys = [(COSIGNATURE_MLDSA44, station.mldsa_key), (COSIGNATURE_ED25519, station.receipt_key)]
                for algorithm, key in keys[: 1 if party == author else 2]:
                    known.setdefault((name, key_id(name, algorithm, key)), []).append((algorithm, party, station))
        return known

    # --- entries

    def take_entry(self, item: Entry) -> None:
        """The next entry. Raises Malformed, Forged. (R-173, R-350)"""
        self._wait_for_no_proof()
        index = len(self.entries)
        try:
            header = parse_header(item.header)
        except Malformed as fault:
            raise Malformed(f"{entry_name(self.log, index)}: {fault.reason}", *fault.exhibit) from fault
        if self._whole and header.index != index:
            raise Malformed(f"{entry_name(self.log, index)}: its header says it is entry {header.index}", item.header)
        if not self._whole and self.entries and header.index <= self.entries[-1].header.index:
            raise Malformed(f"{entry_name(self.log, header.index)}: entries do not ascend", item.header)
        if item.body is None or item.salt is None:
            if self._whole and header.kind in ALWAYS_SHOWN:
                raise Malformed(
                    f"{entry_name(self.log, index)}: entries of kind {header.kind} are always shown", item.header
                )
            self.withheld += 1
        elif body_digest(item.salt, item.body) != header.digest:
            raise Forged(
                f"{entry_name(self.log, header.index)}: its body is not the one whose digest stands in its header",
                item.header,
                item.body,
            )
        self._keep(header, item)

    def _keep(self, header: Header, item: Entry) -> None:
        before = self.entries[-1].header.after if self.entries else NOTHING_HELD
        if header.after is not before and header.after != before:
            self.changes.append((header.index, header.after))
        self._ends_in_entry = True
        self.entries.append(EntryFinding(header, item.body))
        self.leaves.append(leaf(item.header))
        if header.index == 0 and header.kind == OPENING and item.body is not None:
            self._take_opening(item.body)
        if not self._whole:
            self._unproved = header.index

    def _take_opening(self, body: bytes) -> None:
        try:
            self.opening = parse_opening(body)
        except Malformed:
            return  # signed as it is: shown as a doubt, not as damage
        if self.opening.station != self.start.station:
            raise Forged(f"{entry_name(self.log, 0)}: it names another station than the one this log is said to be of")

    # --- checkpoints

    def take_note(self, data: bytes) -> None:
        """A checkpoint with its receipts. Raises Malformed, Forged. (R-174, R-175)"""
        self._wait_for_no_proof()
        try:
            note = parse_note(data)
            checkpoint = parse_checkpoint(note.text)
        except Malformed as fault:
            raise Malformed(f"{self.name} after its entry {len(self.leaves) - 1}: {fault.reason}", data) from fault
        if checkpoint.origin != self.origin:
            raise Malformed(f"{self.name}: a checkpoint of another log stands here", data)
        if checkpoint.size <= self._noted_size:
            raise Malformed(f"{self.name}: its checkpoints do not rise at {checkpoint.size}", data)
        under = self._under(checkpoint.size)
        if self._whole:
            self._check_root(checkpoint, under, data)
        elif self.entries:
            raise Malformed(f"{self.name}: in an extract checkpoints stand before the entries", data)
        self.noted[checkpoint.size] = checkpoint.root
        self._noted_size = checkpoint.size
        by_author = [self._take_line(line, note.text, checkpoint, under) for line in note.signatures].count(ED25519)
        if by_author != 1:
            raise Malformed(f"{under}: their checkpoint does not carry one signature by their author", data)

    def _under(self, size: int) -> str:
        """The entries that a checkpoint of `size` adds to the one before, in words."""
        first = self._noted_size
        return entry_name(self.log, first) if first == size - 1 else f"{self.name} entries {first} to {size - 1}"

    def _check_root(self, checkpoint: Checkpoint, under: str, data: bytes) -> None:
        if checkpoint.size != len(self.leaves):
            raise Malformed(
                f"{under}: the checkpoint of {checkpoint.size} stands after {len(self.leaves)} entries", data
            )
        if not self._ends_in_entry:
            raise Malformed(f"{under}: an arrival stands between the last of them and their checkpoint", data)
        self._peaks, _ = merkle.extend(self._noted_size, self._peaks, self.leaves[self._noted_size :])
        if merkle.root(self._peaks) != checkpoint.root:
            raise Forged(f"{under}: what stands here is not what the author's checkpoint covers", data)

    def _take_line(self, line: NoteSignature, text: bytes, checkpoint: Checkpoint, under: str) -> int:
        named = self._signers.get((line.name, line.key_id))
        if named is None:
            raise Malformed(
                f"{under}: a signature on their checkpoint is by nobody on the roster ({line.name[:200]!r})"
            )
        algorithm, party, station = signer = self._which(named, line, text, checkpoint)
        at_s, job = self._job(signer, line, text, checkpoint, under)
        if algorithm == COSIGNATURE_ED25519:
            if (party, checkpoint.size) in self.receipts:
                raise Malformed(f"{under}: party {party} receipts them twice")
            self.receipts[party, checkpoint.size] = (at_s, station.digest, job.signature)
        elif algorithm == COSIGNATURE_MLDSA44:
            if party == self.start.party and at_s:
                raise Malformed(f"{under}: the author's own ML-DSA-44 signature states a time")
            if self.pq_sizes[party] == checkpoint.size:
                raise Malformed(f"{under}: party {party} signs them twice with ML-DSA-44")
            self.pq_sizes[party] = checkpoint.size
        self._jobs.append(job)
        return algorithm

    def _which(self, named: list[_Signer], line: NoteSignature, text: bytes, checkpoint: Checkpoint) -> _Signer:
        """Of keys with one id the one that made this signature, else the first of its kind. (R-081)"""
        fits = [one for one in named if _SIGNED_BYTES[one[0]] == len(line.signature)] or named
        if len(fits) == 1:
            return fits[0]
        return next((one for one in fits if verify(self._job(one, line, text, checkpoint, "")[1])), fits[0])

    def _job(
        self, signer: _Signer, line: NoteSignature, text: bytes, checkpoint: Checkpoint, under: str
    ) -> tuple[int, Job]:
        """The time that a signature states, and what there is to verify."""
        algorithm, party, station = signer
        if algorithm == ED25519:
            return 0, Job(ED25519, station.note_key, line.signature, text, f"{under}: checkpoint")
        if algorithm == COSIGNATURE_ED25519:
            at_s, signature = parse_timestamped(line.signature, ED25519_BYTES)
            what = f"{under}: receipt of party {party}"
            return at_s, Job(algorithm, station.receipt_key, signature, cosigned_text(text, at_s), what)
        at_s, signature = parse_timestamped(line.signature, MLDSA44_BYTES)
        what = f"{under}: ML-DSA-44 signature of party {party}"
        message = cosigned_message(line.name, at_s, checkpoint)
        return at_s, Job(algorithm, station.mldsa_key, signature, message, what)

    # --- what belongs to entries and checkpoints

    def take_proof(self, item: Proof) -> None:
        """Inclusion of the entry before it. Raises Malformed, Forged. (R-176)"""
        if self._unproved is None:
            raise Malformed(f"{self.name}: a proof without an entry before it")
        index, self._unproved = self._unproved, None
        root = self.noted.get(item.size)
        if root is None:
            raise Malformed(f"{entry_name(self.log, index)}: its proof is against a checkpoint that is not here")
        if not merkle.verify_inclusion(self.leaves[-1], index, item.size, item.hashes, root):
            raise Forged(f"{entry_name(self.log, index)}: its proof does not lead to the checkpoint of {item.size}")
        if self.proved is not None:
            self.proved[index] = item.size

    def take_arrival(self, item: Arrival) -> None:
        """The exporter's own record of a receipt's arrival. Raises Malformed where there is no such receipt. (R-172)"""
        self._wait_for_no_proof()
        self._ends_in_entry = False
        key = (item.witness, item.size)
        if key not in self.receipts or key in self.arrivals:
            raise Malformed(f"{self.name}: no one receipt of party {item.witness} for {item.size} to have arrived")
        self.arrivals[key] = item.arrived_at_ms

    def close(self) -> None:
        """No more items of this log come. Raises Malformed where entries stand under no checkpoint."""
        self._wait_for_no_proof()
        if self._noted_size != self.start.size or not self.noted:
            raise Malformed(
                f"{self.name}: said to have {self.start.size} entries, but its checkpoints end at another size"
            )
        if self._whole and len(self.entries) != self._noted_size:
            raise Malformed(f"{self._under(len(self.entries))}: no checkpoint covers them")

    def _wait_for_no_proof(self) -> None:
        if self._unproved is not None:
            raise Malformed(f"{entry_name(self.log, self._unproved)}: no proof stands after it")

    # --- asked by the weighing

    def root_at(self, sizes: list[int]) -> dict[int, bytes]:
        """Roots at the asked sizes, as far as they can be told: all in a record, at checkpoints in an extract."""
        known = {size: self.noted[size] for size in sizes if size in self.noted}
        known.update({0: merkle.EMPTY_ROOT})
        if not self._whole:
            return known
        peaks: merkle.Peaks = ()
        at = 0
        for size in sorted(set(sizes) - known.keys()):
            if at < size <= len(self.leaves):
                peaks, _ = merkle.extend(at, peaks, self.leaves[at:size])
                at = size
                known[size] = merkle.root(peaks)
        return known
