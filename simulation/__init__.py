"""A whole line on one thread: weather, power cuts, clocks that jump, old backups, liars; and who checks it.

    python -m simulation --seeds 200         the report; exit code 1 on a violation or on a cell that stayed at zero
    python -m simulation --seed 1194 --tell  one seed, its events told one by one
    python -m simulation --faults            every planted fault, each until the first seed that catches it
    python -m simulation --fault NAME        one of them

One number decides everything that happens, and it happens again exactly, to the last byte of the last frame: the
digest of a seed is over all of that. What is simulated is what is shipped: the station's own `line.turn.Turns`, store,
keyring, wire and record; replaced are only the clock, the disk below SQLite, the network, the randomness and the
officers.

    plan      what a seed decides: parties, weather, what happens when, who lies how
    world     the clock and the queue; runs a plan, then calms the weather and waits for the line to settle
    weather   what happens to a frame on its way        grounds   what a power cut leaves
    station   one station: turns, keyring, crashes      liar, pen, lies   a station with real keys that lies
    checks/   the judges, in code of their own; they share no line with what they judge
    cells     what was reached, counted                 faults    what must be caught
"""
