"""The formats or layouts that a record has: who has said which, which are agreed, which one a mark names.

A mark is 8 bytes of a hash: somebody who spends 2^32 hashes can write two files with one mark. So a mark alone decides
nothing. Of several files with one mark the notice is read by the one that every party has said, if there is one such;
where there is none, or more than one, it is read by none, and that is shown. (R-460)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from openline.accord.bodies import Offered
from openline.accord.formats.format import MARK_BYTES
from openline.accord.formats.reader import NotAFormat
from openline.accord.formats.unfit import Fault
from openline.accord.identity import by_all
from openline.record.entry import Ref

PREFIX_MIN: Final = 6  # digits of a hash that may stand for the whole


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def digest(self) -> bytes: ...


Paper = TypeVar("Paper", bound=_Named)


class Shelf(Generic[Paper]):
    """Takes what parties say of formats, in any order; answers alike whatever the order was."""

    def __init__(self, parties: Sequence[int], read: Callable[[bytes], Paper]) -> None:
        """`read`: a paper from its file; raises NotAFormat with every fault."""
        self._parties = tuple(parties)
        self._read = read
        self._files: dict[bytes, bytes] = {}
        self._offered: dict[bytes, dict[int, Ref]] = {}
        self._digests: dict[bytes, set[bytes]] = {}  # read, by mark
        self.faulty: dict[bytes, tuple[Fault, ...]] = {}
        self.read: dict[bytes, Paper] = {}  # by digest
        self.formats: dict[bytes, Paper] = {}  # by mark, where the mark names one

    def take(self, ref: Ref, offered: Offered) -> None:
        """A party says: this format."""
        said = self._offered.setdefault(offered.digest, {})
        said[ref.party] = min(ref, said.get(ref.party, ref))
        if offered.file and offered.digest not in self._files:
            self._files[offered.digest] = offered.file
            try:
                self.read[offered.digest] = self._read(offered.file)
                self._digests.setdefault(offered.digest[:MARK_BYTES], set()).add(offered.digest)
            except NotAFormat as refused:
                self.faulty[offered.digest] = tuple(refused.faults)
        self._settle(offered.digest[:MARK_BYTES])

    def _settle(self, mark: bytes) -> None:
        there = self._digests.get(mark, set())
        named = there if len(there) == 1 else {one for one in there if self.is_agreed(one)}
        if len(named) == 1:
            self.formats[mark] = self.read[next(iter(named))]
        else:
            self.formats.pop(mark, None)

    def clash(self, mark: bytes) -> tuple[bytes, ...]:
        """Digests of the files that share this mark, where there are several."""
        there = self._digests.get(mark, set())
        return tuple(sorted(there)) if len(there) > 1 else ()

    def is_agreed(self, digest: bytes) -> bool:
        """Whether every party of the line has said this format, and its file is in the record. (R-403)"""
        return digest in self._files and by_all(self._parties, self._offered.get(digest, ()))

    def offered_by(self, digest: bytes) -> tuple[int, ...]:
        """Who has said it."""
        return tuple(sorted(self._offered.get(digest, ())))

    def by_id(self, name: str) -> tuple[Paper, ...]:
        """Every format of that id that the record has, by digest: a new version is another format."""
        return tuple(self.read[digest] for digest in sorted(self.read) if self.read[digest].id == name)

    def named(self, name: str) -> list[Paper]:
        """Of that id, else those whose hash begins so (PREFIX_MIN digits at least): the newest that is agreed, or all
        where none is."""
        fitting = list(self.by_id(name))
        if not fitting and len(name) >= PREFIX_MIN:
            fitting = [one for digest, one in sorted(self.read.items()) if digest.hex().startswith(name)]
        agreed = [one for one in fitting if self.is_agreed(one.digest)]
        newest = max((one.version for one in agreed), default=0)
        return [one for one in agreed if one.version == newest] or fitting

    def files(self) -> dict[bytes, bytes]:
        """The files of formats, by digest."""
        return dict(self._files)

    def said(self) -> dict[bytes, dict[int, Ref]]:
        """Of each digest, the first entry of each party that says it."""
        return {digest: dict(by) for digest, by in self._offered.items()}
