"""`/metrics` for Prometheus, `/healthz` and `/readyz`: a small page each, on a port of their own, on this machine alone
unless said otherwise. Labels are numbers and fixed words: no name of anybody, no text of anybody.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from openline.console.channel.asking import Status
from openline.console.monitor.looking import Look, Looking
from openline.console.placing import Address
from openline.desk.alarms import Kind, Priority

STATES: Final = ("up", "degraded", "silent", "never heard", "our fault", "refused", "suspended")
ASKERS_MAX: Final = 16
REQUEST_WITHIN_S: Final = 5.0


class Measures(Collector):
    """What `/metrics` shows, from one look at a time."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking

    def collect(self) -> Iterator[Metric]:
        """Every family of one look."""
        seen = self._looking.now()
        yield _plain("openline_up", "1 while the station answers and its work goes on", int(is_healthy(seen)))
        yield _plain("openline_ready", "1 while it takes and holds messages", int(not why_not_ready(seen)))
        yield _plain("openline_store_bytes", "Size of the record on disk", seen.store_bytes)
        yield _plain("openline_disk_free_bytes", "Room beside the record", seen.free_bytes)
        if seen.status is not None and seen.board is not None:
            yield from _of_line(seen.status)
            yield from _of_parties(seen.status)
            yield from _of_alarms(seen)


def _plain(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _of_line(status: Status) -> Iterator[Metric]:
    yield _plain("openline_entries", "Entries held here, of all logs", status.entries)
    yield _plain("openline_pq_confirmed_entries", "Of our log: signed by all with ML-DSA-44", status.pq_confirmed)
    yield _plain("openline_started_at_seconds", "When this station started, UTC", status.started_at_ms / 1000)
    yield _plain("openline_refused", "Refused at our doors since the start", sum(status.refused.values()))
    up = GaugeMetricFamily("openline_bearer_up", "1 while a bearer of ours moves bytes to anybody", labels=["bearer"])
    for number, bearer in enumerate(status.bearers):
        up.add_metric([str(number)], int(bool(bearer.up)))
    yield up


def _of_parties(status: Status) -> Iterator[Metric]:
    states = GaugeMetricFamily("openline_party_state", "1 for the state a party is in", labels=["party", "state"])
    for peer in status.peers:
        for state in STATES:
            states.add_metric([str(peer.party), state], int(peer.state == state))
    yield states
    rows = (
        ("openline_not_held_entries", "Entries of ours that their receipts do not cover", "ours", 1),
        ("openline_proof_age_seconds", "Since we sent what they last answered", "proved_age_ms", 1000),
        ("openline_signed_age_seconds", "Age of our youngest entry under their signature", "signed_age_ms", 1000),
        ("openline_round_trip_seconds", "Of the last answered hail", "round_trip_ms", 1000),
        ("openline_clock_off_seconds", "Their clock against ours, where it is off", "clock_off_ms", 1000),
        ("openline_disputed", "1 where a log of theirs is disputed", "disputed", 1),
    )
    for name, about, field, unit in rows:
        family = GaugeMetricFamily(name, about, labels=["party"])
        for peer in status.peers:
            value = getattr(peer, field)
            if value is not None:
                held = peer.ours_held if field == "ours" else 0
                family.add_metric([str(peer.party)], (int(value) - held) / unit)
        yield family


def _of_alarms(seen: Look) -> Iterator[Metric]:
    assert seen.board is not None
    rows, count = seen.board.alarms, GaugeMetricFamily("openline_alarms", "Listed alarms", labels=["kind", "priority"])
    for kind in Kind:
        for priority in Priority:
            found = sum((row.kind, row.priority) == (kind, priority.name) for row in rows)
            count.add_metric([str(kind), priority.name.lower()], found)
    yield count
    ringing = sum(row.standing == "unacknowledged" for row in rows)
    yield _plain("openline_alarms_ringing", "Alarms that nobody has acknowledged", ringing)
    yield _plain("openline_alarms_raised_last_hour", "Alarms raised within the last hour", seen.board.within_hour)
    is_armed = seen.board.sound.state == "armed"
    yield _plain("openline_sound_armed", "1 while an annunciator listens and can sound", is_armed)


def is_healthy(seen: Look) -> bool:
    """The station answers, and its work goes on."""
    return seen.status is not None and not seen.stands_still


def why_not_ready(seen: Look) -> list[str]:
    """Why messages would not be taken and held now, in fixed words; empty where they would."""
    if seen.status is None or seen.board is None:
        return ["the station does not answer"]
    why = ["the station's work stands still"] if seen.stands_still else []
    if any(row.kind == "disk" and row.standing != "ended, not acknowledged" for row in seen.board.alarms):
        why.append("the disk takes no writes")
    if not seen.status.generation:
        why.append("no life has begun")
    return why


class Pages:
    """The pages, served until closed."""

    def __init__(self, address: Address, looking: Looking) -> None:
        """Raises OSError where nothing can listen there."""
        registry = CollectorRegistry()
        registry.register(Measures(looking))
        self._listening = _listening(address)((address.host, address.port), _page(looking, registry))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listening.server_address[1])

    def serve(self) -> None:
        """Answer until `close` is called by another thread or a signal."""
        self._listening.serve_forever(poll_interval=0.2)

    def close(self) -> None:
        """Stop."""
        threading.Thread(target=self._listening.shutdown).start()

    def end(self) -> None:
        """Let go of the port, after `serve` has returned."""
        self._listening.server_close()


def _listening(address: Address) -> type[TCPServer]:
    class Listening(ThreadingMixIn, TCPServer):
        address_family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        allow_reuse_address = True
        daemon_threads = True

    return Listening


def _page(looking: Looking, registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    room = threading.BoundedSemaphore(ASKERS_MAX)

    class Page(BaseHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            self.connection.settimeout(REQUEST_WITHIN_S)

        def version_string(self) -> str:
            return "openline"

        def handle(self) -> None:
            if not room.acquire(blocking=False):
                return  # the connection is closed: who asks again finds room
            try:
                super().handle()
            except OSError:
                pass  # whoever asked has gone
            finally:
                room.release()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._say(200, CONTENT_TYPE_LATEST, generate_latest(registry))
            elif path == "/healthz":
                self._say_whether(is_healthy(looking.now()), [])
            elif path == "/readyz":
                why = why_not_ready(looking.now())
                self._say_whether(not why, why)
            else:
                self._say(404, "application/json", b'{"is": "not here", "here": ["/metrics", "/healthz", "/readyz"]}\n')

        def _say_whether(self, so: bool, why: list[str]) -> None:
            self._say(200 if so else 503, "application/json", json.dumps({"ok": so, "why": why}).encode() + b"\n")

        def _say(self, code: int, kind: str, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a monitor asks all day."""

    return Page
