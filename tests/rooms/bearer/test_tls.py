"""TLS between real sockets: the pinned peer comes up, everybody else is refused without harm. (R-021 to R-024)"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import time
from pathlib import Path

import pytest

from openline.bearer import door
from openline.bearer.door import DoorBounds
from openline.bearer.link import GREETING
from openline.bearer.pins import ALPN, Identity
from openline.bearer.tls import TLS_FACTS, TlsBearer, TlsBounds, TlsPeer, _Dialling
from openline.errors import Misconfigured
from openline.limits import SEND_BUFFER_BYTES, TCP_GIVE_UP_AFTER_MS, UNGREETED_MAX
from openline.line.state import Duplex
from openline.seal import certificate, draw, party
from openline.wire.frame import encode_frame
from tests.contracts.bearer_contract import BearerContract, Side, body
from tests.rooms.bearer.ears import Ears, make_identity, run, until

HERE = ("127.0.0.1", 0)
QUICK = TlsBounds(DoorBounds(handshakes_max=4, handshake_ms=20_000), dial_again_first_ms=5, dial_again_max_ms=50)
HASTY = QUICK._replace(door=DoorBounds(handshakes_max=4, handshake_ms=150))
US, THEM, STRANGER = make_identity("us"), make_identity("them", curve=True), make_identity("them")
PAIR = (US, THEM)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(HERE)
        return sock.getsockname()[1]


def bearer(me: int, ears: Ears, *, dial=(), listen=(), pinned: Identity | None = None, identity=None, bounds=QUICK):
    them = 1 - me
    peer = TlsPeer(them, ((pinned or PAIR[them]).certificate,), tuple(dial))
    return TlsBearer(me, identity or PAIR[me], [peer], ears, listen=listen, bounds=bounds)


async def listening(ears: Ears | None = None, **settings) -> tuple[TlsBearer, Ears, tuple[str, int]]:
    """Party 0, listening."""
    ears = ears or Ears()
    ours = bearer(0, ears, listen=[HERE], **settings)
    await ours.start()
    return ours, ears, ours.addresses[0]


async def dialling(at: tuple[str, int], **settings) -> tuple[TlsBearer, Ears]:
    """Party 1, dialling."""
    ears = Ears()
    theirs = bearer(1, ears, dial=[at], **settings)
    await theirs.start()
    return theirs, ears


async def still_works(at: tuple[str, int], ears: Ears) -> None:
    """After whatever was tried, the real peer gets through."""
    before = len(ears.frames)
    theirs, their_ears = await dialling(at)
    await until(lambda: their_ears.up)
    theirs.send(0, body(1))
    await until(lambda: len(ears.frames) == before + 1)
    await theirs.close()


class TestContract(BearerContract):
    """One side listens, the other dials."""

    async def pair(self, place: Path) -> tuple[Side, Side]:
        port = free_port()
        ours, theirs = Ears(), Ears()
        return (
            Side(bearer(0, ours, listen=[("127.0.0.1", port)]), ours),
            Side(bearer(1, theirs, dial=[("127.0.0.1", port)]), theirs),
        )


class TestContractCrossing(BearerContract):
    """Both listen and both dial."""

    async def pair(self, place: Path) -> tuple[Side, Side]:
        one, other = (("127.0.0.1", free_port()) for _ in range(2))
        ours, theirs = Ears(), Ears()
        return (
            Side(bearer(0, ours, listen=[one], dial=[other]), ours),
            Side(bearer(1, theirs, listen=[other], dial=[one]), theirs),
        )


# --- strangers


def test_a_wrong_certificate_is_refused_on_both_ends_and_says_so():
    async def story() -> None:
        ours, ears, at = await listening()
        stranger, stranger_ears = await dialling(at, identity=STRANGER)
        await until(lambda: stranger_ears.faults and ears.faults)
        assert "not the one on our roster" in ears.refusals()
        assert "may not be on their roster" in stranger_ears.refusals()
        assert not ears.told
        assert not stranger_ears.told
        await stranger.close()
        await still_works(at, ears)
        await ours.close()

    run(story())


def test_who_answers_with_a_wrong_certificate_is_not_believed():
    async def story() -> None:
        ours, ears, at = await listening(identity=STRANGER)
        theirs, their_ears = await dialling(at)
        await until(lambda: their_ears.faults)
        assert "not the one on our roster" in their_ears.refusals()
        assert "roster" in theirs.trouble(0)
        assert not their_ears.told
        assert not ears.told
        await theirs.close()
        await ours.close()

    run(story())


def test_a_certificate_signed_by_a_pinned_one_is_still_not_the_pinned_one():
    """R-021: a pinned certificate is no authority; what it signs is a stranger."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    issuer_key = serialization.load_pem_private_key(THEM.key_pem, None)
    issuer = x509.load_der_x509_certificate(THEM.certificate)
    key = ed25519.Ed25519PrivateKey.generate()
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "child")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(issuer.not_valid_before_utc)
        .not_valid_after(issuer.not_valid_after_utc)
        .sign(issuer_key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    child = Identity(made.public_bytes(serialization.Encoding.DER), pem)

    async def story() -> None:
        ours, ears, at = await listening()
        theirs, their_ears = await dialling(at, identity=child)
        await until(lambda: ears.faults and their_ears.faults)
        assert "not the one on our roster" in ears.refusals()
        assert not ears.told
        await theirs.close()
        await ours.close()

    run(story())


@pytest.mark.parametrize(
    ("days", "says"), [((-30, -1), "past its end by our clock"), ((1, 30), "not yet in force by our clock")]
)
def test_a_certificate_out_of_its_dates_is_refused_and_clocks_are_named(days, says):
    expired = make_identity("them", days=days)

    async def story() -> None:
        ours, ears, at = await listening(pinned=expired)
        theirs, _ = await dialling(at, identity=expired)
        await until(lambda: ears.faults)
        assert says in ears.refusals()
        assert not ears.told
        await theirs.close()
        await ours.close()

    run(story())


def raw_context(identity: Identity | None, **settings) -> ssl.SSLContext:
    """What a stranger, or the peer with another program, would speak."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for name, value in settings.items():
        setattr(context, name, value)
    if identity is not None:
        file = os.memfd_create("test")
        os.write(file, ssl.DER_cert_to_PEM_cert(identity.certificate).encode() + identity.key_pem)
        context.load_cert_chain(f"/proc/self/fd/{file}")
        os.close(file)
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2])
def test_an_older_tls_is_refused_even_with_the_right_certificate(version):
    """R-021"""

    async def story() -> None:
        ours, ears, at = await listening()
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection(*at, ssl=raw_context(THEM, maximum_version=version))
        await until(lambda: ears.faults)
        assert "TLS 1.3" in ears.refusals()
        await still_works(at, ears)
        await ours.close()

    run(story())


def test_no_certificate_is_refused():
    async def story() -> None:
        ours, ears, at = await listening()
        reader, writer = await asyncio.open_connection(*at, ssl=raw_context(None))
        with pytest.raises((ssl.SSLError, ConnectionError)):
            assert await reader.read() == b""
            raise ConnectionError
        writer.close()
        await until(lambda: ears.faults)
        assert "no certificate" in ears.refusals()
        assert not ears.told
        await ours.close()

    run(story())


def test_the_right_certificate_for_another_purpose_is_refused():
    """R-021: the application protocol is named in the handshake."""

    async def story() -> None:
        ours, ears, at = await listening()
        reader, writer = await asyncio.open_connection(*at, ssl=raw_context(THEM))
        await until(lambda: ears.faults)
        assert "do not speak openline/1" in ears.refusals()
        writer.close()
        await ours.close()

    run(story())


@pytest.mark.parametrize(
    "junk", [b"GET / HTTP/1.1\r\n\r\n", os.urandom(3000), b"\x16\x03\x01\xff\xff" + bytes(70_000), b"\x00"]
)
def test_plain_junk_at_the_door_harms_nobody(junk):
    async def story() -> None:
        ours, ears, at = await listening()
        _, writer = await asyncio.open_connection(*at)
        writer.write(junk)
        writer.close()
        await until(lambda: ears.faults)
        assert not ears.told
        await still_works(at, ears)
        await ours.close()

    run(story())


async def speak(at: tuple[str, int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The pinned peer, with a program of its own."""
    context = raw_context(THEM)
    context.set_alpn_protocols([ALPN])
    return await asyncio.open_connection(*at, ssl=context)


def test_a_wrong_greeting_ends_the_link_before_it_is_up():
    """R-022"""

    async def story() -> None:
        ours, ears, at = await listening()
        reader, writer = await speak(at)
        assert await reader.readexactly(len(GREETING)) == GREETING
        writer.write(b"opanln/1")
        await until(lambda: ears.faults)
        assert "do not greet" in ears.refusals()
        assert not ears.told
        writer.close()
        await ours.close()

    run(story())


def test_a_party_that_opens_links_and_never_greets_keeps_few_of_them():
    """R-024. Thousands of links of one party, past the handshake and mute, took a gigabyte and every descriptor."""

    async def story() -> None:
        ours, ears, at = await listening()
        mute = [await speak(at) for _ in range(3 * UNGREETED_MAX)]
        await until(lambda: len(ears.faults) == 2 * UNGREETED_MAX)
        assert "too many of their links" in ears.refusals()
        await still_works(at, ears)
        for _, writer in mute:
            writer.close()
        await ours.close()

    run(story())


def test_who_never_greets_is_sent_away():
    """R-022, R-024"""

    async def story() -> None:
        ours, ears, at = await listening(bounds=HASTY)
        _, writer = await speak(at)
        await until(lambda: ears.faults)
        assert "no greeting" in ears.refusals()
        writer.close()
        await ours.close()

    run(story())


def test_junk_between_frames_is_said_and_skipped():
    async def story() -> None:
        ours, ears, at = await listening()
        _, writer = await speak(at)
        writer.write(GREETING[:3])
        await writer.drain()
        writer.write(GREETING[3:] + encode_frame(body(1)) + b"junk" + encode_frame(body(2)))
        await until(lambda: len(ears.frames) == 2)
        assert ears.bodies(1) == [body(1), body(2)]
        assert "is no frame" in ears.refusals()
        assert ears.up == {1}
        writer.close()
        await until(lambda: not ears.up)
        await ours.close()

    run(story())


# --- half-open and many


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_callers_who_say_nothing_are_sent_away_in_time_and_leave_nothing_behind():
    """R-024"""

    async def story() -> None:
        ours, ears, at = await listening(bounds=HASTY)
        before = open_files()
        silent = [await asyncio.open_connection(*at) for _ in range(3)]
        await until(lambda: len(ears.faults) == 3)
        assert "took too long" in ears.refusals()
        for _, writer in silent:
            writer.close()
        await until(lambda: open_files() <= before)
        await still_works(at, ears)
        await ours.close()

    run(story())


def test_a_crowd_at_the_door_is_bounded_and_does_not_keep_out_the_peer():
    """R-024"""

    async def story() -> None:
        ours, ears, at = await listening()
        before = open_files()
        crowd = [await asyncio.open_connection(*at) for _ in range(40)]
        await until(lambda: len(ears.faults) == 36)
        assert ours._door.callers == 4
        assert "callers at the door" in ears.refusals()
        await still_works(at, ears)
        for _, writer in crowd:
            writer.close()
        await until(lambda: ours._door.callers == 0)
        await until(lambda: open_files() <= before + 2)
        await ours.close()

    run(story())


def test_a_flood_from_one_place_costs_no_caller_from_another():
    """R-024: the place with most callers loses its oldest."""

    async def story() -> None:
        ours, ears, at = await listening()
        loop = asyncio.get_running_loop()
        other = socket.socket()
        other.setblocking(False)
        other.bind(("127.0.0.2", 0))
        await loop.sock_connect(other, at)
        await until(lambda: ours._door.callers == 1)
        crowd = [await asyncio.open_connection(*at) for _ in range(20)]
        await until(lambda: len(ears.faults) == 17)
        assert {caller.host for caller in ours._door._callers} == {"127.0.0.1", "127.0.0.2"}
        assert {where for where, _ in ears.faults} == {"127.0.0.1"}
        other.close()
        for _, writer in crowd:
            writer.close()
        await ours.close()

    run(story())


def test_a_caller_sent_away_before_it_was_looked_at_leaves_no_socket_behind():
    """R-024: the door closes in the very turn in which somebody knocks."""

    async def story() -> None:
        ours, _, at = await listening()
        before = open_files()
        for _ in range(10):
            one, other = socket.socketpair()
            one.setblocking(False)
            ours._door._admit(one, ("127.0.0.1", 1))
            other.close()
        del one
        await ours.close()
        assert open_files() < before

    run(story())


# --- coming back


def test_it_comes_back_after_the_other_station_restarts():
    async def story() -> None:
        at = ("127.0.0.1", free_port())
        theirs, their_ears = await dialling(at)
        await until(lambda: "nobody listens" in theirs.trouble(0))

        async def one_life(n: int) -> None:
            ears = Ears()
            ours = bearer(0, ears, listen=[at])
            await ours.start()
            await until(lambda: their_ears.up and ears.up)
            theirs.send(0, body(n))
            ours.send(1, body(n))
            await until(lambda: ears.frames and len(their_ears.frames) > n)
            await ours.close()
            await until(lambda: not their_ears.up)

        for n in range(3):
            await one_life(n)
        await theirs.close()

    run(story())


def test_one_side_unreachable_is_no_matter():
    """Party 0 can only dial; party 1 only listens: the other way round than in the contract."""

    async def story() -> None:
        ears, their_ears = Ears(), Ears()
        theirs = bearer(1, their_ears, listen=[HERE])
        await theirs.start()
        nowhere = ("127.0.0.1", free_port())
        ours = bearer(0, ears, dial=[nowhere, theirs.addresses[0]])
        await ours.start()
        await until(lambda: ears.up and their_ears.up)
        ours.send(1, body(1))
        theirs.send(0, body(2))
        await until(lambda: ears.frames and their_ears.frames)
        await ours.close()
        await theirs.close()

    run(story())


def test_when_both_dial_one_link_stays_the_one_that_the_lower_dialled():
    """R-023"""

    async def story() -> None:
        one, other = (("127.0.0.1", free_port()) for _ in range(2))
        ears, their_ears = Ears(), Ears()
        ours = bearer(0, ears, listen=[one], dial=[other])
        theirs = bearer(1, their_ears, listen=[other], dial=[one])
        await asyncio.gather(ours.start(), theirs.start())
        await until(lambda: ears.up and their_ears.up)
        await until(lambda: len(ours._open) == 1 and len(theirs._open) == 1)
        assert ears.count("down") == their_ears.count("down") == 0
        for n in range(20):
            ours.send(1, body(n))
            theirs.send(0, body(n))
        await until(lambda: len(ears.frames) == 20 and len(their_ears.frames) == 20)
        await ours.close()
        await theirs.close()

    for _ in range(5):
        run(story())


def test_both_links_up_at_once_are_settled_by_who_dialled():
    """R-023, forced: the peer's own dialling comes up first, then ours; it closes its own."""

    async def story() -> None:
        ears, their_ears = Ears(), Ears()
        ours, theirs = bearer(0, ears, listen=[HERE]), bearer(1, their_ears, listen=[HERE])
        await ours.start()
        await theirs.start()
        pin_us = TlsPeer(0, (US.certificate,), (ours.addresses[0],))
        theirs.pin(THEM, [pin_us])
        await until(lambda: ears.up and their_ears.up)
        await ours._dial(1, theirs.addresses[0], _Dialling(()))  # as if begun before the other was up
        await until(lambda: len(ours._open) == 1 and len(theirs._open) == 1)
        assert [link.dialled for link in ours._links[1]] == [True]
        assert [link.dialled for link in theirs._links[0]] == [False]
        ours.send(1, body(1))
        theirs.send(0, body(2))
        await until(lambda: ears.frames and their_ears.frames)
        assert not their_ears.count("down")
        await ours.close()
        await theirs.close()

    run(story())


def test_who_dials_again_replaces_a_link_that_is_dead_without_knowing():
    """R-023: the other machine lost its power; its new life dials while we still believe in the old link."""

    async def story() -> None:
        ours, ears, at = await listening()
        _, first = await speak(at)
        first.write(GREETING)
        await until(lambda: ears.up)
        _, second = await speak(at)
        second.write(GREETING + encode_frame(body(3)))
        await until(lambda: ears.frames)
        assert ears.count("up") == 2
        assert ears.count("down") == 0
        await until(lambda: len(ours._open) == 1)
        for writer in (first, second):
            writer.close()
        await until(lambda: not ears.up)
        await ours.close()

    run(story())


# --- renewal and revocation


def test_a_renewed_certificate_is_used_without_a_stop():
    renewed = make_identity("them")

    async def story() -> None:
        ours, ears, at = await listening()
        theirs, their_ears = await dialling(at)
        await until(lambda: ears.up and their_ears.up)
        ours.pin(US, [TlsPeer(1, (THEM.certificate, renewed.certificate))])
        theirs.pin(renewed, [TlsPeer(0, (US.certificate,), (at,))])
        assert ears.count("down") == 0
        ours.pin(US, [TlsPeer(1, (renewed.certificate,))])
        await until(lambda: ears.count("down") == 1)
        assert ears.told[-1] == ("down", 1, "their certificate is no longer on the roster")
        await until(lambda: ears.up and their_ears.up)
        assert ours._links[1][0].certificate == renewed.certificate
        await theirs.close()
        await ours.close()

    run(story())


def test_a_revoked_certificate_is_cut_at_once_and_stays_out():
    async def story() -> None:
        ours, ears, at = await listening()
        theirs, their_ears = await dialling(at)
        await until(lambda: ears.up and their_ears.up)
        ours.pin(US, [])
        await until(lambda: not ears.up)
        await until(lambda: "may not be on their roster" in their_ears.refusals())
        assert ears.count("up") == 1
        await theirs.close()
        await ours.close()

    run(story())


def test_settings_that_cannot_work_are_refused_by_name():
    async def story() -> None:
        ours, _, at = await listening()
        second = bearer(1, Ears(), listen=[at])
        with pytest.raises(Misconfigured, match=f"port {at[1]}"):
            await second.start()
        await second.close()
        with pytest.raises(Misconfigured, match="renew the station's keys"):
            ours.pin(Identity(US.certificate, STRANGER.key_pem), [])
        await ours.close()

    run(story())


def test_no_certificate_of_a_party_stops_the_pinning_of_others():
    """A certificate of ours or of another party that somebody calls its own ended stations, at every start again."""

    async def story() -> None:
        ours, ears, at = await listening()
        claims = (b"no certificate", US.certificate, THEM.certificate, THEM.certificate)
        ours.pin(US, [TlsPeer(1, (THEM.certificate,)), TlsPeer(2, claims)])
        assert ours.who(THEM.certificate) == 1 and ours.who(US.certificate) is None
        theirs, _ = await dialling(at)
        await until(lambda: ears.up)
        await theirs.close()
        await ours.close()

    run(story())


# --- room


def test_a_slow_reader_stops_the_sender_and_room_comes_back():
    async def story() -> None:
        ours, ears, at = await listening()
        theirs, their_ears = await dialling(at)
        await until(lambda: ears.up and their_ears.up)
        ours.hold(1)
        sent = 0
        while theirs.room(0):
            theirs.send(0, body(sent, 60_000))
            sent += 1
            await asyncio.sleep(0)
        assert their_ears.count("room") == 0
        ours.go_on(1)
        await until(lambda: len(ears.frames) == sent)
        await until(lambda: their_ears.count("room"))
        assert 0 < theirs.room(0) <= SEND_BUFFER_BYTES
        await theirs.close()
        await ours.close()

    run(story())


def test_the_facts_fit_the_frames():
    assert TLS_FACTS.duplex is Duplex.FULL
    assert TLS_FACTS.frame_bytes_max <= 1024 * 1024


def test_closing_while_holding_does_not_wait_for_the_other_side():
    async def story() -> None:
        ours, ears, at = await listening()
        theirs, their_ears = await dialling(at)
        await until(lambda: ears.up and their_ears.up)
        ours.hold(1)
        for n in range(20):
            theirs.send(0, body(n, 50_000))
        async with asyncio.timeout(QUICK.door.handshake_ms / 2000):
            await ours.close()
        await theirs.close()

    run(story())


def test_the_kernel_is_told_to_notice_a_machine_that_went_silent():
    """A station that lost its power says no goodbye; without this a link would stay up for hours."""

    async def story() -> None:
        ours, ears, at = await listening()
        theirs, their_ears = await dialling(at)
        await until(lambda: ears.up and their_ears.up)
        for one in (*ours._open, *theirs._open):
            sock = one._transport.get_extra_info("socket")
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == TCP_GIVE_UP_AFTER_MS
        await theirs.close()
        await ours.close()

    run(story())


def test_out_of_descriptors_is_said_and_the_door_opens_again(monkeypatch):
    """R-024"""
    monkeypatch.setattr(door, "_ACCEPT_AGAIN_S", 0.01)

    async def story() -> None:
        loop = asyncio.get_running_loop()
        accept, left = loop.sock_accept, [3]

        async def short_of_files(sock):
            if left[0]:
                left[0] -= 1
                raise OSError(errno.EMFILE, "Too many open files")
            return await accept(sock)

        monkeypatch.setattr(loop, "sock_accept", short_of_files)
        ours, ears, at = await listening()
        await still_works(at, ears)
        assert ears.refusals().count("Too many open files") == 3
        await ours.close()

    run(story())


def test_the_certificates_that_stations_really_have_are_taken_and_renewed():
    """Two certificates of one party bear one name; only their bytes tell them apart."""
    drawn = draw.LibraryDraw()
    year_ms = 365 * 86_400_000
    now_ms = int(time.time() * 1000)

    def certified(root) -> Identity:
        secrets = certificate.draw_station(drawn)
        made = certificate.certify(root, secrets, bytes(32), now_ms - year_ms, now_ms + year_ms, drawn)
        return Identity(made.tls_certificate, secrets.tls_key_pem())

    root, other_root = (party.draw_root(drawn) for _ in range(2))
    us, them, renewed, stranger = certified(root), certified(other_root), certified(other_root), certified(other_root)

    async def story() -> None:
        ears = Ears()
        pins = [TlsPeer(1, (them.certificate, renewed.certificate))]
        ours = TlsBearer(0, us, pins, ears, listen=[HERE], bounds=QUICK)
        await ours.start()
        for identity in (them, renewed):
            theirs, their_ears = await dialling(ours.addresses[0], identity=identity, pinned=us)
            await until(lambda: their_ears.up)  # noqa: B023
            await theirs.close()
        theirs, their_ears = await dialling(ours.addresses[0], identity=stranger, pinned=us)
        await until(lambda: their_ears.faults)
        assert ears.count("up") == 2
        await theirs.close()
        await ours.close()

    run(story())
