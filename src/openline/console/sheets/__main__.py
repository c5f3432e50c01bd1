"""Sets what stdin says as PDF on stdout: for those that must not be ended by what they print."""

from __future__ import annotations

import json
import sys

from openline.console.codes import Told
from openline.console.sheets.setting import NO_SETTER, check_installed, set_sheets


def main() -> int:
    """0, or `NO_SETTER`."""
    try:
        check_installed()
    except Told:
        return NO_SETTER
    sys.stdout.buffer.write(set_sheets(json.load(sys.stdin)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
