"""Openline: a direct line between parties that do not trust each other and share no operator.

Each party runs its own station. What one side sent, when the other side's machine held it and when its
officer acknowledged it are facts that neither can later forge, deny, reorder or quietly drop.

The rooms, each looking only down: station > console > store | bearer > desk > accord | line > record >
seal > wire > limits > errors. Read `station` first: it is the one place that wires them all.
"""

from __future__ import annotations

from typing import Final

__version__: Final = "0.1.0"
