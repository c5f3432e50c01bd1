"""A desk on another machine: over TLS, under a name with more than one label, signed in with a security key."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.needs import needs_root, needs_tool
from tests.ports import free_port
from tests.whole.parties import Desk
from tests.whole.watching import Watch

pytestmark = pytest.mark.whole
NAME = "desk.home.arpa"
OURS, THEIRS = "10.213.7.1", "10.213.7.2"
THERE = """
import http.client, json, secrets, ssl, sys
from tests.keys import SecurityKey
where, name, port, token, ca, origin = sys.argv[1:]
link = http.client.HTTPSConnection(where, int(port), timeout=60, context=ssl.create_default_context(cafile=ca))
def call(path, body, bearer=""):
    headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8)}
    if bearer:
        headers["Authorization"] = "Bearer " + bearer
    link.request("POST", "/api/v1" + path, json.dumps(body), headers)
    came = link.getresponse()
    return came.status, json.loads(came.read())
key = SecurityKey(origin=origin, rp_id=name)
seen = []
for begin, end, who, more in (
    ("/officers/Cyd/keys/challenge", "/keys", token, {"label": "blue"}),
    ("/sittings/key/challenge", "/sittings/key", "", {}),
):
    status, begun = call(begin, {} if who else {"name": "Cyd"}, who)
    made = (key.create if who else key.get)(begun["options"]) if status == 200 else None
    if made is not None:
        status, begun = call(end, {"ceremony": begun["ceremony"], "credential": made, **more}, who)
    seen.append((status, begun.get("officer") or begun.get("name") or begun.get("title")))
print(json.dumps(seen))
"""


class Other(NamedTuple):
    """A machine beside ours, joined by one cable, that knows the desk by its hosts file."""

    space: str
    hosts: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        here = Path(__file__).parents[2]
        command = ["ip", "netns", "exec", self.space, sys.executable, "-c", THERE, *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=here, check=False)


@pytest.fixture
def other() -> Iterator[Other]:
    needs_root()
    ip = needs_tool("ip")
    space = f"ol{secrets.token_hex(3)}"
    folder = Path("/etc/netns") / space
    try:
        for words in (
            f"netns add {space}", f"link add {space}a type veth peer name {space}b netns {space}",
            f"addr add {OURS}/30 dev {space}a", f"link set {space}a up",
            f"-n {space} addr add {THEIRS}/30 dev {space}b", f"-n {space} link set {space}b up",
        ):  # fmt: skip
            subprocess.run([ip, *words.split()], check=True, capture_output=True)
        folder.mkdir(parents=True)
        (folder / "hosts").write_text(f"{OURS} {NAME} other.home.arpa\n")
        yield Other(space, folder / "hosts")
    finally:
        subprocess.run([ip, "link", "del", f"{space}a"], check=False, capture_output=True)
        subprocess.run([ip, "netns", "del", space], check=False, capture_output=True)
        (folder / "hosts").unlink(missing_ok=True)
        if folder.exists():
            folder.rmdir()


def listens(port: int) -> bool:
    """Whether the desk takes connections."""
    with socket.socket() as probe:
        return probe.connect_ex((OURS, port)) == 0


def certificate(folder: Path) -> tuple[Path, Path]:
    """For both names, by nobody but itself."""
    made = folder / "desk.pem", folder / "desk.key"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},DNS:other.home.arpa"]  # fmt: skip
    words += ["-out", str(made[0]), "-keyout", str(made[1])]
    subprocess.run([needs_tool("openssl"), *words], check=True, capture_output=True)
    made[1].chmod(0o600)
    return made


def test_a_key_opens_a_desk_from_another_machine(
    on_a_line: Callable[..., list[Desk]], tmp_path: Path, other: Other
) -> None:
    """Under its own name, and under no other: also where that leads to the same machine with a good certificate."""
    amber, _birch = on_a_line("Amber", "Birch")
    chain, key = certificate(tmp_path)
    port = free_port()
    settings = amber.home / "station.toml"
    settings.write_text(
        settings.read_text()
        + f'[desk]\nlisten = "{OURS}:{port}"\nname = "{NAME}"\ncertificate = "{chain}"\nkey = "{key}"\n'
    )
    watch = Watch(amber, port)
    amber.start()
    watch.staff({"Ann": ["custodian"], "Cyd": ["releaser"]})
    watch.until(lambda: listens(port))
    origin = f"https://{NAME}:{port}"

    def there(where: str, name: str, said: str) -> Any:
        came = other.run(where, name, str(port), watch.tokens["Ann"], str(chain), said)
        assert came.returncode == 0, came.stderr
        return json.loads(came.stdout)

    assert there(NAME, NAME, origin) == [[200, "Cyd"], [200, "Cyd"]]
    no_key = "the security key did not show who this is"
    for said in (f"https://other.home.arpa:{port}", f"https://{NAME}", f"http://{NAME}:{port}"):
        assert there(NAME, NAME, said)[0] == [403, no_key]
    assert there(NAME, "other.home.arpa", origin)[0] == [403, no_key]
    assert [status for status, _ in there("other.home.arpa", NAME, origin)] == [421, 421]
    wrong = other.run(OURS, NAME, str(port), watch.tokens["Ann"], str(chain), origin)
    assert "certificate verify failed" in wrong.stderr, "a number is no name of it"
