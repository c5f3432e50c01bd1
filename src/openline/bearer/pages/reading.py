"""Codes out of images: photographs and scans, turned, tilted, a little blurred, several codes in one.

What an image says of its own size is read before any of its pixels: a small file that would unfold to a giant
is refused unopened. Only PNG and JPEG are read. Each image is looked at as it is, at half its size and sharpened, which
finds what the others miss in a coarse, a noisy and a blurred one. (R-266)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openline.bearer.folder import open_plain
from openline.errors import BearerDown, Malformed
from openline.limits import PAGE_IMAGE_BYTES_MAX, PAGE_IMAGE_PIXELS_MAX, PAGE_IMAGES_MAX

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES: Final = (".png", ".jpg", ".jpeg")
_FORMATS: Final = ("PNG", "JPEG")


def images_of(paths: Sequence[Path]) -> list[Path]:
    """The images given, and those lying in the folders given, by name. Raises BearerDown when one is not there or
    there are more than PAGE_IMAGES_MAX."""
    images: list[Path] = []
    try:
        for path in paths:
            if path.is_dir():
                images += sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file())
            else:
                images.append(path)
                path.stat()
    except OSError as error:
        raise BearerDown(f"{path} cannot be read: {error.strerror}") from error
    if len(images) > PAGE_IMAGES_MAX:
        raise BearerDown(f"{len(images)} images; one command reads {PAGE_IMAGES_MAX}. Give a part of them")
    return images


def codes_in(path: Path) -> list[bytes]:
    """The contents of all QR codes found in an image, each once. Raises Malformed for what is no image that we read,
    BearerDown when the file cannot be read."""
    import zxingcpp

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's alarm about giants: ours is the tighter one
            image = _open(path)
    except OSError as error:
        reason = error.strerror or "it is damaged or cut off"
        raise BearerDown(f"{path.name} cannot be read: {reason}") from error
    kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found: dict[bytes, None] = {}
    for look in _looks(image):
        for code in zxingcpp.read_barcodes(look(), formats=kinds):
            found[code.bytes] = None
    return list(found)


def _open(path: Path) -> Image:
    from PIL import Image, UnidentifiedImageError

    with open(path, "rb", opener=open_plain) as file:
        size = file.seek(0, 2)
        if size > PAGE_IMAGE_BYTES_MAX:
            raise Malformed(f"{path.name} has {size} bytes; an image has at most {PAGE_IMAGE_BYTES_MAX}")
        file.seek(0)
        try:
            image = Image.open(file, formats=_FORMATS)
            width, height = image.size
            if width * height > PAGE_IMAGE_PIXELS_MAX:
                raise Malformed(f"{path.name} has {width} x {height} pixels; at most {PAGE_IMAGE_PIXELS_MAX} are read")
            image.load()
        except UnidentifiedImageError as error:
            raise Malformed(f"{path.name} is not an image in PNG or JPEG") from error
        except (ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise Malformed(f"{path.name} is a damaged image: {error}") from error
        return _grey(image)


def _grey(image: Image) -> Image:
    from PIL import Image

    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("L")
    paper = Image.new("RGBA", image.size, "white")  # what shows through is paper
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L")


def _looks(image: Image) -> Iterator[Callable[[], Image]]:
    from PIL import ImageFilter

    yield lambda: image
    if min(image.size) >= 2:
        yield lambda: image.reduce(2)
    yield lambda: image.filter(ImageFilter.UnsharpMask(radius=3, percent=200, threshold=0))
