"""Bodies made short for a narrow bearer, within a bound of work. (R-283)"""

from __future__ import annotations

from collections.abc import Sequence

from openline.limits import BROTLI_BATCH_BYTES_MAX
from openline.wire.codec import RAW, Dictionaries, code_body


def squeezed(
    bodies: Sequence[bytes], dictionaries: Dictionaries, *, narrow: bool, plain: bool
) -> list[tuple[int, bytes]]:
    """(codec, coded) of each body, as they are on a broad bearer. `plain`: the peer could not read something.

    Only the first `BROTLI_BATCH_BYTES_MAX` of a batch are worth brotli's time: the others wait for the bearer in any
    case, and the turn must not wait with them.
    """
    if not narrow:
        return [(RAW, body) for body in bodies]
    forms = []
    left = BROTLI_BATCH_BYTES_MAX
    for body in bodies:
        forms.append(code_body(body, True, dictionaries, plain=plain, slow=len(body) <= left))
        left -= len(body)
    return forms
