"""What stands before every page: whom the pages are for, what a browser may do with them, how much may come in.

- The name in `Host` is one of ours, or nothing is answered: another name that leads here (rebinding) reaches nothing.
- What changes something comes from a page of ours: `Origin` is ours, or, where a browser leaves it out,
  `Sec-Fetch-Site` says same-origin. Each form has a token of its sitting as well (`token_of`).
- The content policy lets nothing in but our own files: no inline script or style, no other origin, no frame; trusted
  types have one policy, for the one worker. (W3C CSP 3, Trusted Types)
- A body is bounded while it is read, whatever `Content-Length` says.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from typing import Any, Final

from openline.limits import BLOB_BYTES_MAX

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types openline"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # not no-referrer: with that, browsers send `Origin: null` with our own forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
API: Final = "/api/"
UPLOADS: Final = re.compile(  # what brings a file
    r"(/api/v1)?/drafts/[0-9]{1,16}/attachments|/sealed/escrow|/sealed/exchange/[0-9a-f/]{1,64}/commit"
)
UPLOAD_BYTES_MAX: Final = BLOB_BYTES_MAX + 16 * 1024  # with the other fields of its form
PATH_CHARS_MAX: Final = 2_000
READING: Final = frozenset(("GET", "HEAD"))


class TooMuch(Exception):
    """A body goes over its bound."""


def token_of(sitting: str) -> str:
    """What a form must carry to act in a sitting. A restart of the pages does not change it: no form is lost by one."""
    return hmac.new(sitting.encode(), b"openline desk form", sha256).hexdigest()[:32]


def token_fits(sitting: str, given: str) -> bool:
    """Whether the form is of this sitting."""
    return hmac.compare_digest(token_of(sitting).encode(), given.encode("utf-8", "replace"))


class Safety:
    """The outermost layer. `names`: what `Host` may say; `origin` is where our own forms come from."""

    def __init__(self, app: App, names: frozenset[str], scheme: str, body_bytes_max: int) -> None:
        self._app = app
        self._names = names
        self._origins = frozenset(f"{scheme}://{name}" for name in names)
        self._tls = scheme == "https"
        self._body_bytes_max = body_bytes_max

    def _too_much(self, path: str) -> str:
        if UPLOADS.fullmatch(path):
            return f"a file that goes along has at most {BLOB_BYTES_MAX} bytes"
        return f"a form holds at most {self._body_bytes_max} bytes; what is longer goes along as an attachment"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        sending = _Sending(send, self._tls)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await sending.plain(*refusal, scope["path"].startswith(API))
            return
        left = self._most(scope["path"])

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooMuch
            return message

        try:
            await self._app(scope, bounded, sending)
        except TooMuch:
            if not sending.has_begun:
                await sending.plain(413, self._too_much(scope["path"]), scope["path"].startswith(API))

    def _most(self, path: str) -> int:
        return UPLOAD_BYTES_MAX if UPLOADS.fullmatch(path) else self._body_bytes_max

    def _refusal(self, scope: Scope, headers: dict[bytes, str]) -> tuple[int, str] | None:
        if headers.get(b"host", "").lower() not in self._names:
            return 421, "this desk has another name"
        if [name for name, _ in scope["headers"]].count(b"host") != 1:
            return 400, "one Host, please"
        if len(scope["path"]) > PATH_CHARS_MAX:  # and no number in it is longer than an int takes
            return 414, "no page of ours has such an address"
        if scope["method"] in READING:
            return None
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if origin is not None and origin.lower() not in self._origins:
            return 403, "this came from a page that is not ours"
        if site is not None and site != "same-origin":
            return 403, "this came from a page that is not ours"
        # No form can be JSON, and where a script asks from another page, a browser says from where.
        as_json = scope["path"].startswith(API) and headers.get(b"content-type", "").startswith("application/json")
        by_a_program = as_json or headers.get(b"authorization", "").lower().startswith("bearer ")
        if origin is None and site is None and not by_a_program:
            return 403, "where this came from is not said"
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > self._most(scope["path"]):
            return 413, self._too_much(scope["path"])
        return None


class _Sending:
    """Adds our headers to every answer, whatever made it."""

    def __init__(self, send: Send, tls: bool) -> None:
        self._send = send
        self._tls = tls
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            given = list(message.get("headers", []))
            names = {name.lower() for name, _ in given}
            ours = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in names]
            if self._tls:
                ours.append((b"strict-transport-security", b"max-age=31536000"))
            message = {**message, "headers": [*given, *ours]}
        await self._send(message)

    async def plain(self, status: int, words: str, to_a_program: bool = False) -> None:
        """A short answer of our own; to a program as a problem (RFC 9457)."""
        body, kind = words.encode() + b"\n", b"text/plain; charset=utf-8"
        if to_a_program:
            problem = {"type": "about:blank", "title": words, "status": status, "code": "OL-201"}
            body, kind = json.dumps(problem).encode(), b"application/problem+json"
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
