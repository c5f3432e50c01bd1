"""The keyring of one line: seals our frames, opens theirs, and knows which keys those are.

`seal` and `open` are the hot path: one cached AES-256-GCM-SIV object an epoch, one call a frame. Everything else
changes what must survive a restart; the caller writes `dump()` to disk **before** it sends anything that follows from
the change (`changes` counts them). A frame is tag (4), start (4), counter (4), ciphertext; the twelve are nonce and
associated data at once. (R-049 to R-051)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag

from openline.errors import Forged, LocalFault, Malformed, Unchecked
from openline.limits import (
    COURIER_KEEP_MS,
    FRAME_BODY_BYTES_MAX,
    FRAME_BODY_BYTES_MIN,
    FRAME_COUNTER_MAX,
    PARTIES_MAX,
    PAYLOAD_BYTES_MAX,
)
from openline.seal import epochs, grants, shelf
from openline.seal.draw import Draw
from openline.seal.epochs import NO_TAG, Way
from openline.seal.grants import Check, GrantOut, Sign
from openline.seal.pair import Held, Pair

_HEAD: Final = 12
RECOVERY_AHEAD_MAX_MS: Final = 86_400_000
_NO_SECRET: Final = bytes(32)


class Opened(NamedTuple):
    """A frame that opened: it comes from a holder of this epoch's key. Every field inside is still a claim."""

    peer: int
    epoch: int
    start: bytes
    counter: int
    payload: bytes


class Keyring:
    """All epoch secrets of one station on one line. Not thread-safe; `changes` rises whenever `dump()` would differ."""

    def __init__(self, pairs: Iterable[Pair], line_id: bytes, suite: str, ours: int, ports: Ports) -> None:
        self.line_id: Final = line_id
        self.suite: Final = suite
        self.ours: Final = ours
        self.changes = 0
        self._ports = ports
        self._pairs = {pair.theirs: pair for pair in pairs}
        self._by_tag: dict[bytes, list[tuple[int, Held]]] = {}
        self._index()

    # --- the hot path

    def seal(self, peer: int, payload: bytes, start: bytes, counter: int) -> bytes:
        """The body of one frame to `peer`. `start` is 4 bytes of our generation, `counter` rises within it. (R-049)

        Raises LocalFault if (start, counter) was used or passed over in this epoch, if the counter is spent (begin a
        new generation) or the payload too large; Unchecked if there is no epoch with that party (recovery is needed).
        """
        sending = self._pair(peer).sending
        if sending is None:
            raise Unchecked(f"no epoch with party {peer}: the keyring has lost it; make a recovery grant")
        if len(payload) > PAYLOAD_BYTES_MAX or len(start) != 4:
            raise LocalFault(f"payload of {len(payload)} bytes, start of {len(start)}: not a frame")
        if not sending.used.get(start, -1) < counter <= FRAME_COUNTER_MAX:
            raise LocalFault(f"frame counter {counter} of start {start.hex()} would seal twice; begin a new generation")
        sending.used[start] = counter
        head = sending.tag + start + counter.to_bytes(4, "big")
        return head + sending.cipher.encrypt(head, payload, head)

    def open(self, body: bytes) -> Opened:
        """Open one frame's body. (R-050)

        Raises Malformed for a body of impossible size, Unchecked if no key here has its tag (another line, an epoch
        forgotten or not yet granted), Forged if a key has the tag and the body does not open.
        """
        if not FRAME_BODY_BYTES_MIN <= len(body) <= FRAME_BODY_BYTES_MAX:
            raise Malformed(f"frame body of {len(body)} bytes", body[:64])
        candidates = self._by_tag.get(body[:4])
        if candidates is None:
            raise Unchecked(f"frame with tag {body[:4].hex()}: no epoch of this line is known by it (any more)")
        head, sealed = body[:_HEAD], memoryview(body)[_HEAD:]  # frames of 1 MiB are not copied
        for peer, held in candidates:
            try:
                payload = held.cipher.decrypt(head, sealed, head)
            except InvalidTag:
                continue
            if not held.opened:
                self._pairs[peer].mark_opened(held)
                self._changed()
            return Opened(peer, held.epoch, head[4:8], int.from_bytes(head[8:], "big"), payload)
        raise Forged(f"frame with tag {body[:4].hex()}: was changed, or never sealed with this epoch's key", body)

    # --- epochs

    def peers(self) -> list[int]:
        """The other parties, ascending."""
        return sorted(self._pairs)

    def sending_epoch(self, peer: int) -> int | None:
        """The epoch of our frames to `peer`; None if it is lost."""
        sending = self._pair(peer).sending
        return None if sending is None else sending.epoch

    def report(self, peer: int) -> int:
        """The highest epoch of their frames that we can prove to hold: goes into our hail to them. (R-058)"""
        known = self._reports.get(peer)
        if known is None:
            known = self._reports[peer] = self._pair(peer).report()
        return known

    def confirm(self, peer: int, epoch: int, now_ms: int) -> bool:
        """Take the report of an authentic hail from `peer`; True if anything changed. (R-057)"""
        return self._note(self._pair(peer).confirm(epoch, now_ms))

    def make_offer(self, peer: int) -> GrantOut:
        """One of our one-time keys for their next grant; the same one until it is used. Send on first contact."""
        pair = self._pair(peer)
        new = not pair.offered
        offer = pair.offer(self._ports.draw, self._ports.sign)
        self._note(new)
        return offer

    def grants_due(self, now_ms: int) -> list[int]:
        """The parties to whom a new epoch should now be granted."""
        return [peer for peer, pair in sorted(self._pairs.items()) if pair.grant_due(now_ms)]

    def make_grant(self, peer: int) -> GrantOut | None:
        """Grant `peer` a new epoch of our frames; None while it has offered no key. (R-055)

        May be called again before the last is confirmed: epochs can be granted far ahead, for a courier.
        """
        grant = self._pair(peer).grant(self._ports.draw, self._ports.sign)
        self._changed()
        return grant

    def grants_to_repeat(self, peer: int) -> list[GrantOut]:
        """Grants that `peer` has not reported yet: to be sent again on contact. Repeats do nothing."""
        return [pending.item for pending in self._pair(peer).pending]

    def take_grant(self, peer: int, epoch: int, sealed: bytes, next_key: bytes) -> bool:
        """Take a grant or an offer from `peer`; True if it is new. (R-056)

        Raises Malformed, Forged (not signed by that party, not sealed to us), or Unchecked if the epoch it builds on or
        the key it used is not here.
        """
        new = self._pair(peer).take(GrantOut(epoch, sealed, next_key), self._ports.draw, self._ports.check)
        return self._note(new)

    def ratchet(self, now_ms: int) -> bool:
        """Let time move sending epochs that are due, one step at most beyond what is proved. (R-057)"""
        moved = [pair.turn(now_ms) for pair in self._pairs.values()]
        return self._note(any(moved))

    def forget(self, now_ms: int, courier_keep_ms: int = COURIER_KEEP_MS) -> bool:
        """Delete receive secrets that the rule lets go; `courier_keep_ms` is that of the slowest bearer. (R-059)"""
        changed = [pair.forget(now_ms, courier_keep_ms) for pair in self._pairs.values()]
        return self._note(any(changed))

    # --- joining and recovery

    def add_peer(self, peer: int) -> None:
        """A party that joins: nothing can be sealed to it until its joining grant is taken, or ours by it."""
        if peer == self.ours or peer in self._pairs or not 0 <= peer < PARTIES_MAX:
            raise LocalFault(f"party {peer} is already on the keyring or cannot be")
        self._pairs[peer] = Pair(self.line_id, self.suite, self.ours, peer)
        self._changed()

    def drop_peer(self, peer: int) -> None:
        """A party that has left: forget every secret with it at once."""
        self._pair(peer)
        del self._pairs[peer]
        self._changed()

    def make_recovery(self, peer: int, hpke_key: bytes, recovery_secret: bytes | None, now_ms: int) -> bytes:
        """A frame body, not under any epoch, that reopens sealing with `peer` in both directions. (R-060)

        `hpke_key` is the key in their certificate; `recovery_secret` the one kept apart since the ceremony, or None to
        join a line where we never had an epoch with `peer`. Repeat `recovery_to_repeat` until it is empty.
        """
        pair, draw = self._pair(peer), self._ports.draw
        secret, joining = draw.fresh(grants.SECRET_BYTES), recovery_secret is None
        apart = recovery_secret or _NO_SECRET
        confirm = epochs.confirmation(epochs.recovery_root(apart, secret, pair.out, now_ms))
        hpke = draw.seal_to(hpke_key, secret + confirm, grants.recovery_info(pair.out, now_ms, joining))
        blob = grants.sign_recovery(pair.out, now_ms, joining, hpke, self._ports.sign)
        pair.recover(secret, apart, now_ms, now_ms)
        pair.recovery = NO_TAG + draw.fresh(8) + blob
        self._changed()
        return pair.recovery

    def recovery_to_repeat(self, peer: int) -> bytes:
        """Our recovery frame that `peer` has not answered yet; empty if there is none."""
        return self._pair(peer).recovery

    def take_recovery(self, body: bytes, hpke_seed: bytes, recovery_secret: bytes | None, now_ms: int) -> int | None:
        """Take a recovery frame (tag 00000000): its sender, or None if it is an old one repeated. (R-060)

        `recovery_secret` is entered by an officer; None takes only a join, and only of a party with whom we never had
        an epoch. Raises Malformed, Forged, or Unchecked if the secret is wanted or another, or the clocks a day apart.
        """
        if body[:4] != NO_TAG:
            raise Malformed("recovery frame: its tag is not 00000000", body[:64])
        found = grants.read_recovery(body[_HEAD:], self.line_id, self.suite, self._ports.check)
        if found.receiver != self.ours or found.sender not in self._pairs:
            raise Malformed(f"recovery grant from party {found.sender} to party {found.receiver}: not for us", body)
        pair = self._pair(found.sender)
        if found.epoch <= max(pair.report(), pair.sending.epoch if pair.sending else 0):
            return None
        if found.epoch > now_ms + RECOVERY_AHEAD_MAX_MS:
            raise Unchecked(f"recovery grant of party {found.sender}: dated more than a day ahead of our clock")
        known = pair.sending is not None or bool(pair.held)
        if found.joining and known:
            raise Forged(f"joining grant of party {found.sender}: it is on the line already", body)
        if not found.joining and recovery_secret is None:
            raise Unchecked(f"recovery grant of party {found.sender}: enter the recovery secret of this line")
        info = grants.recovery_info(pair.back, found.epoch, found.joining)
        plain = self._ports.draw.open_with(hpke_seed, found.hpke, info)
        secret, confirm = plain[: grants.SECRET_BYTES], plain[grants.SECRET_BYTES :]
        apart = _NO_SECRET if found.joining else recovery_secret or _NO_SECRET
        if confirm != epochs.confirmation(epochs.recovery_root(apart, secret, pair.back, found.epoch)):
            raise Unchecked(f"recovery grant of party {found.sender}: was made with another recovery secret; compare")
        pair.recover(secret, apart, found.epoch, now_ms)
        pair.confirmed = max(pair.confirmed, found.epoch)
        self._changed()
        return found.sender

    # --- at rest

    def dump(self) -> bytes:
        """Everything, as bytes that only an encrypted file may hold; outside the database and its backups. (R-061)"""
        return shelf.write_pairs(self.line_id, self.suite, self.ours, [self._pairs[peer] for peer in self.peers()])

    def _pair(self, peer: int) -> Pair:
        pair = self._pairs.get(peer)
        if pair is None:
            raise LocalFault(f"party {peer} is not on the keyring of party {self.ours}")
        return pair

    def _note(self, changed: bool) -> bool:
        if changed:
            self._changed()
        return changed

    def _changed(self) -> None:
        self.changes += 1
        self._index()

    def _index(self) -> None:
        self._reports: dict[int, int] = {}  # by peer, until something changes
        self._by_tag = {}
        for peer, pair in self._pairs.items():
            for held in pair.held:
                self._by_tag.setdefault(held.key.tag, []).append((peer, held))


class Ports(NamedTuple):
    """What a keyring needs from outside: randomness and HPKE, our note key, and the roster's note keys."""

    draw: Draw
    sign: Sign
    check: Check


def from_ceremony(
    line_id: bytes, suite: str, ours: int, parties: int, ceremony_secret: bytes, now_ms: int, ports: Ports
) -> Keyring:
    """The keyring of party `ours` of `parties` at the moment the line opens."""
    pairs = [Pair(line_id, suite, ours, theirs) for theirs in range(parties) if theirs != ours]
    for pair in pairs:
        pair.begin(ceremony_secret, now_ms)
    return Keyring(pairs, line_id, suite, ours, ports)


def lost(line_id: bytes, suite: str, ours: int, peers: Iterable[int], ports: Ports) -> Keyring:
    """A keyring without any epoch, after a loss or before joining: recovery grants fill it."""
    return Keyring([Pair(line_id, suite, ours, theirs) for theirs in peers], line_id, suite, ours, ports)


def load(data: bytes, ports: Ports) -> Keyring:
    """The keyring of `Keyring.dump`. Raises Malformed naming the field."""
    line_id, suite, ours, pairs = shelf.read_pairs(data)
    return Keyring(pairs, line_id, suite, ours, ports)


__all__ = ["Keyring", "Opened", "Ports", "Way", "epochs", "from_ceremony", "load", "lost"]
