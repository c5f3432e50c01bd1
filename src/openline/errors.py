"""What can go wrong, as a tree that says whose doing it is.

    OpenlineError
    ├── PeerFault(reason, *exhibit)   their bytes broke the protocol; the exhibit is kept
    │   ├── Malformed                 not a well-formed frame, item, entry, note, file
    │   ├── Forged                    did not verify under the key on the roster
    │   └── Equivocated               two signed statements that cannot both be true
    ├── Unchecked                     could not be judged yet (no key, no proof): neither good nor bad
    ├── LocalFault                    our own program broke a rule: a bug or a misuse
    │   ├── Locked                    a second process on one store, or a wrong passphrase
    │   ├── Misconfigured             a setting or file of ours is missing or wrong
    │   ├── StoreDown                 our disk is full, read-only or broken; nothing held is lost
    │   │   └── Damaged               our disk gave back other bytes than were written
    │   └── UnknownOutcome            a commit may or may not have reached the disk: stop speaking, reopen
    ├── Refused                       policy says no: nothing was recorded, nothing was sent
    ├── Stale                         somebody else took this turn; load and try again
    └── BearerDown                    bytes did not move; says nothing about anybody

Every message names what is wrong, where, and what to do next.
"""

from __future__ import annotations


class OpenlineError(Exception):
    """Root of all errors this program raises on purpose."""


class PeerFault(OpenlineError):
    """Bytes from outside broke the protocol. `exhibit` is the bytes themselves, kept for inspection.

    Only a doubly signed exhibit (see `record.exhibit`) accuses a party; this alone never does.
    """

    def __init__(self, reason: str, *exhibit: bytes) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exhibit = exhibit


class Malformed(PeerFault):
    """Not a well-formed frame, item, entry, note, card, charter, export or file."""


class Forged(PeerFault):
    """A signature, certificate or authenticated frame did not verify under the key on the roster."""


class Equivocated(PeerFault):
    """Two signed statements that cannot both be true; `exhibit` holds both."""


class Unchecked(OpenlineError):
    """Could not be judged yet: a key, a secret or a predecessor is missing. Neither good nor bad."""


class LocalFault(OpenlineError):
    """Our own program broke a rule: a bug or a misuse."""


class Locked(LocalFault):
    """A second process holds the store, or the passphrase does not open the key file."""


class Misconfigured(LocalFault):
    """A setting or file of ours is missing, unreadable or contradicts another."""


class StoreDown(LocalFault):
    """The disk is full, read-only or broken. Nothing that was held is lost; new sends are refused."""


class Damaged(StoreDown):
    """Our disk gave back other bytes than were written: keep it as it is, restore a backup, let the peers fill in."""


class UnknownOutcome(LocalFault):
    """A commit may or may not have reached the disk. Nothing of it may be spoken of before the store was reopened."""


class Refused(OpenlineError):
    """Policy refuses the request; nothing was recorded and nothing was sent."""


class Stale(OpenlineError):
    """Somebody else took this turn; load again and try again."""


class BearerDown(OpenlineError):
    """Bytes did not move. Says nothing about the other party."""
