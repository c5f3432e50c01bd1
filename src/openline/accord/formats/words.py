"""The words that printed notices need beside those of their formats, by language; English where there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Said = Mapping[str, str]  # by language

UNITS: Final[Mapping[str, Said]] = {
    "km": {"en": "km", "ru": "км"},
    "nm": {"en": "nm", "ru": "м. миль"},
    "m": {"en": "m", "ru": "м"},
    "ft": {"en": "ft", "ru": "футов"},
    "FL": {"en": "FL", "ru": "эшелон"},
    "deg": {"en": "°", "ru": "°"},
    "kt": {"en": "kt", "ru": "уз"},
    "kg": {"en": "kg", "ru": "кг"},
    "t": {"en": "t", "ru": "т"},
    "kHz": {"en": "kHz", "ru": "кГц"},
    "MHz": {"en": "MHz", "ru": "МГц"},
    "persons": {"en": "persons", "ru": "чел."},
    "items": {"en": "items", "ru": "ед."},
    "days": {"en": "days", "ru": "сут."},
    "hours": {"en": "hours", "ru": "ч"},
    "percent": {"en": "%", "ru": "%"},
}

MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    "ru": ("ЯНВ", "ФЕВ", "МАР", "АПР", "МАЙ", "ИЮН", "ИЮЛ", "АВГ", "СЕН", "ОКТ", "НОЯ", "ДЕК"),
}

OCEANS: Final[tuple[Said, ...]] = (
    {"en": "Arctic Ocean", "ru": "Северный Ледовитый океан"},
    {"en": "Atlantic Ocean", "ru": "Атлантический океан"},
    {"en": "Indian Ocean", "ru": "Индийский океан"},
    {"en": "Pacific Ocean", "ru": "Тихий океан"},
    {"en": "Southern Ocean", "ru": "Южный океан"},
)
OCEAN_CODES: Final = ("ARCTIC", "ATLANTIC", "INDIAN", "PACIFIC", "SOUTHERN")
QUADRANTS: Final[tuple[Said, ...]] = (
    {"en": "north-east quadrant", "ru": "северо-восточный квадрант"},
    {"en": "south-east quadrant", "ru": "юго-восточный квадрант"},
    {"en": "south-west quadrant", "ru": "юго-западный квадрант"},
    {"en": "north-west quadrant", "ru": "северо-западный квадрант"},
)
QUADRANT_CODES: Final = ("NE", "SE", "SW", "NW")

WORDS: Final[Mapping[str, Said]] = {
    "north": {"en": "N", "ru": " с.ш."},
    "south": {"en": "S", "ru": " ю.ш."},
    "east": {"en": "E", "ru": " в.д."},
    "west": {"en": "W", "ru": " з.д."},
    "radius": {"en": "radius", "ru": "радиус"},
    "circle": {"en": "circle, centre", "ru": "круг с центром"},
    "polygon": {"en": "area bounded by", "ru": "район, ограниченный точками"},
    "route": {"en": "route", "ru": "маршрут"},
    "from": {"en": "from", "ru": "с"},
    "to": {"en": "to", "ru": "по"},
    "local time": {"en": "local of the event", "ru": "по местному времени события"},
    "yes": {"en": "yes", "ru": "да"},
    "no": {"en": "no", "ru": "нет"},
    "not provided": {"en": "NOT PROVIDED", "ru": "НЕ ПРЕДОСТАВЛЕНО"},
    "none": {"en": "none", "ru": "нет"},
    "number": {"en": "NUMBER", "ru": "НОМЕР"},
    "end": {"en": "END OF", "ru": "КОНЕЦ"},
    "sender": {"en": "FROM", "ru": "ОТ"},
    "receiver": {"en": "TO", "ru": "КОМУ"},
    "written": {"en": "DATE AND TIME", "ru": "ДАТА И ВРЕМЯ"},
    "precedence": {"en": "PRECEDENCE", "ru": "СРОЧНОСТЬ"},
    "basis": {"en": "LEGAL BASIS", "ru": "ПРАВОВОЕ ОСНОВАНИЕ"},
    "references": {"en": "REFERENCES", "ru": "ССЫЛКИ"},
    "answers": {"en": "answers", "ru": "в ответ на"},
    "corrects": {"en": "corrects", "ru": "исправляет"},
    "cancels": {"en": "cancels", "ru": "отменяет"},
    "content": {"en": "CONTENT", "ru": "СОДЕРЖАНИЕ"},
    "time": {"en": "TIME", "ru": "ВРЕМЯ"},
    "place": {"en": "PLACE", "ru": "МЕСТО"},
    "object": {"en": "OBJECT", "ru": "ПРЕДМЕТ"},
    "remarks": {"en": "REMARKS", "ru": "ПРИМЕЧАНИЯ"},
    "original": {
        "en": "text of the sender, not translated",
        "ru": "текст отправителя, без перевода",
    },
    "exercise": {"en": "EXERCISE", "ru": "УЧЕНИЕ"},
    "unconfirmed field": {"en": "not confirmed", "ru": "не подтверждено"},
    "unconfirmed": {
        "en": "format after an unconfirmed description",
        "ru": "формат по неподтверждённому описанию",
    },
}


def said(words: Said, language: str) -> str:
    """In that language; in the language it is a variety of (`ru-RU`: `ru`); in English."""
    return words.get(language) or words.get(language.split("-", 1)[0]) or words["en"]


def word(key: str, language: str) -> str:
    """One of `WORDS`."""
    return said(WORDS[key], language)
