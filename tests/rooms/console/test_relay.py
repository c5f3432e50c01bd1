"""The relay as a process: real sockets and pseudo-terminals, counted, cut and mended by order."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator

import pytest

from openline.console.demo.relay import Relay
from openline.console.demo.weather import Weather


@contextlib.contextmanager
def udp(port: int = 0) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", port))
        made.settimeout(20)
        yield made


def read_exactly(device: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += os.read(device, count - len(data))
    return data


def test_datagrams_go_both_ways_through_it_and_are_counted() -> None:
    with udp() as ours, udp() as theirs, Relay("udp", to=theirs.getsockname()) as relay:
        ours.sendto(b"hello", tuple(relay.near))
        data, whence = theirs.recvfrom(100)
        assert (data, list(whence)) == (b"hello", list(relay.far))
        theirs.sendto(b"an answer", whence)
        assert ours.recvfrom(100)[0] == b"an answer"
        counted = relay.count()
        assert (counted.there.bytes_in, counted.back.bytes_in) == (5, 9)
        assert (counted.there.pieces_out, counted.back.pieces_out) == (1, 1)


def test_whoever_is_told_who_is_near_may_be_spoken_to_first() -> None:
    with udp() as ours, udp() as theirs:
        with Relay("udp", to=theirs.getsockname(), near_is=ours.getsockname()) as relay:
            theirs.sendto(b"I begin", tuple(relay.far))
            assert ours.recvfrom(100)[0] == b"I begin"


def test_a_fifth_is_lost_where_a_fifth_is_asked_and_the_same_fifth_again() -> None:
    came = []
    for _ in range(2):
        with udp() as ours, udp() as theirs:
            with Relay("udp", there=Weather(lost=0.2), back=Weather(), to=theirs.getsockname(), seed="7") as relay:
                got = []
                for number in range(500):  # one by one: the kernel's own buffers drop none for us
                    ours.sendto(number.to_bytes(2, "big"), tuple(relay.near))
                    while (counted := relay.count().there).pieces_in <= number:
                        time.sleep(0)
                    if counted.pieces_in - counted.lost > len(got):
                        got.append(theirs.recv(2))
                assert 70 < counted.lost < 130
                came.append(got)
    assert came[0] == came[1]


def test_a_slow_road_takes_at_least_its_time() -> None:
    with udp() as ours, udp() as theirs:
        with Relay("udp", there=Weather(bits_per_second=8000, delay_ms=100), to=theirs.getsockname()) as relay:
            begun = time.monotonic()
            for _ in range(4):
                ours.sendto(bytes(100), tuple(relay.near))  # 100 ms each
            for _ in range(4):
                theirs.recv(200)
            assert time.monotonic() - begun >= 0.5
            assert relay.count().there.waited_ms_max > 0


def test_cut_without_notice_and_mended_again() -> None:
    with udp() as ours, udp() as theirs, Relay("udp", to=theirs.getsockname(), near_is=ours.getsockname()) as relay:
        relay.cut("there")
        ours.sendto(b"gone", tuple(relay.near))
        theirs.sendto(b"still comes", tuple(relay.far))
        assert ours.recvfrom(100)[0] == b"still comes"
        while relay.count().there.vanished_bytes == 0:
            time.sleep(0.001)
        relay.mend()
        ours.sendto(b"again", tuple(relay.near))
        assert theirs.recvfrom(100)[0] == b"again"


def test_a_stream_over_tcp_is_whole_though_slow_and_late_and_closing_passes_too() -> None:
    sent = os.urandom(200_000)
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        weather = Weather(delay_ms=20, jitter_ms=30, bits_per_second=8_000_000, waiting_bytes_max=4096)
        with Relay("tcp", there=weather, to=theirs.getsockname()) as relay:
            with socket.create_connection(tuple(relay.near)) as ours:
                ours.sendall(sent)
                ours.shutdown(socket.SHUT_WR)
                far, _ = theirs.accept()
                with far, far.makefile("rb") as stream:
                    assert stream.read() == sent
            assert relay.count().there.bytes_out == len(sent)


def test_a_cut_tcp_connection_stays_and_what_is_said_on_it_vanishes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as theirs, Relay("tcp", to=theirs.getsockname()) as relay:
        with socket.create_connection(tuple(relay.near)) as ours:
            far, _ = theirs.accept()
            with far:
                ours.sendall(b"before ")
                assert far.recv(100) == b"before "
                relay.cut()
                ours.sendall(b"never ")
                while relay.count().there.vanished_bytes < 6:
                    time.sleep(0.001)
                relay.mend()
                ours.sendall(b"after")
                assert far.recv(100) == b"after"


def test_whoever_calls_while_nobody_is_behind_it_is_turned_away_and_it_lives_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    with Relay("tcp", to=address) as relay:
        for _ in range(2):
            with socket.create_connection(tuple(relay.near)) as ours:
                assert ours.recv(10) == b""


def test_a_pair_of_terminals_carries_every_byte() -> None:
    every = bytes(range(256)) * 4
    with Relay("pty") as relay:
        one, other = (os.open(path, os.O_RDWR | os.O_NOCTTY) for path in (relay.near, relay.far))
        try:
            os.write(one, every)
            assert read_exactly(other, len(every)) == every
            os.write(other, every)
            assert read_exactly(one, len(every)) == every
        finally:
            os.close(one)
            os.close(other)


def test_a_terminal_may_be_closed_and_opened_again() -> None:
    with Relay("pty") as relay:
        for word in (b"once", b"more"):
            one, other = (os.open(path, os.O_RDWR | os.O_NOCTTY) for path in (relay.near, relay.far))
            os.write(one, word)
            assert read_exactly(other, len(word)) == word
            os.close(one)
            os.close(other)


def test_two_who_speak_at_once_over_one_air_hear_noise() -> None:
    with Relay("pty", there=Weather(bits_per_second=8000), half_duplex=True) as relay:
        one, other = (os.open(path, os.O_RDWR | os.O_NOCTTY) for path in (relay.near, relay.far))
        try:
            os.write(one, bytes(400))
            while relay.count().there.bytes_in < 400:
                time.sleep(0.001)
            os.write(other, bytes(100))
            assert read_exactly(one, 100) != bytes(100)
            assert relay.count().back.collided > 0
        finally:
            os.close(one)
            os.close(other)


def test_the_weather_may_change_while_it_runs() -> None:
    with udp() as ours, udp() as theirs, Relay("udp", to=theirs.getsockname()) as relay:
        relay.change(Weather(lost=1.0), "there")
        ours.sendto(b"lost", tuple(relay.near))
        while relay.count().there.lost == 0:
            time.sleep(0.001)
        relay.change(Weather())
        ours.sendto(b"found", tuple(relay.near))
        assert theirs.recv(100) == b"found"


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "pigeon"},
        {"kind": "tcp"},
        {"kind": "pty", "there": Weather(doubled=0.5)},
        {"kind": "udp", "there": Weather(lost=2.0)},
    ],
)
def test_what_no_relay_can_be_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Relay(**asked)  # type: ignore[arg-type]


def test_it_ends_when_its_orders_end() -> None:
    relay = Relay("udp", to=("127.0.0.1", 9))
    relay.close()
    with pytest.raises(ProcessLookupError):
        os.kill(relay.pid, 0)
