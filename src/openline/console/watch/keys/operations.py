"""What can be asked about security keys and tokens. A key's use is a fact on the desk's disk before it is answered."""

from __future__ import annotations

import asyncio
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from openline.console.channel.clock import counted_ms
from openline.console.codes import Told
from openline.console.watch import asking as watch
from openline.console.watch.desk import Desk
from openline.console.watch.keys import asking, checking
from openline.console.watch.keys.challenges import NEW_KEY, OWN_KEY, SIGN_IN, Challenge, Challenges
from openline.console.watch.keys.checking import Known, Relying
from openline.console.watch.recording import Recording
from openline.desk import acts, facts
from openline.desk.means import officer_named
from openline.desk.people import Act, Actor, Officer, Role
from openline.desk.release import short_code
from openline.desk.signing import (
    ALGORITHMS,
    KeyNamed,
    check_signed,
    encode_key_named,
    encode_signed,
    release_challenge,
)
from openline.desk.state import OfficerKey
from openline.errors import OpenlineError, PeerFault, Refused
from openline.limits import INVITATION_MS_MAX
from openline.line.events import Draft as LineDraft
from openline.record.entry import KEY_OF_OFFICER

TOKENS_OF_KEYS: Final = "desk/key/"
_TOKEN_BYTES: Final = 32
_DAY_MS: Final = 86_400_000


class KeyOperations:
    """`keys.asking.Request`s over one desk. `turn` is the desk's: one act at a time where an act waits."""

    def __init__(
        self, desk: Desk, station: Recording, line_id: bytes, relying: Relying, turn: asyncio.Lock
    ) -> None:
        self._desk = desk
        self._station = station
        self._line_id = line_id
        self._relying = relying
        self._turn = turn
        self._challenges = Challenges()
        self._invited: dict[int, tuple[Actor, int]] = {}  # officer: by whom, until when on the clock that counts

    def table(self) -> dict[type, Callable[..., Awaitable[object]]]:
        """Which request is answered by what; a release by key is answered by the desk."""
        return {
            asking.BeginSignIn: self.begin_sign_in, asking.SignInByKey: self.sign_in, asking.BeginKey: self.begin_key,
            asking.EnrolKey: self.enrol, asking.RevokeKey: self.revoke, asking.AskKeys: self.keys,
            asking.BeginRelease: self.begin_release, asking.MakeToken: self.make_token,
            asking.InviteKey: self.invite, asking.AskInvitation: self.invitation,
            asking.BeginOwnKey: self.begin_own, asking.EnrolOwnKey: self.enrol_own,
        }  # fmt: skip

    def _actor(self, token: str) -> Actor:
        return self._desk.sitting(token).actor

    # ---------------------------------------------------------------- signing in
    async def begin_sign_in(self, ask: asking.BeginSignIn) -> asking.Ceremony:
        """A challenge; for a name that is not here one that nothing answers."""
        officer = self._desk.state.named(ask.name)
        keys = self._usable(officer.number) if officer else []
        number = officer.number if officer else -1
        name, data = self._challenges.make(SIGN_IN, number, counted_ms(), ask.source)
        options = checking.request_options(self._relying, data, [one.credential for one in keys])
        return asking.Ceremony(name, options)

    def _usable(self, officer: int) -> list[OfficerKey]:
        return [one for one in self._desk.state.keys_of(officer) if one.rp_id == self._relying.rp_id]

    async def sign_in(self, ask: asking.SignInByKey) -> watch.SignedIn:
        """A sitting by security key. Wrong PINs of others do not stand in its way: nobody guesses a signature."""
        async with self._turn:
            challenge = self._challenges.take(SIGN_IN, ask.ceremony, counted_ms())
            key = self._key(ask.credential, challenge.officer)
            uses = checking.used(self._relying, ask.credential, challenge.data, _known(key))
            officer = self._desk.state.officers[key.officer]
            token, actor = self._desk.sittings.begin(officer.number, facts.SECURITY_KEY, counted_ms(), ask.source)
            signed_in = facts.SignedIn(officer.number, facts.SECURITY_KEY)
            self._desk.write([*_counted(key, uses), signed_in], actor)
            return watch.SignedIn(officer.name, sorted(officer.roles), token)

    def _key(self, credential: checking.Json, officer: int) -> OfficerKey:
        """The key a browser names, if it is this officer's and good. Raises Told OL-405."""
        key = self._desk.state.keys.get(checking.credential_of(credential))
        if key is None or key.revoked or key.officer != officer or key.rp_id != self._relying.rp_id:
            raise Told("OL-405", "this security key is not one of this officer's here")
        return key

    # ---------------------------------------------------------------- keys
    async def begin_key(self, ask: asking.BeginKey) -> asking.Ceremony:
        """A challenge for a new key, which the officer makes at the custodian's desk."""
        return self._begin(NEW_KEY, officer_named(self._desk.state, ask.name))

    def _begin(self, purpose: str, officer: Officer) -> asking.Ceremony:
        name, data = self._challenges.make(purpose, officer.number, counted_ms())
        there = [one.credential for one in self._usable(officer.number)]
        return asking.Ceremony(
            name, checking.creation_options(self._relying, officer.name, officer.number, data, there)
        )

    async def enrol(self, ask: asking.EnrolKey) -> asking.KeyRow:
        """A new key of an officer; the line's record says so as soon as it can."""
        async with self._turn:
            actor = self._actor(ask.sitting)
            return await self._enrol(ask, self._challenges.take(NEW_KEY, ask.ceremony, counted_ms()), actor)

    async def _enrol(
        self, ask: asking.EnrolKey | asking.EnrolOwnKey, challenge: Challenge, actor: Actor
    ) -> asking.KeyRow:
        """`actor`: the custodian who gives it."""
        made = checking.registered(self._relying, ask.credential, challenge.data)
        name = self._desk.state.officers[challenge.officer].name
        self._desk.act(
            acts.GiveKey(
                name, made.credential, made.algorithm, made.public, self._relying.rp_id, ask.label, made.aaguid,
                made.uses,
            ),
            actor,
        )  # fmt: skip
        await self._try_to_tell()
        return self._row(self._desk.state.keys[made.credential])

    # ---------------------------------------------------------------- by invitation
    async def invite(self, ask: asking.InviteKey) -> asking.Invitation:
        """One key, within the hour. Kept in memory alone: a restart takes it back. The key itself is a fact."""
        officer = officer_named(self._desk.state, ask.name)
        if officer.is_program:
            raise Refused(f"{officer.name} is a program: it has a token, no security key")
        self._invited[officer.number] = (self._actor(ask.sitting), counted_ms() + INVITATION_MS_MAX)
        return self._invitation(officer)

    async def invitation(self, ask: asking.AskInvitation) -> asking.Invitation:
        """That of who asks."""
        return self._invitation(self._desk.officer(self._actor(ask.sitting)))

    def _invitation(self, officer: Officer) -> asking.Invitation:
        by, until_ms = self._invited.get(officer.number, (None, 0))
        left_ms = until_ms - counted_ms()
        if by is None or left_ms <= 0:
            return asking.Invitation(officer.name, "", 0)
        return asking.Invitation(officer.name, self._desk.officer(by).name, self._station.now_ms() + left_ms)

    def _inviter(self, officer: Officer) -> Actor:
        """Raises Refused where nobody did, or who did is a custodian no more."""
        by, until_ms = self._invited.get(officer.number, (None, 0))
        if by is None or until_ms <= counted_ms():
            raise Refused("no custodian has invited you to register a security key within the last hour; ask one")
        acts.allow(self._desk.state, Act.GIVE_KEY, by)
        return by

    async def begin_own(self, ask: asking.BeginOwnKey) -> asking.Ceremony:
        """A challenge for a key of the officer's own."""
        officer = self._desk.officer(self._actor(ask.sitting))
        self._inviter(officer)
        return self._begin(OWN_KEY, officer)

    async def enrol_own(self, ask: asking.EnrolOwnKey) -> asking.KeyRow:
        """The custodian who invited gives it; whoever is signed in here holds it. One invitation, one key."""
        async with self._turn:
            officer = self._desk.officer(self._actor(ask.sitting))
            by = self._inviter(officer)
            challenge = self._challenges.take(OWN_KEY, ask.ceremony, counted_ms())
            if challenge.officer != officer.number:
                raise Told("OL-405", "this challenge was made for another officer")
            row = await self._enrol(ask, challenge, by)
            del self._invited[officer.number]
            return row

    async def revoke(self, ask: asking.RevokeKey) -> asking.KeyRow:
        """A key that counts no longer; sittings of its officer end."""
        async with self._turn:
            actor = self._actor(ask.sitting)
            try:
                credential = urlsafe_b64decode(ask.credential + "=" * (-len(ask.credential) % 4))
            except ValueError as error:
                raise Told("OL-204", f"{ask.credential!r} is no credential's name") from error
            self._desk.act(acts.RevokeKey(credential, ask.remark), actor)
            key = self._desk.state.keys[credential]
            if key.officer != actor.officer:
                self._desk.sittings.end_of(key.officer)
            await self._try_to_tell()
            return self._row(self._desk.state.keys[credential])

    async def keys(self, ask: asking.AskKeys) -> list[asking.KeyRow]:
        """All keys, revoked ones too. Nothing of them is secret."""
        return [self._row(one) for one in self._desk.state.keys.values()]

    def _row(self, key: OfficerKey) -> asking.KeyRow:
        return asking.KeyRow(
            credential=urlsafe_b64encode(key.credential).rstrip(b"=").decode(),
            officer=self._desk.state.officers[key.officer].name, label=key.label,
            algorithm=ALGORITHMS[key.algorithm], public=key.public.hex(), rp_id=key.rp_id, aaguid=key.aaguid.hex(),
            uses=key.uses, revoked=key.revoked, told=key.told_taken if key.revoked else key.told_given,
            given_at_ms=key.given_at_ms,
        )  # fmt: skip

    async def _try_to_tell(self) -> None:
        try:
            await self.tell()
        except OpenlineError:
            return  # the desk tries again by itself

    async def tell(self) -> None:
        """Put into the line's record which keys were given and taken away since. Asked twice it is said once.

        Raises StoreDown, Refused, Told where the record takes nothing now.
        """
        for key, given in self._desk.state.untold():
            name = self._desk.state.officers[key.officer].name
            body = encode_key_named(KeyNamed(int(given), name, key.rp_id, key.algorithm, key.public))
            token = f"{TOKENS_OF_KEYS}{sha256(key.credential).hexdigest()}/{int(given)}"
            await self._station.submit([LineDraft(KEY_OF_OFFICER, 0, 0, (), body, token)])
            self._desk.write([facts.KeyTold(key.credential, int(given))], None)

    # ---------------------------------------------------------------- letting go
    def check_code(self, asked: acts.LetGo, code: str, actor: Actor) -> bytes:
        """The digest of what would leave. Raises Refused where it may not, or the code is not of what was read."""
        released = acts.decide(self._desk.state, asked, actor)[-1]
        assert isinstance(released, facts.Released)
        if code.replace(" ", "") != short_code(released.digest).replace(" ", ""):
            raise Refused(f"the code of draft D-{asked.draft} is another: read what would leave, then release it")
        return released.digest

    async def begin_release(self, ask: asking.BeginRelease) -> asking.Ceremony:
        """What the key is to sign. No secret and not kept: the release itself is the challenge. (R-307)"""
        actor = self._actor(ask.sitting)
        digest = self.check_code(acts.LetGo(ask.draft, ask.version, b"-"), ask.code, actor)
        keys = self._usable(actor.officer)
        if not keys:
            raise Refused("no security key of yours is enrolled at this desk; the custodian enrols one")
        challenge = release_challenge(self._line_id, digest, ask.draft, ask.version)
        options = checking.request_options(self._relying, challenge, [one.credential for one in keys])
        return asking.Ceremony("", options)

    async def signed_release(self, ask: asking.ReleaseByKey, actor: Actor) -> acts.LetGo:
        """The release with its evidence, which anybody can check as we just did. Raises Refused, Told OL-405."""
        digest = self.check_code(acts.LetGo(ask.draft, ask.version, b"-"), ask.code, actor)
        key = self._key(ask.credential, actor.officer)
        challenge = release_challenge(self._line_id, digest, ask.draft, ask.version)
        uses = checking.used(self._relying, ask.credential, challenge, _known(key))
        signed = checking.signed(ask.credential, _known(key), ask.draft, ask.version)
        try:
            check_signed(signed, self._line_id, digest, key.rp_id)
            evidence = encode_signed(signed)
        except PeerFault as fault:  # what the library takes and PROTOCOL does not: nobody could check it later
            raise Told("OL-405", fault.reason) from fault
        await self.tell()  # the record names the key before anything signed with it
        self._desk.write(_counted(key, uses), actor)
        return acts.LetGo(ask.draft, ask.version, evidence)

    # ---------------------------------------------------------------- programs
    async def make_token(self, ask: asking.MakeToken) -> asking.Token:
        """A token for a program; only its hash is kept."""
        try:
            roles = frozenset(Role(name) for name in ask.roles)
        except ValueError as error:
            raise Refused(f"{error}; there are: {', '.join(Role)}") from error
        token = secrets.token_hex(_TOKEN_BYTES)
        until_ms = self._station.now_ms() + ask.days * _DAY_MS
        asked = acts.EnrolProgram(ask.name, roles, sha256(token.encode()).digest(), until_ms)
        self._desk.act(asked, self._actor(ask.sitting))
        return asking.Token(ask.name, sorted(roles), token, until_ms)


def _known(key: OfficerKey) -> Known:
    return Known(key.credential, key.algorithm, key.public, key.uses)


def _counted(key: OfficerKey, uses: int) -> list[facts.Fact]:
    return [facts.KeyUsed(key.credential, uses)] if uses != key.uses else []
