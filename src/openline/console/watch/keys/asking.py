"""What can be asked about security keys, tokens of programs, and what a release takes.

`options` and `credential` are the JSON of WebAuthn level 3 (section 5.1): what `navigator.credentials` takes and gives.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from openline.console.channel.asking import Count, _Request

Options = dict[str, Any]
Source = Annotated[str, msgspec.Meta(max_length=64)]


class BeginSignIn(_Request, tag="begin-sign-in", tag_field="op"):
    """A challenge for a sign-in with a security key. `source`: from where, where the asker speaks for somebody else."""

    name: str
    source: Source = ""


class Ceremony(msgspec.Struct):
    """A challenge that is open, by its name, and what the browser is to be given."""

    ceremony: str
    options: Options


class SignInByKey(_Request, tag="sign-in-by-key", tag_field="op"):
    """Begin a sitting with what a security key made of the challenge."""

    ceremony: str
    credential: Options
    source: Source = ""


class BeginKey(_Request, tag="begin-key", tag_field="op"):
    """A challenge for a new security key of an officer."""

    name: str


class EnrolKey(_Request, tag="enrol-key", tag_field="op"):
    """This security key is the officer's from now on."""

    ceremony: str
    credential: Options
    label: str


class InviteKey(_Request, tag="invite-key", tag_field="op"):
    """This officer may register one security key of their own, in a sitting of their own, within the hour."""

    name: str


class AskInvitation(_Request, tag="key-invitation", tag_field="op"):
    """Whether who asks was invited to register a security key."""


class Invitation(msgspec.Struct):
    """Who was invited by whom, and until when it holds, UTC ms; 0: nobody invited them."""

    name: str
    by: str
    until_ms: int


class BeginOwnKey(_Request, tag="begin-own-key", tag_field="op"):
    """A challenge for a new security key of the officer who asks, where they were invited."""


class EnrolOwnKey(_Request, tag="enrol-own-key", tag_field="op"):
    """This security key is from now on that of the officer who asks. The invitation is used up."""

    ceremony: str
    credential: Options
    label: str


class RevokeKey(_Request, tag="revoke-key", tag_field="op"):
    """This security key counts no longer; `credential` as `keys` lists it."""

    credential: str
    remark: str = ""


class AskKeys(_Request, tag="keys", tag_field="op"):
    """The security keys of this desk."""


class KeyRow(msgspec.Struct):
    """One security key. `told`: the line's record names it, so that others can check what it signed."""

    credential: str
    officer: str
    label: str
    algorithm: str
    public: str
    rp_id: str
    aaguid: str
    uses: int
    revoked: bool
    told: bool
    given_at_ms: int = 0


class BeginRelease(_Request, tag="begin-release", tag_field="op"):
    """What the releaser's security key is to sign to release this version; the code is that of what was read."""

    draft: Count
    version: Count
    code: str


class ReleaseByKey(_Request, tag="release-by-key", tag_field="op"):
    """Release this version; `credential` is what the releaser's security key signed over it."""

    draft: Count
    version: Count
    code: str
    credential: Options


class AgreePolicy(_Request, tag="agree-policy", tag_field="op"):
    """Agree to what another officer asked: a release takes less, or notices released beforehand are sent again."""


class ConfirmMeans(_Request, tag="confirm-means", tag_field="op"):
    """Confirm what one person alone gave an officer (roles, a PIN, a key): that officer asked for it, and has it.

    Until then that officer releases nothing where a release takes two. Answered with the desk as it is then.
    """

    name: str


class MakeToken(_Request, tag="make-token", tag_field="op"):
    """A token for a program, under a name and roles of its own. `dismiss` ends it."""

    name: str
    roles: list[str]
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30


class Token(msgspec.Struct):
    """Shown this once: whoever has it acts as this program."""

    name: str
    roles: list[str]
    token: str
    until_ms: int


Request = (
    BeginSignIn | SignInByKey | BeginKey | EnrolKey | RevokeKey | AskKeys | BeginRelease | ReleaseByKey | AgreePolicy
    | MakeToken | InviteKey | AskInvitation | BeginOwnKey | EnrolOwnKey | ConfirmMeans
)  # fmt: skip
