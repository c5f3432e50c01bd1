"""What can be asked of a station's desk. Every act is a fact on the desk's disk before it is answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from openline.console.channel import asking as line_asking
from openline.console.channel.clock import counted_ms
from openline.console.channel.showing import place_of
from openline.console.codes import Told, as_given
from openline.console.watch import asking, secrets
from openline.console.watch.desk import Desk
from openline.console.watch.drafts import Presenter, less_asked
from openline.console.watch.keys.asking import AgreePolicy, ConfirmMeans, ReleaseByKey
from openline.console.watch.keys.checking import Relying
from openline.console.watch.keys.operations import KeyOperations
from openline.console.watch.once import Once
from openline.console.watch.recording import Recording
from openline.desk import acts, facts
from openline.desk.leaving import token_of
from openline.desk.people import Act, Actor, Officer, Role
from openline.desk.release import encode_release
from openline.desk.state import Draft, Stage
from openline.desk.texts.precleared import PRECLEARED
from openline.errors import OpenlineError, Refused, StoreDown
from openline.limits import REMARK_CHARS_MAX
from openline.line.events import Draft as LineDraft
from openline.record.body import encode_message, parse_message
from openline.record.entry import MESSAGE, RELEASE

DESK_LOG_PAGE_MAX: Final = 1000
RECORD_AGAIN_AFTER_S: Final = 5.0


class DeskOperations:
    """`asking.Request`s over one desk. `compose` makes the entries of a message out of what was given."""

    def __init__(
        self,
        desk: Desk,
        station: Recording,
        compose: Callable[[line_asking.Outgoing], list[LineDraft]],
        line_name: str,
        line_id: bytes = bytes(32),
        relying: Relying | None = None,
    ) -> None:
        self._desk = desk
        self._station = station
        self._compose = compose
        self._presenter = Presenter(desk)
        self._line_name = line_name
        self._turn = asyncio.Lock()  # one act at a time where an act waits in its middle
        self.once = Once(desk.folder / "once.sqlite", desk, station.now_ms)
        desk.ends.append(self.once.close)
        self._keys = KeyOperations(desk, station, line_id, relying or Relying(), self._turn)
        self._acted = asyncio.Event()  # something was written at the desk since nothing was left to record
        self._tell_others, desk.changed = desk.changed, self._changed

    def table(self) -> dict[type, Callable[..., Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.SignIn: self.sign_in, asking.SignOut: self.sign_out, asking.EnrolOfficer: self.enrol,
            asking.RenewPin: self.renew_pin, asking.GiveRoles: self.give_roles, asking.DismissOfficer: self.dismiss,
            asking.AskDesk: self.desk, asking.SetPolicy: self.set_policy, asking.TakeWatch: self.take_watch,
            asking.HandOver: self.hand_over, asking.SetRelief: self.set_relief,
            asking.ReadDeskLog: self.log, asking.WriteDraft: self.write,
            asking.AskDrafts: self.drafts, asking.AskDraft: self.draft, asking.SubmitDraft: self.submit,
            asking.ReturnDraft: self.give_back, asking.WithdrawDraft: self.withdraw, asking.ReleaseDraft: self.release,
            ReleaseByKey: self.release_by_key, AgreePolicy: self.agree, **self._keys.table(),
            ConfirmMeans: self.confirm,
            asking.WriteNotice: self.write_notice, asking.AskNotices: self.notices,
            asking.SendPrecleared: self.send_precleared, asking.AllowPrecleared: self.allow_precleared,
        }  # fmt: skip

    def _actor(self, token: str) -> Actor:
        return self._desk.sitting(token).actor

    # ---------------------------------------------------------------- people
    async def sign_in(self, ask: asking.SignIn) -> asking.SignedIn:
        """PIN and code. Raises Refused; which of name, PIN and code did not fit is not said."""
        async with self._turn:
            officer = self._desk.state.named(ask.name)
            secret = self._desk.secrets.get(officer.number) if officer else None
            number = officer.number if officer else -1
            self._desk.sittings.may_try(number, counted_ms(), ask.source)
            now_s = self._station.now_ms() // 1000
            tried = secret or secrets.UNKNOWN  # as much work for a name that is not there
            used = await asyncio.to_thread(secrets.check, tried, ask.pin, ask.code, now_s)
            if officer is None or secret is None or used is None:
                self._desk.sittings.was_refused(number, counted_ms(), ask.source)
                if officer is not None:
                    self._desk.write((facts.SignInRefused(officer.number),), None)
                raise Told("OL-404", "name, PIN and code do not fit together")
            self._desk.secrets.put(officer.number, used)  # the code is used up before anything follows from it
            token, actor = self._desk.sittings.begin(officer.number, facts.PIN_AND_CODE, counted_ms(), ask.source)
            self._desk.write((facts.SignedIn(officer.number, facts.PIN_AND_CODE),), actor)
            return asking.SignedIn(officer.name, sorted(officer.roles), token)

    async def sign_out(self, ask: asking.SignOut) -> line_asking.Nothing:
        """End the sitting."""
        self._desk.act(acts.SignOut(), self._actor(ask.sitting))
        self._desk.sittings.end(ask.sitting)
        return line_asking.Nothing()

    async def enrol(self, ask: asking.EnrolOfficer) -> asking.Enrolled:
        """A new officer. The first one needs nobody signed in: whoever holds the station makes a custodian."""
        async with self._turn:
            asked = acts.Enrol(ask.name, roles_of(ask.roles))
            actor = self._actor(ask.sitting) if self._desk.is_staffed else None
            acts.decide(self._desk.state, asked, actor)  # before the PIN costs a tenth of a second
            secret = await asyncio.to_thread(secrets.make_secret, ask.pin)
            number = len(self._desk.state.officers)  # the secret first: an officer who cannot sign in helps nobody
            await asyncio.to_thread(self._desk.secrets.put, number, secret)
            self._desk.act(asked, actor)
            return asking.Enrolled(ask.name, secrets.address_of(secret, ask.name, self._issuer))

    async def renew_pin(self, ask: asking.RenewPin) -> asking.Enrolled:
        """A new PIN and code generator; sittings of that officer end."""
        async with self._turn:
            actor = self._actor(ask.sitting)
            acts.decide(self._desk.state, acts.RenewPin(ask.name), actor)
            secret = await asyncio.to_thread(secrets.make_secret, ask.pin)
            (fact,) = self._desk.act(acts.RenewPin(ask.name), actor)
            assert isinstance(fact, facts.PinRenewed)
            self._desk.secrets.put(fact.officer, secret)
            self._desk.sittings.end_of(fact.officer)
            return asking.Enrolled(ask.name, secrets.address_of(secret, ask.name, self._issuer))

    @property
    def _issuer(self) -> str:
        return f"Openline {self._line_name}"

    async def give_roles(self, ask: asking.GiveRoles) -> line_asking.Nothing:
        """Other roles; sittings of that officer end."""
        async with self._turn:
            self._about(acts.GiveRoles(ask.name, roles_of(ask.roles)), ask.sitting, ask.name)
        return line_asking.Nothing()

    async def dismiss(self, ask: asking.DismissOfficer) -> line_asking.Nothing:
        """No longer of this desk: sittings end, the PIN is forgotten."""
        async with self._turn:  # a sign-in that is being looked at ends first, and its sitting with it
            officer = self._about(acts.Dismiss(ask.name, ask.remark), ask.sitting, ask.name)
            self._desk.secrets.drop(officer.number)
        return line_asking.Nothing()

    def _about(self, asked: acts.GiveRoles | acts.Dismiss, token: str, name: str) -> Officer:
        officer = self._desk.state.named(name)
        self._desk.act(asked, self._actor(token))
        assert officer is not None  # or it was refused
        self._desk.sittings.end_of(officer.number)
        return officer

    async def desk(self, ask: asking.AskDesk) -> asking.DeskRow:
        """Open to whoever holds the account: names and roles, no secrets."""
        state = self._desk.state
        rows = [
            asking.OfficerRow(
                one.number, one.name, sorted(one.roles), one.dismissed, len(state.keys_of(one.number)), one.is_program,
                one.means_at_ms, min((key.given_at_ms for key in state.keys_of(one.number)), default=0),
                [state.officers[maker].name if maker >= 0 else "the account" for maker in one.made_by],
            )
            for one in state.officers
        ]
        watch = state.officers[state.watch].name if state.watch is not None else None
        return asking.DeskRow(
            rows, state.persons, watch, state.watch_since_ms, state.watch_remark, state.size, state.head.hex(),
            state.keys_demanded, less_asked(state), state.allows_precleared,
        )  # fmt: skip

    async def set_policy(self, ask: asking.SetPolicy) -> asking.DeskRow:
        """What a release takes; less of it is only asked for, where two are needed."""
        self._desk.act(acts.SetPolicy(ask.persons, ask.keys), self._actor(ask.sitting))
        return await self.desk(asking.AskDesk())

    async def agree(self, ask: AgreePolicy) -> asking.DeskRow:
        """The second officer's word that a release takes less."""
        self._desk.act(acts.AgreeWeaker(), self._actor(ask.sitting))
        return await self.desk(asking.AskDesk())

    async def confirm(self, ask: ConfirmMeans) -> asking.DeskRow:
        """The second person's word that what one gave an officer is theirs."""
        self._desk.act(acts.ConfirmMeans(ask.name), self._actor(ask.sitting))
        return await self.desk(asking.AskDesk())

    async def take_watch(self, ask: asking.TakeWatch) -> line_asking.Nothing:
        """The watch is the actor's."""
        self._desk.act(acts.TakeWatch(), self._actor(ask.sitting))
        return line_asking.Nothing()

    async def hand_over(self, ask: asking.HandOver) -> line_asking.Nothing:
        """The watch is another's."""
        self._desk.act(acts.HandOver(ask.to, ask.remark), self._actor(ask.sitting))
        return line_asking.Nothing()

    async def set_relief(self, ask: asking.SetRelief) -> line_asking.Nothing:
        """When the watch is relieved. Raises Refused for an instant that has passed."""
        if 0 < ask.at_ms <= self._station.now_ms():
            raise Refused("that instant has passed; a relief is to come")
        self._desk.act(acts.SetRelief(ask.at_ms), self._actor(ask.sitting))
        return line_asking.Nothing()

    async def log(self, ask: asking.ReadDeskLog) -> asking.DeskLogPage:
        """The desk's log in words."""
        if not 1 <= ask.count <= DESK_LOG_PAGE_MAX:
            raise Refused(f"count must be 1 to {DESK_LOG_PAGE_MAX}")
        self._desk.allow(ask.sitting, Act.SEE_LOG)
        rows = [self._presenter.log_row(entry) for entry in self._desk.entries(ask.after, ask.count)]
        return asking.DeskLogPage(rows, rows[-1].index + 1 if rows else ask.after)

    # ---------------------------------------------------------------- drafts
    async def write(self, ask: asking.WriteDraft) -> asking.DraftRow:
        """A version of a draft."""
        actor = self._actor(ask.sitting)
        acts.allow(self._desk.state, Act.DRAFT, actor)
        composed = self._compose(ask.message)
        message = composed[0].body if composed[0].kind == MESSAGE else b""
        if ask.keep_files and message:
            message = self._with_files(message, ask)
        last = composed[-1]
        told = b"" if last.kind == MESSAGE else last.body
        checklist = tuple(ask.checklist) if ask.checklist is not None else None
        asked = acts.Write(ask.draft, ask.over, last.precedence, last.flags, message, last.kind, told, checklist)
        fact, *_ = self._desk.act(asked, actor)
        assert isinstance(fact, facts.Drafted | facts.DraftedOther)
        return self._row(fact.draft, actor)

    def _with_files(self, message: bytes, ask: asking.WriteDraft) -> bytes:
        """The new words with the files of the version that they were made from."""
        draft = self._desk.state.drafts.get(ask.draft) if ask.draft is not None else None
        if draft is None or draft.version.number != ask.over or not draft.version.body:
            return message  # refused for that, or without files
        kept = parse_message(draft.version.body).attachments
        with as_given():
            new = parse_message(message)
            return encode_message(new._replace(attachments=(*kept, *new.attachments)))

    async def drafts(self, ask: asking.AskDrafts) -> list[asking.DraftRow]:
        """Drafts under way, oldest first."""
        actor = self._actor(ask.sitting)
        acts.allow(self._desk.state, Act.SEE_DRAFTS, actor)
        state = self._desk.state
        return [self._row(number, actor) for number in (state.drafts if ask.every else state.under_way)]

    async def draft(self, ask: asking.AskDraft) -> asking.DraftRow:
        """One draft."""
        actor = self._actor(ask.sitting)
        acts.allow(self._desk.state, Act.SEE_DRAFTS, actor)
        if ask.draft not in self._desk.state.drafts:
            was = ask.draft < self._desk.state.drafted
            if was:
                raise Told("OL-301", f"draft D-{ask.draft} was recorded or withdrawn long ago; the desk's log has it")
            raise Told("OL-301", f"draft D-{ask.draft} was never written here")
        return self._row(ask.draft, actor)

    def _row(self, number: int, actor: Actor) -> asking.DraftRow:
        return self._presenter.row(self._desk.state.drafts[number], actor)

    async def submit(self, ask: asking.SubmitDraft) -> asking.DraftRow:
        """A version waits for release."""
        return self._on_draft(acts.Submit(ask.draft, ask.version, ask.remark), ask.sitting)

    async def give_back(self, ask: asking.ReturnDraft) -> asking.DraftRow:
        """Not released, and why."""
        return self._on_draft(acts.Return(ask.draft, ask.remark), ask.sitting)

    async def withdraw(self, ask: asking.WithdrawDraft) -> asking.DraftRow:
        """Not to be sent."""
        return self._on_draft(acts.Withdraw(ask.draft, ask.remark), ask.sitting)

    def _on_draft(self, asked: acts.Submit | acts.Return | acts.Withdraw, token: str) -> asking.DraftRow:
        actor = self._actor(token)
        self._desk.act(asked, actor)
        return self._row(asked.draft, actor)

    # ---------------------------------------------------------------- letting go
    async def release(self, ask: asking.ReleaseDraft) -> line_asking.Sent:
        """Release a version: a fact at the desk first, then message and release record in one commit of the line.

        Answered with the message's place. Raises Refused when the short code is not the one for what would leave.
        """
        async with self._turn:
            actor = self._actor(ask.sitting)
            self._keys.check_code(acts.LetGo(ask.draft, ask.version), ask.code, actor)
            return await self._let_go(acts.LetGo(ask.draft, ask.version), actor)

    async def release_by_key(self, ask: ReleaseByKey) -> line_asking.Sent:
        """The same, with the releaser's own signature over it."""
        async with self._turn:
            actor = self._actor(ask.sitting)
            return await self._let_go(await self._keys.signed_release(ask, actor), actor)

    async def _let_go(self, asked: acts.LetGo, actor: Actor) -> line_asking.Sent:
        draft = self._desk.state.drafts[asked.draft]  # what can never leave is not released: it would wait for ever
        if draft.version.kind == PRECLEARED:
            self._desk.act(asked, actor)
            return line_asking.Sent([])  # it waits here for its use
        leaving = [LineDraft(*part) for part in acts.leaving(self._desk.state, draft, actor)]
        await self._station.pass_doors(leaving)
        self._station.look_at(leaving)
        self._desk.act(asked, actor)
        return await self._let_out(asked.draft)

    async def _let_out(self, number: int) -> line_asking.Sent:
        """Record what is released now. Raises Told OL-102: it will be, once the disk takes it."""
        try:
            return line_asking.Sent([await self._record(self._desk.state.drafts[number])])
        except StoreDown as down:
            why = f"draft D-{number} is released, and will be recorded once this is over: {down}"
            raise Told("OL-102", why) from down

    # ---------------------------------------------------------------- released beforehand
    async def write_notice(self, ask: asking.WriteNotice) -> asking.DraftRow:
        """A notice as a draft. Raises Told OL-204."""
        try:
            told = bytes.fromhex(ask.notice)
        except ValueError as error:
            raise Told("OL-204", f"the notice is not hex: {error}") from error
        actor = self._actor(ask.sitting)
        (fact,) = self._desk.act(acts.Write(None, 0, 0, 0, b"", PRECLEARED, told), actor)
        assert isinstance(fact, facts.DraftedOther)
        return self._row(fact.draft, actor)

    async def notices(self, ask: asking.AskNotices) -> list[asking.NoticeRow]:
        """Those that may be sent, oldest first."""
        acts.allow(self._desk.state, Act.SEE_DRAFTS, self._actor(ask.sitting))
        return self._presenter.notices()

    async def send_precleared(self, ask: asking.SendPrecleared) -> line_asking.Sent:
        """A use of a notice: a fact at the desk first, then message and release record in one commit of the line."""
        async with self._turn:
            actor = self._actor(ask.sitting)
            asked = acts.SendPrecleared(ask.notice, tuple(sorted(ask.values.items())), int(ask.exercise))
            with as_given():
                fact = acts.decide(self._desk.state, asked, actor)[0]
            assert isinstance(fact, facts.NoticeUsed)
            self._station.look_at([LineDraft(MESSAGE, fact.precedence, fact.flags, (), fact.body)])
            self._desk.act(asked, actor)
            return await self._let_out(fact.draft)

    async def allow_precleared(self, ask: asking.AllowPrecleared) -> asking.DeskRow:
        """Off, or on; on is only asked for, where a release takes two."""
        self._desk.act(acts.AllowPrecleared(ask.allowed), self._actor(ask.sitting))
        return await self.desk(asking.AskDesk())

    async def _record(self, draft: Draft) -> line_asking.Place:
        """Put a released draft on the line's record. Asked twice it is recorded once. Raises Refused where the record
        as it stands by now does not take it: that ends this release, and is written down. (R-340)"""
        state = self._desk.state
        assert draft.released_by is not None
        parts = acts.leaving(state, draft, draft.released_by)
        if parts[-1].digest != draft.digest:
            raise self._not_sent(draft, "it is no longer what was released")
        token = token_of(draft)
        drafts = [LineDraft(*part, f"{token}/{at}" if at else token) for at, part in enumerate(parts)]
        record = encode_release(acts.release_of(state, draft))
        last = parts[-1]
        release = LineDraft(RELEASE, last.precedence, last.flags, (), record, token + "/release")
        try:
            await self._station.pass_doors([*drafts, release])
        except Refused as refused:
            raise self._not_sent(draft, str(refused)) from refused
        places = await self._station.submit([*drafts, release])
        log, index = places[0]
        self._desk.write((facts.Recorded(draft.number, log.party, log.generation, index),), None)
        return place_of(log, index)

    def _not_sent(self, draft: Draft, why: str) -> Refused:
        """What was released and can be recorded no more: the desk's log says so, and it is tried no further."""
        told = f"released, and refused by the record as it stands by now: {why}"
        self._desk.write((facts.NotSent(draft.number, told[:REMARK_CHARS_MAX]),), None)
        return Refused(f"D-{draft.number} was {told}; nothing of it was sent: write its next version, or withdraw it")

    async def carry_through(self) -> None:
        """Record what was released before a crash or while the disk took nothing; again and again until it is, or
        until the record refuses it."""
        while True:
            async with self._turn:
                with contextlib.suppress(OpenlineError):  # the keys first: what they signed comes after them
                    await self._keys.tell()
                for draft in [one for one in self._desk.state.under_way.values() if one.stage is Stage.RELEASED]:
                    try:
                        await self._record(draft)
                    except StoreDown:  # the station rings for it
                        break
                    except OpenlineError:  # the terms have changed since: it waits, and holds up no other
                        continue
            state = self._desk.state
            if any(one.stage is Stage.RELEASED for one in state.under_way.values()) or any(state.untold()):
                await asyncio.sleep(RECORD_AGAIN_AFTER_S)
            else:
                self._acted.clear()
                await self._acted.wait()

    def _changed(self) -> None:
        self._acted.set()
        self._tell_others()


def roles_of(names: Sequence[str]) -> frozenset[Role]:
    """Roles by their words. Raises Refused."""
    try:
        return frozenset(Role(name) for name in names)
    except ValueError as error:
        raise Refused(f"{error}; there are: {', '.join(Role)}") from error
