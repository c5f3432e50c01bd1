"""The reference driver: our own code behind the driver's protocol, by lines: `python -m conformance.driver`.

A question is {"id", "door", "given"}; an answer {"id", "verdict", "gives" or "why"}. Verdicts: `accept`; `refuse` (the
bytes break the protocol); `wait` (cannot be judged here and now: blames nobody); `no such door`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from conformance.doors import DOORS
from conformance.plain import plain
from openline.errors import PeerFault, Unchecked


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question."""
    door = DOORS.get(question["door"])
    if door is None:
        return {"verdict": "no such door"}
    try:
        return {"verdict": "accept", "gives": plain(door(question["given"]))}
    except PeerFault as fault:
        return {"verdict": "refuse", "why": fault.reason}
    except Unchecked as doubt:
        return {"verdict": "wait", "why": str(doubt)}


def line(text: str) -> str:
    """One line in, one line out."""
    question = json.loads(text)
    return json.dumps({"id": question["id"], **answer(question)}, ensure_ascii=True)


def main() -> None:
    """Answer until there are no more questions."""
    for text in sys.stdin:
        print(line(text), flush=True)


if __name__ == "__main__":
    main()
