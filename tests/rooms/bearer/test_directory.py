"""Folders that a courier carries: whole files only, damage skipped, nothing lost to a stick. (R-025 to R-027)"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from openline.bearer import folder
from openline.bearer.directory import DIRECTORY_FACTS, DirectoryBearer, DirectoryBounds
from openline.bearer.folder import COVER_NAME, Cover, Inbox, Outbox, Reading, cover_note
from openline.errors import BearerDown, Malformed, Misconfigured
from openline.limits import CARRY_FILE_BYTES
from openline.line.state import Duplex
from openline.wire.frame import encode_frame
from tests.contracts.bearer_contract import BearerContract, Side, body
from tests.rooms.bearer.ears import Ears, run, until

COVER = Cover("hotline", bytes(range(32)), "Republic of A", "Kingdom of B")
QUICK = DirectoryBounds(gather_ms=5, look_every_ms=5)


def made(place: Path, *names: str) -> list[Path]:
    for name in names:
        (place / name).mkdir(parents=True, exist_ok=True)
    return [place / name for name in names]


def bearer(peer: int, ears: Ears, **folders) -> DirectoryBearer:
    return DirectoryBearer(peer, ears, COVER, bounds=QUICK, **folders)


def written(place: Path, bodies, cover=COVER):
    with Outbox(place, cover) as outbox:
        return outbox.write(bodies)


def read_all(inbox: Inbox) -> tuple[list[bytes], list[str]]:
    """What a station would get, and what was wrong."""
    bodies, wrong = [], []
    for path in inbox.unread():
        reading = Reading(path)
        try:
            for piece in reading.pieces():
                bodies += piece
        except (Malformed, BearerDown) as fault:
            wrong.append(str(fault))
            inbox.remember(reading)
            continue
        wrong += [str(fault) for fault in reading.faults]
        if reading.is_cut:
            wrong.append("cut")
        inbox.mark(reading)
    return bodies, wrong


class TestContract(BearerContract):
    """Two folders, each filled by one side and read by the other."""

    async def pair(self, place: Path) -> tuple[Side, Side]:
        there, back = made(place, "there", "back")
        ours, theirs = Ears(), Ears()
        return (
            Side(bearer(1, ours, out=there, into=back), ours),
            Side(bearer(0, theirs, out=back, into=there), theirs),
        )


# --- writing


def test_files_count_up_and_hold_frames_as_on_a_stream(tmp_path):
    """R-025"""
    first = written(tmp_path, [body(1), body(2)])
    second = written(tmp_path, [body(3)])
    assert [one.path.name for one in first + second] == ["00000001.oln", "00000002.oln"]
    assert (tmp_path / "00000001.oln").read_bytes() == encode_frame(body(1)) + encode_frame(body(2))
    assert not list(tmp_path.glob("*.part"))


def test_much_is_cut_into_files_at_frames(tmp_path):
    big = bytes(1024 * 1024)
    files = written(tmp_path, [big] * (2 * CARRY_FILE_BYTES // len(big) + 1))
    assert len(files) == 3
    assert sum(one.frames for one in files) == 2 * CARRY_FILE_BYTES // len(big) + 1


def test_numbers_go_on_after_the_files_were_taken_away(tmp_path):
    """R-025: or a file under way could be overwritten by a younger one of its name."""
    written(tmp_path, [body(1)])
    written(tmp_path, [body(2)])
    for path in tmp_path.glob("*.oln"):
        path.unlink()
    assert written(tmp_path, [body(3)])[0].path.name == "00000003.oln"


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_disk_that_breaks_leaves_no_file_with_a_name(tmp_path, monkeypatch, call):
    """R-025: the name comes last."""
    written(tmp_path, [body(1)])

    def breaks(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folder.os, call, breaks)
        with pytest.raises(BearerDown, match="No space left"):
            written(tmp_path, [body(2)])
    assert [path.name for path in tmp_path.glob("*.oln")] == ["00000001.oln"]
    assert not list(tmp_path.glob("*.part"))
    assert written(tmp_path, [body(2)])


def test_a_writer_that_was_killed_leaves_a_part_that_nobody_reads(tmp_path):
    (tmp_path / "00000007.part").write_bytes(encode_frame(body(1))[:50])
    assert Inbox(tmp_path).unread() == []
    assert written(tmp_path, [body(2)])[0].path.name == "00000008.oln"
    assert not list(tmp_path.glob("*.part"))


def test_two_writers_do_not_meet(tmp_path):
    with Outbox(tmp_path, COVER), pytest.raises(BearerDown, match="another program"):
        Outbox(tmp_path, COVER)


def test_a_stick_that_is_not_there_is_not_made_up(tmp_path):
    with pytest.raises(BearerDown, match="No such file"):
        Outbox(tmp_path / "stick", COVER)
    with pytest.raises(BearerDown, match="No such file"):
        Inbox(tmp_path / "stick").unread()
    assert not (tmp_path / "stick").exists()


def test_the_last_number_is_the_last(tmp_path):
    (tmp_path / "99999999.oln").touch()
    with pytest.raises(BearerDown, match="no number left"):
        written(tmp_path, [body(1)])


def test_the_cover_note_is_for_people(tmp_path):
    """R-027"""
    (one,) = written(tmp_path, [body(1)])
    note = (tmp_path / COVER_NAME).read_text("ascii")
    for said in ("hotline", "Republic of A", "Kingdom of B", "00000001.oln", one.digest.hex()[:32], "carry in"):
        assert said in note
    assert all(character.isprintable() or character == "\n" for character in note)
    assert max(map(len, note.splitlines())) <= 100
    assert "1970-01-01 00:00:00Z" in cover_note(COVER, [one], 0)
    before, _ = read_all(Inbox(tmp_path))
    (tmp_path / COVER_NAME).write_text("lies")
    (tmp_path / "00000001.done").unlink()
    assert read_all(Inbox(tmp_path))[0] == before


# --- reading


def test_what_was_read_is_marked_and_not_read_again_even_by_another_life(tmp_path):
    """R-026"""
    written(tmp_path, [body(1)])
    assert read_all(Inbox(tmp_path)) == ([body(1)], [])
    assert read_all(Inbox(tmp_path)) == ([], [])
    written(tmp_path, [body(2)])
    assert read_all(Inbox(tmp_path)) == ([body(2)], [])


def test_a_file_of_a_known_name_and_other_content_is_read(tmp_path):
    """R-026: another stick begins at 1 again."""
    one, other = made(tmp_path, "one", "other")
    written(one, [body(1)])
    written(other, [body(2)])
    inbox = Inbox(one)
    assert read_all(inbox) == ([body(1)], [])
    os.replace(other / "00000001.oln", one / "00000001.oln")
    assert read_all(inbox) == ([body(2)], [])
    assert read_all(inbox) == ([], [])


def test_a_damaged_file_gives_what_is_whole_and_says_where(tmp_path):
    """R-026"""
    written(tmp_path, [body(n) for n in range(5)])
    path = tmp_path / "00000001.oln"
    data = bytearray(path.read_bytes())
    data[105 * 2] ^= 0x40  # the mark of the third frame
    path.write_bytes(data)
    bodies, wrong = read_all(Inbox(tmp_path))
    assert bodies == [body(0), body(1), body(3), body(4)]
    assert len(wrong) == 1
    assert "byte 210" in wrong[0]


def test_a_file_half_copied_is_read_again_when_the_rest_has_come(tmp_path):
    """R-026"""
    stream = encode_frame(body(1)) + encode_frame(body(2))
    path = tmp_path / "00000001.oln"
    path.write_bytes(stream[:150])
    inbox = Inbox(tmp_path)
    assert read_all(inbox) == ([body(1)], ["cut"])
    assert read_all(inbox) == ([], [])
    path.write_bytes(stream)
    assert read_all(inbox) == ([body(1), body(2)], [])
    assert read_all(Inbox(tmp_path)) == ([], [])


@pytest.mark.parametrize("cut_at", [150, 105], ids=["in a frame", "between frames"])
def test_a_file_that_grows_while_it_is_read_is_read_again(tmp_path, cut_at):
    """R-026: the copy ends after its end was read and before it is marked."""
    stream = encode_frame(body(1)) + encode_frame(body(2))
    path = tmp_path / "00000001.oln"
    path.write_bytes(stream[:cut_at])
    inbox = Inbox(tmp_path)
    (found,) = inbox.unread()
    reading = Reading(found)
    assert [one for piece in reading.pieces() for one in piece] == [body(1)]
    with path.open("ab") as file:
        file.write(stream[cut_at:])
    inbox.mark(reading)
    assert read_all(inbox) == ([body(1), body(2)], [])
    assert read_all(inbox) == ([], [])


def test_files_that_were_read_stand_in_nobodys_way_however_many_there_are(tmp_path, monkeypatch):
    """R-026"""
    monkeypatch.setattr(folder, "CARRY_FILES_MAX", 3)
    for number in range(1, 5):
        (tmp_path / f"{number:08d}.oln").write_bytes(b"no frame of anybody" * number)
    (tmp_path / "00000005.oln").write_bytes(encode_frame(body(5)))
    inbox = Inbox(tmp_path)
    assert len(inbox.unread()) == 3, "so many at once"
    assert read_all(inbox)[0] == []
    assert read_all(inbox)[0] == [body(5)]


def test_a_folder_that_cannot_be_marked_is_read_once_a_life(tmp_path, monkeypatch):
    written(tmp_path, [body(1)])
    (tmp_path / "00000001.done").mkdir()  # stands for a disk that is read-only
    inbox = Inbox(tmp_path)
    assert read_all(inbox) == ([body(1)], [])
    assert read_all(inbox) == ([], [])
    assert read_all(Inbox(tmp_path)) == ([body(1)], [])


def test_a_hostile_stick_reads_nothing_of_ours_and_stops_nothing(tmp_path):
    """R-026: links, pipes, folders, junk, other names."""
    stick, ours = made(tmp_path, "stick", "ours")
    (ours / "secret").write_bytes(encode_frame(body(9)))
    (stick / "00000001.oln").symlink_to(ours / "secret")
    os.mkfifo(stick / "00000002.oln")
    (stick / "00000003.oln").mkdir()
    (stick / "00000004.oln").write_bytes(os.urandom(5000))
    (stick / "00000005.oln").write_bytes(b"")
    (stick / "5.oln").write_bytes(encode_frame(body(7)))
    (stick / "٠٠٠٠٠٠٠٦.oln").write_bytes(encode_frame(body(7)))
    (stick / "00000008.oln").write_bytes(encode_frame(body(8)))
    os.mkfifo(stick / "00000008.done")
    (stick / "00000009.oln").write_bytes(encode_frame(body(10)))
    (stick / "00000009.done").symlink_to(ours / "secret")
    bodies, wrong = read_all(Inbox(stick))
    assert [one for one in bodies if one in (body(7), body(8), body(9), body(10))] == [body(8), body(10)]
    assert any("00000001.oln cannot be read" in one for one in wrong)
    assert any("00000002.oln is not a plain file" in one for one in wrong)
    assert any("00000003.oln is not a plain file" in one for one in wrong)
    assert (ours / "secret").read_bytes() == encode_frame(body(9))
    with Outbox(stick, COVER) as outbox:
        assert outbox.write([body(1)])[0].path.name == "00000010.oln"


def test_a_file_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "CARRY_FILE_BYTES_MAX", 1000)
    written(tmp_path, [body(n) for n in range(20)])
    written(tmp_path, [body(99)])
    bodies, wrong = read_all(Inbox(tmp_path))
    assert bodies == [body(99)]
    assert "longer than 1000 bytes" in wrong[0]


# --- as a bearer


def test_a_stick_pulled_and_put_back(tmp_path):
    async def story() -> None:
        there, back = made(tmp_path, "there", "back")
        ears = Ears()
        ours = bearer(1, ears, out=there, into=back)
        await ours.start()
        await until(lambda: ears.up)
        there.rename(tmp_path / "pocket")
        await until(lambda: not ears.up)
        assert "No such file" in ears.refusals()
        with pytest.raises(BearerDown, match="No such file"):
            ours.send(1, body(1))
        (tmp_path / "pocket").rename(there)
        await until(lambda: ears.up)
        ours.send(1, body(2))
        await until(lambda: list(there.glob("*.oln")))
        assert read_all(Inbox(there))[0] == [body(2)]
        await ours.close()

    run(story())


def test_one_way_for_a_while(tmp_path):
    """A data diode: one side only fills, the other only reads."""

    async def story() -> None:
        (diode,) = made(tmp_path, "diode")
        ears, their_ears = Ears(), Ears()
        ours, theirs = bearer(1, ears, out=diode), bearer(0, their_ears, into=diode)
        assert ours.facts.duplex is Duplex.SIMPLEX
        assert theirs.facts.duplex is Duplex.SIMPLEX
        await ours.start()
        await theirs.start()
        await until(lambda: ears.up)
        ours.send(1, body(1))
        await until(lambda: their_ears.frames)
        assert theirs.peers_up() == ()
        assert their_ears.frames == [(0, body(1))]
        with pytest.raises(BearerDown):
            theirs.send(0, body(2))
        await ours.close()
        await theirs.close()

    run(story())


def test_a_file_is_marked_only_after_the_station_has_settled_it(tmp_path):
    """R-026: what a crash loses between reading and the record is still on the stick."""

    async def story() -> None:
        import asyncio

        (into,) = made(tmp_path, "into")
        written(into, [body(1)])
        may_settle = asyncio.Event()

        class Slow(Ears):
            async def settled(self) -> None:
                self.told.append(("asked",))
                await may_settle.wait()

        ears = Slow()
        theirs = bearer(0, ears, into=into)
        await theirs.start()
        await until(lambda: ears.count("asked"))
        assert ears.frames == [(0, body(1))]
        assert not (into / "00000001.done").exists()
        await theirs.close()  # we go down first
        assert not (into / "00000001.done").exists()
        may_settle.set()
        again = Slow()
        theirs = bearer(0, again, into=into)
        await theirs.start()
        await until(lambda: (into / "00000001.done").exists())
        assert again.frames == [(0, body(1))]
        await theirs.close()

    run(story())


def test_damage_is_told_once_and_reading_goes_on(tmp_path):
    async def story() -> None:
        (into,) = made(tmp_path, "into")
        (into / "00000001.oln").symlink_to("/etc/hostname")
        (into / "00000002.oln").write_bytes(b"junk" + encode_frame(body(2)) + encode_frame(body(3))[:60])
        ears = Ears()
        theirs = bearer(0, ears, into=into)
        await theirs.start()
        await until(lambda: len(ears.faults) == 3)
        (into / "00000003.oln").write_bytes(encode_frame(body(4)))
        await until(lambda: len(ears.frames) == 2)
        assert ears.bodies(0) == [body(2), body(4)]
        assert [where for where, _ in ears.faults] == ["00000001.oln", "00000002.oln", "00000002.oln"]
        await theirs.close()

    run(story())


def test_many_frames_are_gathered_into_one_file_and_flush_does_not_wait(tmp_path):
    async def story() -> None:
        (out,) = made(tmp_path, "out")
        ears = Ears()
        patient = DirectoryBounds(gather_ms=3_600_000, look_every_ms=5)
        ours = DirectoryBearer(1, ears, COVER, out=out, bounds=patient)
        await ours.start()
        await until(lambda: ears.up)
        for n in range(100):
            ours.send(1, body(n))
        ours.flush()
        await until(lambda: list(out.glob("*.oln")))
        assert len(read_all(Inbox(out))[0]) == 100
        assert len(list(out.glob("*.oln"))) == 1
        await ours.close()

    run(story())


def test_a_full_file_is_written_at_once_and_room_is_told(tmp_path):
    async def story() -> None:
        (out,) = made(tmp_path, "out")
        ears = Ears()
        patient = DirectoryBounds(gather_ms=3_600_000, look_every_ms=5)
        ours = DirectoryBearer(1, ears, COVER, out=out, bounds=patient)
        await ours.start()
        await until(lambda: ears.up)
        big = bytes(DIRECTORY_FACTS.frame_bytes_max)
        while ours.room(1):
            ours.send(1, big)
        await until(lambda: ears.count("room"))
        assert ours.room(1) == CARRY_FILE_BYTES
        assert list(out.glob("*.oln"))
        await ours.close()

    run(story())


def test_settings_that_cannot_work_are_refused(tmp_path):
    with pytest.raises(Misconfigured, match="needs a folder"):
        bearer(1, Ears())
    with pytest.raises(Misconfigured, match="cannot be both"):
        bearer(1, Ears(), out=tmp_path, into=tmp_path)
