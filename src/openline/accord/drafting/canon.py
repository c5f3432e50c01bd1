"""The drafts of a record in one spelling: rows for the state of the accord (R-461)."""

from __future__ import annotations

from collections.abc import Iterator

from openline.accord.drafting.bodies import Closing
from openline.accord.drafting.drafts import Drafts, Stated, Version

Row = list[object]


def rows_said(drafts: Drafts) -> Iterator[Row]:
    """What entries alone say."""
    for one in drafts.all_versions():
        yield _version(drafts, one)
        for stated in drafts.positions(one.ref):
            yield ["position", one.ref.full_name, *_stated(stated)]
        for stated in drafts.comments(one.ref):
            yield ["comment", one.ref.full_name, *_stated(stated)]
        for closure in drafts.closures(one.ref):
            closing = "refused" if closure.closed.closing is Closing.REFUSED else "withdrawn"
            yield ["closed", one.ref.full_name, closure.ref.full_name, closing, closure.why_not]
        for signature in drafts.signatures(one.ref):
            spite = [str(hindrance) for hindrance in drafts.hindrances(one.ref, signature.at_ms)]
            yield ["signature", one.ref.full_name, signature.ref.full_name, signature.late, spite]
    for draft in drafts.ids():
        for other in drafts.others_signed(draft):
            yield ["signed over other bytes", draft, other.ref.full_name, other.digest.hex()]


def rows_of_states(drafts: Drafts, at_ms: int) -> Iterator[Row]:
    """How each version stands at an instant."""
    for one in drafts.all_versions():
        yield ["draft stands", one.ref.full_name, str(drafts.state(one.ref, at_ms))]
        for each in drafts.held_late(one.ref):
            yield ["held after the lapse", one.ref.full_name, each.ref.full_name]


def _version(drafts: Drafts, one: Version) -> Row:
    tabled = one.tabled
    return ["draft", one.draft, one.ref.full_name, tabled.over.full_name if tabled.over is not None else None,
            one.digest.hex(), [[language, digest.hex()] for language, digest in one.agreement.texts], tabled.articles,
            [[article, list(names)] for article, names in tabled.brackets], tabled.lapses_s, one.exercise,
            list(one.missing), drafts.flaws(one), [ref.full_name for ref in drafts.crossing(one)]]  # fmt: skip


def _stated(stated: Stated) -> Row:
    return [stated.said.article, stated.party, stated.ref.full_name, stated.said.stand.name, stated.said.words]
