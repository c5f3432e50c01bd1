"""Published statements of a line of our own (`own_line`), sound and spoilt, each with the word that the protocol gives.

Every file is signed as it stands: what is wrong is wrong before it was signed, or in what nobody signed. So no
signature gives it away, and a reader must know the rule. The word is that of R-548, or nothing where the file holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.browser.own_line import (
    MADE_MS,
    RELEASE_S,
    REVOCATION,
    SIGNED_MS,
    TEXTS,
    Line,
    Root,
    Signature,
    digest_of,
    evidence,
    fields,
    generation,
    published,
    statement,
)  # fmt: skip
from tests.browser.tampering import ARRIVAL, CARD, HEAD, NOTE, Item, items_of, whole

Case = tuple[str, bytes, str]
NO_STATEMENTS: Final = ("spelling: a line feed before",)  # read as exports, and refused without a word
HERE: Final = '"release_at": "2026-02-05T10:00:00Z"'


def cases() -> Iterator[Case]:
    """(what was done, the file, the word)."""
    line = Line([Root("ALPHA"), Root("BETA")])
    yield from _signatures(line)
    yield from _said(line)
    yield from _spelled(line)
    yield from _evidence(line)
    yield from _parties(line)
    yield from _revoked(line)


def _file(line: Line, *signed: Signature, **changes: Any) -> bytes:
    digest = digest_of(statement())
    entries = {party: signed[party] if party < len(signed) else Signature() for party in range(len(line.roots))}
    return published(line, digest, evidence(line, digest, entries), **changes)


def _signatures(line: Line) -> Iterator[Case]:
    digest = digest_of(statement())
    other, first = statement(id_="JS-2"), Signature()
    yield "sound: by its digest alone", _file(line), ""
    yield "sound: both send the words", _file(line, *[Signature(body=fields(digest, statement()))] * 2), ""
    for what, one, word in (
        ("FLASH", Signature(precedence=3), ""),
        ("a withdrawal", Signature(kind=139, body=fields(digest, "", "")), "signatures"),
        ("its body in a message", Signature(kind=1), "signatures"),
        ("an exercise", Signature(flags=1), "signatures"),
        ("it refers to the other", Signature(references=((0, generation(0), 1),)), "signatures"),
        ("no body", Signature(body=b""), "signatures"),
        ("a field too many", Signature(body=fields(digest, b"", b"")), "signatures"),
        ("a text for bytes", Signature(body=fields(digest, "")), "signatures"),
        ("the words of another statement", Signature(body=fields(digest, other)), "signatures"),
        ("another statement whole", Signature(body=fields(digest_of(other), other)), "signatures"),
        ("what is no statement", Signature(body=fields(digest_of(b"\xa0"), b"\xa0")), "signatures"),
        ("a millisecond before", Signature(written_ms=RELEASE_S * 1000 - 1), ""),
        ("late", Signature(written_ms=RELEASE_S * 1000), ""),
        ("outside its station's dates", Signature(written_ms=10**12), ""),
        ("no receipt", Signature(receipts={}), ""),
        ("a receipt before it was written", Signature(receipts={0: SIGNED_MS // 1000 - 60}), ""),
        ("no opening", Signature(opened=False), ""),
    ):
        yield f"signature: {what}", _file(line, first, one), word


def _say(line: Line, *, texts: Any = TEXTS, id_: str = "JS-1", zone: tuple[str, int] = ("Geneva", 60)) -> bytes:
    """A file whose every party signed just this, whatever it is."""
    digest = digest_of(statement(texts, id_=id_, zone=zone))
    members = [dict(zip(("language", "title", "text"), one, strict=True)) for one in texts]
    place = {"name": zone[0], "minutes_east": zone[1]}
    signed = evidence(line, digest, {0: Signature(), 1: Signature()})
    return published(line, digest, signed, id=id_, texts=members, zone=place)


def _said(line: Line) -> Iterator[Case]:
    for id_ in ("9", "JS-1.", "JS-1#", "J S 1", "J" * 64):
        yield f"id: {id_[:9]!a}", _say(line, id_=id_), ""
    for id_ in ("", "J" * 65, ".J", "JS/", "JS_", "JS:", "JS ", "J  S", "J,S", "\uff2a"):
        yield f"id: {id_[:9]!a} {len(id_)}", _say(line, id_=id_), "texts"
    for language in ("eng", "en-US", "zh-Hant-TW"):
        yield f"language: {language}", _say(line, texts=[(language, "T", "x")]), ""
    for language in ("EN", "e", "engl", "en_US", "en-U", "en-Latn-US-x", "en-", ""):
        yield f"language: {language!a}", _say(line, texts=[(language, "T", "x")]), "texts"
    for order, word in (
        (("en", "en-US", "eng"), ""), (("en", "eng", "en-US"), "texts"), (("zh-HANS", "zh-hans"), ""),
        (("zh-hans", "zh-HANS"), "texts"),
    ):  # fmt: skip
        yield f"languages: {order}", _say(line, texts=[(one, "T", "x") for one in order]), word
    many = [(f"a{letter}", "T", "x") for letter in "abcdefghijklm"]
    yield "languages: 12", _say(line, texts=many[:12]), ""
    yield "languages: 13", _say(line, texts=many), "form"
    for title, word in (
        ("T" * 256, ""), ("\U0001d11e" * 256, ""), ("\u200b", ""), ("T\ufffe", ""), ("T" * 257, "texts"),
        ("T\t", "texts"), ("\u3000", "texts"), ("\u2003\xa0", "texts"), ("T\u2028", "texts"),
        ("T\x7f", "texts"), ("T\0", "texts"),
    ):  # fmt: skip
        yield f"title: {title[:3]!a} {len(title)}", _say(line, texts=[("en", title, "x")]), word
    for text, word in (
        ("a\tb\nc", ""), ('"\\/', ""), ("\U0001d11e" * 60_000, ""), ("x" * 60_001, "texts"), ("\t\n\u2009", "texts"),
        ("a\rb", "texts"), ("a\x0bb", "texts"), ("a\x1fb", "texts"), ("a\u2066b", "texts"),
    ):  # fmt: skip
        yield f"text: {text[:3]!a} {len(text)}", _say(line, texts=[("en", "T", text)]), word
    for zone, word in (
        (("\u3000", 0), ""), (("G" * 64, -720), ""), (("G", 840), ""), (("", 0), "texts"), (("G" * 65, 0), "texts"),
        (("G\n", 0), "texts"), (("G", 841), "form"), (("G", -721), "form"), (("G", 10**25), "form"),
    ):  # fmt: skip
        yield f"zone: {zone[0][:3]!a} {len(zone[0])} {zone[1]}", _say(line, zone=zone), word
    for size_bytes, word in ((262_080, ""), (262_081, "texts")):
        yield f"size: {size_bytes} bytes of a statement", _say(line, texts=_long(size_bytes)), word


def _long(size_bytes: int) -> list[tuple[str, str, str]]:
    full = [("aa", "T", "\u044f" * 60_000), ("ab", "T", "\u044f" * 60_000)]
    rest = size_bytes - len(statement([*full, ("ac", "T", "x" * 300)])) + 300
    return [*full, ("ac", "T", "x" * rest)]


def _spelled(line: Line) -> Iterator[Case]:
    sound = _file(line).decode()

    def turned(old: str, new: str) -> bytes:
        assert sound.count(old) == 1
        return sound.replace(old, new).encode("utf-8", "surrogatepass")

    for new in ("-0", "060", "6e1", "60.0", "null", "1" + "0" * 30):
        yield f"number: {new}", turned('"minutes_east": 60', f'"minutes_east": {new}'), "form"
    for new, word in (("1", "early"), ("7", "early"), ("8", "form"), ("-1", "form")):
        yield f"publisher: {new}", turned('"published_by": 0', f'"published_by": {new}'), word
    for new, word in (
        ("2026-02-05T10:00:60Z", "form"), ("2026-02-05T24:00:00Z", "form"), ("2026-02-29T10:00:00Z", "form"),
        ("0001-01-01T00:00:00Z", "form"), ("1970-01-01T00:00:00Z", "texts"), ("9999-12-31T23:59:59Z", "texts"),
    ):  # fmt: skip
        yield f"instant: {new}", turned(HERE, f'"release_at": "{new}"'), word
    for old, new, word in (
        ("On l", "\\u004fn l", "form"), ("On l", "O\\/n l", "form"), ("On l", "O\\u0009n l", "form"),
        ("On l", "O\\u001Fn l", "form"), ("On l", "O\\u007fn l", "form"), ("On l", "\\ud834\\udd1en l", "form"),
        ("On l", "O\tn l", "form"), ("On l", "O\\tn l", "texts"), ("On l", "O\\u001fn l", "texts"),
        ("On l", "O\x7fn l", "texts"), ("On l", "O\ud834n l", "form"), ('"digest": ', '"dig\\u0065st": ', "form"),
        ('"digest": ', '"digest" : ', "form"), ('\n "digest"', '\n\t"digest"', "form"),
    ):  # fmt: skip
        yield f"spelling: {new!a}", turned(old, new), word
    yield "spelling: no line feed at the end", sound[:-1].encode(), "form"
    yield "spelling: a line feed before", ("\n" + sound).encode(), ""
    yield "spelling: brackets", b"[]", "form"
    inside = sound.rpartition('": "')[2].rpartition('"\n')[0]
    for new in ("", "AAAA", "b3BlbmxpbmUtcmVjb3JkIDEK"):
        yield f"base64: {new!a}", turned(inside, new), "evidence"
    for new in ("AB==", "AAA", "A===", "AA-_"):
        yield f"base64: {new!a}", turned(inside, new), "form"


def _evidence(line: Line) -> Iterator[Case]:
    digest = digest_of(statement())
    items = items_of(evidence(line, digest, {0: Signature(), 1: Signature()}))
    note = next(at for at, one in enumerate(items) if one.kind == NOTE)

    def with_head(kind: str, made_ms: int, by: int, **changes: Any) -> bytes:
        head = Item(HEAD, fields(line.id, kind, made_ms, by, ""))
        return published(line, digest, whole([head, *items[1:]]), **changes)

    def behind(at: int, *more: Item) -> bytes:
        return published(line, digest, whole([*items[: at + 1], *more, *items[at + 1 :]]))

    yield "head: by the other, and said so", with_head("extract", MADE_MS, 1, published_by=1), ""
    yield "head: by the other", with_head("extract", MADE_MS, 1), "early"
    yield "head: by nobody here", with_head("extract", MADE_MS, 2, published_by=2), "evidence"
    yield "head: the last ms of the second", with_head("extract", RELEASE_S * 1000 + 999, 0), ""
    yield "head: the next second", with_head("extract", RELEASE_S * 1000 + 1000, 0), "early"
    said = {"published_at": "2026-02-05T09:59:59Z"}
    yield "head: a ms too early", with_head("extract", RELEASE_S * 1000 - 1, 0, **said), "early"
    yield "head: a record", with_head("record", MADE_MS, 0), "evidence"
    no_cards = [one for one in items if one.kind != CARD]
    yield "cards: none", published(line, digest, whole(no_cards)), ""
    yield "arrival: of a receipt", behind(note, Item(ARRIVAL, fields(1, 2, (RELEASE_S - 59) * 1000))), ""
    yield "arrival: too early", behind(note, Item(ARRIVAL, fields(1, 2, (RELEASE_S - 99) * 1000))), ""
    yield "arrival: of nothing", behind(note, Item(ARRIVAL, fields(1, 1, RELEASE_S * 1000))), "evidence"
    yield "exhibit: of nothing", behind(len(items) - 1, Item(8, b"\1")), "shape"
    two = {"digest": "0" * 64, "published_by": 1}
    yield "two faults: digest and publisher", published(line, digest, whole(items), **two), "signatures"
    yield "two faults: id and publisher", published(line, digest, whole(items), id="J", published_by=1), "texts"
    of_one = evidence(line, digest, {0: Signature(kind=1)})
    yield "two faults: shape and signatures", published(line, digest, of_one), "shape"
    strange = published(line, digest, of_one).replace(line.id.hex().encode(), b"0" * 64)
    yield "two faults: line and shape", strange, "line"


def _parties(line: Line) -> Iterator[Case]:
    digest = digest_of(statement())
    roots = [*line.roots, Root("GAMMA")]
    joined, three = Line(roots, of_charter=2), Line(roots, of_charter=3)
    yield "three: all signed", _file(three), ""
    two = evidence(three, digest, {0: Signature(), 2: Signature()})
    yield "three: two signed", published(three, digest, two), "shape"
    yield "joined: signed, and nothing shows that it joined", _file(joined), ""
    without = evidence(joined, digest, {0: Signature(), 1: Signature()})
    yield "joined: not signed", published(joined, digest, without), "shape"
    yield "languages of the charter: two lack", _file(Line(line.roots, languages=("en", "fr", "ru", "EN"))), ""


def _revoked(line: Line) -> Iterator[Case]:
    digest = digest_of(statement())

    def file(agreed: list[list[Any]], receipts: dict[int, int] | None) -> bytes:
        root, station = line.roots[1], line.stations[1]
        body = fields(root.id, station.name, SIGNED_MS, agreed, "lost")
        item = Item(REVOCATION, fields(1, root.signs("openline/revocation/v1", body)))
        entries = {0: Signature(), 1: Signature(receipts=receipts)}
        return published(line, digest, evidence(line, digest, entries, more=(item,)))

    yield "revoked: received before", file([], None), ""
    yield "revoked: received before, agreed upon another root", file([[generation(1), 2, bytes(32)]], None), ""
    yield "revoked: received by nobody", file([], {}), "signatures"
    yield "revoked: agreed up to before it", file([[generation(1), 1, bytes(32)]], {}), "signatures"
    yield "revoked: agreed upon another root", file([[generation(1), 2, bytes(32)]], {}), "signatures"
    yield "revoked: agreed upon its root", file([[generation(1), 2, line.root(1, digest, Signature())]], {}), ""
