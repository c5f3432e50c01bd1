"""Our epochs with one other party, both directions: which root seals, which roots open, and when each is forgotten.

Sending: one root. It moves to a granted epoch only after the receiver has reported it, and by time alone at most one
epoch beyond what the receiver has proved; the root it leaves is forgotten at once.

Receiving: every root that may still open a frame, and for each of them the one that time alone would lead to. A root
goes when both sides have proved a later epoch and the slowest bearer's keeping time has passed since. (R-053, R-057 to
R-059)

Grants are numbered two above anything known, time moves by one: so a report of a granted number can mean nothing else.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from openline.errors import LocalFault, Malformed, Unchecked
from openline.limits import EPOCH_EVERY_MS, EPOCH_ZERO_KEEP_MS, EPOCHS_AHEAD_MAX
from openline.seal import epochs, grants
from openline.seal.draw import Draw
from openline.seal.epochs import FrameKey, Way
from openline.seal.grants import Check, GrantIn, GrantOut, Sign

OFFERS_MAX: Final = EPOCHS_AHEAD_MAX + 8  # one-time keys of ours that the peer may still use
HELD_MAX: Final = 2 * EPOCHS_AHEAD_MAX + 64  # each granted root stands with its successor by time
NAMES_KEPT: Final = 2 * OFFERS_MAX  # one-time keys already used, so that a repeated offer is not taken twice
GRANT_STEP: Final = 2


class Kind(enum.IntEnum):
    """How a root came to be."""

    CEREMONY = 0
    RATCHET = 1
    GRANT = 2
    RECOVERY = 3


@dataclass(slots=True, repr=False)
class Held:
    """A root that opens frames of the other party."""

    epoch: int
    kind: Kind
    root: bytes
    opened: bool = False
    superseded_at_ms: int | None = None
    name: bytes = field(init=False)
    key: FrameKey = field(init=False)
    cipher: AESGCMSIV = field(init=False)

    def __post_init__(self) -> None:
        self.name = epochs.base_name(self.root)
        self.key = epochs.frame_key(self.root)
        self.cipher = AESGCMSIV(self.key.key)


@dataclass(slots=True, repr=False)
class Sending:
    """The root that seals our frames, and the highest counter used with each start."""

    epoch: int
    kind: Kind
    root: bytes
    started_at_ms: int
    used: dict[bytes, int] = field(default_factory=dict)
    tag: bytes = field(init=False)
    cipher: AESGCMSIV = field(init=False)

    def __post_init__(self) -> None:
        key = epochs.frame_key(self.root)
        self.tag = key.tag
        self.cipher = AESGCMSIV(key.key)


@dataclass(slots=True, repr=False)
class Pending:
    """An epoch we have granted and the receiver has not reported yet."""

    root: bytes
    item: GrantOut


@dataclass(slots=True, repr=False)
class Pair:
    """The state with one other party; everything in it but ciphers and names is written by the keyring."""

    line_id: bytes
    suite: str
    ours: int
    theirs: int
    sending: Sending | None = None
    confirmed: int = 0
    pending: list[Pending] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    offered: dict[bytes, bytes] = field(default_factory=dict)
    their_keys: list[bytes] = field(default_factory=list)
    names_used: list[bytes] = field(default_factory=list)
    recovery: bytes = b""

    @property
    def out(self) -> Way:
        """Our frames, to them."""
        return Way(self.line_id, self.suite, self.ours, self.theirs)

    @property
    def back(self) -> Way:
        """Their frames, to us."""
        return Way(self.line_id, self.suite, self.theirs, self.ours)

    def begin(self, ceremony_secret: bytes, now_ms: int) -> None:
        """Epoch 0 in both directions."""
        self.sending = Sending(0, Kind.CEREMONY, epochs.root_zero(ceremony_secret, self.out), now_ms)
        self.hold(0, Kind.CEREMONY, epochs.root_zero(ceremony_secret, self.back))

    # --- receiving

    def hold(self, epoch: int, kind: Kind, root: bytes) -> None:
        """Keep a root that opens frames, and the one that time alone would lead to."""
        self._keep(Held(epoch, kind, root))
        self._keep_successor(epoch, root)

    def mark_opened(self, held: Held) -> None:
        """A frame has opened under `held`: its sender has proved that epoch."""
        held.opened = True
        if held.kind == Kind.RATCHET:
            self._keep_successor(held.epoch, held.root)

    def _keep_successor(self, epoch: int, root: bytes) -> None:
        self._keep(Held(epoch + 1, Kind.RATCHET, epochs.ratchet_root(root, self.back, epoch + 1)))

    def _keep(self, held: Held) -> None:
        if not any(one.root == held.root for one in self.held):
            self.held.append(held)

    def report(self) -> int:
        """The highest epoch of theirs that we have opened a frame of, or have been granted: for our hail. (R-058)"""
        return max((one.epoch for one in self.held if one.opened or one.kind != Kind.RATCHET), default=0)

    def both_proved(self) -> int:
        """The highest epoch of theirs that both sides are known to hold; -1 for none. (R-059)

        A sender uses a granted epoch only after our report, so its frame proves both sides. Time alone may have led it
        one beyond what we had proved, so such a frame proves the epoch before.
        """
        proofs = (one.epoch - (one.kind == Kind.RATCHET) for one in self.held if one.opened)
        return max(proofs, default=-1)

    def forget(self, now_ms: int, courier_keep_ms: int) -> bool:
        """Drop every root below `both_proved` once the keeping time has passed since that was first seen. (R-059)"""
        proved, changed = self.both_proved(), False
        for one in self.held:
            if one.epoch < proved and (one.superseded_at_ms is None or one.superseded_at_ms > now_ms):
                one.superseded_at_ms, changed = now_ms, True
        granted = min((one.epoch for one in self.held if one.kind in (Kind.GRANT, Kind.RECOVERY)), default=0)
        kept = []
        for one in self.held:
            # What follows from the ceremony alone every party of the line can make: it goes as soon as it may.
            keep_ms = min(courier_keep_ms, EPOCH_ZERO_KEEP_MS) if one.epoch < granted else courier_keep_ms
            if one.superseded_at_ms is None or now_ms - one.superseded_at_ms < keep_ms:
                kept.append(one)
        changed = changed or len(kept) < len(self.held)
        self.held = kept
        return changed

    # --- granting and taking

    def offer(self, draw: Draw, sign: Sign) -> GrantOut:
        """One of our one-time keys for their next grant: an outstanding one, or a new one."""
        if not self.offered:
            self._draw_key(draw)
        seed = next(reversed(self.offered.values()))
        return grants.sign_offer(self.out, draw.public_of(seed), sign)

    def _draw_key(self, draw: Draw) -> bytes:
        seed = draw.fresh(32)
        public = draw.public_of(seed)
        self.offered[grants.key_name(public)] = seed
        return public

    def grant(self, draw: Draw, sign: Sign) -> GrantOut | None:
        """Grant the receiver of our frames a new epoch; None without a key of theirs, or too far ahead. (R-055)"""
        if self.sending is None or len(self.pending) >= EPOCHS_AHEAD_MAX:
            return None
        base = self.pending[-1].root if self.pending else self.sending.root
        last = self.pending[-1].item.epoch if self.pending else self.sending.epoch
        epoch = max(last, self.confirmed) + GRANT_STEP
        secret = draw.fresh(grants.SECRET_BYTES)
        while self.their_keys:
            public = self.their_keys.pop(0)
            name = grants.key_name(public)
            self.names_used = [*self.names_used[-NAMES_KEPT + 1 :], name]
            base_name = epochs.base_name(base)
            try:
                hpke = draw.seal_to(public, secret, grants.grant_info(self.out, epoch, base_name, name))
            except Malformed:
                continue  # they offered a key that cannot be used; another may
            next_key = self._draw_key(draw) if len(self.offered) < OFFERS_MAX else b""
            item = grants.sign_grant(self.out, epoch, GrantIn(base_name, name, hpke), next_key, sign)
            self.pending.append(Pending(epochs.grant_root(base, secret, self.out, epoch), item))
            return item
        return None

    def take(self, item: GrantOut, draw: Draw, check: Check) -> bool:
        """Take their grant or offer; True if anything is new. A repeat changes nothing. (R-056)

        Raises Malformed, Forged, or Unchecked if what it builds on is not here.
        """
        grant = grants.read_grant(self.back, item, check)
        new = grant is not None and self._take_secret(item.epoch, grant, draw)
        return self._take_key(item.next_key) or new

    def _take_key(self, public: bytes) -> bool:
        if not public or public in self.their_keys or grants.key_name(public) in self.names_used:
            return False
        if len(self.their_keys) >= OFFERS_MAX:
            return False
        self.their_keys.append(public)
        return True

    def _take_secret(self, epoch: int, grant: GrantIn, draw: Draw) -> bool:
        if any(one.epoch == epoch and one.kind == Kind.GRANT for one in self.held):
            return False
        base = next((one for one in self.held if one.name == grant.base), None)
        seed = self.offered.get(grant.key_name)
        if base is None or seed is None:
            lacking = "the epoch it builds on" if base is None else "the one-time key it was sealed to"
            raise Unchecked(f"grant of epoch {epoch} by party {self.theirs}: {lacking} is not here (any more)")
        if len(self.held) >= HELD_MAX:
            raise Unchecked(f"party {self.theirs} has granted {HELD_MAX} epochs ahead; no more are taken yet")
        if not base.epoch < epoch <= self.report() + GRANT_STEP * (EPOCHS_AHEAD_MAX + 1):
            raise Malformed(f"grant of epoch {epoch} by party {self.theirs}: out of order", grant.hpke)
        secret = draw.open_with(seed, grant.hpke, grants.grant_info(self.back, epoch, grant.base, grant.key_name))
        self.hold(epoch, Kind.GRANT, epochs.grant_root(base.root, secret, self.back, epoch))
        del self.offered[grant.key_name]
        return True

    # --- sending

    def confirm(self, epoch: int, now_ms: int) -> bool:
        """Their report about our frames: move to a single granted epoch at once, to more of them one a period.

        One that is further ahead than anybody grants is nobody's: numbering from it would end all granting. (R-058)
        """
        if epoch <= self.confirmed and not self.recovery:
            return False  # nothing new, which is what nearly every hail says
        if epoch > self._newest() + GRANT_STEP * EPOCHS_AHEAD_MAX:
            return False
        changed = newly = epoch > self.confirmed
        self.confirmed = max(self.confirmed, epoch)
        if self.sending is not None and self.recovery and epoch >= self.sending.epoch:
            self.recovery, changed = b"", True
        if newly and len(self.pending) == 1 and self._granted_is_confirmed():
            self._move_to_granted(now_ms)
            return True
        return changed

    def _newest(self) -> int:
        """The number of the last epoch of ours that we know of."""
        if self.pending:
            return self.pending[-1].item.epoch
        return self.sending.epoch if self.sending is not None else self.confirmed

    def grant_due(self, now_ms: int) -> bool:
        """True when it is time to grant a new epoch and there is a key to do it with."""
        if self.sending is None or self.pending or not self.their_keys:
            return False
        at_once = self.sending.kind in (Kind.CEREMONY, Kind.RECOVERY)  # others know it, or it came under one key
        return at_once or now_ms - self.sending.started_at_ms >= EPOCH_EVERY_MS

    def turn(self, now_ms: int) -> bool:
        """Let time move the sending epoch if it is due and allowed; True if it moved. (R-057)"""
        sending = self.sending
        if sending is None:
            return False
        if now_ms < sending.started_at_ms:  # our clock was set back: count from here
            sending.started_at_ms = now_ms
            return True
        waited_ms = now_ms - sending.started_at_ms
        if self.pending and self._granted_is_confirmed() and waited_ms >= EPOCH_EVERY_MS:
            self._move_to_granted(now_ms)
            return True
        hoping = bool(self.pending or self.their_keys)  # a grant is better than time: give it twice as long
        if waited_ms < (2 if hoping else 1) * EPOCH_EVERY_MS or not self._time_may_move(sending):
            return False
        epoch = sending.epoch + 1
        root = epochs.ratchet_root(sending.root, self.out, epoch)
        self.sending = Sending(epoch, Kind.RATCHET, root, now_ms)
        return True

    def _time_may_move(self, sending: Sending) -> bool:
        """Never more than one epoch beyond what the receiver has proved. (R-057)

        After a step by time the report must be of exactly that step: a higher one speaks of epochs that this keyring
        has forgotten (it is an old copy), and says nothing about this one.
        """
        if sending.kind == Kind.RATCHET and self.confirmed != sending.epoch:
            return False
        return self.confirmed >= sending.epoch and (not self.pending or sending.epoch + 1 < self.pending[0].item.epoch)

    def _granted_is_confirmed(self) -> bool:
        return self.pending[0].item.epoch <= self.confirmed

    def _move_to_granted(self, now_ms: int) -> None:
        first = self.pending.pop(0)
        self.sending = Sending(first.item.epoch, Kind.GRANT, first.root, now_ms)

    # --- recovery

    def recover(self, secret: bytes, recovery_secret: bytes, epoch: int, now_ms: int) -> None:
        """Both directions anew, under one number that is above every other. Raises LocalFault if it is not."""
        if epoch <= max(self.report(), self.sending.epoch if self.sending else 0):
            raise LocalFault(f"recovery epoch {epoch}: not above what is known; is the clock right?")
        out = epochs.recovery_root(recovery_secret, secret, self.out, epoch)
        self.sending = Sending(epoch, Kind.RECOVERY, out, now_ms)
        self.pending.clear()
        self.offered.clear()
        self.their_keys.clear()
        self.recovery = b""
        self.hold(epoch, Kind.RECOVERY, epochs.recovery_root(recovery_secret, secret, self.back, epoch))
