"""Asking twice under one key does it once: the second time gives the answer of the first. (HTTP API)

A key belongs to the officer or program who asks, not to their sitting. Secrets are told once and kept nowhere: of such
an answer only that it was given is known.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from openline.console.codes import Told, code_of
from openline.console.files.asking import AttachFile
from openline.console.watch import asking
from openline.console.watch.desk import Desk
from openline.console.watch.doors import let_in
from openline.console.watch.etag import etag_now
from openline.console.watch.keys.asking import MakeToken, SignInByKey
from openline.store.oncelog import OnceLog

TOLD_ONCE: Final = (  # their answers are secrets
    asking.EnrolOfficer, asking.RenewPin, MakeToken, asking.SignIn, SignInByKey,
)  # fmt: skip
_SECRET: Final = b""
_UNKNOWN: Final = frozenset(("OL-101", "OL-102", "OL-103", "OL-104"))  # ends after which something may be done
_ENCODE: Final = msgspec.json.Encoder(order="deterministic")


class Once:
    """All keys of one desk. The file is made when the first key is used."""

    def __init__(self, path: Path, desk: Desk, now_ms: Callable[[], int]) -> None:
        self._path = path
        self._desk = desk
        self._now_ms = now_ms
        self._log: OnceLog | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._log is not None:
            self._log.close()

    def let_in(self, ask: asking.AnyRequest) -> None:
        """Raises Told OL-404 or Refused for what who asks may not, before anything else is looked at."""
        let_in(self._desk, ask)

    async def perform(self, ask: asking.AnyRequest, act: Callable[[Any], Awaitable[object]]) -> object:
        """The answer of `act`, or of the time before.

        Raises what `act` raises; Told OL-206 for a key of another request, OL-704 where it is under way, its outcome is
        unknown or its answer was a secret; OL-705 where the draft is not as it was meant, which is looked at only when
        it is done now: who asks again after a lost answer means the state before. StoreDown.
        """
        if not ask.once:
            self._as_meant(ask)
            return await act(ask)
        if self._log is None:
            self._log = OnceLog(self._path)
        who = self._desk.look(ask.sitting).actor.officer if self._desk.is_staffed and ask.sitting else -1
        key = sha256(f"{who}/{ask.once}".encode()).digest()
        request = _digest(ask)
        before = self._log.begin(key, request, self._now_ms())
        if before is not None:
            if before.request != request:
                raise Told("OL-206", f"{ask.once!r} was the key of another request")
            if not before.answer:
                raise Told("OL-704", "this was asked before under this key")
            return msgspec.Raw(before.answer)
        try:
            self._as_meant(ask)
            answer = await act(ask)
        except Exception as error:
            if code_of(error).code not in _UNKNOWN:
                self._log.drop(key)
            raise
        self._log.end(key, _SECRET if isinstance(ask, TOLD_ONCE) else _ENCODE.encode(answer))
        return answer

    def _as_meant(self, ask: asking.AnyRequest) -> None:
        draft = self._desk.state.drafts.get(getattr(ask, "draft", -1)) if ask.meant else None
        if draft is not None and etag_now(draft) not in [one.strip() for one in ask.meant.split(",")]:
            raise Told("OL-705", f"draft D-{draft.number} is at version {draft.version.number}, {draft.stage}")


def _digest(ask: asking.AnyRequest) -> bytes:
    plain = msgspec.to_builtins(ask)
    for name in ("id", "sitting", "once", "meant"):
        plain.pop(name, None)
    if isinstance(ask, AttachFile):
        plain.pop("path")  # where it was put down meanwhile; its hash says which file is meant
    return sha256(_ENCODE.encode(plain)).digest()
