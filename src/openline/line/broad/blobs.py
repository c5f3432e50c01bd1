"""Attachments: fetched by their hash, piece by piece, after everything else. R-134 to R-136.

A message names its attachments by size and SHA-256; the bytes travel apart, one piece under way at a time, and
only over bearers that are not narrow unless somebody asked. What is held survives a restart and is not asked for
again. When the whole is here and its hash is right, an entry of ours says so: that entry is its receipt.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import cbor2

from openline import limits
from openline.line.events import (
    BlobChecked,
    BlobLoaded,
    BlobWanted,
    CheckBlob,
    Draft,
    LoadBlob,
)
from openline.line.narrow.facts import is_slow, span_ms
from openline.line.outgoing import is_narrow, resend_ms
from openline.line.ports import DropBlob, PutBlob, PutState, Store
from openline.line.state import BlobWant
from openline.line.work import Work
from openline.record.entry import BLOB_HELD
from openline.record.fields import dump_map
from openline.wire.items import BlobAsk, BlobChunk

STATE_NAME: Final = "blob-wants"
STATE_VERSION: Final = 2
IDLE_ROUNDS_MAX: Final = 2  # of asking everybody: then what is held leads nowhere


def want(work: Work, event: BlobWanted) -> None:
    """A message names an attachment that is not whole here. Bounded by party: one's names keep nobody else's out."""
    known = work.wants.get(event.digest)
    if work.wanted_by is None:
        work.wanted_by = Counter(one.named_by for one in work.wants.values())
    if not 0 < event.total <= limits.BLOB_BYTES_MAX:
        return
    if known is not None:
        totals = known.totals if event.total in known.totals else (*known.totals, event.total)
        work.wants[event.digest] = known._replace(
            totals=totals[: limits.BLOB_SIZES_MAX], asked=known.asked or event.asked
        )
    elif work.wanted_by[event.named_by] < limits.BLOBS_WANTED_MAX:
        work.wanted_by[event.named_by] += 1
        work.wants[event.digest] = BlobWant(
            (event.total,),
            event.held,
            event.asked,
            -limits.RESEND_AFTER_MS,
            named_by=event.named_by,
            total=event.total if event.held else 0,
        )
    else:
        work.notice("blob-left", f"party {event.named_by} names more attachments than are fetched at a time: left")
        return
    work.wants_changed = True


def save(work: Work) -> None:
    """Which attachments are wanted survives a restart; how much of each is here the store knows."""
    rows = [[digest, list(one.totals), one.asked, one.named_by + 1] for digest, one in sorted(work.wants.items())]
    work.writes.append(PutState(STATE_NAME, STATE_VERSION, cbor2.dumps(rows)))


def revive(store: Store) -> dict[bytes, BlobWant]:
    """The wants that were saved, with what is held of each."""
    saved = store.state(STATE_NAME)
    if saved is None or saved[0] != STATE_VERSION:
        return {}
    wants = {}
    for digest, totals, asked, named_by in cbor2.loads(saved[1]):
        row = store.blob(digest)
        held, total = (row.held, row.total) if row is not None and row.held else (0, 0)
        wants[digest] = BlobWant(
            tuple(totals), held, asked, -limits.RESEND_AFTER_MS, named_by=named_by - 1, total=total
        )
    return wants


def due(work: Work) -> None:
    """Ask for the next piece of whatever stands still, of any party in contact; each time another one."""
    asked: Counter[int] = Counter()
    for digest, wanted in list(work.wants.items()):
        is_early = work.since(wanted.moved_at_ms) < _patience_ms(work, wanted)
        if is_early or asked[wanted.named_by] >= limits.BLOBS_ASKED_MAX:
            continue
        asked[wanted.named_by] += _ask_again(work, digest, wanted)


def _patience_ms(work: Work, wanted: BlobWant) -> int:
    """How long a piece that was asked for may take: over a slow road a round trip, its own bytes twice, since others go
    first, and what else is under way. R-135"""
    peer = work.peers.get(wanted.asked_of)
    if peer is None or peer.road is None:
        return limits.RESEND_AFTER_MS
    left_bytes = min(limits.BLOB_CHUNK_BYTES, max(wanted.totals) - wanted.held)
    return resend_ms(peer) + (2 * span_ms(peer.road, left_bytes) if is_slow(peer.road) else 0)


def _ask_again(work: Work, digest: bytes, wanted: BlobWant) -> bool:
    if wanted.total and wanted.held >= wanted.total:  # power went between its last piece and the look at its hash
        work.wants[digest] = wanted._replace(moved_at_ms=work.now_ms)
        work.wanted.append(CheckBlob(digest, wanted.asked_of))
        return True
    able = [
        party for party, peer in sorted(work.peers.items()) if peer.bearers and (wanted.asked or not is_narrow(peer))
    ]
    if not able:
        return False
    if wanted.held and wanted.idle >= IDLE_ROUNDS_MAX * len(able):  # nobody goes on from here: it may be a lie
        work.writes.append(DropBlob(digest))
        wanted = wanted._replace(held=0, total=0, idle=0)
    party = able[wanted.tries % len(able)]
    work.wants[digest] = wanted._replace(
        moved_at_ms=work.now_ms, tries=wanted.tries + 1, idle=wanted.idle + 1, asked_of=party
    )
    work.send(party, BlobAsk(digest, wanted.held))
    return True


def serve(work: Work, party: int, item: BlobAsk) -> None:
    """A peer asks for a piece: one answer to one question, so its bearer sets the pace."""
    want = LoadBlob(party, item.digest, item.offset)
    asked = [one for one in work.wanted if isinstance(one, LoadBlob) and one.peer == party]
    if len(asked) < limits.BLOBS_A_STEP_MAX and want not in asked:  # the others ask again, and their bearer is full
        work.wanted.append(want)


def take_loaded(work: Work, event: BlobLoaded) -> None:
    """Send the piece, if the whole is held here."""
    if event.data:
        work.send(event.want.peer, BlobChunk(event.want.digest, event.want.offset, event.total, event.data))


def take(work: Work, party: int, item: BlobChunk) -> None:
    """Keep the next piece; anything else is a repetition or was not asked for."""
    wanted = work.wants.get(item.digest)
    if wanted is None or party != wanted.asked_of or item.offset != wanted.held:
        return
    whole = min(limits.BLOB_CHUNK_BYTES, item.total - item.offset)  # crumbs would be a commit each
    if item.total not in ((wanted.total,) if wanted.held else wanted.totals) or len(item.data) != whole:
        return
    held = wanted.held + len(item.data)
    work.writes.append(PutBlob(item.digest, item.offset, item.total, item.data))
    work.wants[item.digest] = wanted._replace(held=held, total=item.total, moved_at_ms=work.now_ms, idle=0)
    if held == item.total:
        work.wanted.append(CheckBlob(item.digest, party))
    else:
        work.send(party, BlobAsk(item.digest, held))


def take_checked(work: Work, event: BlobChecked) -> None:
    """The whole is here: say so in the record, or throw it away and begin again with another party."""
    wanted = work.wants.get(event.want.digest)
    if wanted is None:
        return
    if event.right:
        del work.wants[event.want.digest]
        work.wants_changed = True
        work.drafts.append(Draft(BLOB_HELD, 0, 0, (), dump_map((event.want.digest, wanted.total))))
    else:
        work.notice("blob-wrong", f"an attachment from party {event.want.peer} has another hash; fetched again")
        work.writes.append(DropBlob(event.want.digest))
        work.wants[event.want.digest] = wanted._replace(held=0, total=0, moved_at_ms=work.now_ms)
