"""A peer program of our own with a real party's keys: it says over real TLS what no station would.

It opens the party's home while its station is not running, and seals with the party's keyring.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType

from openline.bearer.link import GREETING
from openline.bearer.pins import ALPN
from openline.console import config as settings
from openline.console.home import Home
from openline.console.kept.keeping import keep_line
from openline.errors import PeerFault, Unchecked
from openline.line.turn import Heard
from openline.record.roster import StationKeys
from openline.seal.signature import Ed25519Signer
from openline.wire.frame import FrameReader, encode_frame
from openline.wire.items import Grant, Hail, Item, encode_items
from tests.whole.parties import PASSPHRASE, Desk


class Signers:
    """What a pen writes with (`simulation.pen`)."""

    def __init__(self, party: int, station: StationKeys, note: Ed25519Signer) -> None:
        self.party, self.station, self.note = party, station, note
        self.certificate = station.digest


class HostilePeer:
    """A party as an attacker has it: all its keys, and no program of ours that speaks for it."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self._stack = contextlib.ExitStack()
        home = Home(desk.home)
        line = home.line(desk.line)
        kept = self._stack.enter_context(keep_line(line, settings.load(home).of_line(desk.line), PASSPHRASE.encode()))
        self.kept, self.me = kept, kept.papers.me
        self.opened_at_ms = kept.papers.charter.opened_at_ms
        station = next(one for one in kept.roster.parties[self.me].stations if one.digest == kept.certificate.digest)
        self.signers = Signers(self.me, station, kept.secrets.note_signer())
        self._identity = folder / f"{desk.name}.pem"
        chain = ssl.DER_cert_to_PEM_cert(kept.certificate.tls_certificate).encode()
        self._identity.write_bytes(chain + kept.secrets.tls_key_pem())
        self._start = time.time_ns().to_bytes(8, "big")[-4:]
        self._counter = 0
        self.heard: list[Item] = []
        self.hail: Hail | None = None  # the victim's newest
        self._sock: ssl.SSLSocket | None = None
        self._listening: threading.Thread | None = None

    def __enter__(self) -> HostilePeer:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _what: object, _where: TracebackType | None) -> None:
        self.hang_up()
        self._stack.close()

    @property
    def start(self) -> bytes:
        """Of the life that it pretends."""
        return self._start

    def live_anew(self, start: bytes) -> None:
        """Frames are of another life from now on."""
        self._start, self._counter = start, 0

    def call(self, desk: Desk) -> None:
        """Up at the door of a station; what comes is read by a thread, as a peer must."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols([ALPN])
        context.load_cert_chain(self._identity)
        self._sock = context.wrap_socket(socket.create_connection(("127.0.0.1", desk.port), 120))
        self._sock.sendall(GREETING)
        self._listening = threading.Thread(target=self._listen, args=(self._sock,), daemon=True)
        self._listening.start()

    def hang_up(self) -> None:
        """The link goes."""
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            if self._listening is not None:
                self._listening.join()  # or it reads five bytes more, of whoever has the descriptor next
            self._sock.close()
            self._sock = None

    def _listen(self, sock: ssl.SSLSocket) -> None:
        reader, heard, greeting = FrameReader(), Heard(self.opened_at_ms), b""
        while True:
            try:
                data = sock.recv(1 << 16)
            except (OSError, ValueError):
                return
            if not data:
                return
            if len(greeting) < len(GREETING):
                missing = len(GREETING) - len(greeting)
                greeting, data = greeting + data[:missing], data[missing:]
            for body in reader.feed(data):
                if isinstance(body, bytes):
                    self._take(heard, body)

    def _take(self, heard: Heard, body: bytes) -> None:
        try:
            items = heard.items(self.kept.keyring.open(body).payload)
        except (PeerFault, Unchecked):
            return
        self.heard = [*self.heard[-4000:], *(item for item in items if not isinstance(item, Hail))]
        for item in items:
            if isinstance(item, Hail):
                self.hail = item

    def payload(self, victim: int, payload: bytes) -> None:
        """One frame of any bytes, sealed as it must be."""
        assert self._sock is not None
        body = self.kept.keyring.seal(victim, payload, self._start, self._counter)
        self._counter += 1
        self._sock.sendall(encode_frame(body))

    def say(self, victim: int, *items: Item) -> None:
        """One frame of items."""
        self.payload(victim, encode_items(items, self.opened_at_ms))

    def flood(self, victim: int, frames: Iterable[Sequence[Item]], seconds: float) -> int:
        """Frame after frame for so long, as fast as they are taken; returns how many."""
        end, count = time.monotonic() + seconds, 0
        for items in frames:
            if time.monotonic() > end:
                break
            self.say(victim, *items)
            count += 1
        return count


def grants_heard(peer: HostilePeer) -> list[Grant]:
    """Offers and grants of the victim."""
    return [item for item in peer.heard if isinstance(item, Grant)]


def memory_mb(desk: Desk) -> int:
    """Resident, of its station."""
    assert desk.process is not None
    for row in Path(f"/proc/{desk.process.pid}/status").read_text().splitlines():
        if row.startswith("VmRSS"):
            return int(row.split()[1]) // 1024
    return 0


def longest(ask: Callable[[], object], stop: threading.Event) -> float:
    """The longest that a question took, in seconds, asked again and again until told to stop."""
    worst = 0.0
    while not stop.is_set():
        began = time.monotonic()
        ask()
        worst = max(worst, time.monotonic() - began)
        stop.wait(0.05)
    return worst
