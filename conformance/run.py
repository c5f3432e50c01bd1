"""Runs the vectors: against our own code in this process, or against any program that speaks the driver's protocol.

A driver is asked one question a line and answers with one line, in order (README.md). It stands the test when every
answer has the verdict of its vector and, where that is `accept`, gives what the vector gives.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from conformance import driver
from conformance.plain import Plain, resolved

VECTORS: Final = Path(__file__).resolve().parent / "vectors"
SHARED: Final = Path(__file__).resolve().parent / "shared.json"
VERDICTS: Final = ("accept", "refuse", "wait")
Answer = dict[str, Any]
Ask = Callable[[Answer], Answer]


class Vector(NamedTuple):
    """One scenario; see README.md."""

    name: str
    door: str
    rules: tuple[str, ...]
    story: str
    given: dict[str, Plain]
    verdict: str
    gives: Plain
    says: str


class Outcome(NamedTuple):
    """What came of one vector: "" when the driver stands it, else what differs; None when it has no such door."""

    vector: Vector
    differs: str | None


def load_shared() -> dict[str, str]:
    """The byte strings that vectors share, in hexadecimal."""
    shared = json.loads(SHARED.read_text("utf-8"))
    return {name: text for name, text in shared.items() if not name.startswith("_")}


def load(paths: Iterable[Path]) -> list[Vector]:
    """The vectors in these files. Raises ValueError for a file that is none."""
    vectors = []
    for path in paths:
        held = json.loads(path.read_text("utf-8"))
        vector = Vector(path.stem, held["door"], tuple(held["rules"]), held["story"], held["given"], held["verdict"],
                        held.get("gives"), held.get("says", ""))  # fmt: skip
        if vector.verdict not in VERDICTS:
            raise ValueError(f"{path.name}: verdict {vector.verdict!r}")
        vectors.append(vector)
    return vectors


def judge(vector: Vector, answer: Answer, *, ours: bool) -> str | None:
    """What differs between an answer and its vector. `ours`: also whether it was refused for the reason meant."""
    verdict = answer.get("verdict")
    if verdict == "no such door":
        return None
    if verdict != vector.verdict:
        return f"answers {verdict!r} ({answer.get('why', '')}) where the vector has {vector.verdict!r}"
    if verdict == "accept" and answer.get("gives") != vector.gives:
        return f"gives {json.dumps(answer.get('gives'))[:400]} where the vector has {json.dumps(vector.gives)[:400]}"
    if ours and verdict != "accept" and vector.says not in answer.get("why", ""):
        return f"refuses for another reason ({answer.get('why', '')}) than the one meant ({vector.says})"
    return ""


def run(vectors: Sequence[Vector], ask: Ask, *, ours: bool) -> list[Outcome]:
    """Ask everything. Raises what `ask` raises when the driver ends early."""
    shared = load_shared()
    outcomes = []
    for number, vector in enumerate(vectors):
        question = {"id": number, "door": vector.door, "given": resolved(vector.given, shared)}
        answer = ask(question)
        outcomes.append(Outcome(vector, judge(vector, answer, ours=ours)))
    return outcomes


def ask_ours(question: Answer) -> Answer:
    """Our own code, through the same words that a driver speaks."""
    return json.loads(driver.line(json.dumps(question)))  # type: ignore[no-any-return]


class Driven:
    """Another program, asked by lines. Use as a context."""

    def __init__(self, command: str) -> None:
        self._process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self) -> Driven:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def ask(self, question: Answer) -> Answer:
        """One question, one answer. Raises EOFError when the program ends."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise EOFError(f"the driver ended at question {question['id']} ({question['door']})")
        answer = json.loads(line)
        if answer.get("id") != question["id"]:
            raise EOFError(f"the driver answers {answer.get('id')} to question {question['id']}")
        return answer  # type: ignore[no-any-return]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. 0: every vector that the driver has a door for stands; 1: one does not; 2: wrong use."""
    parser = argparse.ArgumentParser("python -m conformance", description="Runs Openline's conformance vectors.")
    parser.add_argument("--driver", help="a command that reads questions and writes answers; ours if not given")
    parser.add_argument("--only", default="", help="vectors whose name begins so")
    given = parser.parse_args(arguments)
    vectors = load(sorted(VECTORS.glob(f"{given.only}*.json")))
    if not vectors:
        parser.error(f"no vector begins with {given.only!r}")
    if given.driver is None:
        outcomes = run(vectors, ask_ours, ours=True)
    else:
        with Driven(given.driver) as other:
            outcomes = run(vectors, other.ask, ours=False)
    return report(outcomes)


def report(outcomes: Sequence[Outcome]) -> int:
    """Say what came of it; the exit code."""
    wrong = [outcome for outcome in outcomes if outcome.differs]
    for vector, differs in wrong:
        print(f"{vector.name} ({', '.join(vector.rules)}): {differs}")
    left_out = Counter(vector.door for vector, differs in outcomes if differs is None)
    for door, count in sorted(left_out.items()):
        print(f"left out: {count} vectors at the door {door}, which this driver does not have")
    stood = Counter(vector.verdict for vector, differs in outcomes if differs == "")
    said = ", ".join(f"{stood[verdict]} {verdict}" for verdict in VERDICTS)
    print(f"{len(outcomes)} vectors: {said} as they should; {len(wrong)} differ, {left_out.total()} left out")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
