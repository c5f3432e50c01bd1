"""A small agreement in two languages, with brackets to be argued about, and entries about it."""

from __future__ import annotations

from typing import Any, Final

from openline.accord.drafting.bodies import Tabled, encode_tabled, parse_tabled
from openline.accord.drafting.text import brackets_of, parse_text, text_digest
from openline.accord.identity import Agreement, encode_agreement
from openline.record.entry import EXERCISE, TABLED, After, Header, Held, Ref

ID: Final = "exercise-notices"
TITLES: Final = {"en": "Agreement on Prior Notice of Exercises", "ru": "Соглашение об уведомлении об учениях"}
AT_MS: Final = 1_780_000_000_000


def english(days: str = "30", area: str = "names the area") -> bytes:
    return f"""# Agreement on Prior Notice of Exercises

The Parties have agreed as follows:

## 1. Notice

1. Each Party gives notice of every exercise at least {days} days before it begins.

2. A notice {area}.

## 2. Form

Notices are in the form of Annex 3.

## 3. Entry into force

This Agreement enters into force on signature.
""".encode()


def russian(days: str = "30", area: str = "указывает район") -> bytes:
    return f"""# Соглашение об уведомлении об учениях

Стороны согласились о нижеследующем:

## 1. Уведомление

1. Каждая Сторона уведомляет о каждом учении не менее чем за {days} дней до его начала.

2. Уведомление {area}.

## 2. Форма

Уведомления составляются по форме Приложения 3.

## 3. Вступление в силу

Настоящее Соглашение вступает в силу с подписания.
""".encode()


def both(days: str = "30") -> dict[str, bytes]:
    return {"en": english(days), "ru": russian(days)}


def tabled(texts: dict[str, bytes] | None = None, **more: Any) -> Tabled:
    """A version over these texts; `beside`: they go as attachments; `of`: fields of its agreement."""
    texts = both() if texts is None else texts
    of = {"titles": tuple(sorted(TITLES.items())), "from_s": None, "until_s": None, **more.pop("of", {})}
    hashes = tuple(sorted((language, text_digest(data)) for language, data in texts.items()))
    agreement = Agreement(more.pop("id", ID), of["titles"], hashes, of["from_s"], of["until_s"], None, ())
    first = parse_text(next(iter(texts.values())))
    beside = more.pop("beside", False)
    given = tuple(len(texts[one]) if beside else texts[one] for one, _ in hashes)
    made = Tabled(
        encode_agreement(agreement), given, len(first.articles) - 1, brackets_of(first), more.pop("over", None),
        more.pop("lapses_s", None), more.pop("note", ""), more.pop("language", ""),
    )._replace(**more)  # fmt: skip
    return parse_tabled(encode_tabled(made))


def ref(party: int, index: int) -> Ref:
    return Ref(party, bytes(12), index)


def header(at: Ref, *references: Ref, saw: int = 0, exercise: bool = False, at_ms: int = AT_MS) -> Header:
    """`saw`: how many entries of the other party its writer held. Written a second after the one before it."""
    held = (Held(1 - at.party, bytes(12), saw, bytes(32)),) if saw else ()
    written = at_ms + at.index * 1000
    return Header(at.index, written, TABLED, 0, EXERCISE * exercise, After(held, ()), references, bytes(32))
