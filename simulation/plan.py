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
TEST_EVERY_S: Final = 20

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
    "hoard",
)


PLAIN, TURNS, COURIERS = "plain", "turns", "couriers"
KINDS: Final = (PLAIN, TURNS, COURIERS)
WIRE_ENDS_MS: Final = 30_000  # of a world of couriers: from here on nothing is up
SPARE: Final = "spare"
OFFICERS_ACTS: Final = ("propose", "answer", "renew", "revoke", "lose keyring", "agree")


class LinkPlan(NamedTuple):
    """One bearer between two parties: how it treats what it carries."""

    low: int
    high: int
    stream: bool  # both ends notice when it breaks
    loss: float
    repeat: float
    damage: float
    delay_ms: int
    bytes_per_second: int
    severed: bool  # never comes up
    name: str = "wire"
    cut: float = 0.0  # of its frames are cut off, or come in two pieces
    alarm_ms: int = 60_000  # unheard for so long, its ends are told
    cost: int = 0


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
    test_every_s: int = 0  # period of link tests; 0 for none
    kind: str = PLAIN


def make_plan(seed: int) -> Plan:
    """The plan of a seed; a function of nothing else."""
    kind = Random(f"kind {seed}")
    share = kind.random()
    if share < 0.04:
        return _couriers(seed, kind)
    plan = _plain(seed)
    if share < 0.13:
        plan = _by_turns(plan, kind)
    else:
        plan = plan._replace(links=tuple(_with_spares(kind, plan.links)))
    # What is relayed for a pair that is apart takes longer than a period of tests: such a line is never still.
    if kind.random() < 0.4 and not any(link.severed for link in plan.links):
        plan = plan._replace(test_every_s=TEST_EVERY_S)
    return _with_accords(_with_officers(plan, kind), Random(f"accords {seed}"))


def _plain(seed: int) -> Plan:
    draw = Random(f"plan {seed}")
    parties = 3 if draw.random() < 0.4 else 2
    liar = draw.randrange(parties) if draw.random() < 0.45 else None
    weather_ms = draw.randrange(*WEATHER_MS)
    links = tuple(_links(draw, parties, liar))
    acts = _daily(draw, parties, weather_ms) + _misfortunes(draw, parties, weather_ms) + _roads(draw, links, weather_ms)
    if liar is not None:
        acts += _lies(draw, parties, liar, weather_ms)
        acts += _hoard(Random(f"hoard {seed}"), parties, liar, weather_ms)
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


# ------------------------------------------------------------------ several bearers
def _with_spares(draw: Random, links: tuple[LinkPlan, ...]) -> list[LinkPlan]:
    """Some pairs have a second bearer, in weather of its own; some bearers cut frames off."""
    made = []
    for link in links:
        alarm_ms = draw.choice((16_000, 25_000, 60_000))
        cut = draw.choice((0.0, 0.0, 0.0, 0.05, 0.3))
        link = link._replace(alarm_ms=alarm_ms, cut=cut)
        made.append(link)
        if draw.random() < 0.2 and not link.severed:
            bad = draw.random() ** 2
            made.append(
                link._replace(
                    stream=draw.random() < 0.5,
                    loss=0.35 * bad,
                    damage=0.1 * bad,
                    delay_ms=draw.choice((5, 400, 3_000)),
                    bytes_per_second=draw.choice((2_000, 1_000_000)),
                    cost=draw.choice((0, 1)),
                    cut=draw.choice((0.0, 0.05, 0.3)),
                    name=SPARE,
                )
            )
    return made


def _by_turns(plan: Plan, draw: Random) -> Plan:
    """Two good bearers to everybody, of which one is always silent; neither end is told."""
    links = []
    for link in plan.links:
        good = link._replace(
            stream=False, loss=0.0, repeat=0.0, damage=0.0, delay_ms=1, bytes_per_second=1_000_000, severed=False
        )
        links += [good, good._replace(name=SPARE, cost=draw.choice((0, 1)))]
    acts = [act for act in plan.acts if act.what not in ("outage", "full", "unknown", "restore", "backup")]
    for link in links[::2]:
        at_ms, names = draw.randrange(5_000, 12_000), draw.sample(("wire", SPARE), 2)
        while at_ms < plan.weather_ms:
            span_ms = draw.randrange(14_000, 26_000)
            acts.append(Act(at_ms, "outage", link.low, link.high, span_ms, f"silent over {names[0]}"))
            at_ms += span_ms
            names.reverse()
    return plan._replace(kind=TURNS, links=tuple(links), acts=tuple(sorted(acts)))


def _couriers(seed: int, draw: Random) -> Plan:
    """Two parties, a wire that ends for days, and couriers who take days, while link tests are due every hour."""
    days = draw.choice((2, 3, 4))
    span_ms = days * DAY_MS
    wire = LinkPlan(0, 1, True, 0.0, 0.0, 0.0, 50, 1_000_000, severed=False)
    acts = [Act(WIRE_ENDS_MS, "outage", 0, 1, span_ms, "both")]
    for _ in range(draw.randrange(8, 14)):
        acts.append(Act(draw.randrange(span_ms), "submit", draw.randrange(2), 0, draw.choice((1, 2, 10)), "token"))
    for party in (0, 1):
        for _ in range(days + 1):
            at_ms = draw.randrange(span_ms - DAY_MS // 4)
            late_ms = draw.randrange(DAY_MS // 8, min(2 * DAY_MS, span_ms - at_ms))
            acts.append(Act(at_ms, "stick", party, 1 - party, late_ms))
        acts.append(Act(draw.randrange(span_ms), "cut", party, 0, draw.randrange(1, 12), draw.choice(CUT_POINTS)))
    if draw.random() < 0.5:
        acts += [Act(draw.randrange(span_ms), "propose", 0, 1, draw.randrange(1 << 20), "terms")]
        acts += [Act(draw.randrange(span_ms), "answer", 1, 0, draw.randrange(1 << 20))]
    acts.sort()
    return Plan(
        seed, 2, None, False, seed % SQLITE_EVERY == 0, 1 << 20, span_ms, (wire,), (0, 0), tuple(acts), 3_600, COURIERS
    )


# ------------------------------------------------------------------ the line itself
def _with_officers(plan: Plan, draw: Random) -> Plan:
    """What the parties change about the line while it runs: terms, keys, and sealing after a loss."""
    acts, honest = list(plan.acts), [party for party in range(plan.parties) if party != plan.liar]

    def at(low: float = 0.0, high: float = 0.8) -> int:
        return draw.randrange(int(plan.weather_ms * low), int(plan.weather_ms * high))

    if draw.random() < 0.3:
        for _ in range(draw.randrange(1, 4)):
            party = draw.randrange(plan.parties)
            acts.append(Act(at(), "propose", party, party, draw.randrange(1 << 20), "terms"))
        if draw.random() < 0.3:
            acts.append(Act(at(0.5, 0.9), "propose", draw.randrange(plan.parties), 0, draw.randrange(1 << 20), "close"))
        for _ in range(2 * plan.parties):
            acts.append(Act(at(0.1, 0.95), "answer", draw.randrange(plan.parties), 0, draw.randrange(1 << 20)))
    if draw.random() < 0.2:
        party = draw.choice(honest)
        acts.append(Act(at(), "renew", party))
        if draw.random() < 0.6:
            acts.append(Act(at(0.2), "revoke", party, draw.choice(honest), 0, ""))
        if draw.random() < 0.3:
            acts.append(Act(at(0.4), "renew", party))
    elif draw.random() < 0.15:  # not of a revoked key: its grants nobody takes, and people hand over papers first
        if draw.random() < 0.5:
            acts.append(Act(at(), "renew", draw.choice(honest)))
        acts.append(Act(at(0.1), "lose keyring", draw.choice(honest), 0, draw.randrange(1 << 20)))
        plan = plan._replace(clocks_ms=tuple(max(-5_000, min(one, 5_000)) for one in plan.clocks_ms))
        acts = [act for act in acts if act.what != "jump" or abs(act.number) <= 4_000]
    return plan._replace(acts=tuple(sorted(acts)))


def _with_accords(plan: Plan, draw: Random) -> Plan:
    """In every second seed the parties also notify, agree, table and commit; most of it makes no sense."""
    if draw.random() < 0.5:
        return plan
    acts, end_ms = list(plan.acts), int(plan.weather_ms * 0.95)
    for _ in range(draw.randrange(4, 10)):
        acts.append(Act(draw.randrange(end_ms), "agree", draw.randrange(plan.parties), 0, draw.randrange(1 << 20)))
    return plan._replace(acts=tuple(sorted(acts)))


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
    known = [lie for lie in LIES if lie not in ("two peers", "hoard")]
    if parties > 2 and draw.random() < 0.4:
        known = ["two peers"] * 8 + known
    for lie in dict.fromkeys(draw.sample(known, draw.randrange(2, 6))):
        other = draw.choice([party for party in range(parties) if party != liar])
        acts.append(Act(draw.randrange(span_ms), "lie", liar, other, draw.randrange(1 << 30), lie))
    return acts


def _hoard(draw: Random, parties: int, liar: int, span_ms: int) -> list[Act]:
    """One liar in four opens logs without end, in draws of its own: what else it does stays as it was."""
    if draw.random() >= 0.25:
        return []
    other = draw.choice([party for party in range(parties) if party != liar])
    return [Act(draw.randrange(span_ms), "lie", liar, other, draw.randrange(1 << 30), "hoard")]
