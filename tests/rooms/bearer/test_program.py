"""Any program as a bearer: real programs, good ones and all kinds of bad ones."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from openline.bearer.contract import BearerFacts
from openline.bearer.program import ProgramBearer, ProgramBounds
from openline.errors import BearerDown, Misconfigured
from openline.line.state import Duplex
from openline.wire.frame import encode_frame
from tests.contracts.bearer_contract import BearerContract, Side, body
from tests.ports import free_port
from tests.rooms.bearer.ears import Ears, run, until

FAST = BearerFacts("pipe", 1_000_000, 0, 4096, Duplex.FULL, 86_400_000)
QUICK = ProgramBounds(start_again_first_ms=20, start_again_max_ms=40, end_within_ms=300)
EXAMPLE = Path(__file__).parents[3] / "share" / "bearers" / "tcp-pipe"
HELLO = "import os,sys,time\nos.write(1, b'openline-bearer/1\\n')\n"


def side(peer: int, command: list[str], facts: BearerFacts = FAST, bounds: ProgramBounds = QUICK) -> Side:
    ears = Ears()
    return Side(ProgramBearer(peer, ears, command, facts, bounds=bounds), ears)


def python(text: str, facts: BearerFacts = FAST, bounds: ProgramBounds = QUICK) -> Side:
    """A program written here."""
    return side(1, [sys.executable, "-S", "-c", text], facts, bounds)


class TestExampleProgram(BearerContract):
    """The example that is shipped, at both ends."""

    async def pair(self, place: Path) -> tuple[Side, Side]:
        port = str(free_port())
        command = [sys.executable, "-S", str(EXAMPLE)]
        return side(1, [*command, "listen", "127.0.0.1", port]), side(0, [*command, "dial", "127.0.0.1", port])


def test_what_a_program_is_given_is_frames_and_what_it_gives_is_frames() -> None:
    async def story() -> None:
        echo = python(HELLO + "while d := os.read(0, 4096): os.write(1, d)")
        await echo.bearer.start()
        await until(lambda: echo.ears.up)
        for n in range(50):
            echo.bearer.send(1, body(n))
        await until(lambda: len(echo.ears.frames) == 50)
        assert echo.ears.bodies(1) == [body(n) for n in range(50)]
        await echo.bearer.close()

    run(story())


def test_a_program_that_ends_is_down_by_name_and_started_again(tmp_path: Path) -> None:
    async def story() -> None:
        mark = tmp_path / "mark"
        once = python(HELLO + f"p = {str(mark)!r}\nif not os.path.exists(p): open(p, 'w'); time.sleep(0.2); sys.exit(3)"
                      "\nwhile os.read(0, 4096): pass")  # fmt: skip
        await once.bearer.start()
        await until(lambda: once.ears.count("down"))
        assert "ended with 3; it is started again" in once.ears.alarms["pipe"]
        with pytest.raises(BearerDown, match=r"party 1: .*ended with 3"):
            once.bearer.send(1, body(1))
        await until(lambda: once.ears.up)
        assert not once.ears.alarms
        await once.bearer.close()

    run(story())


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("print('usage: modem [options]', flush=True)\nimport time; time.sleep(60)", "begins with"),
        ("import os\nos.write(1, os.urandom(100000))", "begins with"),
        ("import time; time.sleep(60)", r"did not say openline-bearer/1 in time"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "was ended by signal 11"),
        (HELLO + "os.close(1)\ntime.sleep(60)", "closed its output"),
        (HELLO + "time.sleep(60)", "reads nothing of what waits for it"),
    ],
)
def test_a_bad_program_is_an_alarm_and_nothing_worse(text: str, alarm: str) -> None:
    async def story() -> None:
        # Only what is tested is hurried: on a busy machine another alarm would come first, each time anew.
        bounds = QUICK._replace(
            hello_within_ms=700 if "in time" in alarm else 60_000, stuck_after_ms=300 if "reads" in alarm else 60_000
        )
        bad = python(text, bounds=bounds)
        await bad.bearer.start()
        while alarm not in bad.ears.alarms.get("pipe", ""):
            if bad.bearer.room(1):
                bad.bearer.send(1, body(1, 4000))
            await asyncio.sleep(0.001)
        await bad.bearer.close()

    run(story())


def test_a_program_that_writes_without_end_is_read_at_a_bounded_rate() -> None:
    async def story() -> None:
        flood = python(HELLO + "while True: os.write(1, b'junk' * 16000); os.write(2, b'note\\n' * 8000)")
        await flood.bearer.start()
        await until(lambda: flood.ears.up)
        for _ in range(100):
            await asyncio.sleep(0.01)  # the loop goes on, or this never ends
        assert len(flood.ears.faults) <= 4  # and what it says is said once
        assert not flood.ears.frames
        await flood.bearer.close()

    run(story())


def test_frames_among_garbage_are_found() -> None:
    async def story() -> None:
        frame = encode_frame(body(7))
        noisy = python(HELLO + f"os.write(1, os.urandom(999) + {frame!r} + os.urandom(99))\ntime.sleep(60)")
        await noisy.bearer.start()
        await until(lambda: body(7) in noisy.ears.bodies(1))
        await noisy.bearer.close()

    run(story())


def test_status_lines_take_it_down_and_up_and_all_others_are_for_the_engineer() -> None:
    async def story() -> None:
        text = (
            "say = lambda s: os.write(2, s.encode() + b'\\n')\nsay('modem: hello'); say('openline: down no carrier')\n"
            "os.read(0, 1); say('openline: sideways')\nopen('/dev/null')\ntime.sleep(0.1); say('openline: up')\n"
            "while os.read(0, 4096): pass"
        )
        dials = python(HELLO + "os.read(0, 1)\n" + text)
        await dials.bearer.start()
        await until(lambda: dials.ears.up)
        dials.bearer.send(1, body(1))
        await until(lambda: dials.ears.count("down"))
        assert "no carrier" in dials.ears.alarms["pipe"]
        await until(lambda: dials.ears.up)
        assert not dials.ears.alarms
        assert "modem: hello" in dials.ears.refusals()
        assert "'openline: sideways', which means nothing here" in dials.ears.refusals()
        await dials.bearer.close()

    run(story())


def test_it_is_given_no_more_than_it_reads_so_that_the_rest_can_be_overtaken() -> None:
    async def story() -> None:
        slow = python(HELLO + "time.sleep(60)", bounds=QUICK._replace(close_within_ms=100))
        await slow.bearer.start()
        await until(lambda: slow.ears.up)
        for n in range(20):
            slow.bearer.send(1, body(n, 4000))
        await asyncio.sleep(0.3)
        assert slow.bearer._outgoing.waiting_bytes >= 70_000  # type: ignore[attr-defined]
        await slow.bearer.close()

    run(story())


def test_it_ends_with_us_and_so_does_all_that_it_started(tmp_path: Path) -> None:
    async def story() -> None:
        pids = tmp_path / "pids"
        text = (
            f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\npid = os.fork()\n"
            f"if pid: open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{pid}} ')\ntime.sleep(60)"
        )
        deaf = python(HELLO + text)
        await deaf.bearer.start()
        await until(lambda: pids.exists() and pids.read_text().endswith(" "))
        await deaf.bearer.close()
        await until(lambda: not any(_runs(int(pid)) for pid in pids.read_text().split()))

    run(story())


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_little_of_our_surroundings_reaches_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def story() -> None:
        monkeypatch.setenv("A_SECRET_OF_OURS", "x")
        seen = tmp_path / "seen"
        tells = python(f"import os\nopen({str(seen)!r}, 'w').write(repr(sorted(os.environ)) + '.')")
        await tells.bearer.start()
        await until(lambda: seen.exists() and seen.read_text().endswith("."))
        assert "A_SECRET_OF_OURS" not in seen.read_text()
        assert "OPENLINE_BEARER" in seen.read_text()
        await tells.bearer.close()

    run(story())


def test_what_is_no_program_is_refused_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        plain = tmp_path / "plain"
        plain.write_text("text")
        for path in (plain, tmp_path, tmp_path / "none"):
            with pytest.raises(Misconfigured, match="is no program that this account may run"):
                await side(1, [str(path)]).bearer.start()
        plain.chmod(0o755)
        odd = side(1, [str(plain)])
        await odd.bearer.start()
        await until(lambda: "cannot be started: Exec format error" in odd.ears.alarms.get("pipe", ""))
        await odd.bearer.close()
        assert os.access(plain, os.X_OK)

    run(story())
