"""Words that come from the station as data and are shown in the language of the page: each is in the catalogues.

A sentence that the station makes (a reason, the words of a bearer) stays as it is, in English and marked as such.
"""

from __future__ import annotations

from typing import Final


def _said(word: str) -> str:
    """Marks a word for the catalogues."""
    return word


WORDS: Final = frozenset((
    _said("ROUTINE"), _said("PRIORITY"), _said("IMMEDIATE"), _said("FLASH"),
    _said("drafter"), _said("releaser"), _said("watch officer"), _said("custodian"), _said("engineer"),
    _said("auditor"),
    _said("up"), _said("degraded"), _said("silent"), _said("never heard"), _said("our fault"), _said("refused"),
    _said("suspended"), _said("down"), _said("unknown"), _said("open"), _said("submitted"), _said("released"),
    _said("recorded"), _said("withdrawn"), _said("held"), _said("held ahead"), _said("opened"), _said("understood"),
    _said("passed"), _said("answered"), _said("accepted"), _said("holding reply"), _said("silence recorded"),
    _said("corrected"), _said("superseded"), _said("forwarded"), _said("not held"), _said("held, not opened"),
    _said("reply due"), _said("acknowledge"), _said("acknowledge receipt"), _said("reply"), _said("answer"),
    _said("release"), _said("link test"), _said("line"), _said("clock"), _said("record"), _said("disk"), _said("sound"),
    _said("program"), _said("message"), _said("draft"), _said("the station"), _said("relayed"), _said("not opened"),
    _said("stated"), _said("disputed"), _said("pin and code"), _said("corrects"), _said("withdraws"),
    _said("supersedes"), _said("forwards"), _said("security key"),
    _said("record their silence, or give them time"), _said("release it, or give it back"),
    _said("relief of the watch"), _said("due"), _said("send the notice that is owed"),
    _said("prepare the notice that will be owed"), _said("their notice is owed"),
    _said("answer, as the holding reply promised"), _said("unacknowledged"), _said("acknowledged"), _said("shelved"),
    _said("ended, not acknowledged"), _said("keys"), _said("need"), _said("test"), _said("LOW"), _said("MEDIUM"),
    _said("HIGH"), _said("TOP"), _said("armed"), _said("mute"), _said("lost"), _said("none"), _said("heard"),
    _said("alerted"),
    _said("not heard"), _said("not used here"),
    _said("named"), _said("point"), _said("circle"), _said("polygon"), _said("route"), _said("quadrant"),
    _said("ERROR"), _said("BREACH"), _said("WARN"), _said("answers"), _said("cancels"),
    _said("sight"), _said("rough"), _said("official"), _said("cleared"), _said("original"), _said("translation"),
    _said("date"), _said("time"), _said("coordinate"), _said("number"),
    # kinds of entries, acts in the desk's log and their fields
    _said("precedence"),
    _said("draft tabled"), _said("position on a draft"), _said("draft refused or withdrawn"),
    _said("in no directory of theirs"), _said("looks like another office"),
    _said("letters of two scripts in one word"),
    _said("enrolled"), _said("roles given"), _said("dismissed"), _said("pin renewed"), _said("signed in"),
    _said("sign in refused"), _said("signed out"), _said("watch taken"), _said("watch handed over"),
    _said("policy set"), _said("drafted"), _said("returned"), _said("alarm acknowledged"), _said("alarm shelved"),
    _said("alarm tested"), _said("sound told"), _said("drafted other"), _said("key enrolled"), _said("key revoked"),
    _said("key used"), _said("key told"), _said("keys demanded"), _said("weaker asked"), _said("release signed"),
    _said("program enrolled"), _said("notice used"), _said("precleared set"), _said("translated"),
    _said("translation marked"), _said("checklist set"), _said("ticked"), _said("duty rose"), _said("duty ended"),
    _said("relief set"), _said("means confirmed"), _said("precleared asked"), _said("opening"),
    _said("acknowledgement"), _said("amendment proposed"), _said("amendment accepted"), _said("certificate"),
    _said("revocation"), _said("recovery"), _said("attachment held"), _said("dispute"), _said("intake paused"),
    _said("link test answered"), _said("contact observed"), _said("service message"), _said("refusal"),
    _said("suspension"), _said("resumption"), _said("silence answered"), _said("drill"), _said("passed on"),
    _said("relation"), _said("directory of offices"), _said("officer's key"), _said("read aloud, taken down"),
    _said("notice"), _said("format"), _said("agreement"), _said("standing to an agreement"),
    _said("terms of an agreement"), _said("act in the life of an agreement"), _said("offer"),
    _said("report from outside"), _said("an end comes near: prolong it in time, or let it pass"), _said("it ends"),
    _said("an offer to us runs out: answer it, or let its date pass"), _said("an offer reaches its date"),
    _said("topic"), _said("filed under a topic"), _said("contradiction"), _said("capacity of a speaker"),
    _said("meeting"), _said("word of a meeting"),
    # topics and meetings
    _said("statement"), _said("measure announced"), _said("measure taken"),
    _said("report"), _said("not of it"), _said("spring"),
    _said("summer"), _said("autumn"), _said("winter"),
    _said("proposed"), _said("an answer is promised"), _said("agreed"),
    _said("refused"), _said("cancelled"), _said("replaced by another version"),
    _said("its time came without agreement"),
    _said("its time has passed; nobody has said whether it was held"), _said("held, by every side's word"),
    _said("not held, by every side's word"), _said("held or not by one side's word only"),
    _said("held by one side's word, not held by another's"),
    _said("agrees"), _said("refuses"), _said("will answer"),
    _said("cancels"), _said("was held"), _said("was not held"),
    _said("layout of declarations"), _said("declaration"), _said("count of a declaration"), _said("officer"),
    _said("signature under a joint statement"), _said("withdrawal from a joint statement"),
    _said("sealed exchange"), _said("sealed commitment"), _said("commitments countersigned"), _said("sealed opening"),
    _said("escrow of a declaration"), _said("challenge to an escrow"), _said("challenge answered"),
    _said("draw revealed"), _said("commit to the list"), _said("countersign the commitments"),
    _said("open what was committed"), _said("answer the challenge"), _said("show our part of the draw"),
    _said("open the record that was drawn"),
    _said("commitment"), _said("countersignature"), _said("answer to a challenge"),
    _said("part of a draw"), _said("opening of what was drawn"), _said("kept"), _said("late"), _said("not provided"),
    _said("not to be told"), _said("opened by all"), _said("not done in its time"), _said("to be opened"),
    _said("to be countersigned"), _said("to be committed"), _said("aggregate"), _said("types"), _said("sites"),
    _said("numbers"),
    _said("That the declaration is true: only that it is the one that was committed on that day."),
    _said("That it is complete: what was left out of it from the start is in no level, and no opening shows that."),
    _said("That what is not open yet adds up: sums are checked as far as levels are open."),
    _said("Why a party does not open: that is an event of its own, and no proof of a false record."),
    _said("name"), _said("roles"), _said("remark"), _said("version"), _said("subject"), _said("method"),
    _said("language"), _said("stage"), _said("begins"), _said("under"), _said("until_ms"), _said("at_ms"),
    _said("digest"), _said("kind"), _said("of"), _said("says"), _said("items"), _said("item"), _said("step"),
    _said("to"), _said("level"), _said("persons"), _said("label"), _said("what"), _said("rise"), _said("party"),
    _said("generation"), _said("index"), _said("flags"), _said("allowed"), _said("demanded"), _said("credential"),
    _said("uses"), _said("given"),
    # verdicts of rules, and how a unit differs
    _said("holds"), _said("is broken"), _said("cannot be told"), _said("is not in force"), _said("appeared"),
    _said("gone"), _said("moved"), _said("changed state"), _said("changed type"), _said("not as a notice said"),
))  # fmt: skip
