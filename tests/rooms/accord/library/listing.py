"""The table of docs/FORMATS.md, from the formats themselves: `python -m tests.rooms.accord.library.listing`."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from openline.accord.formats.format import Format
from openline.accord.formats.notice import Notice, Relation, compose, encode_notice, has_free_text
from openline.accord.formats.printing import Head, print_notice
from openline.console.accords.library import formats

EXAMPLES = Path(__file__).parent / "examples"
PAGE = Path(__file__).resolve().parents[4] / "docs/FORMATS.md"
HEAD = Head("PARTY A", ("PARTY B",), 1_900_000_000_000, "PRIORITY")
TITLES = "| format | what it is | status | bytes | lines | mark | sheets |\n|---|---|---|---:|---:|---|---|\n"


def example(name: str) -> dict[str, object]:
    """A form with made-up values."""
    given = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    assert isinstance(given, dict)
    return given


def notice_of(format_: Format, given: dict[str, object]) -> Notice:
    """The form as a notice, number 1 of 2030."""
    written = compose(format_, given)
    assert written.faults == ()
    language = "en" if has_free_text(format_, written.values) else ""
    return Notice(format_.mark, 2030, 1, language, Relation.NONE, written.values)


def table() -> str:
    """A row a format: bytes of the example's body before sealing, lines and hash of its sheets, mark of the format."""
    rows = []
    for name, format_ in sorted(formats().items()):
        notice = notice_of(format_, example(name))
        sheets = [print_notice(notice, format_, HEAD, language) for language in format_.languages]
        rows.append(
            f"| `{name}` | {format_.title['en']} | {'unconfirmed' if format_.is_unconfirmed else 'confirmed'} "
            f"| {len(encode_notice(notice))} | {sheets[0].count(chr(10))} | `{format_.mark.hex()}` "
            f"| `{sha256(''.join(sheets).encode()).hexdigest()[:16]}` |\n"
        )
    return TITLES + "".join(rows)


if __name__ == "__main__":
    before, _, rest = PAGE.read_text("utf-8").partition("| format |")
    after = rest.partition("\n\n")[2]
    PAGE.write_text(f"{before}{table()}\n{after}", "utf-8")
