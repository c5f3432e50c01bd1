"""What a published statement proves, in plain words and as data; and what nobody can prove by a file."""

from __future__ import annotations

from openline.accord.communique.proving import Signed
from openline.console.dtg import dtg, interval, iso
from openline.console.publishing.verifying import ProvedFile
from openline.console.publishing.words import release_text
from openline.record.entry import entry_name
from openline.record.evidence.findings import ReceiptFinding
from openline.visible import visible


def in_words(found: ProvedFile) -> str:
    """The whole verdict, with the texts."""
    proved, findings = found.proved, found.verified.findings
    one, published = proved.statement, proved.published
    parties = findings.roster.parties
    names = " and ".join(visible(party.name) for party in parties)
    lines = ["PROVED"]
    lines += [
        f"  {names} signed the same bytes: the joint statement {one.id}, in {_languages(found)}, below",
        f"  they agreed that it is released at {release_text(one)}",
        f"  digest {published.digest.hex()}",
        f"  line {visible(findings.charter.line_name)}, id {published.line_id.hex()}",
        f"  {findings.signatures} signatures over their logs checked, and both signatures of every paper of the line",
        *(line for signed in proved.signed for line in _signed(found, signed)),
    ]
    for number, known in enumerate(found.verified.known):
        card = "its card is in your hand" if known else "NO CARD GIVEN: compare this with one got in person"
        party = parties[number]
        lines.append(f"  party {number} {visible(party.name)}: party id {party.party_id.hex()[:16]}…, {card}")
    if beside := [*(visible(doubt.sentence) for doubt in findings.doubts), *_beside(found)]:
        lines += ["DISPUTED, OR TO BE KNOWN", *("  " + line for line in beside)]
    lines += ["THE STATEMENT"]
    for version in one.versions:
        lines.append(f"  [{version.language}] {visible(version.title)}")
        lines += [f"    {visible(row)}" for row in version.text.split("\n")]
    lines += ["SAID BY THE FILE OF ITSELF, AND SIGNED BY NOBODY"]
    by = visible(parties[published.published_by].name)
    lines.append(f"  published at {dtg(published.published_s * 1000)} by {by}: not before the agreed instant")
    lines += ["NOT PROVED BY ANY FILE", *("  " + line for line in _never(found))]
    return "\n".join(lines)


def _languages(found: ProvedFile) -> str:
    return ", ".join(version.language for version in found.proved.statement.versions)


def _beside(found: ProvedFile) -> list[str]:
    """What refuses nothing, and is said. (R-544, R-087)"""
    proved, findings = found.proved, found.verified.findings
    names = [visible(party.name) for party in findings.roster.parties]
    lines = []
    for signed in proved.signed:
        name = names[signed.ref.party]
        if signed.revoked:
            lines.append(f"the station that signed for {name} was revoked since; the signature was received before, "
                         "or agreed to")  # fmt: skip
        if proved.is_late(signed):
            lines.append(f"{name} signed at the agreed instant or later, by its own clock")
        lines += [f"{names[one.witness]} received it with a key that was revoked since" for one in signed.held
                  if one.revoked]  # fmt: skip
    if lacking := proved.lacks(findings.charter.languages):
        lines.append(f"it has no text in these languages of the line's charter: {', '.join(lacking)}")
    return lines


def _signed(found: ProvedFile, signed: Signed) -> list[str]:
    parties = found.verified.findings.roster.parties
    held = [f"{visible(parties[one.witness].name)} held it {_when(one)}" for one in signed.held]
    log = (signed.ref.party, signed.ref.generation)
    return [
        f"  {visible(parties[signed.ref.party].name)} signed at "
        f"{dtg(signed.header.written_at_ms)} by its own clock, in "
        f"{entry_name(log, signed.ref.index)}; {'; '.join(held) or 'no receipt of another party for it is here'}"
    ]


def _when(receipt: ReceiptFinding) -> str:
    mark = "at a DISPUTED time, " if receipt.interval.disputed else ""
    if receipt.interval.latest_ms is None:
        return f"{mark}not before {dtg(receipt.interval.earliest_ms)}"
    return mark + interval(receipt.interval.earliest_ms, receipt.interval.latest_ms)


def _never(found: ProvedFile) -> list[str]:
    lines = [
        "that what the statement says is true, or will be done",
        "that nobody published it earlier by another way, nor when this copy was made: that is the publisher's word",
        "that no party withdrew: one that says so must show its withdrawal, and that the other had it before it signed",
    ]
    lines.append("that these are all the parties of the line: one that joined it need not show in a file of so little")
    if found.of_pdf:
        lines.append("that the printed pages say the same as the file that this PDF carries: the words above are its")
    if not all(found.verified.known):
        lines.append("whose keys these are: that you know only from a card got in person (--card)")
    return lines


def as_data(found: ProvedFile) -> dict[str, object]:
    """The same for a program."""
    proved, findings = found.proved, found.verified.findings
    one, published = proved.statement, proved.published
    return {
        "kind": "joint statement",
        "verdict": "verified",
        "id": one.id,
        "digest": published.digest.hex(),
        "line": findings.charter.line_name,
        "line_id": published.line_id.hex(),
        "release_at": iso(one.release_s * 1000),
        "zone": {"name": one.zone, "minutes_east": one.east_minutes},
        "published_at": iso(published.published_s * 1000),
        "published_by": published.published_by,
        "of_pdf": found.of_pdf,
        "signatures": findings.signatures,
        "texts": [version._asdict() for version in one.versions],
        "signed": [
            {"party": signed.ref.party, "name": findings.roster.parties[signed.ref.party].name,
             "card": found.verified.known[signed.ref.party], "entry": signed.ref.full_name,
             "written_at": iso(signed.header.written_at_ms), "late": proved.is_late(signed), "revoked": signed.revoked,
             "held": [{"party": each.witness, "earliest": iso(each.interval.earliest_ms),
                       "latest": None if each.interval.latest_ms is None else iso(each.interval.latest_ms),
                       "disputed": each.interval.disputed} for each in signed.held]}
            for signed in proved.signed
        ],
        "lacks": proved.lacks(findings.charter.languages),
        "doubts": [{"code": doubt.code, "sentence": doubt.sentence} for doubt in findings.doubts],
    }  # fmt: skip
