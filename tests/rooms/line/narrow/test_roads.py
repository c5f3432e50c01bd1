"""Several bearers to one party: which is taken, what happens when it breaks without a word, what goes out on all."""

from __future__ import annotations

from openline import limits
from openline.line.events import Held
from openline.line.state import BearerUp
from openline.wire.items import Commit
from tests.rooms.line.narrow.air import RADIO_1200, TLS, Air

MODEM = BearerUp("modem", 4096, 1_200, latency_ms=200)
COSTLY = BearerUp("satellite", 65_536, 100_000, latency_ms=600, cost=10)
STICK = BearerUp("directory", 1 << 20, 1_000_000, latency_ms=3_600_000, cost=limits.COURIER_COST)


def level(*bearers: BearerUp) -> Air:
    air = Air(*bearers)
    air.run(600_000, lambda: air.receipted(0) == air.receipted(1) == 1)
    air.run(20_000)
    assert air.receipted(0) == air.receipted(1) == 1
    return air


def road(air: Air, me: int = 0) -> str:
    chosen = air.desks[me].turns.state.peers[1 - me].road
    return chosen.name if chosen is not None else ""


def over(air: Air, since_ms: int, first: int) -> set[str]:
    """Bearers over which the other side got the entry of ours with that index."""
    return {name for at_ms, me, name, item in air.came
            if at_ms > since_ms and me == 1 and isinstance(item, Commit) and item.first == first}  # fmt: skip


def test_the_least_cost_is_taken_and_of_one_cost_the_quickest() -> None:
    """R-206"""
    assert road(level(RADIO_1200, MODEM)) == "modem"
    assert road(level(COSTLY, MODEM)) == "modem"
    assert road(level(MODEM, TLS, COSTLY)) == "tls"


def test_a_courier_is_taken_where_nothing_else_is_up() -> None:
    """R-206"""
    air = level(RADIO_1200, STICK)
    assert road(air) == "radio"
    air.down("radio")
    assert road(air) == "directory"
    air.up("radio")
    assert road(air) == "radio"


def test_a_link_that_breaks_with_notice_is_left_at_once_and_nothing_is_lost() -> None:
    """R-207"""
    air = level(TLS, MODEM)
    air.roads["tls"].dead = True
    air.write(0, "into the broken link")
    air.down("tls")
    assert road(air) == "modem"
    spent_ms = air.run(60_000, lambda: air.receipted(0) == 2)
    assert spent_ms < limits.RESEND_AFTER_MS + 4_000
    assert over(air, 0, 1) == {"modem"}


def test_a_link_cut_without_notice_is_left_within_three_hail_periods() -> None:
    """R-207: it is up as far as anybody can tell; what was written meanwhile goes by the other."""
    air = level(TLS, MODEM)
    air.roads["tls"].dead = True
    air.write(0, "nobody hears this over the first")
    spent_ms = air.run(60_000, lambda: air.receipted(0) == 2)
    assert spent_ms <= 3 * limits.HAIL_EVERY_MS
    assert road(air) == "modem"
    assert over(air, 0, 1) == {"modem"}
    air.write(0, "and this needs no wait")
    assert air.run(60_000, lambda: air.receipted(0) == 3) < 4_000


def test_a_link_that_lives_again_is_taken_again() -> None:
    """R-207"""
    air = level(TLS, MODEM)
    air.roads["tls"].dead = True
    air.run(30_000)
    assert (road(air, 0), road(air, 1)) == ("modem", "modem")
    air.roads["tls"].dead = False
    air.run(15_000, lambda: road(air, 0) == road(air, 1) == "tls")
    assert (road(air, 0), road(air, 1)) == ("tls", "tls")
    air.write(0, "over the first again")
    assert air.run(10_000, lambda: air.receipted(0) == 2) < 1_000
    assert over(air, 0, 1) == {"tls"}


def test_a_link_that_is_relinked_repeats_what_the_last_one_took() -> None:
    """R-207: up again without down, while another bearer is up too."""
    air = level(TLS, MODEM)
    air.roads["tls"].dead = True
    air.write(0, "into the link that broke")
    air.roads["tls"].dead = False
    air.up("tls")
    assert air.run(10_000, lambda: air.receipted(0) == 2) < 1_000


def test_flash_goes_out_on_every_bearer_and_is_held_once() -> None:
    """R-208, R-209"""
    air = level(TLS, MODEM, RADIO_1200)
    began_ms, told = air.now_ms, len(air.desks[1].told)
    air.write(0, "Aircraft over the line. Hold fire.", precedence=3)
    air.write(0, "A letter of thanks.")
    air.run(60_000)
    assert over(air, began_ms, 1) == {"tls", "modem", "radio"}
    assert over(air, began_ms, 2) == {"tls"}, "only FLASH does"
    held = [one for one in air.desks[1].told[told:] if isinstance(one, Held)]
    assert [(one.first, one.entries) for one in held] == [(1, 1), (2, 1)]
    assert [row.size for row in air.desks[0].store.receipts(air.desks[0].own)] == [1, 2, 3]


def test_flash_arrives_while_the_best_bearer_is_cut_and_nobody_knows() -> None:
    """R-208: it does not wait until the cut is noticed."""
    air = level(TLS, MODEM)
    air.roads["tls"].dead = True
    air.write(0, "Hold fire.", precedence=3)
    assert air.run(20_000, lambda: air.held(1, air.desks[0].own) == 2) < 2_000


def test_a_clock_that_jumps_loses_nothing() -> None:
    """R-207: all bearers look silent, or none: the best is taken, and what it carries arrives."""
    for jump_ms in (86_400_000, -86_400_000):
        air = level(TLS, MODEM)
        air.now_ms += jump_ms
        air.write(0, "written on another day")
        for one in air.roads.values():
            one.busy_until_ms = {0: air.now_ms, 1: air.now_ms}
        air.run(20_000, lambda one=air: one.receipted(0) == 2)
        assert air.receipted(0) == 2
