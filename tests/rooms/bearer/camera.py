"""A camera for tests: a drawn sheet as a phone sees it. Turned, tilted, blurred, noisy, pressed as JPEG."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

from openline.bearer.pages.drawing import modules

Point = tuple[float, float]
TABLE = 90  # the grey of what the sheet lies on


class Shot(NamedTuple):
    """How a photograph is taken."""

    turned: float = 0.0  # degrees
    tilted: float = 0.0  # 0.3: the far edge looks a good deal shorter
    blurred: float = 0.0  # pixels
    noise: float = 0.0
    quality: int = 90
    size: tuple[int, int] = (1500, 2000)


def sheet(symbols: Sequence[bytes], across: int = 2, pixels_a_module: int = 6) -> Image.Image:
    """Codes on white paper, drawn by these tests and not by the program's own SVG."""
    drawn = [_code(one, pixels_a_module) for one in symbols]
    side = max(one.width for one in drawn) + 30
    paper = Image.new("L", (across * side + 30, -(-len(drawn) // across) * side + 30), 255)
    for at, one in enumerate(drawn):
        paper.paste(one, (30 + at % across * side, 30 + at // across * side))
    return paper


def _code(symbol: bytes, pixels: int) -> Image.Image:
    rows = modules(symbol)
    small = Image.new("L", (len(rows), len(rows)), 255)
    small.putdata([0 if dark else 255 for row in rows for dark in row])
    return small.resize((len(rows) * pixels, len(rows) * pixels), Image.Resampling.NEAREST)


def photograph(paper: Image.Image, shot: Shot, seed: int = 1) -> bytes:
    """A JPEG of the paper."""
    width, height = shot.size
    half = (paper.width / 2, paper.height / 2)
    angle = math.radians(shot.turned)
    wide = abs(paper.width * math.cos(angle)) + abs(paper.height * math.sin(angle))
    high = abs(paper.width * math.sin(angle)) + abs(paper.height * math.cos(angle))
    scale = min(width / wide, height / high) * (0.98 - shot.tilted)  # all of it is in the picture
    corners = [(-half[0], -half[1]), (half[0], -half[1]), half, (-half[0], half[1])]
    seen: list[Point] = []
    for x, y in corners:
        across = (x * math.cos(angle) - y * math.sin(angle)) * scale
        down = (x * math.sin(angle) + y * math.cos(angle)) * scale
        far = 1 + shot.tilted * (down / height + across / width / 2)
        seen.append((width / 2 + across / far, height / 2 + down / far))
    flat = [(0, 0), (paper.width, 0), (paper.width, paper.height), (0, paper.height)]
    picture = paper.transform(
        shot.size, Image.Transform.PERSPECTIVE, _mapping(seen, flat), Image.Resampling.BICUBIC, fillcolor=TABLE
    ).filter(ImageFilter.GaussianBlur(shot.blurred))
    if shot.noise:
        grain = Image.new("L", (256, 256))
        drawn = random.Random(seed)
        grain.putdata([round(drawn.gauss(128, 4 * shot.noise)) for _ in range(256 * 256)])
        everywhere = Image.new("L", shot.size)
        for x in range(0, width, 256):
            for y in range(0, height, 256):
                everywhere.paste(grain, (x, y))
        picture = Image.blend(picture, everywhere, 0.25)
    return as_jpeg(picture, shot.quality)


def as_jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    """What a camera writes."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def cover(paper: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Something lies on the paper: a thumb, a stain, a torn edge."""
    spoiled = paper.copy()
    ImageDraw.Draw(spoiled).rectangle(box, fill=TABLE)
    return spoiled


def write(folder: Path, name: str, data: bytes) -> Path:
    """A file of it."""
    path = folder / name
    path.write_bytes(data)
    return path


def _mapping(seen: Sequence[Point], flat: Sequence[Point]) -> list[float]:
    """The eight numbers of the projection that takes each seen corner to its flat one, by elimination."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        best = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[best] = rows[best], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for row in range(8):
            if row != at:
                rows[row] = [a - rows[row][at] * b for a, b in zip(rows[row], rows[at], strict=True)]
    return [row[8] for row in rows]
