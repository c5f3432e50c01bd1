"""Where the desk's pages are served: on this machine alone, or over TLS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.placing import Address, Place, take_address, take_only, take_path
from openline.errors import Misconfigured
from openline.limits import NAME_CHARS_MAX

LOOPBACK: Final = frozenset(("127.0.0.1", "::1", "localhost"))


class Setting(NamedTuple):
    """Where the pages are to be found. Beyond loopback: TLS, and a name with more than one label."""

    address: Address
    name: str = "localhost"
    certificate: Path | None = None
    key: Path | None = None

    @property
    def scheme(self) -> str:
        """http only where nothing leaves this machine."""
        return "https" if self.certificate is not None else "http"

    def check(self) -> None:
        """Raises Misconfigured where what is set would let the pages be read on their way."""
        if (self.certificate is None) != (self.key is None):
            raise Misconfigured("a certificate and its key are given together")
        if self.certificate is None and self.address.host not in LOOPBACK:
            raise Misconfigured(f"{self.address}: beyond this machine the desk is served over TLS alone: "
                                "give certificate, key and name")
        if self.certificate is not None and "." not in self.name.strip("."):
            why = "security keys need a name with more than one label, like desk.home.arpa"
            raise Misconfigured(f"{self.name!r}: {why}")

    @property
    def origin(self) -> str | None:
        """What a browser says its pages are at; None where the port is not known before it is taken."""
        port = self.address.port
        if port == 0:
            return None
        usual = port == (443 if self.certificate is not None else 80)
        return f"{self.scheme}://{self.name.lower()}" + ("" if usual else f":{port}")

    def names(self, port: int) -> frozenset[str]:
        """What `Host` may say."""
        hosts = {self.name.lower()}
        if self.certificate is None:
            hosts |= {"localhost", "127.0.0.1", "[::1]"}
        whole = {f"{host}:{port}" for host in hosts}
        return frozenset(whole | (hosts if port == (443 if self.certificate else 80) else set()))

    def cookie(self, port: int) -> str:
        """The name of the sitting's cookie: of this port alone, since browsers share cookies between ports."""
        return f"__Host-openline-{port}" if self.certificate is not None else f"openline-{port}"


def take_setting(table: Mapping[str, object], place: Place) -> Setting | None:
    """`[desk]` of station.toml; None where it says no `listen`. Raises Misconfigured."""
    take_only(table, ("listen", "name", "certificate", "key"), place)
    if "listen" not in table:
        return None
    name = table.get("name", "localhost")
    if not isinstance(name, str) or len(name) > NAME_CHARS_MAX:
        raise place.refuse("name", "a name in quotes is expected")
    setting = Setting(
        take_address(table["listen"], "listen", place), name,
        take_path(table, "certificate", place), take_path(table, "key", place),
    )  # fmt: skip
    try:
        setting.check()
    except Misconfigured as error:
        raise place.refuse("listen", str(error)) from error
    return setting
