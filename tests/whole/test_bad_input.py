"""Bytes that are not what they should be, at every door of the running program.

Each is refused with a code that says whose doing it is and with words that say what and where; the running line is
unharmed, and the next good message is held.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from openline.bearer.link import GREETING
from openline.bearer.pins import ALPN
from openline.console.channel.asking import (
    CONTROL_LINE_BYTES_MAX,
    AskStatus,
    Find,
    Found,
    Outgoing,
    Send,
    Sent,
    Status,
    Waited,
    WaitHeld,
)
from openline.console.home import Home
from openline.console.kept.keeping import STATION_PURPOSE
from openline.console.kept.papers import load_papers
from openline.record.entry import MESSAGE
from openline.record.evidence.export import CHECK_BYTES
from openline.seal.certificate import StationSecrets, parse_station
from openline.store.keyfile import unlock
from openline.wire.frame import FrameReader, encode_frame
from tests.whole.parties import HELD_MS, PASSPHRASE, Desk, Ran, in_process, make_parties, open_line, until

pytestmark = pytest.mark.whole
JUNK: Final = random.Random(1962).randbytes(100_000)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    """Two stations on one line, for all tests here: each leaves them as it found them."""
    folder = tmp_path_factory.mktemp("line")
    amber, birch = make_parties(folder, "Amber", "Birch")
    open_line(folder, [amber, birch])
    amber.start()
    birch.start()
    yield amber, birch
    for desk in (amber, birch):
        desk.stop()


@pytest.fixture
def line(up: tuple[Desk, Desk]) -> Iterator[tuple[Desk, Desk]]:
    """After whatever the test did: the next good messages are held, nobody is accused, nothing rings."""
    yield up
    for desk in up:
        assert desk.process is not None and desk.process.poll() is None, desk.log.read_text()[-3000:]
        with desk.link() as link:
            places = link.ask(Send(messages=[Outgoing(text="the next good message")]), Sent).places
            assert link.ask(WaitHeld(places=places, within_ms=HELD_MS), Waited).held
        until(lambda desk=desk: not status(desk).alarms, "nothing rings")  # type: ignore[misc]
        assert not any(peer.disputed for peer in status(desk).peers)
        assert "Traceback" not in desk.log.read_text()


def refused(ran: Ran, code: str, *words: str) -> None:
    """It ended with the code's exit, said what and where, and no answer was given."""
    assert code in ran.err, (ran.out, ran.err)
    assert ran.code == int(code[3]), ran
    assert ran.out == ""
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err, (word, ran.err)


def birch_sees(desk: Desk) -> list[dict[str, Any]]:
    return list(json.loads(desk.here("inbox", "--all", "--after", "0", "--count", "1000", "--json"))["entries"])


def texts(desk: Desk) -> list[str]:
    with desk.link() as link:
        return [entry.text for entry in link.ask(Find(kind=MESSAGE, count=1000), Found).entries]


def status(desk: Desk) -> Status:
    with desk.link() as link:
        return link.ask(AskStatus(), Status)


def turned(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


# --------------------------------------------------------------------- the door for other stations
def knock(desk: Desk) -> socket.socket:
    return socket.create_connection(("127.0.0.1", desk.port), 30)


def heard_until_closed(sock: socket.socket) -> bytes:
    heard = b""
    try:
        while data := sock.recv(1 << 16):
            heard += data
    except OSError:
        pass
    return heard


def tls_to(desk: Desk, certificate: bytes = b"", key_pem: bytes = b"", *, folder: Path) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([ALPN])
    if certificate:
        file = folder / "identity.pem"
        file.write_bytes(ssl.DER_cert_to_PEM_cert(certificate).encode() + key_pem)
        context.load_cert_chain(file)
    return context.wrap_socket(knock(desk))


def keys_of(desk: Desk) -> tuple[bytes, StationSecrets]:
    home = Home(desk.home).line(desk.line)
    papers = load_papers(home)
    secret = unlock(home.station_key, STATION_PURPOSE, PASSPHRASE.encode()).secret
    return papers.of_party(papers.me)[-1].tls_certificate, parse_station(secret)


def test_strangers_at_the_door_are_sent_away_and_noted(line: tuple[Desk, Desk], tmp_path: Path) -> None:
    _, birch = line
    with knock(birch) as plain:
        try:
            plain.sendall(JUNK)
        except OSError:
            pass  # sent away before we were done
        assert GREETING not in heard_until_closed(plain)
    with knock(birch) as silent:
        silent.sendall(b"\x16\x03\x01")  # the beginning of a TLS record, and nothing more
    with tls_to(birch, folder=tmp_path) as bare:
        assert GREETING not in heard_until_closed(bare), "let in without a certificate"
    (other, _) = make_parties(tmp_path, "Cedar", "Drift")
    open_line(tmp_path, [other, _])
    certificate, secrets = keys_of(other)
    with tls_to(birch, certificate, secrets.tls_key_pem(), folder=tmp_path) as stranger:
        assert GREETING not in heard_until_closed(stranger), "let in with a certificate that is on no roster of ours"
    with birch.link() as link:
        notices = link.ask(AskStatus(), Status).notices
    assert any("certificate" in notice for notice in notices), notices


def carried(desk: Desk, folder: Path) -> list[bytes]:
    """The frames that a station seals for the other one."""
    folder.mkdir()
    desk.here("carry", "out", str(folder))
    data = b"".join(file.read_bytes() for file in sorted(folder.glob("*.oln")))
    return [one for one in FrameReader().feed(data) if isinstance(one, bytes)]


def test_a_thief_of_the_door_key_can_junk_replay_and_reflect_frames_without_effect(
    line: tuple[Desk, Desk], tmp_path: Path
) -> None:
    """Inside the door: right TLS keys, wrong frames. R-022."""
    amber, birch = line
    birch.stop()
    with amber.link() as link:
        link.ask(Send(messages=[Outgoing(text="carried by the thief")]), Sent)
    frames = carried(amber, tmp_path / "out")
    birch.start()
    theirs = carried(birch, tmp_path / "back")
    amber.stop()
    certificate, secrets = keys_of(amber)
    with tls_to(birch, certificate, secrets.tls_key_pem(), folder=tmp_path) as thief:
        thief.sendall(GREETING)
        thief.sendall(JUNK)
        thief.sendall(b"\x6f\xff\xff\xff")  # a head that promises too much
        for body in frames:
            whole = encode_frame(body)
            thief.sendall(whole[: len(whole) // 2])
            thief.sendall(encode_frame(turned(body, len(body) - 1)))  # sealed part
            thief.sendall(encode_frame(turned(body, 2)))  # tag
            thief.sendall(encode_frame(turned(body, 6)))  # start
            thief.sendall(encode_frame(body[:30]))
            for _ in range(3):
                thief.sendall(encode_frame(body))
        for body in theirs:
            thief.sendall(encode_frame(body))
        # among all that junk the good frames are taken
        until(lambda: "carried by the thief" in texts(birch), "what the good frames brought")
    amber.start()
    with amber.link() as link:
        places = link.ask(Send(messages=[Outgoing(text="after the thief")]), Sent).places
        assert link.ask(WaitHeld(places=places, within_ms=HELD_MS), Waited).held
    assert texts(birch).count("carried by the thief") == 1
    with birch.link() as link:
        now = link.ask(AskStatus(), Status)
    assert sum(now.refused.values()) >= 4, now.refused
    assert "refused at the doors" in birch.try_here("status").out


def test_a_stick_of_our_own_or_of_junk_brings_nothing(line: tuple[Desk, Desk], tmp_path: Path) -> None:
    amber, _ = line
    stick = tmp_path / "stick"
    stick.mkdir()
    amber.here("carry", "out", str(stick))
    assert json.loads(amber.here("carry", "in", str(stick), "--json"))["entries"] == 0
    (stick / "00000077.oln").write_bytes(JUNK)
    (stick / "00000078.oln").mkdir()
    ran = amber.try_here("carry", "in", str(stick))
    assert ran.code == 0
    assert "00000077.oln" in ran.err and "00000078.oln" in ran.err
    refused(amber.try_here("carry", "in", str(tmp_path / "nowhere")), "OL-303", "nowhere")
    refused(amber.try_here("carry", "out", str(tmp_path / "nowhere")), "OL-303", "nowhere")


# --------------------------------------------------------------------- the door for our own programs
BAD_REQUESTS: Final = [
    b"junk",
    b"\xff\xfe",
    b"",
    b"[]",
    b"[" * 200_000,
    b'{"op":"frobnicate"}',
    b'{"op":"status","extra":1}',
    b'{"op":"send"}',
    b'{"op":"send","messages":"x"}',
    b'{"op":"send","messages":[]}',
    b'{"op":"send","messages":[{"text":7}]}',
    b'{"op":"send","messages":[{"text":"x","precedence":"URGENT"}]}',
    b'{"op":"send","messages":[{"text":"x","reply_by_ms":-1}]}',
    b'{"op":"send","messages":[{"text":"x","in_reply_to":"nowhere"}]}',
    b'{"op":"send","messages":[{"text":"x\\u0000"}]}',
    b'{"op":"send","messages":[{"text":"\\ud800"}]}',
    b'{"op":"send","messages":[{"text":"x","attachments":[{"name":"a","media_type":"b","path":"/nowhere"}]}]}',
    b'{"op":"send","messages":[{"text":"x","attachments":[{"name":"a","media_type":"b","path":"/dev/zero"}]}]}',
    b'{"op":"send","messages":[{"text":"x","attachments":[{"name":"a","media_type":"b","path":"a\\u0000b"}]}]}',
    b'{"op":"show","position":99999999999999999999}',
    b'{"op":"show","position":9223372036854775807}',
    b'{"op":"show","place":"0/zz/0"}',
    b'{"op":"show"}',
    b'{"op":"find","after":9223372036854775808,"count":1}',
    b'{"op":"find","after":-1}',
    b'{"op":"find","count":100000}',
    b'{"op":"find","kind":18446744073709551615,"count":1}',
    b'{"op":"acknowledge","place":"0/000000000000000000000000/0"}',
    b'{"op":"append","kind":1,"body":"00"}',
    b'{"op":"append","kind":5,"body":"zz"}',
    b'{"op":"wait_held","places":[[0,"zz",0]],"within_ms":1}',
    b'{"op":"wait_held","places":[[9,"000000000000000000000000",0]],"within_ms":1}',
    b'{"op":"export","path":"/nowhere/at/all"}',
    b'{"op":"export","path":"a\\u0000b"}',
    b'{"op":"backup","path":"/nowhere/at/all","passphrase":"x"}',
    b'{"op":"carry_in","folder":"/nowhere"}',
    b'{"op":"carry_out","folder":"/nowhere","party":9}',
]


def ask_raw(sock: socket.socket, line: bytes) -> dict[str, Any]:
    sock.sendall(line + b"\n")
    got = b""
    while not got.endswith(b"\n"):
        data = sock.recv(1 << 16)
        assert data, f"closed instead of answering {line[:80]!r}"
        got += data
    return dict(json.loads(got))


def test_a_request_that_cannot_be_read_is_answered_and_the_next_good_one_is_taken(line: tuple[Desk, Desk]) -> None:
    amber, _ = line
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(60)
        sock.connect(str(amber.control))
        for number, request in enumerate(BAD_REQUESTS):
            answer = ask_raw(sock, request)
            if b'"op":"find"' in request and "ok" in answer:
                assert answer["ok"]["entries"] == []
                continue
            assert answer["error"]["code"] not in ("OL-101", "OL-104"), (request[:80], answer)
            assert ask_raw(sock, b'{"op":"status","id":%d}' % (number + 1))["id"] == number + 1


def test_a_request_without_end_closes_only_its_own_connection(line: tuple[Desk, Desk]) -> None:
    amber, _ = line
    with amber.link() as good, socket.socket(socket.AF_UNIX) as endless:
        endless.settimeout(60)
        endless.connect(str(amber.control))
        try:
            for _ in range(CONTROL_LINE_BYTES_MAX // (1 << 20) + 2):
                endless.sendall(bytes(1 << 20))
        except OSError:
            pass
        heard_until_closed(endless)
        assert good.ask(AskStatus(), Status).name == "Amber"


# --------------------------------------------------------------------- what people type
def test_words_that_cannot_be_recorded_are_refused_as_ours_not_as_somebodys_bytes(line: tuple[Desk, Desk]) -> None:
    amber, birch = line
    said = len(texts(amber))
    refused(amber.try_here("send", "x" * 60_001), "OL-204", "60000")
    refused(amber.try_here("send", "a\x07b"), "OL-204", "U+0007")
    refused(amber.try_here("send", "x", "--subject", "s" * 257), "OL-204", "subject", "256")
    refused(amber.try_here("send", "x", "--language", "no tag"), "OL-204", "language")
    refused(amber.try_here("send", "x", "--reply-by", "soon"), "OL-204", "soon")
    refused(amber.try_here("send", "x", "--in-reply-to", "there"), "OL-204", "there")
    refused(amber.try_here("send", "x", "--in-reply-to", "99999"), "OL-301", "99999")
    refused(amber.try_here("show", "99999"), "OL-301", "99999")
    refused(amber.try_here("acknowledge", "1"), "OL-401", "ours")
    refused(birch.try_here("acknowledge", "99999"), "OL-301", "99999")
    opening = next(row["place"] for row in birch_sees(birch) if not row["ours"] and row["kind"] == "opening")
    refused(birch.try_here("acknowledge", opening), "OL-401", "opening", "messages and notices")
    refused(amber.try_here("export", "/nowhere/at/all"), "OL-303", "/nowhere/at/all")
    assert amber.try_here("frobnicate").code == 2
    assert amber.try_here("send", "x", "--precedence", "URGENT").code == 2
    assert len(texts(amber)) == said


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda good: good.replace("listen", "listn"), ("line 5", "listn", "did you mean listen?")),
        (lambda good: good.replace("[station]", "[staton]"), ("line 1", "staton", "did you mean station?")),
        (lambda good: good.replace("127.0.0.1:", "127.0.0.1;", 1), ("line 5", "lines.hotline.listen", "127.0.0.1;")),
        (lambda good: good.replace('"Birch"', '"Brich"'), ("Brich", "did you mean Birch?")),
        (lambda good: good.replace("listen = [", "listen = [7, "), ("line 5", "listen", "7")),
        (lambda good: good + "x =", ("station.toml", "Invalid value")),
        (lambda good: good + "\x00", ("station.toml",)),
        (lambda good: good.replace("passphrase_file = ", 'passphrase_file = "/nowhere" # '), ("/nowhere",)),
    ],
    ids=["key", "table", "address", "party", "number", "half", "zero", "no-passphrase"],
)
def test_settings_that_cannot_be_meant_start_nothing(tmp_path: Path, bad: Any, words: tuple[str, ...]) -> None:
    amber, birch = make_parties(tmp_path, "Amber", "Birch")
    open_line(tmp_path, [amber, birch])
    settings = amber.home / "station.toml"
    settings.write_text(bad(settings.read_text()))
    refused(amber.try_here("serve"), "OL-801", *words)


def test_an_address_that_is_not_ours_is_named(tmp_path: Path) -> None:
    amber, birch = make_parties(tmp_path, "Amber", "Birch")
    open_line(tmp_path, [amber, birch])
    done = amber.run("serve", "--listen", "203.0.113.9:7443", ok=8)
    assert "203.0.113.9 port 7443" in done.stderr
    assert not amber.control.exists()


def test_bad_settings_beside_a_running_station_stop_commands_and_not_the_line(line: tuple[Desk, Desk]) -> None:
    amber, _ = line
    settings = amber.home / "station.toml"
    good = settings.read_text()
    settings.write_text("[station]\nlne = 'hotline'\n")
    refused(amber.try_here("status"), "OL-801", "line 2", "did you mean line?")
    settings.write_text(good)


# --------------------------------------------------------------------- papers
def spoiled(good: str) -> list[str]:
    """Nothing, junk, cut off, one letter changed, doubled, another heading."""
    middle = len(good) // 2
    letter = "A" if good[middle] != "A" else "B"
    return [
        "",
        "junk\n",
        good[:middle],
        good[:middle] + letter + good[middle + 1 :],
        good + good,
        good.replace("OPENLINE", "OPENLIME"),
    ]


def refused_as_bytes(ran: Ran, path: Path) -> None:
    code = "OL-501" if "OL-501" in ran.err else "OL-502"
    refused(ran, code, str(path))


def test_a_card_that_is_none_opens_no_line_and_verifies_no_record(line: tuple[Desk, Desk], tmp_path: Path) -> None:
    amber, birch = line
    record, card = tmp_path / "record", tmp_path / "a.card"
    amber.here("export", str(record))
    good = birch.here("party", "card")
    for bad in (*spoiled(good), good + "\n" * 200_000, record.read_bytes()[:5000].decode("latin-1")):
        card.write_text(bad)
        refused_as_bytes(amber.try_here("line", "propose", "second", "--with", str(card)), card)
        refused_as_bytes(in_process("verify", str(record), "--card", str(card)), card)
    card.write_text(amber.here("party", "card"))
    refused(amber.try_here("line", "propose", "second", "--with", str(card)), "OL-201", "Amber", "twice")
    assert Home(amber.home).lines() == ["hotline"]


def test_papers_of_a_ceremony_that_were_changed_on_the_way_open_nothing(tmp_path: Path) -> None:
    amber, birch = make_parties(tmp_path, "Amber", "Birch")
    proposal, acceptance, opening, bad = (tmp_path / name for name in ("proposal", "acceptance", "opening", "bad"))
    a = ("--passphrase-file", str(amber.passphrase_file))
    b = ("--passphrase-file", str(birch.passphrase_file))
    amber.here("line", "propose", "hotline", "--with", str(tmp_path / "Birch.card"), "--out", str(proposal), *a)
    for text in (*spoiled(proposal.read_text()), birch.here("party", "card")):
        bad.write_text(text)
        refused_as_bytes(birch.try_here("line", "accept", str(bad), "--yes", "--out", str(acceptance), *b), bad)
    birch.here("line", "accept", str(proposal), "--yes", "--out", str(acceptance), *b)
    for text in (*spoiled(acceptance.read_text()), proposal.read_text()):
        bad.write_text(text)
        refused_as_bytes(amber.try_here("line", "open", str(bad), "--out", str(opening), *a), bad)
    assert not opening.exists()
    amber.here("line", "open", str(acceptance), "--out", str(opening), *a)
    for text in (*spoiled(opening.read_text()), acceptance.read_text()):
        bad.write_text(text)
        refused_as_bytes(birch.try_here("line", "open", str(bad), *b), bad)
    refused(birch.try_here("serve", *b), "OL-701", "not open yet")
    birch.here("line", "open", str(opening), *b)


@pytest.mark.parametrize("name", ["charter.cbor", "roster.cbor", "station.key", "keyring"])
def test_a_file_of_ours_that_is_gone_or_damaged_is_named(tmp_path: Path, name: str) -> None:
    amber, birch = make_parties(tmp_path, "Amber", "Birch")
    open_line(tmp_path, [amber, birch])
    path = amber.store_path.with_name(name)
    good = path.read_bytes()
    for bad in (b"", JUNK[:8192], good[: len(good) // 2], turned(good, len(good) // 2)):
        path.write_bytes(bad)
        ran = amber.try_here("serve")
        assert ran.code in (8, 9), ran
        assert str(path) in ran.err or "roster.cbor" in ran.err, ran.err
        assert "Traceback" not in ran.err
    path.unlink()
    refused(amber.try_here("serve"), "OL-801", str(path), "missing")
    ran = amber.try_here("doctor")
    assert ran.code == 8
    assert path.name in ran.out


def test_a_store_that_is_none_or_cut_off_is_not_served_from(tmp_path: Path) -> None:
    amber, birch = make_parties(tmp_path, "Amber", "Birch")
    open_line(tmp_path, [amber, birch])
    amber.start()
    amber.stop()
    amber.here("fsck")
    path = amber.store_path
    good = path.read_bytes()
    for side in path.parent.glob("store.sqlite-*"):
        side.unlink()
    for bad, code in ((JUNK, "OL-801"), (good[: len(good) // 2], "OL-505")):
        path.write_bytes(bad)
        for command in ("serve", "fsck"):
            refused(amber.try_here(command), code, str(path))
        assert code in amber.try_here("doctor").out


# --------------------------------------------------------------------- backups
def test_a_backup_that_is_not_whole_or_not_ours_to_open_puts_nothing_in_place(
    line: tuple[Desk, Desk], tmp_path: Path
) -> None:
    amber, birch = line
    backup, bad, new = tmp_path / "backup", tmp_path / "bad", tmp_path / "new"
    amber.here("backup", str(backup))
    refused(amber.try_here("backup", str(backup)), "OL-702", str(backup))
    refused(amber.try_here("backup", str(tmp_path / "nowhere" / "b")), "OL-303", "nowhere")
    good = backup.read_bytes()
    secret = ("--passphrase-file", str(amber.passphrase_file))
    restore = ("restore", "--home", str(new), "--line", "hotline")
    for data in (b"", JUNK, good[:40], good[: len(good) // 2], good[:-1], good + b"x", turned(good, len(good) // 2)):
        bad.write_bytes(data)
        refused(in_process(*restore, str(bad), *secret), "OL-502", str(bad))
        refused(amber.try_here("backup", "--check", str(bad)), "OL-502", str(bad))
        assert not (new / "lines" / "hotline").exists()
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase\n")
    wrong.chmod(0o600)
    refused(in_process(*restore, str(backup), "--passphrase-file", str(wrong)), "OL-901", "passphrase")
    wrong.chmod(0o644)
    refused(in_process(*restore, str(backup), "--passphrase-file", str(wrong)), "OL-802", str(wrong))
    refused(amber.try_here("restore", str(backup)), "OL-703", "running")
    assert not (new / "lines" / "hotline").exists()
    assert in_process(*restore, str(backup), *secret).code == 0
    refused(in_process(*restore, str(backup), *secret), "OL-702", "store.sqlite")
    refused(in_process("serve", "--home", str(new), *secret), "OL-801", "keyring", "line recover")


# --------------------------------------------------------------------- replay files
def test_a_replay_file_with_a_bad_line_sends_nothing_unless_bad_lines_are_skipped(
    line: tuple[Desk, Desk], tmp_path: Path
) -> None:
    amber, birch = line
    file = tmp_path / "letters.jsonl"
    rows = [
        '{"from":"A","text":"first good line"}',
        '{"from":"B","text":',
        '{"from":"B","text":""}',
        "[]",
        '{"from":"A","text":"bell \\u0007"}',
        '{"from":"","text":"nobody"}',
        '{"from":"B","text":"second good line"}',
    ]
    file.write_text("\n".join(rows) + "\n")
    both = ("--control", f"A={amber.control}", "--control", f"B={birch.control}")
    refused(in_process("replay", str(file), *both), "OL-202", "line 2", "line 6", "(5 such lines)")
    assert not any("good line" in text for text in texts(amber))
    done = in_process("replay", str(file), *both, "--skip-bad", "--json")
    assert done.code == 0, done
    assert json.loads(done.out)["held"] == 2
    assert json.loads(done.out)["skipped"] == [2, 3, 4, 5, 6]
    assert [text for text in texts(birch) if "good line" in text] == ["first good line", "second good line"]
    refused(in_process("replay", str(file), "--skip-bad", *both[:2]), "OL-201", "A, B")
    file.write_bytes(JUNK)
    refused(in_process("replay", str(file), *both), "OL-202", "line 1")


# --------------------------------------------------------------------- exported records
def items_of(record: bytes) -> Iterator[tuple[int, int]]:
    """Where each item's payload begins and ends."""
    at = record.index(b"\n") + 1
    while at < len(record):
        size = int.from_bytes(record[at : at + 4], "big")
        yield at + 5, at + 5 + size
        at += 5 + size + CHECK_BYTES


def test_a_record_changed_anywhere_is_refused_by_a_stranger_naming_the_place(
    line: tuple[Desk, Desk], tmp_path: Path
) -> None:
    amber, _ = line
    record, bad = tmp_path / "record", tmp_path / "bad"
    amber.here("export", str(record))
    good = record.read_bytes()
    items = list(items_of(good))
    assert items[-1][1] + CHECK_BYTES == len(good)
    for number, (first, end) in enumerate(items, 1):
        bad.write_bytes(turned(good, (first + end) // 2))
        refused(in_process("verify", str(bad)), "OL-502", f"export item {number} ")
    entry = next(n for n, (first, end) in enumerate(items, 1) if b"the next good message" in good[first:end])
    at = good.index(b"the next good message")
    bad.write_bytes(turned(good, at))
    refused(in_process("verify", str(bad)), "OL-502", f"export item {entry} ", "log 0/", "entry ")
    first, end = items[entry - 1][0], items[entry - 1][1] + CHECK_BYTES
    taken_out, put_in_twice = good[: first - 5] + good[end:], good[:end] + good[first - 5 :]
    for data in (taken_out, put_in_twice, good[:-1], good + b"x"):
        bad.write_bytes(data)
        refused(in_process("verify", str(bad)), "OL-502", "export item")
    ran = amber.run("verify", str(bad), ok=5)  # and so in a process of its own
    assert ran.stdout == ""


def test_what_is_no_record_is_refused_as_such(line: tuple[Desk, Desk], tmp_path: Path) -> None:
    amber, _ = line
    bad = tmp_path / "bad"
    for data in (b"", JUNK, amber.here("party", "card").encode(), b"openline-record 2\n"):
        bad.write_bytes(data)
        refused(in_process("verify", str(bad)), "OL-502", "not an export")
    bad.write_bytes(b"openline-record 1\n")
    refused(in_process("verify", str(bad)), "OL-502", "cut off")
    assert in_process("verify", str(tmp_path)).code == 2
    for command in (("verify",), ("replay",), ("restore",), ("party", "card"), ("line", "accept"), ("line", "admit")):
        refused(in_process(*command, str(tmp_path / "nowhere"), "--home", str(tmp_path)), "OL-303", "nowhere")
    nobody = ("verify", __file__, "--card", str(tmp_path / "nobody"))
    refused(in_process(*nobody), "OL-303", "nobody: there is no such file")
    shutil.rmtree(tmp_path)
