"""A line that changes while it runs: new terms, a party that joins late, one that leaves, renewed and revoked keys."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel import asking
from openline.limits import COMMIT_ENTRIES_MAX
from openline.line.ports import LogId
from openline.store.sqlite import SqliteStore
from tests.whole.parties import HELD_MS, Desk, make_parties, open_line, until

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def amendments(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.json_here("line", "amendments")["amendments"])


def status(desk: Desk) -> dict[str, Any]:
    return dict(desk.json_anyhow("status"))


def state_of(desk: Desk, place: str) -> str:
    return next((row["state"] for row in amendments(desk) if row["place"] == place), "not here")


def send(desk: Desk, *texts: str, within_ms: int = 0) -> list[asking.Place]:
    with desk.link() as link:
        places = []
        for at in range(0, len(texts), 500):
            batch = [asking.Outgoing(text=text) for text in texts[at : at + 500]]
            places += link.ask(asking.Send(messages=batch), asking.Sent).places
        if within_ms:
            waited = link.ask(asking.WaitHeld(places=places, within_ms=within_ms), asking.Waited)
            assert waited.held, waited.lacking[:3]
    return places


def logs(desk: Desk) -> dict[LogId, tuple[int, bytes]]:
    store = SqliteStore(desk.store_path, read_only=True)
    try:
        return {row.log: (row.size, row.peaks) for row in store.logs()}
    finally:
        store.close()


def receipts(desk: Desk, witness: int) -> dict[LogId, int]:
    store = SqliteStore(desk.store_path, read_only=True)
    try:
        found = {row.log: store.newest_receipts(row.log) for row in store.logs() if row.log.party != witness}
    finally:
        store.close()
    return {log: max((one.size for one in rows if one.witness == witness), default=0) for log, rows in found.items()}


def same_everywhere(*desks: Desk) -> bool:
    first, *rest = [logs(desk) for desk in desks]
    return all(one == first for one in rest)


def verified(desk: Desk, path: Path, *cards: Path) -> dict[str, Any]:
    desk.run("export", str(path))
    words = [word for card in cards for word in ("--card", str(card))]
    return dict(json.loads(desk.run("verify", str(path), *words, "--json").stdout))


def secret(desk: Desk) -> tuple[str, str]:
    return "--passphrase-file", str(desk.passphrase_file)


def test_terms_change_when_all_agree_and_not_before(on_a_line: Line) -> None:
    """R-140, R-141, R-143, R-145: and what cannot stand is refused before it is written."""
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    proposed = amber.json("line", "amend", "--body-bytes-max", "2000", "--remark", "shorter, please")
    assert proposed["state"] == "open" and proposed["lacking"] == ["Birch"]
    until(lambda: state_of(birch, proposed["place"]) == "open", "the proposal at Birch")
    send(birch, "x" * 3000)
    assert amber.run("line", "agree", proposed["place"], ok=None).returncode == 7, "our own is our yes already"
    assert birch.run("line", "agree", f"{proposed['place'][:-1]}99", ok=None).returncode == 3, "yes to nothing"
    assert birch.json("line", "agree", proposed["place"])["state"] == "in force"
    until(lambda: state_of(amber, proposed["place"]) == "in force", "the answer at Amber")
    assert birch.run("send", "x" * 3000, ok=None).returncode == 4
    assert birch.run("line", "refuse", proposed["place"], ok=None).returncode == 7, "it is in force"
    assert amber.run("line", "amend", "--banner", "fr=SECRET", ok=None).returncode == 4, "no such language"
    assert amber.run("line", "leave", "--party", "Birch", "--yes", ok=None).returncode == 4, "it takes two to do that"
    birch.stop()
    birch.start()
    assert birch.json("line", "amendments")["limits"][0] == 2000, "derived again at the start"
    slower = amber.json("line", "amend", "--body-bytes-max", "2000", "--entries-per-minute", "2")
    until(lambda: state_of(birch, slower["place"]) == "open", "the proposal at Birch")
    assert birch.json("line", "agree", slower["place"])["state"] == "in force"
    said = [birch.try_here("send", f"{n} within a minute") for n in range(12)]  # in a moment, on any machine
    assert {ran.code for ran in said} <= {0, 4} and "OL-403" in said[-1].err, said[-1]
    birch.run("send", "--precedence", "FLASH", "FLASH has a reserve")
    close = birch.json("line", "close", "--yes")
    until(lambda: state_of(amber, close["place"]) == "open", "the proposal to close")
    assert amber.json("line", "agree", close["place"])["state"] == "in force"
    assert amber.run("send", "too late", ok=None).returncode == 4
    until(lambda: same_everywhere(amber, birch), "receipts of all")


def admitted(folder: Path, sponsor: Desk, others: list[Desk], joiner: Desk) -> None:
    """The files that travel, and every party's yes."""
    sponsor.run("line", "papers", "--out", str(folder / "papers"))
    cards = [word for desk in (sponsor, *others) for word in ("--card", str(folder / f"{desk.name}.card"))]
    wanted = ("line", "join", str(folder / "papers"), *cards, "--out", str(folder / "joining"), "--yes")
    joiner.run(*wanted, *secret(joiner))
    proposed = sponsor.json("line", "admit", str(folder / "joining"), "--yes")
    for other in others:
        until(lambda other=other: state_of(other, proposed["place"]) == "open", "the proposal")  # type: ignore[misc]
        other.run("line", "agree", proposed["place"])
    until(lambda: state_of(sponsor, proposed["place"]) == "in force", "the last yes")


def test_a_party_joins_at_entry_1000_reads_everything_and_later_leaves(tmp_path: Path) -> None:
    """R-146, R-148, R-154, R-158: all logs identical, receipts of all; after it left, nothing new reaches it."""
    amber, birch, cedar = make_parties(tmp_path, "Amber", "Birch", "Cedar")
    open_line(tmp_path, [amber, birch])
    amber.settings({birch.name: birch.port})
    birch.settings({amber.name: amber.port})  # Cedar dials both: it is not on the line when they start
    try:
        amber.start()
        birch.start()
        oldest = send(amber, *(f"amber {n}" for n in range(600)), within_ms=HELD_MS)[0]
        send(birch, *(f"birch {n}" for n in range(600)), within_ms=HELD_MS)
        position = amber.json("show", str(oldest))["position"]
        assert amber.json("show", str(position))["place"] == str(oldest), "by its full name, however old"
        amber.stop()
        amber.start()  # an older generation has to be read too
        admitted(tmp_path, amber, [birch], cedar)
        cedar.settings({})  # it dials nobody: the others dial it, who are told where while they run
        cedar.start()
        amber.settings({birch.name: birch.port, cedar.name: cedar.port})
        birch.settings({amber.name: amber.port, cedar.name: cedar.port})
        until(lambda: same_everywhere(amber, birch, cedar), "one record at all three")
        place = send(cedar, "good day from Cedar", within_ms=HELD_MS)
        assert place[0].party == 2
        send(amber, "welcome", within_ms=HELD_MS)
        own = logs(amber)

        def all_receipted() -> bool:
            return all(size >= own[log][0] for log, size in receipts(amber, 2).items() if log in own)

        until(all_receipted, "receipts of Cedar for every log")
        cards = [tmp_path / f"{name}.card" for name in ("Amber", "Birch", "Cedar")]
        found = verified(cedar, tmp_path / "joined.openline", *cards)
        assert [party["name"] for party in found["parties"]] == ["Amber", "Birch", "Cedar"]
        assert found["doubts"] == [] and found["missing"] == []
        amber.run("export", str(tmp_path / "bare.openline"), "--no-bodies")
        bare = json.loads(amber.run("verify", str(tmp_path / "bare.openline"), "--json").stdout)
        assert bare["doubts"] == [], "also without bodies it shows how Cedar came to be on the line"
        lose_the_keyring(cedar, amber, birch)
        left = cedar.json("line", "leave", "--yes", "--remark", "our part is done")
        assert left["state"] == "in force"
        for desk in (amber, birch):
            until(lambda desk=desk: state_of(desk, left["place"]) == "in force", "word of the leaving")  # type: ignore[misc]
        assert cedar.run("send", "one more", ok=None).returncode == 4
        cannot_return(tmp_path, amber, cedar)
        before = len(logs(cedar))
        send(amber, *(f"without Cedar {n}" for n in range(5)), within_ms=HELD_MS)
        time.sleep(7)  # longer than the grace and two hails: nothing may come any more
        assert logs(cedar) != logs(amber) and len(logs(cedar)) == before
        assert same_everywhere(amber, birch)
        found = verified(birch, tmp_path / "left.openline", *cards)
        assert found["doubts"] == [], "what Cedar signed stays as good as it was"
    finally:
        for desk in (amber, birch, cedar):
            if desk.process is not None:
                desk.kill()


def cannot_return(folder: Path, sponsor: Desk, gone: Desk) -> None:
    """R-146: under the root that left nobody joins again; both doors say what to do."""
    sponsor.run("line", "papers", "--out", str(folder / "again"))
    again = ("line", "join", str(folder / "again"), "--out", str(folder / "request"), "--yes", "--line", "again")
    ran = gone.run(*again, *secret(gone), ok=7)
    assert "a new root key and another name" in " ".join(ran.stderr.split())
    refused = sponsor.run("line", "admit", str(folder / "joining"), "--yes", ok=4)
    assert "ask anew" in refused.stderr, "its old request is for a place that is taken"


def lose_the_keyring(joiner: Desk, *others: Desk) -> None:
    """R-154, R-155: who joined later shares no recovery secret; sealing is begun afresh by the others' word."""
    joiner.stop()
    (joiner.home / "lines" / joiner.line / "keyring").unlink()
    joiner.run("line", "recover", *secret(joiner))
    joiner.start()
    for other in others:
        other.run("line", "recover", "--party", joiner.name)
    send(joiner, "sealed anew", within_ms=HELD_MS)


def test_a_stranger_and_a_foreign_request_are_refused(tmp_path: Path) -> None:
    """R-146: a request made for another line, and one for a place that is taken."""
    amber, birch, cedar, dogwood = make_parties(tmp_path, "Amber", "Birch", "Cedar", "Dogwood")
    open_line(tmp_path, [amber, birch])
    dogwood.line = cedar.line = "other"
    for desk in (amber, birch, cedar, dogwood):
        desk.settings({})
    open_line(tmp_path, [cedar, dogwood])
    try:
        cedar.run("line", "papers", "--out", str(tmp_path / "foreign"))
        (outsider,) = make_parties(tmp_path, "Elm")
        outsider.run(
            "line", "join", str(tmp_path / "foreign"), "--out", str(tmp_path / "joining"), "--yes", *secret(outsider)
        )
        amber.start()
        assert amber.run("line", "admit", str(tmp_path / "joining"), "--yes", ok=None).returncode == 4
        changed = (tmp_path / "joining").read_text().replace("A", "B", 1)
        (tmp_path / "changed").write_text(changed)
        assert amber.run("line", "admit", str(tmp_path / "changed"), "--yes", ok=None).returncode == 5
    finally:
        amber.stop()


def test_renewed_keys_are_used_once_all_hold_their_certificate_and_the_old_ones_revoked(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-151, R-152, R-157: a new generation under the new keys; the other side checks it; then the old key is out."""
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    send(amber, "under the first keys")
    renewed = amber.json("party", "renew", *secret(amber))
    assert renewed["recorded"]
    until(lambda: any("Birch" in alarm for alarm in status(amber)["alarms"]), "it waits for Birch, and says so")
    own = status(amber)["generation"]
    birch.start()
    until(lambda: status(amber)["generation"] > own, "new keys")
    send(amber, "under the new keys", within_ms=HELD_MS)
    place = send(birch, "seen", within_ms=HELD_MS)
    assert place
    first = next(
        one for one in amber.run("party", "revoke", "--yes", *secret(amber), ok=None).stderr.split() if len(one) == 16
    )
    renewed_name = renewed["certificate"][:16]
    assert first != renewed_name
    amber.run("party", "revoke", "--certificate", first, "--reason", "retired", "--yes", *secret(amber))
    send(amber, "after the revocation", within_ms=HELD_MS)
    amber.stop()
    amber.start()
    send(birch, "again", within_ms=HELD_MS)
    until(lambda: same_everywhere(amber, birch), "one record")
    found = verified(birch, tmp_path / "renewed.openline", tmp_path / "Amber.card", tmp_path / "Birch.card")
    assert found["doubts"] == [] and [log["revoked"] for log in found["logs"]].count(True) == 1
    assert all(log["disputed_from"] is None for log in found["logs"])
    birch.run("fsck")


def test_a_stolen_key_is_revoked_by_a_file_without_the_other_side(on_a_line: Line, tmp_path: Path) -> None:
    """R-152, R-153: the revocation travels by hand; the station with that key gets no line any more."""
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    send(amber, "before", within_ms=HELD_MS)
    amber.stop()
    shutil.copytree(amber.home / "lines", tmp_path / "stolen")
    amber.run("party", "revoke", "--out", str(tmp_path / "revocation"), "--yes", *secret(amber))
    amber.run("party", "renew", "--now", "--out", str(tmp_path / "certificate"), *secret(amber))
    birch.run("party", "revoked", str(tmp_path / "revocation"))
    birch.run("party", "renewed", str(tmp_path / "certificate"))
    shutil.move(amber.home / "lines", tmp_path / "ours")
    shutil.move(tmp_path / "stolen", amber.home / "lines")
    amber.start()  # the thief
    send(amber, "from the thief")
    time.sleep(3)
    assert birch.json("inbox", "--all", "--count", "1000")["entries"]
    assert "from the thief" not in birch.run("inbox", "--all", "--count", "1000").stdout
    amber.kill()
    shutil.rmtree(amber.home / "lines")
    shutil.move(tmp_path / "ours", amber.home / "lines")
    amber.start()
    send(amber, "ourselves again", within_ms=HELD_MS)
    until(lambda: same_everywhere(amber, birch), "one record")
    found = verified(birch, tmp_path / "revoked.openline")
    assert found["doubts"] == []


def test_a_lost_keyring_is_reopened_by_both_and_stands_in_the_record(on_a_line: Line) -> None:
    """R-155: sealing is lost with the keyring, the record is not."""
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    send(amber, "before the loss", within_ms=HELD_MS)
    amber.stop()
    (amber.home / "lines" / amber.line / "keyring").unlink()
    assert amber.run("serve", ok=None).returncode == 8
    amber.run("line", "recover", *secret(amber))
    amber.start()
    place = send(amber, "after the loss")[0]
    until(lambda: any("recovery" in alarm for alarm in status(birch)["alarms"]), "an alarm at Birch")
    birch.run("line", "recover", *secret(birch))
    with amber.link() as link:
        assert link.ask(asking.WaitHeld(places=[place], within_ms=HELD_MS), asking.Waited).held
    send(birch, "good to hear you", within_ms=HELD_MS)
    until(lambda: same_everywhere(amber, birch), "one record")
    kinds = [entry["kind"] for entry in amber.json("inbox", "--all", "--count", "1000")["entries"]]
    assert kinds.count("recovery") == 2, "each side recorded it"


assert COMMIT_ENTRIES_MAX >= 500
