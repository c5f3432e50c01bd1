"""Doors of paper: one code of a set, and the codes of a set together."""

from __future__ import annotations

from typing import Any, Final

from openline.wire.pages import join, parse_symbol


def code(given: dict[str, Any]) -> object:
    """One code: its set's name for people, its place, who it is from and for, and its data."""
    symbol = parse_symbol(bytes.fromhex(given["bytes"]))
    head = symbol.head
    return {
        "set": head.name, "line": head.line, "from": head.sender, "to": head.receiver, "made_at_ms": head.made_at_ms,
        "length": head.length, "needed": head.needed, "made": head.made, "number": symbol.number, "data": symbol.data,
    }  # fmt: skip


def codes(given: dict[str, Any]) -> object:
    """The whole that codes of one set give, in whatever order they come."""
    symbols = [parse_symbol(bytes.fromhex(one)) for one in given["codes"]]
    head = symbols[0].head
    return {"whole": join(head, {one.number: one.data for one in symbols if one.head == head})}


DOORS: Final = {"page-code": code, "page-codes": codes}
