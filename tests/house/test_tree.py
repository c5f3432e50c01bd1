"""What is committed: nothing of one machine, no addresses of anybody's infrastructure, no secrets, nothing huge."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from tests.house import source

FILE_BYTES_MAX: Final = 1_500_000

# Written in pieces, so that this file does not hold what it looks for.
_OURS: Final = "|".join(["wo" + "rk", "ro" + "ot", "tmp/o" + "l", "tmp/v"])
MACHINE_PATH: Final = re.compile(rf"(?<![\w.~$}}/-])/(?:{_OURS})/")
HOSTS: Final = re.compile(
    "|".join(
        re.escape(host)
        for host in [
            "py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "registry." + "yarnpkg",
            "deb." + "debian.org", "security." + "debian.org", "proxy." + "golang.org", "static.crates" + ".io",
            "index.crates" + ".io", "repo.maven" + ".apache.org", "docker" + ".io",
        ]
    )
)  # fmt: skip
LOCK_FILES: Final = frozenset(
    ["uv.lock", "poetry.lock", "pdm.lock", "yarn.lock", "pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json"]
)
SECRETS: Final = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*\\?n?[\"']?\s*[A-Za-z0-9+/]{40}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abpr]-[A-Za-z0-9-]{10,}"
)
BUILT: Final = re.compile(
    r"(?:^|/)(?:__pycache__|\.venv|\.hypothesis|[^/]+\.egg-info|dist|build)/|\.py[co]$|\.sqlite-(?:wal|shm)$"
)


@cache
def texts() -> dict[str, str]:
    """Every tracked file that is text."""
    held = {}
    for path in source.tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            held[source.short(path)] = data.decode("utf-8", errors="replace")
    return held


def found(pattern: re.Pattern[str]) -> list[str]:
    """`file:line: match` of every hit."""
    hits = []
    for name, text in texts().items():
        hits += [f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]!r}" for hit in pattern.finditer(text)]
    return hits


def test_no_path_of_one_machine() -> None:
    assert not found(MACHINE_PATH)


def test_no_package_registry_is_named() -> None:
    assert not found(HOSTS)


def test_no_secret_is_committed() -> None:
    assert not found(SECRETS)


def test_no_lock_file_that_records_addresses() -> None:
    assert not [source.short(path) for path in source.tracked() if path.name in LOCK_FILES]


def test_nothing_that_was_built_is_committed() -> None:
    assert not [name for path in source.tracked() if BUILT.search(name := source.short(path))]


def test_no_file_is_huge() -> None:
    assert not [source.short(path) for path in source.tracked() if path.stat().st_size > FILE_BYTES_MAX]


def test_requirements_are_hashed_and_carry_no_address() -> None:
    for name in ("run", "dev"):
        text = (source.ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        pins = re.findall(r"^[a-z0-9][^\s=]*==\S+", text, re.MULTILINE)
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert pins
        assert len(pins) == len(blocks)
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text and "@" not in text


def test_what_runs_is_also_what_is_tested() -> None:
    def pins(name: str) -> set[str]:
        text = (source.ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        return set(re.findall(r"^[a-z0-9][^\s=]*==\S+", text, re.MULTILINE))

    assert pins("run") <= pins("dev")


def test_the_patterns_find_what_they_look_for() -> None:
    assert MACHINE_PATH.search("see /wo" + "rk/main")
    assert not MACHINE_PATH.search("frame" + "work/")
    assert not MACHINE_PATH.search("../shared/wo" + "rk/x")
    assert HOSTS.search("https://py" + "pi.org/simple")
    assert SECRETS.search("-----BEGIN PRIVATE " + "KEY-----\n" + "A" * 64)
    assert not SECRETS.search("-----BEGIN PRIVATE " + "KEY-----")
    assert BUILT.search("a/__pycache__/b.pyc")
    assert not BUILT.search("docs/building.md")


def test_scripts_are_executable_and_strict() -> None:
    for path in [source.ROOT / ".ci" / "run", *(p for p in (source.ROOT / "tools").iterdir() if p.is_file())]:
        first, *_ = path.read_text("utf-8").splitlines()
        if "bash" in first:
            assert "set -euo pipefail" in path.read_text("utf-8"), source.short(path)
        assert path.stat().st_mode & 0o111, f"{source.short(path)} is not executable"


def test_relative_links_in_documents_lead_somewhere() -> None:
    broken = []
    for name, text in texts().items():
        if not name.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            place = (source.ROOT / name).parent / target
            if "://" not in target and not target.startswith("mailto:") and not place.exists():
                broken.append(f"{name}: {target}")
    assert not broken
