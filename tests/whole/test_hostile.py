"""A peer with real keys, strangers, and programs of our own that want too much of a running station.

Each test looks at three things: the station answers meanwhile, what is honest comes through, what was taken is bounded.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import resource
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from openline import limits
from openline.bearer.link import GREETING
from openline.bearer.pins import ALPN
from openline.console.channel.asking import (
    CONTROL_TALKS_MAX,
    AskStatus,
    Outgoing,
    Send,
    Sent,
    Status,
    Waited,
    WaitHeld,
)
from openline.console.channel.link import ControlLink
from openline.console.web.visitors import OPEN_MAX
from openline.seal import grants
from openline.wire.items import BlobAsk, BlobChunk, Fragment, Gaps, Grant, Hail, Item, Opening
from simulation.pen import Pen
from tests.ports import free_port
from tests.rooms.bearer.ears import make_identity
from tests.whole.hostile import HostilePeer, memory_mb
from tests.whole.parties import HELD_MS, WITHIN_S, Desk, make_parties, open_line, until

pytestmark = pytest.mark.whole
AMBER: Final = 0
FRAMES: Final = 24  # of each kind: some tens of thousands of items
MEMORY_MB: Final = 100  # a station that is not flooded takes about 65


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, HostilePeer, Desk]]:
    """Amber is flooded by Birch, whose station is a program of ours; Cedar is honest."""
    folder = tmp_path_factory.mktemp("hostile")
    amber, birch, cedar = make_parties(folder, "Amber", "Birch", "Cedar")
    open_line(folder, [amber, birch, cedar])
    birch.start()  # once, so that all know its log
    amber.start()
    cedar.start()
    held(birch, "before")
    birch.stop()
    with HostilePeer(birch, folder) as peer:
        yield amber, peer, cedar
    for desk in (amber, cedar):
        desk.stop()


def held(desk: Desk, text: str, by: Sequence[int] | None = None) -> None:
    """A message of a desk is held by the parties `by`, or by all."""
    with desk.link() as link:
        places = link.ask(Send(messages=[Outgoing(text=text)]), Sent).places
        if by is None:
            assert link.ask(WaitHeld(places=places, within_ms=HELD_MS), Waited).held
            return
        place = places[0]
        until(lambda: all(one.ours_held > place.index for one in status(desk).peers if one.party in by), "held")


def status(desk: Desk) -> Status:
    with desk.link() as link:
        return link.ask(AskStatus(), Status)


def fragments(_: HostilePeer) -> list[list[Item]]:
    """Never complete, of sets without end, each said to be as large as may be."""
    few: list[Item] = [Fragment(os.urandom(8), 3 * at, limits.FRAGMENTED_BYTES_MAX, b"x") for at in range(4000)]
    name = os.urandom(8)
    wide = [Fragment(name, 2 * at, limits.FRAGMENTED_BYTES_MAX, b"x") for at in range(4000)]
    over = [Fragment(name, 0, limits.FRAGMENTED_BYTES_MAX, bytes(8192)) for _ in range(120)]
    large = [[Fragment(os.urandom(8), 0, limits.FRAGMENTED_BYTES_MAX, bytes(1_000_000))] for _ in range(30)]
    return [few, few, wide, over, over, *large]


def blobs(_: HostilePeer) -> list[list[Item]]:
    """Sent without being asked for, and asked for where there is none, at odd places."""
    piece = bytes(limits.BLOB_CHUNK_BYTES)
    return [
        [BlobChunk(os.urandom(32), 0, 3 * len(piece), piece) for _ in range(15)],
        [BlobChunk(os.urandom(32), 65_537, limits.BLOB_BYTES_MAX, piece[: number + 1]) for number in range(1000)],
        [BlobAsk(os.urandom(32), number) for number in range(4000)],
    ]


def offers(peer: HostilePeer) -> list[list[Item]]:
    """Malformed, forged, and good ones without end."""
    way = peer.kept.keyring._pair(AMBER).out
    good = [Grant(*grants.sign_offer(way, os.urandom(1216), peer.signers.note.sign)) for _ in range(300)]
    return [
        [Grant(number, b"", b"") for number in range(4000)],
        [Grant(0, os.urandom(64), os.urandom(1216)) for _ in range(780)],
        [Grant(number + 1, os.urandom(grants.GRANT_BYTES), b"") for number in range(780)],
        *(good for _ in range(6)),
    ]


def lives(peer: HostilePeer) -> list[list[Item]]:
    """Openings of logs that never come, hails of lives that never were, and logs that are signed."""
    now_ms = time.time_ns() // 1_000_000
    names = [now_ms.to_bytes(6, "big") + os.urandom(6) for _ in range(4000)]
    hail = Hail(now_ms, os.urandom(8), bytes(8), 0, (), (), ())
    pens = [Pen(peer.kept.roster, peer.signers, name, now_ms) for name in names[:100]]  # type: ignore[arg-type]
    return [
        [Opening(peer.me, name, os.urandom(32), os.urandom(8)) for name in names],
        [hail] * 4000,
        [item for pen in pens for item in pen.items(0, AMBER)],
        [Gaps(os.urandom(8), 1000, ((0, 10), (20, 30))) for _ in range(4000)],
    ]


@pytest.mark.parametrize("kind", [fragments, blobs, offers, lives])
def test_a_flood_of_a_peer_holds_up_nobody_else_and_takes_a_bounded_memory(
    line: tuple[Desk, HostilePeer, Desk], kind: Callable[[HostilePeer], list[list[Item]]]
) -> None:
    amber, peer, cedar = line
    peer.call(amber)
    frames = kind(peer)
    for number in range(max(FRAMES, len(frames))):
        peer.say(AMBER, *frames[number % len(frames)])
        if number % 8 == 4:
            held(cedar, "in the flood", by=[AMBER])
    for _ in range(200):
        peer.payload(AMBER, b"")
    peer.hang_up()
    held(cedar, "after the flood", by=[AMBER])
    assert memory_mb(amber) < MEMORY_MB
    assert "Traceback" not in amber.log.read_text()
    assert not any(alarm.startswith(("program", "disk")) for alarm in status(amber).alarms)


def test_of_a_frame_of_bad_grants_the_rest_is_left(line: tuple[Desk, HostilePeer, Desk]) -> None:
    """R-160, R-162. Four thousand a frame were looked at, thirty frames a turn: the station stood still for seconds."""
    amber, peer, _ = line
    peer.call(amber)
    before = status(amber).refused.get("grant: Malformed", 0)
    peer.say(AMBER, *(Grant(number + 1, b"", b"") for number in range(4000)))
    until(lambda: any("left: nothing before them was new" in one for one in status(amber).notices), "left")
    assert status(amber).refused["grant: Malformed"] - before <= limits.WASTE_A_FRAME_MAX + 1
    peer.hang_up()


# --------------------------------------------------------------------- strangers and our own programs
def knock(port: int, said: bytes = b"") -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), WITHIN_S)
    with contextlib.suppress(OSError):  # sent away already, to make room for another
        sock.sendall(said)
    return sock


STRANGERS: Final = {"silent": b"", "half": b"\x16\x03\x01\x02\x00\x01", "web": b"GET / HTTP/1.0\r\n\r\n"}


@pytest.mark.parametrize("said", STRANGERS.values(), ids=STRANGERS)
def test_strangers_by_the_thousand_take_no_memory_and_keep_nobody_out(
    line: tuple[Desk, HostilePeer, Desk], said: bytes
) -> None:
    """R-024. Each handshake that came to nothing kept a third of a megabyte until Python looked for rings."""
    amber, _, cedar = line
    before_mb = memory_mb(amber)
    for _ in range(8):
        crowd = [knock(amber.port, said) for _ in range(200)]
        for sock in crowd:
            sock.close()
    held(cedar, "past the crowd", by=[AMBER])
    assert memory_mb(amber) - before_mb < 80  # what callers of the last moment take: 40 where measured


def test_a_program_that_connects_without_end_does_not_keep_out_the_others(line: tuple[Desk, HostilePeer, Desk]) -> None:
    """It took all descriptors: the keyring could not be written, no message was held, no command was answered."""
    amber, _, cedar = line
    assert amber.process is not None
    open_here = Path(f"/proc/{amber.process.pid}/fd")
    crowd: list[ControlLink] = []
    busy = amber.link()
    waiting = busy.post(WaitHeld(places=[], within_ms=1))
    busy.collect(waiting, Waited)
    for _ in range(2 * CONTROL_TALKS_MAX):
        crowd.append(ControlLink.open(amber.control))
    assert status(amber).name == "Amber"
    held(cedar, "past the programs", by=[AMBER])
    until(lambda: len(list(open_here.iterdir())) < CONTROL_TALKS_MAX + 100, "few are left")
    for link in crowd:
        link.close()
    busy.close()
    assert not any(alarm.startswith("disk") for alarm in status(amber).alarms)


def test_strangers_with_certificates_of_their_own_take_no_memory(
    line: tuple[Desk, HostilePeer, Desk], tmp_path: Path
) -> None:
    """R-021. Five thousand of them took one megabyte where measured."""
    amber, _, cedar = line
    stranger = make_identity("stranger")
    identity = tmp_path / "stranger.pem"
    identity.write_bytes(ssl.DER_cert_to_PEM_cert(stranger.certificate).encode() + stranger.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols([ALPN])
    context.load_cert_chain(identity)
    before_mb = memory_mb(amber)
    for _ in range(500):
        with contextlib.suppress(OSError), knock(amber.port) as raw, context.wrap_socket(raw) as sock:
            sock.sendall(GREETING)
            assert not sock.recv(1)
    held(cedar, "past the strangers", by=[AMBER])
    assert memory_mb(amber) - before_mb < 30


@contextlib.contextmanager
def bound_of_descriptors(desk: Desk, most: int) -> Iterator[None]:
    """A running station may open no more than `most`, until the end."""
    assert desk.process is not None
    before = resource.prlimit(desk.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(desk.process.pid, resource.RLIMIT_NOFILE, (most, before[1]))
    try:
        yield
    finally:
        resource.prlimit(desk.process.pid, resource.RLIMIT_NOFILE, before)


def open_in(desk: Desk) -> int:
    assert desk.process is not None
    return len(list(Path(f"/proc/{desk.process.pid}/fd").iterdir()))


def test_where_few_descriptors_are_left_strangers_give_way_and_commands_are_answered(
    line: tuple[Desk, HostilePeer, Desk],
) -> None:
    """R-024. Strangers had the last ones: every command was cut off, no key was written, and nobody was told."""
    amber, _, cedar = line
    most = open_in(amber) + 10
    with bound_of_descriptors(amber, most):
        crowd = [knock(amber.port) for _ in range(60)]
        until(lambda: any("few are left" in alarm for alarm in status(amber).alarms), "the watch is told")
        cedar.stop()
        cedar.start()
        crowd += [knock(amber.port) for _ in range(60)]
        held(cedar, "past the crowd", by=[AMBER])
        assert open_in(amber) < most - 1
        assert not any(alarm.startswith("disk") for alarm in status(amber).alarms)
        for sock in crowd:
            sock.close()
    until(lambda: not any("few are left" in alarm for alarm in status(amber).alarms), "the watch is told of its end")


def processor_s(desk: Desk) -> float:
    assert desk.process is not None
    rows = Path(f"/proc/{desk.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(rows[11]) + int(rows[12])) / os.sysconf("SC_CLK_TCK")


def test_a_command_that_cannot_be_let_in_waits_and_costs_no_processor(line: tuple[Desk, HostilePeer, Desk]) -> None:
    """The event loop's own server tried again and again, with all of a processor."""
    amber, _, cedar = line
    with bound_of_descriptors(amber, 3):
        waiting = amber.link()
        before_s = processor_s(amber)
        time.sleep(2)
        assert processor_s(amber) - before_s < 1
    assert waiting.ask(AskStatus(), Status).name == "Amber"
    waiting.close()
    held(cedar, "after it", by=[AMBER])
    until(lambda: not any(alarm.startswith("disk") for alarm in status(amber).alarms), "it writes again")


def test_connections_that_ask_nothing_do_not_keep_out_browsers(line: tuple[Desk, HostilePeer, Desk]) -> None:
    """As many silent ones as may be open answered everybody else with 503, for as long as they liked."""
    amber, _, _ = line
    port = free_port()
    command = [sys.executable, "-m", "openline", "desk", "--listen", f"127.0.0.1:{port}", "--home", str(amber.home)]
    pages = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    crowd: list[socket.socket] = []
    try:
        until(lambda: asked(port), "the pages are there")
        for said in (b"", b"GET / HTT", b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 99\r\n\r\nhalf"):
            crowd += [knock(port, said) for _ in range(OPEN_MAX // 2)]
            assert asked(port) == 200
        assert pages.poll() is None
    finally:
        for sock in crowd:
            sock.close()
        pages.terminate()
        pages.wait(WITHIN_S)


def asked(port: int) -> int:
    """The status that a browser gets which asks for the first page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
