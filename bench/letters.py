"""Two messages as a desk would write them, in nobody's dictionary: promises about slow bearers are measured on them."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = (
    "At 0342 this morning the trawler Grey Heron, registered on your side, lost her rudder eleven miles off the "
    "point and is being carried towards the mine barrier. We have two tugs on the way; the first can be alongside "
    "by 0515. Her master reports nine men aboard, one of them with a broken arm. Since the tugs must cross the "
    "line to reach her, we ask your shore batteries to be told of them by name and to leave their lamps burning. "
    "Nobody will land, and both will come home by the way they came. Kindly say by 0430 if you see any "
    "difficulty, and on which frequency your harbour master wants to be called."
)
RUSSIAN: Final = (
    "В половине пятого утра на нашем метеозонде, запущенном со станции у перевала, отказал клапан, и его сносит "
    "через горы в вашу сторону. Он несёт только термометр и маленький передатчик с лампой, которую ночью легко "
    "принять за огни вертолёта. По расчёту, он опустится на берегу озера около семи часов. Просим предупредить "
    "посты, чтобы по нему не стреляли, и сообщить, если его найдут: обломки можно не возвращать, нам нужна лишь "
    "лента самописца. О месте падения скажем отдельно."
)
