"""A format with a field of every type, for tests."""

from __future__ import annotations

from typing import Final

from openline.accord.formats.format import Format
from openline.accord.formats.reader import read_format

EVERY_TYPE: Final = """
[format]
id = "every-type"
version = 1
class = "notification"
release = "two"
status = "unconfirmed"
languages = ["en", "ru"]
title = { en = "Every type", ru = "Все виды полей" }

[[basis]]
agreement = "TEST-1"
label = { en = "A test", ru = "Проверка" }

[[limit]]
kind = "at least before"
span = "P14D"
event = "when"

[[field]]
name = "when"
group = "time"
type = "instant"
required = true
label = { en = "When", ru = "Когда" }

[[field]]
name = "day"
group = "time"
type = "date"
scale = "UTC+03:00"
required = false
label = { en = "Day", ru = "День" }

[[field]]
name = "period"
group = "time"
type = "window"
required = false
label = { en = "Period", ru = "Период" }

[[field]]
name = "days"
group = "time"
type = "window"
of_dates = "dates"
scale = "UTC"
required = false
label = { en = "Days", ru = "Дни" }

[[field]]
name = "each_day"
group = "time"
type = "clock time"
scale = "UTC"
required = false
label = { en = "Each day", ru = "Ежедневно" }

[[field]]
name = "year"
group = "time"
type = "year"
required = false
label = { en = "Year", ru = "Год" }

[[field]]
name = "count"
group = "object"
type = "number"
min = -5
max = 5000
may_be_withheld = true
required = false
label = { en = "Count", ru = "Количество" }

[[field]]
name = "height"
group = "object"
type = "number"
decimals = 2
unit = "km"
max = 100
required = false
label = { en = "Height", ru = "Высота" }

[[field]]
name = "point"
group = "place"
type = "point"
resolution = "second"
required = false
label = { en = "Point", ru = "Точка" }

[[field]]
name = "circle"
group = "place"
type = "circle"
unit = "nm"
decimals = 1
resolution = "thousandth of a minute"
required = false
label = { en = "Circle", ru = "Круг" }

[[field]]
name = "polygon"
group = "place"
type = "polygon"
resolution = "minute"
required = false
label = { en = "Polygon", ru = "Многоугольник" }

[[field]]
name = "route"
group = "place"
type = "route"
required = false
label = { en = "Route", ru = "Маршрут" }

[[field]]
name = "quadrant"
group = "place"
type = "quadrant"
required = false
label = { en = "Quadrant", ru = "Квадрант" }

[[field]]
name = "named"
group = "place"
type = "named place"
required = false
label = { en = "Named", ru = "Название" }

[[field]]
name = "area"
group = "place"
type = "area"
forms = ["named", "point", "circle", "polygon", "route", "quadrant"]
unit = "km"
required = false
label = { en = "Area", ru = "Район" }

[[field]]
name = "item"
group = "object"
type = "identifier"
required = false
label = { en = "Item", ru = "Предмет" }

[[field]]
name = "kind"
group = "object"
type = "choice"
options = [
  { code = "ICBM", label = { en = "ICBM", ru = "МБР" } },
  { code = "SLBM", label = { en = "SLBM", ru = "БРПЛ" } },
  { code = "OTHER", label = { en = "other", ru = "иное" } },
]
required = false
label = { en = "Kind", ru = "Вид" }

[[field]]
name = "what_other"
group = "object"
type = "text"
chars = 100
required_if = { field = "kind", is = "OTHER" }
label = { en = "What other", ru = "Что именно" }

[[field]]
name = "public"
group = "object"
type = "yes or no"
required = false
label = { en = "Public", ru = "Открыто" }

[[field]]
name = "names"
group = "object"
type = "list"
of = "identifier"
most = 8
required = false
label = { en = "Names", ru = "Имена" }

[[field]]
name = "items"
group = "object"
type = "table"
columns = [
  { name = "id", type = "identifier", key = true, label = { en = "Identifier", ru = "Обозначение" } },
  { name = "place", type = "point", required = false, label = { en = "Place", ru = "Место" } },
  { name = "number", type = "number", may_be_withheld = true, label = { en = "Number", ru = "Число" } },
]
required = false
label = { en = "Items", ru = "Предметы" }

[[field]]
name = "remarks"
group = "remarks"
type = "text"
required_if = { field = "public" }
label = { en = "Remarks", ru = "Примечания" }
"""


def every_type() -> Format:
    """The format read."""
    return read_format(EVERY_TYPE.encode())
