"""Where a passphrase comes from, in order; never guessed, never asked for where nobody can answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.console.codes import Told
from openline.console.passphrases import PASSPHRASE_BYTES_MAX, Source, Sources, take, take_again, take_both, take_root
from openline.console.terminal import Session
from tests.rooms.console.conftest import Hall


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Session(Hall(), tmp_path)


@pytest.fixture
def secret(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, data: bytes, mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        return path

    return write


def pipe(data: bytes) -> int:
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    return reading


def test_the_order_is_descriptor_file_credential_settings(
    session: Session, secret: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret("configured", b"from settings\n")
    (tmp_path / "station.toml").write_text("[station]\npassphrase_file = 'configured'\n")
    assert take(session, Source(), "x") == b"from settings"
    secret("credentials/passphrase", b"from a credential", 0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    assert take(session, Source(), "x") == b"from a credential"
    given = secret("given", b"from a file\r\n")
    assert take(session, Source(file=given), "x") == b"from a file"
    assert take(session, Source(fd=pipe(b"from a descriptor\n"), file=given), "x") == b"from a descriptor"


def test_a_line_s_own_comes_first_and_only_what_lies_in_a_file_is_read_again(
    session: Session, secret: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret("general", b"the station's\n")
    secret("own", b"the line's\n")
    (tmp_path / "station.toml").write_text(
        "[station]\npassphrase_file = 'general'\n[lines.a]\npassphrase_file = 'own'\n[lines.b]\n"
    )
    assert take(session, Source(), "x", line="a") == b"the line's"
    assert take(session, Source(), "x", line="b") == take(session, Source(), "x") == b"the station's"
    secret("credentials/passphrase", b"a credential")
    secret("credentials/passphrase_a", b"the line's credential")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    assert take(session, Source(), "x", line="a") == b"the line's credential"
    assert take(session, Source(), "x", line="b") == take(session, Source(), "x") == b"a credential"
    assert take_again(session, Source(), "a", b"known") == b"the line's credential"
    assert take_again(session, Source(fd=3), "a", b"known") == b"known"


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\xff\xfe", b"x" * (PASSPHRASE_BYTES_MAX + 1)], ids=["empty", "newline", "binary", "long"]
)
def test_an_unusable_one_is_refused(session: Session, secret: Callable[..., Path], data: bytes) -> None:
    with pytest.raises(Told) as told:
        take(session, Source(file=secret("x", data)), "x")
    assert told.value.code == "OL-801"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_read_is_refused(session: Session, secret: Callable[..., Path], mode: int) -> None:
    with pytest.raises(Told) as told:
        take(session, Source(file=secret("x", b"x", mode)), "x")
    assert told.value.code == "OL-802"


def test_without_a_terminal_nobody_is_asked(session: Session) -> None:
    with pytest.raises(Told) as told:
        take(session, Source(), "passphrase of the root key")
    assert told.value.code == "OL-203" and "root key" in told.value.detail


def test_a_descriptor_that_is_not_open_is_refused(session: Session) -> None:
    with pytest.raises(Told) as told:
        take(session, Source(fd=987), "x")
    assert told.value.code == "OL-801"


def test_one_passphrase_serves_root_and_station_unless_two_are_given(
    session: Session, secret: Callable[..., Path]
) -> None:
    one, two = Source(file=secret("one", b"one")), Source(file=secret("two", b"two"))
    assert take_both(session, Sources(one), "r", "s") == (b"one", b"one")
    assert take_both(session, Sources(one, two), "r", "s") == (b"two", b"one")
    assert take_root(session, Sources(one), b"one") == b"one"
    assert take_root(session, Sources(one, two), b"one") == b"two"
    piped = pipe(b"once")
    assert take_both(session, Sources(Source(fd=piped)), "r", "s") == (b"once", b"once")
