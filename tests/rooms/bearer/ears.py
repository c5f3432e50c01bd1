"""A station's ears for tests, and certificates to be known by."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Coroutine
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from openline.bearer.pins import Identity

PATIENCE_S = 90  # only so that a broken test ends


class Ears:
    """Keeps all that a bearer tells."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.frames: list[tuple[int, bytes]] = []
        self.faults: list[tuple[str, str]] = []
        self.up: set[int] = set()
        self.alarms: dict[str, str] = {}

    def on_up(self, bearer: str, peer: int) -> None:
        self.told.append(("up", peer))
        self.up.add(peer)

    def on_frame(self, bearer: str, peer: int, body: bytes) -> None:
        self.frames.append((peer, body))

    def on_room(self, bearer: str, peer: int) -> None:
        self.told.append(("room", peer))

    def on_down(self, bearer: str, peer: int, why: str) -> None:
        self.told.append(("down", peer, why))
        self.up.discard(peer)

    def on_fault(self, bearer: str, where: str, why: str) -> None:
        self.faults.append((where, why))

    def on_alarm(self, bearer: str, why: str) -> None:
        if not why:
            self.alarms.pop(bearer, None)
        else:
            self.alarms[bearer] = why

    async def settled(self) -> None:
        self.told.append(("settled", len(self.frames)))

    def bodies(self, peer: int) -> list[bytes]:
        return [body for one, body in self.frames if one == peer]

    def count(self, what: str) -> int:
        return sum(one[0] == what for one in self.told)

    def refusals(self) -> str:
        return "; ".join(why for _, why in self.faults)


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.002)


def run(story: Coroutine[Any, Any, None]) -> None:
    """One story on a loop of its own, in which nothing went wrong unseen."""
    unseen: list[str] = []

    async def told() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unseen.append(str(context)))
        async with asyncio.timeout(3 * PATIENCE_S):
            await story
        await asyncio.sleep(0)

    asyncio.run(told())
    assert not unseen


def make_identity(name: str = "station", *, days: tuple[int, int] = (-1, 30), curve: bool = False) -> Identity:
    """A self-signed certificate from `days[0]` to `days[1]` from now: Ed25519, or ECDSA over P-256."""
    key = ec.generate_private_key(ec.SECP256R1()) if curve else ed25519.Ed25519PrivateKey.generate()
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256() if curve else None)
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Identity(certificate.public_bytes(serialization.Encoding.DER), pem)
