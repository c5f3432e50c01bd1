"""Pages: frames as printed or shown codes, read back from photographs.

Charter. Whole frames become sets of codes of which any sufficient number brings all back (`wire.pages`). This chamber
draws them on sheets and screens, finds them again in images, and keeps sets that are not complete yet. It runs in
the command's process, where no keys are: what strangers put into an image never meets the station. What comes out
is a folder of frames, which the station reads like a stick's. It needs `pip install openline[pages]`; without
that, `lacking` says what is not here and nothing else works.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

EXTRA: Final = "openline[pages]"
_NEEDED: Final = (("segno", "segno"), ("zxingcpp", "zxing-cpp"), ("PIL", "pillow"))


def lacking() -> list[str]:
    """Packages of the extra that are not installed here."""
    return [package for module, package in _NEEDED if find_spec(module) is None]
