"""Joint statements proposed, signed, withdrawn and, once their instant has come, published; what the record shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Any, Protocol

from openline.accord.clocks.shelf import PREFIX_MIN
from openline.accord.communique.ledger import State, Statements
from openline.accord.communique.statement import (
    Signature,
    Statement,
    Version,
    Withdrawal,
    encode_signature,
    encode_statement,
    encode_withdrawal,
    parse_signature,
    parse_statement,
    parse_withdrawal,
    statement_digest,
)
from openline.console.accords.asking import Drafted
from openline.console.accords.keeping import OneBook
from openline.console.accords.writing import record, write_draft
from openline.console.channel.asking import Sent
from openline.console.channel.showing import name_of
from openline.console.codes import Told, as_given
from openline.console.dtg import dtg
from openline.console.kept.papers import Papers
from openline.console.publishing import asking, timing
from openline.console.publishing.filing import file_of, undisputed
from openline.console.publishing.words import file_name, release_text
from openline.console.stating.running import Running as Stated
from openline.errors import Refused
from openline.line.events import Draft
from openline.record.entry import EXERCISE, JOINT, JOINT_WITHDRAWN


class Running(Stated, Protocol):
    """What is needed of the station."""

    @property
    def papers(self) -> Papers:
        """The papers of the line as they stand."""


class Publishing:
    """Answers `asking` over a running station."""

    def __init__(self, running: Running, book: OneBook) -> None:
        """`book`: the one of this line."""
        self._running = running
        self._book = book

    async def _ledger(self) -> Statements:
        """Level with the record, and good until this next awaits."""
        return (await self._book.level()).joint

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.ProposeJoint: self.propose, asking.SignJoint: self.sign, asking.WithdrawJoint: self.withdraw,
            asking.DraftJoint: self.draft, asking.AskJoints: self.joints, asking.AskJoint: self.joint,
            asking.PublishJoint: self.publish,
        }  # fmt: skip

    # ---------------------------------------------------------------- writing
    async def propose(self, ask: asking.ProposeJoint) -> Sent:
        """Record a statement, and sign it by that. Raises Told OL-204, Refused."""
        return await record(self._running, JOINT, self._proposed(await self._ledger(), ask), token=ask.token)

    async def sign(self, ask: asking.SignJoint) -> Sent:
        """Sign a statement of the record. Raises Told OL-301, Refused."""
        return await record(self._running, JOINT, self._signed(await self._ledger(), ask), token=ask.token)

    async def withdraw(self, ask: asking.WithdrawJoint) -> Sent:
        """Sign no more, or not at all. Raises Told OL-301, OL-204, Refused."""
        body = self._withdrawn(await self._ledger(), ask)
        return await record(self._running, JOINT_WITHDRAWN, body, token=ask.token)

    async def draft(self, ask: asking.DraftJoint) -> Drafted:
        """The same as a draft. Raises as these do."""
        ledger = await self._ledger()
        match ask.paper:
            case asking.ProposeJoint():
                kind, body = JOINT, self._proposed(ledger, ask.paper)
            case asking.SignJoint():
                kind, body = JOINT, self._signed(ledger, ask.paper)
            case _:
                kind, body = JOINT_WITHDRAWN, self._withdrawn(ledger, ask.paper)
        return write_draft(self._running.desk, ask.sitting, kind, body)

    def _proposed(self, ledger: Statements, ask: asking.ProposeJoint) -> bytes:
        versions = sorted(Version(one.language, one.title, one.text) for one in ask.texts)
        if ask.release_ms % 1000:
            raise Told("OL-204", "the instant of release is agreed to the second")
        with as_given():
            body = encode_statement(
                Statement(ask.name, tuple(versions), ask.release_ms // 1000, ask.zone, ask.minutes_east)
            )
        digest = statement_digest(body)
        if self._ours(ledger, digest):
            raise Refused(f"{ask.name} is on the record already, by us: {self._stands(ledger, digest)}")
        self._check_proposed(ledger, digest, parse_statement(body))
        with as_given():
            return encode_signature(Signature(digest, b"" if digest in ledger.bytes else body))

    def _signed(self, ledger: Statements, ask: asking.SignJoint) -> bytes:
        digest = self._named(ledger, ask.statement)
        self._check_signed(ledger, digest)
        with as_given():
            return encode_signature(Signature(digest, b""))

    def _withdrawn(self, ledger: Statements, ask: asking.WithdrawJoint) -> bytes:
        digest = self._named(ledger, ask.statement)
        self._check_withdrawn(ledger, digest)
        with as_given():
            return encode_withdrawal(Withdrawal(digest, ask.reason, ask.language))

    # ---------------------------------------------------------------- what fits the record
    async def check_leaving(self, drafts: Sequence[Draft]) -> None:
        """A door: whatever is to be recorded, by whichever way, as the record stands now. Raises Refused. (R-340)"""
        for draft in drafts:
            if draft.flags & EXERCISE:
                continue
            if draft.kind == JOINT:
                ledger, signature = await self._ledger(), parse_signature(draft.body)
                if signature.digest in ledger.read:
                    self._check_signed(ledger, signature.digest)
                elif signature.statement:
                    self._check_proposed(ledger, signature.digest, parse_statement(signature.statement))
            elif draft.kind == JOINT_WITHDRAWN:
                self._check_withdrawn(await self._ledger(), parse_withdrawal(draft.body).digest)

    def _check_proposed(self, ledger: Statements, digest: bytes, one: Statement) -> None:
        self._refuse_languages(one)
        now_ms, release_ms = self._running.now_ms(), one.release_s * 1000
        if release_ms <= now_ms:
            raise Refused(f"it would be released at {dtg(release_ms)}, before it is proposed: it is {dtg(now_ms)}")
        taken = [other for other, each in sorted(ledger.read.items()) if each.id == one.id and other != digest]
        if taken:
            raise Refused(f"other bytes stand under the id {one.id} ({taken[0].hex()[:12]}); propose under another")

    def _check_signed(self, ledger: Statements, digest: bytes) -> None:
        if digest not in ledger.read:
            raise Refused("its words are not on the record: nobody signs what nobody can read")
        if self._ours(ledger, digest):
            raise Refused(f"we have signed or withdrawn already: {self._stands(ledger, digest)}")
        if ledger.withdrawals(digest):
            raise Refused("it was withdrawn; propose it anew under another id")
        self._refuse_languages(ledger.read[digest])

    def _check_withdrawn(self, ledger: Statements, digest: bytes) -> None:
        if ledger.state(digest) is State.AGREED:
            raise Refused("every party has signed it: what is agreed is not withdrawn by one")
        if any(one.said.ref.party == self._running.state.me for one in ledger.withdrawals(digest)):
            raise Refused("we have withdrawn from it already")

    def _ours(self, ledger: Statements, digest: bytes) -> bool:
        me = self._running.state.me
        spoke = [*ledger.void(digest), *(one.said for one in ledger.withdrawals(digest))]
        signed = ledger.signature(digest, me, undisputed(self._running.store))
        return signed is not None or any(one.ref.party == me for one in spoke)

    def _lacking(self, one: Statement) -> list[str]:
        there = {version.language for version in one.versions}
        return [language for language in self._running.charter.languages if language not in there]

    def _refuse_languages(self, one: Statement) -> None:
        if lacking := self._lacking(one):
            spoken = ", ".join(self._running.charter.languages)
            raise Refused(f"the line speaks {spoken}, and there is no text in {', '.join(lacking)}: a joint statement "
                          "is signed in all its languages or not at all")  # fmt: skip

    # ---------------------------------------------------------------- reading
    def _named(self, ledger: Statements, name: str) -> bytes:
        """Raises Told OL-301, or Refused where several would do."""
        found = [digest for digest in ledger.digests() if digest in ledger.read and ledger.read[digest].id == name]
        if not found and len(name) >= PREFIX_MIN:
            found = [digest for digest in ledger.digests() if digest.hex().startswith(name)]
        if not found:
            raise Told("OL-301", f"no joint statement {name!r}: `openline joint list` names those that there are")
        if len(found) > 1:
            which = ", ".join(one.hex()[:12] for one in found)
            raise Refused(f"different bytes were signed under the id {name}: name them by their digest: {which}")
        return found[0]

    async def joints(self, _ask: asking.AskJoints) -> list[asking.JointRow]:
        """All of the record."""
        ledger = await self._ledger()
        return [self._row(ledger, digest) for digest in ledger.digests()]

    async def joint(self, ask: asking.AskJoint) -> asking.JointWhole:
        """One of them."""
        ledger = await self._ledger()
        digest = self._named(ledger, ask.statement)
        one = ledger.read.get(digest)
        texts = [asking.VersionRow(*version) for version in one.versions] if one is not None else []
        return asking.JointWhole(
            self._row(ledger, digest), texts, len(ledger.bytes.get(digest, b"")), self._running.now_ms(), self._clock()
        )

    def _clock(self) -> str:
        return timing.clock_word(peer.clock_offset_ms for peer in self._running.state.peers.values())

    def _why_not(self, ledger: Statements, digest: bytes) -> str:
        """Why it may not be published now; empty where it may. (R-545)"""
        state = ledger.state(digest)
        if state is not State.AGREED:
            return f"it is {state}: not every party has signed these bytes"
        parties, me = self._running.state.roster.parties, self._running.state.me
        signed, standing = ledger.signed_by(digest), ledger.signed_by(digest, undisputed(self._running.store))
        if disputed := [party for party in signed if party not in standing]:
            who = ", ".join(name_of(self._running.state.roster, party) for party in disputed)
            return f"the signature of {who} stands where that party's log is disputed: it is to sign again"
        if without := [party.name for number, party in enumerate(parties) if number not in signed]:
            return f"{without[0]}, which has left this line, did not sign it: a file proves the word of every party"
        alone = parties[me].left or all(party.left for number, party in enumerate(parties) if number != me)
        others_ms = timing.newest_of_others_ms(self._running.store, me)
        return timing.why_not_yet(
            ledger.read[digest].release_s * 1000, self._running.now_ms(), self._clock(), others_ms, alone=alone
        )

    def _stands(self, ledger: Statements, digest: bytes) -> str:
        return f"it is {ledger.state(digest)}"

    def _row(self, ledger: Statements, digest: bytes) -> asking.JointRow:
        roster, one = self._running.state.roster, ledger.read.get(digest)
        counted, signed = ledger.signed_by(digest), []
        for party in sorted({*ledger.parties, *counted}):
            said = counted.get(party)
            place, at_ms = (said.ref.full_name, said.written_at_ms) if said is not None else ("", None)
            signed.append(asking.SignerRow(party, name_of(roster, party), place, at_ms))
        withdrawn = [
            asking.SaidRow(name_of(roster, each.said.ref.party), each.said.ref.full_name, each.said.written_at_ms,
                           each.words.reason)
            for each in ledger.withdrawals(digest)
        ]  # fmt: skip
        state = ledger.state(digest)
        ours_lacks = state is State.OPEN and one is not None and not self._ours(ledger, digest)
        why_not = self._why_not(ledger, digest)
        return asking.JointRow(
            digest.hex(), one.id if one is not None else "",
            {version.language: version.title for version in one.versions} if one is not None else {},
            one.release_s * 1000 if one is not None else None, one.zone if one is not None else "",
            one.east_minutes if one is not None else 0, str(state), signed, withdrawn, self._marks(ledger, digest),
            [other.hex() for other in ledger.same_id(digest)], ours_lacks, not why_not, why_not,
        )  # fmt: skip

    def _marks(self, ledger: Statements, digest: bytes) -> list[str]:
        roster, one = self._running.state.roster, ledger.read.get(digest)
        if one is None:
            return ["its words are not on the record"]
        marks = []
        for other in ledger.same_id(digest):
            who = ", ".join(name_of(roster, party) for party in sorted(ledger.signed_by(other))) or "nobody now"
            marks.append(f"DIFFERENT BYTES under this id: {other.hex()[:12]}, signed by {who}")
        if lacking := self._lacking(one):
            marks.append(f"languages of the line that it lacks: {', '.join(lacking)}")
        marks += [
            f"{name_of(roster, said.ref.party)} signed after the agreed instant, by its own clock"
            for said in ledger.late(digest)
        ]
        marks += [f"{name_of(roster, said.ref.party)} signed with a withdrawal in hand: it does not count"
                  for said in ledger.void(digest)]  # fmt: skip
        if ledger.state(digest) is State.AGREED and ledger.withdrawals(digest):
            marks.append("a withdrawal crossed with the last signature, or came after it: agreed all the same")
        return marks

    def words_of_draft(self, kind: int, told: bytes) -> tuple[str, str] | None:
        """What a draft of these kinds says: in a line, and whole, every language; None for another kind."""
        if kind == JOINT:
            signature, ledger = parse_signature(told), self._book.near.joint
            one = parse_statement(signature.statement) if signature.statement else ledger.read.get(signature.digest)
            if one is None:
                return f"signs the joint statement {signature.digest.hex()[:12]}", ""
            head = f"signs the joint statement {one.id}, {signature.digest.hex()[:12]}"
            return head, "\n\n".join([f"{head}, to be released at {release_text(one)}",
                                      *(f"[{v.language}] {v.title}\n{v.text}" for v in one.versions)])  # fmt: skip
        return None

    async def publish(self, ask: asking.PublishJoint) -> asking.PublishedFile:
        """The file. Raises Told OL-301, Refused before all have signed or the instant has come."""
        ledger = await self._ledger()
        digest = self._named(ledger, ask.statement)
        if why := self._why_not(ledger, digest):
            raise Refused(f"not to be published: {why}")
        running, one, now_ms = self._running, ledger.read[digest], self._running.now_ms()
        signed = [said.ref for _, said in sorted(ledger.signed_by(digest, undisputed(self._running.store)).items())]
        data = await asyncio.to_thread(file_of, running.store, running.papers, signed, one, digest, now_ms)
        return asking.PublishedFile(
            file_name(one), data.decode(), sha256(data).hexdigest(), one.release_s * 1000, now_ms
        )
