"""What a seed decides before anything happens: who, in which weather, what is done when, who lies how.

Instants are simulated milliseconds since the beginning of the seed, on no station's clock.
"""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

SQLITE_EVERY: Final = 10  # one seed in so many runs on the real store: 200 of 2,000
WEATHER_MS: Final = (45_000, 75_000)
DAY_MS: Final = 86_400_000
CUT_POINTS: Final = ("before", "inside", "after", "sending", "idle")
FRAME_BYTES: Final = (700, 1_400, 65_536, 1 << 20)

LIES: Final = (
    "replay",
    "withhold",
    "two roots",
    "longer fork",
    "two peers",
    "back-date",
    "pre-record",
    "take back",
    "flood",
    "nearly right",
    "gap receipt",
    "false receipt",
    "impersonate",
    "swap secret",
    "false exhibit",
    "boast",
    "spoil",
)


class LinkPlan(NamedTuple):
    """One pair of parties: how its bearer treats what it carries."""

    low: int
    high: int
    stream: bool  # both ends notice when it breaks
    loss: float
    repeat: float
    damage: float
    delay_ms: int
    bytes_per_second: int
    severed: bool  # never comes up


class Act(NamedTuple):
    """Something that happens at an instant."""

    at_ms: int
    what: str
    party: int
    other: int = 0
    number: int = 0
    word: str = ""


class Plan(NamedTuple):
    """A whole seed."""

    seed: int
    parties: int
    liar: int | None
    stubborn: bool  # the liar goes on in calm weather
    sqlite: bool
    frame_bytes_max: int
    weather_ms: int
    links: tuple[LinkPlan, ...]
    clocks_ms: tuple[int, ...]  # how far each station's clock is off at the beginning
    acts: tuple[Act, ...]  # by instant


def make_plan(seed: int) -> Plan:
    """The plan of a seed; a function of nothing else."""
    draw = Random(f"plan {seed}")
    parties = 3 if draw.random() < 0.4 else 2
    liar = draw.randrange(parties) if draw.random() < 0.45 else None
    weather_ms = draw.randrange(*WEATHER_MS)
    links = tuple(_links(draw, parties, liar))
    acts = _daily(draw, parties, weather_ms) + _misfortunes(draw, parties, weather_ms) + _roads(draw, links, weather_ms)
    if liar is not None:
        acts += _lies(draw, parties, liar, weather_ms)
    return Plan(
        seed,
        parties,
        liar,
        liar is not None and draw.random() < 0.5,
        seed % SQLITE_EVERY == 0,
        draw.choice(FRAME_BYTES),
        weather_ms,
        links,
        tuple(draw.choice((0, 0, 0, draw.randrange(-5_000, 5_000), -DAY_MS, DAY_MS)) for _ in range(parties)),
        tuple(sorted(acts)),
    )


def _links(draw: Random, parties: int, liar: int | None) -> list[LinkPlan]:
    pairs = [(low, high) for high in range(parties) for low in range(high)]
    spared = [pair for pair in pairs if liar is None or liar in pair]  # nothing is promised by way of a liar alone
    severed = draw.choice(spared) if parties > 2 and draw.random() < 0.25 else None
    links = []
    for low, high in pairs:
        calm = draw.random() < 0.3
        bad = 0.0 if calm else draw.random() ** 2
        links.append(
            LinkPlan(
                low,
                high,
                stream=draw.random() < 0.5,
                loss=0.35 * bad,
                repeat=0.2 * bad,
                damage=0.1 * bad,
                delay_ms=draw.choice((5, 50, 400, 3_000)),
                bytes_per_second=draw.choice((2_000, 1_000_000, 10_000_000)),
                severed=(low, high) == severed,
            )
        )
    return links


def _daily(draw: Random, parties: int, span_ms: int) -> list[Act]:
    """Officers write. A token is a submission that is tried again after a crash."""
    acts = []
    for _ in range(draw.randrange(11, 20)):
        count = draw.choice((1, 1, 2, 5, 10, 20, 20))
        word = draw.choice(("", "", "token", "long"))
        acts.append(Act(draw.randrange(span_ms), "submit", draw.randrange(parties), 0, count, word))
    for _ in range(draw.choice((0, 0, 1, 2))):
        to = draw.sample(range(parties), 2)
        acts.append(Act(draw.randrange(span_ms), "stick", to[0], to[1], draw.choice((2_000, 20_000, 40_000))))
    return acts


def _misfortunes(draw: Random, parties: int, span_ms: int) -> list[Act]:
    acts = []
    for _ in range(draw.randrange(1, 6)):
        point = draw.choice(CUT_POINTS)
        acts.append(Act(draw.randrange(span_ms), "cut", draw.randrange(parties), 0, draw.randrange(1, 12), point))
    for _ in range(draw.choice((0, 0, 1, 2))):
        away = draw.choice((-1, 1)) * draw.choice((700, 4_000, 60_000, 3_600_000, 3 * DAY_MS))
        acts.append(Act(draw.randrange(span_ms), "jump", draw.randrange(parties), 0, away))
    if draw.random() < 0.4:
        acts += _restore(draw, parties, span_ms)
    if draw.random() < 0.25:
        acts.append(Act(draw.randrange(span_ms), "full", draw.randrange(parties), 0, draw.randrange(1_000, 9_000)))
    if draw.random() < 0.2:
        acts.append(Act(draw.randrange(span_ms), "post-quantum", draw.randrange(parties)))
    if draw.random() < 0.25:
        acts.append(Act(draw.randrange(span_ms), "unknown", draw.randrange(parties), 0, draw.randrange(2)))
    return acts


def _restore(draw: Random, parties: int, span_ms: int) -> list[Act]:
    """A backup, perhaps three days in which nothing happens, and the backup put back."""
    party = draw.randrange(parties)
    first, middle, last = sorted(draw.randrange(span_ms) for _ in range(3))
    acts = [Act(first, "backup", party), Act(last, "restore", party)]
    if draw.random() < 0.7:
        acts.append(Act(middle, "days", 0, 0, 3))
    return acts


def _roads(draw: Random, links: tuple[LinkPlan, ...], span_ms: int) -> list[Act]:
    acts = []
    for link in links:
        for _ in range(draw.choice((0, 1, 1, 2))):
            word = draw.choice(("both", "both", "one way"))
            ends = (link.low, link.high) if draw.random() < 0.5 else (link.high, link.low)
            acts.append(Act(draw.randrange(span_ms), "outage", *ends, draw.randrange(2_000, 30_000), word))
    return acts


def _lies(draw: Random, parties: int, liar: int, span_ms: int) -> list[Act]:
    acts = []
    known = [lie for lie in LIES if lie != "two peers"]
    if parties > 2 and draw.random() < 0.4:
        known = ["two peers"] * 8 + known
    for lie in dict.fromkeys(draw.sample(known, draw.randrange(2, 6))):
        other = draw.choice([party for party in range(parties) if party != liar])
        acts.append(Act(draw.randrange(span_ms), "lie", liar, other, draw.randrange(1 << 30), lie))
    return acts
