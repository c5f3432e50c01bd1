"""Two serial devices with an audio modem behind each, and air between: what a station writes is sent as sound.

`python -m tests.rooms.bearer.modem_box BAUD NOISE_DB FOLDER` prints the devices, and ends when its input ends. A box
keys its transmitter when bytes come and lets go when they stop: that is one transmission, one WAV file, one decoding.
NOISE_DB `-` is no noise. Nothing waits for the tones to sound. What was sent is counted in FOLDER/sent, a line each.
"""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path
from typing import Final

from openline.console.demo.relay_process import Terminal
from tests.rooms.bearer.sound import Modem, seconds_of

FELL_SILENT_S: Final = 0.3  # a station writes in pieces of a tenth of a second


def gather(box: Terminal) -> bytes:
    """All bytes of one transmission."""
    data = b""
    while select.select([box], [], [], FELL_SILENT_S)[0]:
        data += box.read() or b""
    return data


def main(baud: int, noise_db: str, folder: Path) -> None:
    """Until our input ends."""
    boxes = (Terminal(), Terminal())
    print(boxes[0].path, boxes[1].path, flush=True)
    sent = 0
    while True:
        ready, _, _ = select.select([0, *boxes], [], [])
        if 0 in ready:
            return
        for number, box in enumerate(boxes):
            if box in ready:
                data = gather(box)
                path = folder / f"{sent}.wav"
                Modem(baud, None if noise_db == "-" else float(noise_db), sent).send(data, path)
                heard = Modem(baud).hear(path)
                with (folder / "sent").open("a") as tale:
                    tale.write(f"{number} {len(data)} {len(heard)} {heard == data} {seconds_of(path):.2f}\n")
                for at in range(0, len(heard), 1024):  # a terminal takes a few kB at once; whoever reads has time
                    select.select([], [boxes[1 - number]], [], 1)
                    os.write(boxes[1 - number].fileno(), heard[at : at + 1024])
                sent += 1


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
