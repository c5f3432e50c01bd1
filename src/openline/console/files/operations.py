"""Files of drafts and of entries at a running station.

A draft names its files by size and SHA-256, as the message will: so each version, its short code and its release are
over exactly these bytes. (R-076, R-301)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from openline.console.channel import asking as line
from openline.console.channel.attaching import take_files
from openline.console.channel.showing import Reader
from openline.console.codes import Told, as_given
from openline.console.files import asking
from openline.console.stating.running import Running
from openline.console.watch.asking import DraftRow
from openline.console.watch.drafts import Presenter
from openline.desk import acts
from openline.desk.people import Act
from openline.desk.state import Draft, Stage
from openline.errors import Malformed, Refused
from openline.limits import ATTACHMENTS_MAX, COMMIT_BYTES_MAX, NARROW_BELOW_BYTES_PER_SECOND
from openline.line.events import BlobWanted, Event
from openline.record.body import Attachment, Message, encode_message, parse_message
from openline.record.entry import MESSAGE

PART_BYTES: Final = 1024 * 1024
# What may start a program where it is opened, by the end of its name; a warning and no more: any file can be hostile.
RUNS: Final = frozenset((
    "app", "bat", "chm", "cmd", "com", "cpl", "deb", "dll", "dmg", "docm", "exe", "hta", "htm", "html", "img", "iso",
    "jar", "js", "jse", "lnk", "msi", "msix", "pif", "pptm", "ps1", "py", "reg", "rpm", "scr", "sh", "svg", "url", "vb",
    "vbe", "vbs", "wsf", "xht", "xhtml", "xlsm",
))  # fmt: skip


class FilesOf:
    """`asking.Request`s over one station. `status` and `happened` are the station's own."""

    def __init__(
        self, running: Running, reader: Reader, status: Callable[[], line.Status], happened: Callable[[Event], None]
    ) -> None:
        self._running = running
        self._reader = reader
        self._presenter = Presenter(running.desk)
        self._status = status
        self._happened = happened

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.AttachFile: self.attach, asking.RemoveFile: self.remove, asking.AskDraftFiles: self.of_draft,
            asking.AskFiles: self.of_entry, asking.ReadFile: self.read, asking.ReadDraftFile: self.read_draft,
            asking.FetchFile: self.fetch,
        }  # fmt: skip

    # ---------------------------------------------------------------- drafts
    async def attach(self, ask: asking.AttachFile) -> DraftRow:
        """Keep the bytes, then write the version that names them. Raises Refused, Told OL-204, OL-402, OSError."""
        draft, message = self._open(ask.draft, ask.over, ask.sitting)
        if len(message.attachments) >= ATTACHMENTS_MAX:
            raise Refused(f"draft D-{draft.number} has {ATTACHMENTS_MAX} files, and a message takes no more")
        if any(one.name == ask.name for one in message.attachments):
            raise Refused(f"draft D-{draft.number} has a file called {ask.name!r} already")
        added = Attachment(ask.name, 0, ask.media_type, bytes(32))
        with as_given():
            encode_message(message._replace(attachments=(*message.attachments, added)))  # before anything is kept
        given = line.Attachment(ask.name, ask.media_type, ask.path)
        (taken,) = take_files(self._running.store, [given], self._running.charter.limits.blob_bytes_max)
        if taken.digest.hex() != ask.sha256:
            raise Told("OL-204", f"{ask.name}: the file is another than the one that was meant")
        return self._write(draft, ask.over, (*message.attachments, taken), message, ask.sitting)

    async def remove(self, ask: asking.RemoveFile) -> DraftRow:
        """Its bytes stay in the store: an older version of the draft names them."""
        draft, message = self._open(ask.draft, ask.over, ask.sitting)
        _numbered(message, ask.number)
        left = tuple(one for at, one in enumerate(message.attachments, 1) if at != ask.number)
        return self._write(draft, ask.over, left, message, ask.sitting)

    def _open(self, number: int, over: int, sitting: str) -> tuple[Draft, Message]:
        """A draft that can be changed by who asks, at that version. Raises Refused before anything is read."""
        desk = self._running.desk
        acts.allow(desk.state, Act.DRAFT, desk.sitting(sitting).actor)
        draft = desk.state.drafts.get(number)
        if draft is None:
            raise Told("OL-301", f"there is no draft D-{number}")
        if draft.stage not in (Stage.OPEN, Stage.SUBMITTED) or draft.version.number != over:
            raise Refused(f"draft D-{number} is {draft.stage}, at version {draft.version.number}: read it again first")
        if not draft.version.body:
            raise Refused(f"draft D-{number} is no message: files go along with messages")
        return draft, parse_message(draft.version.body)

    def _write(
        self, draft: Draft, over: int, files: tuple[Attachment, ...], message: Message, sitting: str
    ) -> DraftRow:
        desk, version = self._running.desk, draft.version
        with as_given():
            body = encode_message(message._replace(attachments=files))
        asked = acts.Write(draft.number, over, version.precedence, version.flags, body, version.kind, version.told)
        actor = desk.sitting(sitting).actor
        desk.act(asked, actor)
        return self._presenter.row(desk.state.drafts[draft.number], actor)

    async def of_draft(self, ask: asking.AskDraftFiles) -> asking.Files:
        """With what they would take on the way."""
        files = self._rows(self._message_of(ask.draft))
        size = sum(one.size for one in files)
        return asking.Files(files, self._roads(size) if files else [])

    def _message_of(self, number: int) -> Message:
        draft = self._running.desk.state.drafts.get(number)
        if draft is None:
            raise Told("OL-301", f"there is no draft D-{number}")
        body = draft.version.body or self._presenter.body_of(draft)
        return parse_message(body) if body else Message("", "")

    def _roads(self, size: int) -> list[asking.RoadRow]:
        rows = []
        for bearer in self._status().bearers:
            slow = bearer.bits_per_second < 8 * NARROW_BELOW_BYTES_PER_SECOND
            takes_s = -(-8 * size // max(bearer.bits_per_second, 1)) + bearer.latency_ms // 1000
            rows += [
                asking.RoadRow(party, bearer.name, bearer.bits_per_second, takes_s, slow) for party in bearer.up
            ]
        return rows

    # ---------------------------------------------------------------- entries
    async def of_entry(self, ask: asking.AskFiles) -> asking.Files:
        """Raises Told OL-204, OL-301."""
        return asking.Files(self._rows(self._message_at(ask.place)[1]))

    def _message_at(self, place: str) -> tuple[int, Message]:
        log, index = self._reader.find_place(place)
        if self._running.store.kinds(log, index, 1) != [MESSAGE]:
            raise Told("OL-301", f"{place} is no message, and names no files")
        try:
            row = self._running.store.entries(log, index, 1, COMMIT_BYTES_MAX)[0]
            return log.party, parse_message(row.body)
        except Malformed as fault:
            raise Told("OL-301", f"{place} cannot be read: {fault.reason}") from fault

    def _rows(self, message: Message) -> list[asking.FileRow]:
        return [self._row(at, one) for at, one in enumerate(message.attachments, 1)]

    def _row(self, number: int, one: Attachment) -> asking.FileRow:
        blob = self._running.store.blob(one.digest)
        held = blob.held if blob is not None and blob.total == one.size else 0
        runs = one.name.rpartition(".")[2].strip().lower() in RUNS
        return asking.FileRow(number, one.name, one.size, one.media_type, one.digest.hex(), held, runs)

    async def read(self, ask: asking.ReadFile) -> asking.FilePart:
        """Raises Told OL-301 where the file is not here whole."""
        return self._part(self._message_at(ask.place)[1], ask.number, ask.offset)

    async def read_draft(self, ask: asking.ReadDraftFile) -> asking.FilePart:
        """The same of a draft."""
        return self._part(self._message_of(ask.draft), ask.number, ask.offset)

    def _part(self, message: Message, number: int, offset: int) -> asking.FilePart:
        one = _numbered(message, number)
        row = self._row(number, one)
        if row.held < one.size:
            raise Told("OL-301", f"file {number} is not here yet: {row.held} of {one.size} bytes")
        data = self._running.store.blob_bytes(one.digest, offset, PART_BYTES) if offset < one.size else b""
        return asking.FilePart(row, offset, data)

    async def fetch(self, ask: asking.FetchFile) -> asking.FileRow:
        """A person asks: it is fetched over slow bearers too, after everything else. (R-134)"""
        party, message = self._message_at(ask.place)
        one = _numbered(message, ask.number)
        row = self._row(ask.number, one)
        if row.held < one.size:
            if one.size > self._running.charter.limits.blob_bytes_max:
                raise Refused(f"{one.name} is larger than the line's terms allow, and is not fetched")
            self._happened(BlobWanted(one.digest, one.size, row.held, asked=True, named_by=party))
        return row


def _numbered(message: Message, number: int) -> Attachment:
    if number > len(message.attachments):
        raise Told("OL-301", f"it has {len(message.attachments)} files; there is no file {number}")
    return message.attachments[number - 1]
