"""How the line stands towards a party, in the words of `openline status`. Names are as they came: the caller makes them
safe to print."""

from __future__ import annotations

from openline.console.channel.asking import PeerStatus
from openline.console.dtg import dtg


def contact_in_words(peer: PeerStatus, now_ms: int) -> str:
    """The state in words with its age; what is declared, and beside it what is observed."""
    observed = _observed(peer, now_ms)
    if peer.state == "our fault":
        return f"OUR FAULT: {peer.fault}"
    if peer.declared != "open":
        return f"{peer.declared.upper()} (observed: {observed})"
    return observed


def _observed(peer: PeerStatus, now_ms: int) -> str:
    word = (peer.observed or peer.state).upper()
    if peer.proved_age_ms is not None:
        trip = f", round trip {peer.round_trip_ms} ms" if peer.round_trip_ms is not None else ""
        unsigned = "" if peer.observed == "up" else ", but nothing young of ours is signed"
        return f"{word}, proved {ago(peer.proved_age_ms)}{trip}{unsigned}"
    if word == "NEVER HEARD":
        return f"{word} since we started"
    if word == "SILENT" and peer.since_ms is not None:
        return f"{word} since {dtg(peer.since_ms)}"
    if peer.heard_at_ms is not None:
        return f"{word}, heard {ago(max(0, now_ms - peer.heard_at_ms))}"
    return f"{word}, never heard since we started"


def clock_in_words(peer: PeerStatus) -> str:
    """A clock that disagrees; empty where it does not, or is not known."""
    if peer.clock_off_ms is None or peer.clock != "disagrees":
        return ""
    return f"CLOCK off by {peer.clock_off_ms} ms, times of both are marked"


def each_bearer(peer: PeerStatus) -> list[str]:
    """A line for each bearer, where there are several or the only one is not up."""
    if len(peer.over) < 2 and all(row.seen in ("up", "unknown") for row in peer.over):
        return []
    rows = []
    for row in peer.over:
        proved = f", proved {ago(row.proved_age_ms)}" if row.proved_age_ms is not None else ", not proved"
        trip = f", round trip {row.round_trip_ms} ms" if row.round_trip_ms is not None else ""
        since = f" since {dtg(row.since_ms)}" if row.since_ms is not None else ""
        rows.append(f"  {row.name}: {row.seen}{since}{proved}{trip}")
    return rows


def ago(age_ms: int) -> str:
    """An age as people say it."""
    seconds = age_ms // 1000
    if seconds < 120:
        return f"{seconds} s ago"
    minutes = seconds // 60
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min ago"
