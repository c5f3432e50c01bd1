"""The words that printed notices need beside those of their formats, by language; English where there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Said = Mapping[str, str]  # by language

UNITS: Final[Mapping[str, Said]] = {
    "km": {"en": "km", "ru": "км", "ar": "كم"},
    "nm": {"en": "nm", "ru": "м. миль", "ar": "ميل بحري"},
    "m": {"en": "m", "ru": "м", "ar": "م"},
    "ft": {"en": "ft", "ru": "футов", "ar": "قدم"},
    "FL": {"en": "FL", "ru": "эшелон", "ar": "مستوى طيران"},
    "deg": {"en": "°", "ru": "°", "ar": "°"},
    "kt": {"en": "kt", "ru": "уз", "ar": "عقدة"},
    "kg": {"en": "kg", "ru": "кг", "ar": "كغ"},
    "t": {"en": "t", "ru": "т", "ar": "طن"},
    "kHz": {"en": "kHz", "ru": "кГц", "ar": "كيلوهرتز"},
    "MHz": {"en": "MHz", "ru": "МГц", "ar": "ميغاهرتز"},
    "persons": {"en": "persons", "ru": "чел.", "ar": "شخص"},
    "items": {"en": "items", "ru": "ед.", "ar": "قطعة"},
    "days": {"en": "days", "ru": "сут.", "ar": "يوم"},
    "hours": {"en": "hours", "ru": "ч", "ar": "ساعة"},
    "percent": {"en": "%", "ru": "%", "ar": "%"},
}

MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    "ar": ("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر",
           "نوفمبر", "ديسمبر"),
    "ru": ("ЯНВ", "ФЕВ", "МАР", "АПР", "МАЙ", "ИЮН", "ИЮЛ", "АВГ", "СЕН", "ОКТ", "НОЯ", "ДЕК"),
}

OCEANS: Final[tuple[Said, ...]] = (
    {"en": "Arctic Ocean", "ru": "Северный Ледовитый океан", "ar": "المحيط المتجمد الشمالي"},
    {"en": "Atlantic Ocean", "ru": "Атлантический океан", "ar": "المحيط الأطلسي"},
    {"en": "Indian Ocean", "ru": "Индийский океан", "ar": "المحيط الهندي"},
    {"en": "Pacific Ocean", "ru": "Тихий океан", "ar": "المحيط الهادئ"},
    {"en": "Southern Ocean", "ru": "Южный океан", "ar": "المحيط الجنوبي"},
)
OCEAN_CODES: Final = ("ARCTIC", "ATLANTIC", "INDIAN", "PACIFIC", "SOUTHERN")
QUADRANTS: Final[tuple[Said, ...]] = (
    {"en": "north-east quadrant", "ru": "северо-восточный квадрант", "ar": "الربع الشمالي الشرقي"},
    {"en": "south-east quadrant", "ru": "юго-восточный квадрант", "ar": "الربع الجنوبي الشرقي"},
    {"en": "south-west quadrant", "ru": "юго-западный квадрант", "ar": "الربع الجنوبي الغربي"},
    {"en": "north-west quadrant", "ru": "северо-западный квадрант", "ar": "الربع الشمالي الغربي"},
)
QUADRANT_CODES: Final = ("NE", "SE", "SW", "NW")

WORDS: Final[Mapping[str, Said]] = {
    "north": {"en": "N", "ru": " с.ш."},
    "south": {"en": "S", "ru": " ю.ш."},
    "east": {"en": "E", "ru": " в.д."},
    "west": {"en": "W", "ru": " з.д."},
    "radius": {"en": "radius", "ru": "радиус", "ar": "نصف القطر"},
    "circle": {"en": "circle, centre", "ru": "круг с центром", "ar": "دائرة مركزها"},
    "polygon": {"en": "area bounded by", "ru": "район, ограниченный точками", "ar": "منطقة تحدها النقاط"},
    "route": {"en": "route", "ru": "маршрут", "ar": "مسار"},
    "from": {"en": "from", "ru": "с", "ar": "من"},
    "to": {"en": "to", "ru": "по", "ar": "إلى"},
    "local time": {"en": "local of the event", "ru": "по местному времени события", "ar": "بالتوقيت المحلي للحدث"},
    "yes": {"en": "yes", "ru": "да", "ar": "نعم"},
    "no": {"en": "no", "ru": "нет", "ar": "لا"},
    "not provided": {"en": "NOT PROVIDED", "ru": "НЕ ПРЕДОСТАВЛЕНО", "ar": "لم يقدم"},
    "none": {"en": "none", "ru": "нет", "ar": "لا شيء"},
    "number": {"en": "NUMBER", "ru": "НОМЕР", "ar": "الرقم"},
    "end": {"en": "END OF", "ru": "КОНЕЦ", "ar": "نهاية"},
    "sender": {"en": "FROM", "ru": "ОТ", "ar": "من"},
    "receiver": {"en": "TO", "ru": "КОМУ", "ar": "إلى"},
    "written": {"en": "DATE AND TIME", "ru": "ДАТА И ВРЕМЯ", "ar": "التاريخ والوقت"},
    "precedence": {"en": "PRECEDENCE", "ru": "СРОЧНОСТЬ", "ar": "درجة الاستعجال"},
    "basis": {"en": "LEGAL BASIS", "ru": "ПРАВОВОЕ ОСНОВАНИЕ", "ar": "الأساس القانوني"},
    "references": {"en": "REFERENCES", "ru": "ССЫЛКИ", "ar": "المراجع"},
    "answers": {"en": "answers", "ru": "в ответ на", "ar": "ردا على"},
    "corrects": {"en": "corrects", "ru": "исправляет", "ar": "يصحح"},
    "cancels": {"en": "cancels", "ru": "отменяет", "ar": "يلغي"},
    "content": {"en": "CONTENT", "ru": "СОДЕРЖАНИЕ", "ar": "المضمون"},
    "time": {"en": "TIME", "ru": "ВРЕМЯ", "ar": "الوقت"},
    "place": {"en": "PLACE", "ru": "МЕСТО", "ar": "المكان"},
    "object": {"en": "OBJECT", "ru": "ПРЕДМЕТ", "ar": "الموضوع"},
    "remarks": {"en": "REMARKS", "ru": "ПРИМЕЧАНИЯ", "ar": "ملاحظات"},
    "original": {
        "en": "text of the sender, not translated",
        "ru": "текст отправителя, без перевода",
        "ar": "نص المرسل، دون ترجمة",
    },
    # A bar takes the direction of its neighbours: rows of numbers would run against their heads.
    "bar": {"en": "|", "ar": "؛"},
    "map": {"en": "Map of places", "ru": "Карта мест", "ar": "خريطة الأماكن"},
    "roughly": {
        "en": "drawn roughly: no bounds are agreed",
        "ru": "показано приблизительно: границы не согласованы",
        "ar": "رسم تقريبي: لا حدود متفق عليها",
    },
    "exercise": {"en": "EXERCISE", "ru": "УЧЕНИЕ", "ar": "تمرين"},
    "unconfirmed field": {"en": "not confirmed", "ru": "не подтверждено", "ar": "غير مؤكد"},
    "unconfirmed": {
        "en": "format after an unconfirmed description",
        "ru": "формат по неподтверждённому описанию",
        "ar": "صيغة وفق وصف غير مؤكد",
    },
}


RIGHT_TO_LEFT: Final = frozenset(("ar", "fa", "he", "ur", "ps"))


def said(words: Said, language: str) -> str:
    """In that language; in the language it is a variety of (`ru-RU`: `ru`); in English."""
    return words.get(language) or words.get(language.split("-", 1)[0]) or words["en"]


def word(key: str, language: str) -> str:
    """One of `WORDS`."""
    return said(WORDS[key], language)
