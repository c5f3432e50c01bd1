"""A bad road without a clock: rate, delay, loss and the rest are as asked, and a seed gives the same day again."""

from __future__ import annotations

import pytest

from openline.console.demo.weather import Way, Weather

ALWAYS = 1e12


def sent(weather: Weather, count: int, seed: str = "s") -> tuple[Way, list[int]]:
    """The way, and the numbers of the datagrams in order of coming; one went each second."""
    way = Way(weather, seed, is_stream=False)
    for number in range(count):
        way.take(number.to_bytes(4, "big") + bytes(46), number * 1000)
    return way, [int.from_bytes(data[:4], "big") for data in way.due(ALWAYS)]


def test_300_bits_a_second_take_as_long_as_they_must() -> None:
    way = Way(Weather(bits_per_second=300, delay_ms=500), "s", is_stream=False)
    way.take(bytes(75), 0)  # 600 bits: two seconds, and half a second on the way
    way.take(bytes(75), 0)
    assert way.due(2499) == []
    assert way.due(2500) == [bytes(75)]
    assert way.waiting_bytes(3000) == 37
    assert way.due(4499) == []
    assert way.due(4500) == [bytes(75)]
    assert way.count.waited_ms_max == 2000


def test_a_stream_at_300_bits_a_second_comes_byte_by_byte() -> None:
    way = Way(Weather(bits_per_second=300), "s", is_stream=True)
    way.take(b"abc", 0)
    assert (way.due(26), way.due(27), way.due(54), way.due(80)) == ([], [b"a"], [b"b"], [b"c"])


def test_a_fast_stream_passes_whole() -> None:
    way = Way(Weather(), "s", is_stream=True)
    way.take(bytes(100_000), 5)
    assert way.due(5) == [bytes(100_000)]


@pytest.mark.parametrize("chance", [0.01, 0.2])
def test_as_many_are_lost_as_asked(chance: float) -> None:
    way, came = sent(Weather(lost=chance), 10_000)
    assert 0.8 < way.count.lost / (10_000 * chance) < 1.2
    assert len(came) == 10_000 - way.count.lost
    assert came == sorted(came)


def test_spoiled_means_one_bit() -> None:
    way = Way(Weather(spoiled=1.0), "s", is_stream=False)
    way.take(bytes(100), 0)
    (data,) = way.due(0)
    assert sum(byte.bit_count() for byte in data) == 1


def test_doubled_come_twice_and_late_ones_are_overtaken() -> None:
    way, came = sent(Weather(doubled=0.1), 2000)
    assert len(came) == 2000 + way.count.doubled and 100 < way.count.doubled < 300
    way, came = sent(Weather(late=0.1, late_ms=2500), 2000)
    assert sorted(came) == list(range(2000)) and came != sorted(came)
    assert 100 < way.count.late < 300


def test_jitter_stays_within_its_span_and_reorders_no_stream() -> None:
    way = Way(Weather(jitter_ms=100), "s", is_stream=True)
    for number in range(200):
        way.take(bytes([number]), number)
    assert way.due(10) != [bytes([number]) for number in range(11)]
    rest = way.due(ALWAYS)
    assert b"".join(rest) == bytes(range(200))[-len(b"".join(rest)) :]


def test_noise_on_a_stream_spoils_bytes_and_loses_bytes_as_often_as_asked() -> None:
    way = Way(Weather(spoiled=0.01, lost=0.02), "s", is_stream=True)
    way.take(bytes(50_000), 0)
    out = b"".join(way.due(ALWAYS))
    assert 800 < way.count.lost < 1200 and len(out) == 50_000 - way.count.lost
    assert sum(byte != 0 for byte in out) == way.count.spoiled
    assert 400 < way.count.spoiled < 600


def test_one_seed_gives_the_same_day_again_and_another_another_day() -> None:
    weather = Weather(lost=0.1, doubled=0.1, late=0.1, jitter_ms=3000, spoiled=0.1)
    assert sent(weather, 500)[1] == sent(weather, 500)[1]
    assert sent(weather, 500)[1] != sent(weather, 500, "t")[1]


def test_while_it_is_cut_all_vanishes_and_nobody_is_told() -> None:
    way = Way(Weather(delay_ms=100), "s", is_stream=False)
    way.take(b"under way", 0)
    way.cut()
    way.take(b"into nothing", 1)
    assert way.due(ALWAYS) == []
    assert way.count.vanished_bytes == len(b"under way") + len(b"into nothing")
    way.mend()
    way.take(b"again", 2)
    assert way.due(102) == [b"again"]


def test_a_full_modem_drops_datagrams_and_counts_them() -> None:
    way = Way(Weather(bits_per_second=300, waiting_bytes_max=100), "s", is_stream=False)
    for _ in range(3):
        way.take(bytes(50), 0)
    assert way.count.overrun_bytes == 50
    assert len(way.due(ALWAYS)) == 2


def test_two_who_send_at_once_over_one_air_are_both_noise_and_by_turns_neither() -> None:
    slow = Weather(bits_per_second=1000)
    one, other = Way(slow, "1", is_stream=True), Way(slow, "2", is_stream=True)
    one.opposite, other.opposite = other, one
    one.take(bytes(20), 0)
    other.take(bytes(20), 100)
    assert b"".join(one.due(96)) == bytes(12), "what had gone by then is heard"
    assert b"".join(one.due(ALWAYS)) != bytes(8)
    assert b"".join(other.due(ALWAYS)) != bytes(20)
    assert one.count.collided and other.count.collided
    one.take(bytes(20), 1000)
    other.take(bytes(20), 1160)
    assert b"".join(one.due(ALWAYS)) == b"".join(other.due(ALWAYS)) == bytes(20)


@pytest.mark.parametrize("asked", [{"lost": 1.1}, {"lost": -0.1}, {"delay_ms": -1}, {"bits_per_second": -1}])
def test_what_cannot_be_is_refused(asked: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Way(Weather(**asked), "s", is_stream=False)  # type: ignore[arg-type]


def test_a_stream_is_not_asked_to_repeat_or_reorder() -> None:
    for asked in ({"doubled": 0.1}, {"late": 0.1}):
        with pytest.raises(ValueError, match="stream"):
            Way(Weather(**asked), "s", is_stream=True)  # type: ignore[arg-type]
